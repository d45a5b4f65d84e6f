//! The loop once: archive, commit, read, search, facts.

use crate::support::{access, fixture, observation, patient, put, raw};
use record::{Commit, Query, RawState, Role, Term};

#[test]
fn a_message_goes_in_and_is_found_again() {
    let fixture = fixture();
    let record = &fixture.record;
    let interface = access(Role::Interface);
    let id = record.archive(&interface, raw("LAB|1", b"MSH|...")).unwrap();
    assert_eq!(record.raw_waiting(&interface, 10).unwrap().len(), 1);
    let committed = record
        .commit(
            &interface,
            Commit {
                reading: None,
                cursor: None,
                changes: vec![
                    patient("p1", "Example", "123"),
                    put(observation("o1", "p1", "81247-9")),
                ],
                raw: Some((id.clone(), RawState::Filed, vec![])),
                reviews: vec![],
            },
        )
        .unwrap();
    assert_eq!(committed.sequence, 2);
    assert!(record.raw_waiting(&interface, 10).unwrap().is_empty());
    assert_eq!(record.raw(&interface, &id).unwrap().unwrap().summary.state, RawState::Filed);

    let prescriber = access(Role::Prescriber);
    let read = record.read(&prescriber, "Observation", "o1").unwrap().unwrap();
    assert_eq!(read.reference.version, 1);
    let page = record
        .search(
            &prescriber,
            &Query {
                resource_type: "Observation".to_owned(),
                terms: vec![
                    Term::parse("patient", "p1"),
                    Term::parse("code", "http://loinc.org|81247-9"),
                ],
                count: 10,
                cursor: None,
            },
        )
        .unwrap();
    assert_eq!((page.total, page.entries.len()), (1, 1));
    assert_eq!(record.facts(&prescriber, &model::PatientId::new("p1")).unwrap().len(), 1);
    assert!(record.verify_audit().is_intact());
}
