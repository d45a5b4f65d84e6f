//! The audit log under full disks, many callers and requests that read several times.

use super::{access, open};
use crate::{CheckpointKey, Failure, Record, Role};
use model::RawId;
use std::time::Duration;

#[test]
fn after_a_full_disk_the_audit_goes_on_in_a_new_segment() {
    let (record, _directory) = open();
    let reader = access(Role::Prescriber);
    record.read(&reader, "Patient", "p1").unwrap();
    let full = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    record.inner.audit.write_to(full);
    assert!(matches!(record.read(&reader, "Patient", "p2"), Err(Failure::Audit(_))));
    record.read(&reader, "Patient", "p3").unwrap();
    assert!(record.health().writable);
    let found = record.verify_audit();
    assert!(found.is_intact(), "{found:?}");
    assert_eq!((found.segments, found.events), (2, 2));
}

#[test]
fn reads_that_go_together_are_durable_before_what_they_come_to_is_given() {
    let (record, _directory) = open();
    let reader = access(Role::Prescriber);
    let read = |record: &Record, id: &str| record.read(&reader, "Patient", id).map(|_| ());
    let kept = record.read_together(|together| {
        read(together, "p1")?;
        read(together, "p2")?;
        // None is waited for yet.
        assert_eq!(record.verify_audit().events, 0);
        Ok::<_, Failure>(together.clone())
    });
    assert_eq!(record.verify_audit().events, 2);
    // Nobody is left to wait for an event that comes later.
    read(&kept.unwrap(), "p3").unwrap();
    assert_eq!(record.verify_audit().events, 3);
    // What fails was tried.
    let failed = record.read_together(|together| {
        read(together, "p4")?;
        Err::<(), _>(Failure::NotFound)
    });
    assert_eq!(failed, Err(Failure::NotFound));
    assert_eq!(record.verify_audit().events, 4);
    // A denial is waited for like everything else that is not a read.
    let denied = record.read_together(|together| {
        read(together, "p5")?;
        let denied = together.read(&access(Role::Operator), "Patient", "p6");
        assert_eq!(record.verify_audit().events, 6);
        denied
    });
    assert!(matches!(denied, Err(Failure::Denied { .. })));
    // Looking for patients, and reading messages.
    let feed = access(Role::Interface);
    let looked = record.read_together(|together| {
        together.find_patients(&feed, &[])?;
        let raw = together.raw(&feed, &RawId::new("r1"))?;
        assert_eq!(record.verify_audit().events, 6);
        Ok::<_, Failure>(raw)
    });
    assert_eq!(looked, Ok(None));
    let found = record.verify_audit();
    assert!(found.is_intact() && found.events == 8, "{found:?}");
}

#[test]
fn nothing_is_given_whose_events_cannot_be_kept() {
    let (record, _directory) = open();
    let reader = access(Role::Prescriber);
    record.read(&reader, "Patient", "p1").unwrap();
    let full = || std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    record.inner.audit.write_to(full());
    let given = record.read_together(|together| {
        together.read(&reader, "Patient", "p2")?;
        Ok::<_, Failure>("data")
    });
    assert!(matches!(given, Err(Failure::Audit(_))), "{given:?}");
    // Neither where a later event begins a new segment and is kept.
    record.read(&reader, "Patient", "p3").unwrap();
    record.inner.audit.write_to(full());
    let given = record.read_together(|together| {
        together.read(&reader, "Patient", "p4")?;
        assert!(record.read(&reader, "Patient", "p5").is_err());
        together.read(&reader, "Patient", "p6")?;
        Ok::<_, Failure>("data")
    });
    assert!(matches!(given, Err(Failure::Audit(_))), "{given:?}");
    assert!(record.verify_audit().is_intact());
}

#[test]
fn events_of_many_callers_are_one_chain() {
    let (record, _directory) = open();
    let record = &record;
    std::thread::scope(|scope| {
        for caller in 0..8 {
            scope.spawn(move || {
                for number in 0..25 {
                    let id = format!("p-{caller}-{number}");
                    record.read(&access(Role::Prescriber), "Patient", &id).unwrap();
                }
            });
        }
    });
    let found = record.verify_audit();
    assert!(found.is_intact(), "{found:?}");
    assert_eq!((found.segments, found.events), (1, 200));
}

#[test]
fn what_is_read_ahead_is_given_once_its_events_are_durable() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (record, _directory) = open();
    let reader = access(Role::Prescriber);
    let ahead = |id: &str| record.read_ahead(|record| record.read(&reader, "Patient", id));
    let (first, second) = (ahead("p1"), ahead("p2"));
    assert_eq!(record.verify_audit().events, 0);
    assert_eq!(runtime.block_on(second), Ok(Ok(None)));
    assert_eq!(record.verify_audit().events, 2);
    assert_eq!(runtime.block_on(first), Ok(Ok(None)));
    // Who asked goes before it is known; that it was read is kept.
    drop(ahead("p3"));
    let kept = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        record.verify_audit().events == 3
    });
    assert!(kept);
    let full = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    record.inner.audit.write_to(full);
    let given = runtime.block_on(ahead("p4"));
    assert!(matches!(given, Err(Failure::Audit(_))), "{given:?}");
    assert_eq!(runtime.block_on(ahead("p5")), Ok(Ok(None)));
    // What is still asked for when the log is closed is in it.
    drop(ahead("p6"));
    let (audit, keys) = (record.inner.audit.directory().to_owned(), record.inner.keys.clone());
    drop(record);
    let found = crate::audit::verify(&audit, &keys, None);
    assert!(found.is_intact() && found.events == 5, "{found:?}");
}

#[test]
fn tasks_and_threads_wait_for_one_chain() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let (record, _directory) = open();
    let reader = access(Role::Prescriber);
    runtime.block_on(async {
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..16 {
            let (record, reader) = (record.clone(), reader.clone());
            callers.spawn(async move {
                for number in 0..50 {
                    let id = format!("p-{caller}-{number}");
                    if caller % 4 == 0 {
                        let (record, reader) = (record.clone(), reader.clone());
                        let read = move || record.read(&reader, "Patient", &id);
                        tokio::task::spawn_blocking(read).await.unwrap().unwrap();
                    } else {
                        let read = |record: &Record| record.read(&reader, "Patient", &id);
                        record.read_ahead(read).await.unwrap().unwrap();
                    }
                }
            });
        }
        while let Some(done) = callers.join_next().await {
            done.unwrap();
        }
    });
    let found = record.verify_audit();
    assert!(found.is_intact(), "{found:?}");
    assert_eq!((found.segments, found.events), (1, 800));
}

#[test]
fn segments_of_before_are_read() {
    let (record, directory) = open();
    record.read(&access(Role::Prescriber), "Patient", "p1").unwrap();
    let keys = &record.inner.keys;
    let (mut text, mut previous) = (String::new(), String::new());
    for number in 1..=3 {
        let event = serde_json::json!({"number": number, "patients": ["p1"]}).to_string();
        let hash = keys.audit_hash(&previous, &event);
        let line = serde_json::json!({"event": event, "previous": previous, "hash": hash});
        text.extend([line.to_string(), "\n".to_owned()]);
        previous = hash;
    }
    let path = directory.path().join("data/audit/0.log");
    std::fs::write(&path, &text).unwrap();
    let found = record.verify_audit();
    assert!(found.is_intact() && found.events == 4, "{found:?}");
    for (from, to) in [("p1", "p2"), ("\"previous\":\"\"", "\"previous\":\"0\"")] {
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let found = record.verify_audit();
        assert_eq!(found.problems.first().map(|p| p.place.as_str()), Some("0.log line 1"));
    }
}

#[test]
fn a_segment_that_ended_on_a_full_disk_is_signed_to_its_end() {
    let (record, directory) = open();
    let checkpoints = directory.path().join("checkpoints");
    let key = CheckpointKey::open(directory.path().join("checkpoint.key")).unwrap();
    let verifier = key.verifier();
    record.sign_audit(&checkpoints, key).unwrap();
    let reader = access(Role::Prescriber);
    record.read(&reader, "Patient", "p1").unwrap();
    let full = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    record.inner.audit.write_to(full);
    assert!(record.read(&reader, "Patient", "p2").is_err());
    record.read(&reader, "Patient", "p3").unwrap();
    drop(record);
    let master_key = crate::MasterKey::from_file(directory.path().join("key")).unwrap();
    let signed = Some((checkpoints.as_path(), std::slice::from_ref(&verifier)));
    let data = directory.path().join("data");
    let found = crate::verify_audit_log(&data, &master_key, signed).unwrap();
    assert!(found.is_intact() && found.tails.is_empty(), "{found:?}");
    assert_eq!((found.segments, found.events), (2, 2));
    assert!(found.checkpoints >= 2, "{found:?}");
}

#[test]
fn checkpoints_are_written_while_events_come_and_what_stands_in_their_way_is_told() {
    let (record, directory) = open();
    let checkpoints = directory.path().join("checkpoints");
    let key = || CheckpointKey::open(directory.path().join("checkpoint.key")).unwrap();
    record.sign_audit(&checkpoints, key()).unwrap();
    assert!(matches!(record.sign_audit(&checkpoints, key()), Err(Failure::Audit(_))));
    let reader = access(Role::Prescriber);
    let verifiers = [key().verifier()];
    let signed = || {
        let directory = record.inner.audit.directory();
        let checkpoints = Some((checkpoints.as_path(), &verifiers[..]));
        crate::audit::verify(directory, &record.inner.keys, checkpoints)
    };
    record.read(&reader, "Patient", "p1").unwrap();
    until(|| signed().tails.is_empty());
    std::fs::remove_dir_all(&checkpoints).unwrap();
    record.read(&reader, "Patient", "p2").unwrap();
    until(|| record.health().checkpoint_failure.is_some());
    std::fs::create_dir(&checkpoints).unwrap();
    until(|| record.health().checkpoint_failure.is_none() && signed().tails.is_empty());
    assert!(signed().is_intact());
}

fn until(is_so: impl Fn() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come to that within 10 s");
}
