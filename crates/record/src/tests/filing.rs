//! What a request files stands only with its raw bytes and its events.

use super::{access, open};
use crate::{Commit, Condition, Failure, NewRaw, RawState, Ready, Record, ResourceChange, Role};
use model::provenance::Door;
use model::{Problem, RawId};
use serde_json::json;

fn raw(body: &str) -> NewRaw {
    NewRaw {
        feed: "fhir".to_owned(),
        door: Door::Fhir,
        media_type: "application/fhir+json".to_owned(),
        message_key: None,
        peer: "127.0.0.1".to_owned(),
        body: body.as_bytes().to_vec(),
        state: RawState::Rejected,
    }
}

/// Files an observation with the message it came with, as one request.
fn file(record: &Record, id: &str) -> Result<RawId, Failure> {
    let interface = access(Role::Interface);
    record.file_together(|record| {
        let message = record.archive(&interface, raw(id))?;
        let resource = json!({"resourceType": "Observation", "id": id, "status": "final"});
        let changes = vec![ResourceChange::put(resource, vec![], Condition::Absent)];
        let raw = Some((message.clone(), RawState::Filed, vec![]));
        record.commit(&interface, Commit { changes, raw, ..Commit::default() })?;
        Ok(message)
    })
}

fn is_there(record: &Record, id: &str) -> bool {
    record.read(&access(Role::Prescriber), "Observation", id).unwrap().is_some()
}

#[test]
fn what_is_filed_has_its_message_and_its_event() {
    let (record, _directory) = open();
    let message = file(&record, "o1").unwrap();
    // The event of the commit; archiving has none of its own.
    assert_eq!(record.verify_audit().events, 1);
    let interface = access(Role::Interface);
    let found = record.raw(&interface, &message).unwrap().unwrap();
    assert_eq!((found.body.as_slice(), found.summary.state), (&b"o1"[..], RawState::Filed));
    let filed = record.raw_list(&interface, Some(RawState::Filed), 10).unwrap();
    assert_eq!(filed.len(), 1, "the list knows what became of it");
    assert!(is_there(&record, "o1"));
    // A condition that does not hold leaves the message, and its event was waited for.
    let events = record.verify_audit().events;
    assert!(matches!(file(&record, "o1"), Err(Failure::Conflict { .. })));
    assert_eq!(record.verify_audit().events, events + 1);
    assert_eq!(record.raw_list(&interface, None, 10).unwrap().len(), 2);
}

#[test]
fn nothing_is_filed_whose_event_cannot_be_kept() {
    let (record, _directory) = open();
    file(&record, "o1").unwrap();
    let full = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    record.inner.audit.write_to(full);
    assert!(matches!(file(&record, "o2"), Err(Failure::Audit(_))));
    assert!(!is_there(&record, "o2"));
    file(&record, "o2").unwrap();
    assert!(is_there(&record, "o2") && record.health().writable);
}

#[test]
fn nothing_is_filed_whose_message_cannot_be_kept() {
    let (record, _directory) = open();
    file(&record, "o1").unwrap();
    let writer = &record.inner.archive_writer;
    let away = "ALTER TABLE raw_body RENAME TO raw_body_away";
    writer.write(move |executor| executor.execute(away, &[]).map(drop)).unwrap();
    assert!(file(&record, "o2").is_err());
    assert!(!is_there(&record, "o2"));
    let back = "ALTER TABLE raw_body_away RENAME TO raw_body";
    writer.write(move |executor| executor.execute(back, &[]).map(drop)).unwrap();
    // What became of the first is known, though its copy was to go along with the one that failed.
    let filed = record.raw_list(&access(Role::Interface), Some(RawState::Filed), 10).unwrap();
    assert_eq!(filed.len(), 1);
    file(&record, "o2").unwrap();
    assert!(is_there(&record, "o2"));
}

#[test]
fn a_message_that_is_refused_at_once_is_kept_with_the_reason() {
    let (record, _directory) = open();
    let interface = access(Role::Interface);
    let refused = record.file_together(|record| {
        let message = record.archive(&interface, raw("{"))?;
        let problem = Problem::error("not-json", "", "is not JSON");
        record.set_raw_state(&interface, &message, RawState::Rejected, &[problem])?;
        Err::<(), _>(Failure::NotFound)
    });
    assert_eq!(refused, Err(Failure::NotFound));
    let kept = record.raw_list(&interface, Some(RawState::Rejected), 10).unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept.iter().all(|one| one.problems.len() == 1));
}

#[test]
fn requests_at_once_are_filed_each_by_itself() {
    let (record, _directory) = open();
    std::thread::scope(|scope| {
        for caller in 0..12 {
            let record = &record;
            scope.spawn(move || {
                for number in 0..15 {
                    file(record, &format!("o-{caller}-{number}")).unwrap();
                    // The same once more is refused, and takes none of the others with it.
                    assert!(file(record, &format!("o-{caller}-{number}")).is_err());
                }
            });
        }
    });
    let interface = access(Role::Interface);
    let count = |state| record.raw_list(&interface, Some(state), 1000).unwrap().len();
    assert_eq!((count(RawState::Filed), count(RawState::Rejected)), (180, 180));
    assert_eq!(
        record
            .inner
            .record
            .read(|executor| {
                executor.one(
                    "SELECT count(*) FROM resource WHERE tenant = $1",
                    crate::store::values!["t1"],
                )
            })
            .unwrap()
            .count(0)
            .unwrap(),
        180
    );
    assert!(record.verify_audit().is_intact());
}

/// With one wait for the disk, and one that is refused takes none of the others with it.
#[test]
fn commits_at_once_stand_or_fall_each_by_itself() {
    let (record, _directory) = open();
    file(&record, "o2").unwrap();
    let interface = access(Role::Interface);
    let ready = |record: &Record, id: &str| {
        let resource = json!({"resourceType": "Observation", "id": id, "status": "final"});
        let changes = vec![ResourceChange::put(resource, vec![], Condition::Absent)];
        record.ready(&interface, Commit { changes, ..Commit::default() })
    };
    let committed = record.file_together(|record| {
        let all = ["o1", "o2", "o3", "o4"].map(|id| ready(record, id));
        Ok::<_, Failure>(Ready::commit_each(all.into_iter().collect::<Result<_, _>>()?))
    });
    let committed: Vec<_> = committed.unwrap().iter().map(Result::is_ok).collect();
    assert_eq!(committed, [true, false, true, true]);
    assert!(["o1", "o3", "o4"].iter().all(|id| is_there(&record, id)));
    assert_eq!(Ready::commit_each(Vec::new()), []);
    // None of them stands whose event cannot be kept.
    let full = std::fs::OpenOptions::new().append(true).open("/dev/full").unwrap();
    record.inner.audit.write_to(full);
    let failed = record.file_together(|record| {
        let all = ["o5", "o6"].map(|id| ready(record, id));
        let committed = Ready::commit_each(all.into_iter().collect::<Result<_, _>>()?);
        committed.into_iter().map(|one| one.map(drop)).collect::<Result<Vec<_>, _>>()
    });
    assert!(matches!(failed, Err(Failure::Audit(_))), "{failed:?}");
    assert!(!is_there(&record, "o5") && !is_there(&record, "o6"));
}
