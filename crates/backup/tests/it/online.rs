//! Snapshots of a record that is being written to.

use crate::support::{Place, file, reads};
use backup::Keep;
use record::{examine, read_back};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[test]
fn a_snapshot_taken_under_load_is_one_moment_of_everything() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    file(&record, "o0", "p0");
    let (is_over, filed) = (AtomicBool::new(false), AtomicUsize::new(1));
    let taken: Vec<_> = std::thread::scope(|scope| {
        let _ends = Ends(&is_over);
        for writer in 0..3 {
            let (record, is_over, filed) = (&record, &is_over, &filed);
            scope.spawn(move || {
                let mut number = 0;
                while !is_over.load(Ordering::Relaxed) {
                    file(record, &format!("w{writer}-{number}"), &format!("p{}", number % 7));
                    number += 1;
                    filed.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let take = |_| {
            std::thread::sleep(std::time::Duration::from_millis(150));
            let before = filed.load(Ordering::Relaxed) as u64;
            let taken = place.take();
            (before, taken, filed.load(Ordering::Relaxed) as u64)
        };
        (0..4).map(take).collect()
    });
    drop(record);
    for (number, (before, taken, after)) in taken.iter().enumerate() {
        let to = format!("restored-{number}");
        let restored = place.restore(&taken.snapshot, &to).unwrap();
        let found = &restored.examined;
        let versions = found.resources.versions;
        // What was answered before is in it, and nothing that came after; three may be under way.
        assert!((*before..=after + 3).contains(&versions), "{before} {versions} {after}");
        assert!(restored.is_opened && found.problems.is_empty());
        assert!(found.audit.iter().map(|segment| segment.lines).sum::<u64>() >= versions);
        // Whatever the record names in the archive is there.
        let read = read_back(&place.path(&to), &place.key(), 10_000, 1).unwrap();
        assert!(read.is_whole() && read.read == versions, "{read:?}");
        let record = place.open(&place.path(&to)).unwrap();
        assert!(reads(&record, "o0"));
        file(&record, "after", "p1");
        assert!(reads(&record, "after") && record.verify_audit().is_intact());
    }
    let verified = place.repository().verify(None).unwrap();
    assert!(verified.is_whole() && verified.snapshots == 4);
}

/// Ends the writers, also when the test has failed.
struct Ends<'e>(&'e AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_record_that_nobody_writes_to_costs_nothing_more() {
    let place = Place::new();
    let record = place.open(&place.path("data")).unwrap();
    for number in 0..200 {
        file(&record, &format!("o{number}"), "p1");
    }
    drop(record);
    let first = place.take();
    let second = place.take();
    assert!(second.sent.chunks <= 2, "{:?} after {:?}", second.sent, first.sent);
    let again = place.open(&place.path("data")).unwrap();
    file(&again, "one-more", "p1");
    let third = place.take();
    assert!(third.sent.bytes < first.sent.bytes, "{:?} {:?}", third.sent, first.sent);
    // The oldest go, and what the newest needs stays.
    let repository = place.repository();
    let clock = &*place.clock;
    let pruned = repository.prune(&Keep::default(), "p", clock).unwrap();
    assert_eq!((pruned.kept.len(), pruned.removed.len()), (1, 2));
    place.restore(&third.snapshot, "restored").unwrap();
    let record = place.open(&place.path("restored")).unwrap();
    assert!(reads(&record, "one-more") && reads(&record, "o0"));
}

#[test]
fn nothing_is_changed_where_a_snapshot_is_taken() {
    let place = Place::new();
    let data = place.path("data");
    assert!(place.try_take().is_err(), "there is no record");
    let record = place.open(&data).unwrap();
    file(&record, "o1", "p1");
    drop(record);
    let before = examine(&data, &place.key()).unwrap();
    let snapshot = place.take().snapshot;
    assert_eq!(examine(&data, &place.key()).unwrap(), before);
    // Neither the key nor what can be made again leaves.
    let paths: Vec<&str> = snapshot.files.iter().map(|file| file.path.as_str()).collect();
    for path in &paths {
        let is_log = path.starts_with("audit/")
            && std::path::Path::new(path).extension().is_some_and(|ending| ending == "log");
        let named = path.strip_suffix("-wal").unwrap_or(path);
        let files = ["archive.db", "record.db", "decision.db", "genome.db", "key-check", "keyring"];
        assert!(is_log || files.contains(&named), "{path}");
    }
    assert!(paths.contains(&"record.db") && paths.contains(&"key-check"), "{paths:?}");
}
