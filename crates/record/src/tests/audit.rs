//! The audit log under full disks, many callers and requests that read several times.

use super::{access, open};
use crate::{Failure, Record, Role};

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
    let found = record.verify_audit();
    assert!(found.is_intact() && found.events == 6, "{found:?}");
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
