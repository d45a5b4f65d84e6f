//! The change feed under many writers, and waiting for it.

use crate::support::{access, commit, fixture, observation, open_at, put, statement};
use model::PatientId;
use record::{Role, Scope};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const WRITERS: usize = 8;
const COMMITS: usize = 25;

#[test]
fn eight_writers_leave_no_gap_that_a_reader_could_see() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let follower = scope.spawn(|| {
            let mut followed = Vec::new();
            loop {
                let was_done = done.load(Ordering::SeqCst);
                let after = followed.last().copied().unwrap_or(0);
                let changes = record.changes(&engine, after, 7).unwrap();
                followed.extend(changes.iter().map(|change| change.sequence));
                if changes.is_empty() && was_done {
                    return followed;
                }
            }
        });
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    for number in 0..COMMITS {
                        let id = format!("o-{writer}-{number}");
                        let change = put(observation(&id, &format!("p{writer}"), "x"));
                        commit(record, vec![change]).unwrap();
                        // A commit that fails takes no number with it.
                        assert!(commit(record, vec![put(serde_json::json!({}))]).is_err());
                        let patient = format!("p{writer}");
                        let note = statement(&format!("s{writer}"), &patient, &number.to_string());
                        let patient = PatientId::new(patient);
                        let engine = access(Role::Engine);
                        record.put_statements(&engine, &patient, vec![note], None).unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::SeqCst);
        let followed = follower.join().unwrap();
        let expected: Vec<u64> = (1..=(WRITERS * COMMITS * 2) as u64).collect();
        assert_eq!(followed, expected);
    });
}

#[test]
fn waiting_ends_with_a_commit_of_this_or_another_process() {
    let fixture = fixture();
    let record = &fixture.record;
    let start = Instant::now();
    assert_eq!(record.wait_for_change(0, Duration::from_millis(50)), 0);
    assert!(start.elapsed() >= Duration::from_millis(50));
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    assert_eq!(record.wait_for_change(0, Duration::from_mins(1)), 1);
    // A second opening shares nothing with the first but the files.
    let other = open_at(fixture.directory.path()).unwrap();
    let waited = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| record.wait_for_change(1, Duration::from_mins(1)));
        commit(&other, vec![put(observation("o2", "p1", "x"))]).unwrap();
        waiting.join().unwrap()
    });
    assert_eq!(waited, 2);
}

#[test]
fn cursors_belong_to_their_tenant_and_name() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    record.set_cursor(&engine, "a", 7).unwrap();
    record.set_cursor(&engine, "a", 3).unwrap();
    assert_eq!(record.cursor(&engine, "a").unwrap(), 3);
    assert_eq!(record.cursor(&engine, "b").unwrap(), 0);
    let tenant = model::TenantId::new("t2");
    let other = record::Access::new(tenant, "a", Role::Engine, engine.purpose(), Scope::Tenant);
    assert_eq!(record.cursor(&other, "a").unwrap(), 0);
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    assert!(record.changes(&other, 0, 10).unwrap().is_empty());
}
