//! Going through all current resources of a type.

use crate::support::{access, commit, fixture, narrowed, observation, patient, put};
use model::PatientId;
use record::{Access, Condition, Failure, Record, ResourceChange, Role, Walk};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

fn walk(resource_type: &str) -> Walk {
    Walk { resource_type: resource_type.to_owned(), patients: None, since: None }
}

fn ids(record: &Record, access: &Access, walk: &Walk) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    record.walk::<Failure>(access, walk, &mut |stored| {
        assert!(!stored.body.is_empty());
        found.push(stored.reference.to_string());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

fn patients(ids: &[&str]) -> BTreeSet<PatientId> {
    ids.iter().map(|id| PatientId::new(*id)).collect()
}

fn fill(record: &Record) {
    let delete = ResourceChange::Delete {
        resource_type: "Observation".to_owned(),
        id: "gone".to_owned(),
        condition: Condition::Any,
    };
    let changes = vec![
        patient("a", "Example", "1"),
        patient("b", "Sample", "2"),
        put(observation("o1", "a", "1-8")),
        put(observation("o2", "b", "1-8")),
        put(observation("gone", "a", "1-8")),
    ];
    commit(record, changes).unwrap();
    commit(record, vec![put(observation("o1", "a", "2-6")), delete]).unwrap();
}

#[test]
fn current_versions_are_handed_on_within_the_scope() {
    let fixture = fixture();
    let record = &fixture.record;
    fill(record);
    let everybody = access(Role::ServiceClient);
    let ben = narrowed(Role::Prescriber, &["b"]);
    let all = ids(record, &everybody, &walk("Observation")).unwrap();
    assert_eq!(all, ["Observation/o1/_history/2", "Observation/o2/_history/1"]);
    assert_eq!(ids(record, &ben, &walk("Observation")).unwrap(), ["Observation/o2/_history/1"]);
    for (asked, seen, seen_by_ben) in [(&["a"][..], 1, 0), (&["a", "b"], 2, 1), (&[], 0, 0)] {
        let narrow = Walk { patients: Some(patients(asked)), ..walk("Observation") };
        assert_eq!(ids(record, &everybody, &narrow).unwrap().len(), seen, "{asked:?}");
        assert_eq!(ids(record, &ben, &narrow).unwrap().len(), seen_by_ben, "{asked:?}");
    }
    let latest = record.read(&everybody, "Observation", "o1").unwrap().unwrap().recorded;
    let since = Walk { since: Some(latest), ..walk("Observation") };
    assert_eq!(ids(record, &everybody, &since).unwrap(), ["Observation/o1/_history/2"]);
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let fixture = fixture();
    let record = &fixture.record;
    let mut changes = vec![patient("a", "Example", "1"), patient("b", "Sample", "2")];
    for number in 0..650 {
        let of = if number % 2 == 0 { "a" } else { "b" };
        changes.push(put(observation(&format!("o{number}"), of, "1-8")));
    }
    commit(record, changes).unwrap();
    let everybody = access(Role::ServiceClient);
    let all = ids(record, &everybody, &walk("Observation")).unwrap();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 650);
    assert!(all.is_sorted());
    // Many patients are several queries, and still each resource once.
    let mut many: BTreeSet<PatientId> =
        (0..1200).map(|n| PatientId::new(format!("p{n}"))).collect();
    many.extend(["a", "b"].map(PatientId::new));
    let narrow = Walk { patients: Some(many), ..walk("Observation") };
    assert_eq!(ids(record, &everybody, &narrow).unwrap().len(), 650);
    let mut seen = 0;
    let stop = record.walk::<Failure>(&everybody, &narrow, &mut |_| {
        seen += 1;
        Ok(if seen == 201 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    });
    assert_eq!((stop, seen), (Ok(()), 201));
}

#[test]
fn it_is_one_state_of_the_record() {
    let fixture = fixture();
    let record = &fixture.record;
    fill(record);
    let mut found = Vec::new();
    record
        .walk::<Failure>(&access(Role::ServiceClient), &walk("Observation"), &mut |stored| {
            commit(record, vec![put(observation("o3", "b", "1-8"))])?;
            found.push(stored.reference.id);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    assert_eq!(found, ["o1", "o2"]);
}

#[test]
fn what_is_refused() {
    let fixture = fixture();
    let record = &fixture.record;
    let officer = access(Role::PrivacyOfficer);
    let denied = ids(record, &officer, &walk("Observation"));
    assert!(matches!(denied, Err(Failure::Denied { .. })));
    let client = access(Role::ServiceClient);
    let invalid = ids(record, &client, &walk("observation' OR 1"));
    assert!(matches!(invalid, Err(Failure::Invalid { .. })));
    let limit = record::limit::WALK_PATIENTS_MAX;
    let some = |count: usize| Walk {
        patients: Some((0..count).map(|n| PatientId::new(format!("p{n}"))).collect()),
        ..walk("Observation")
    };
    assert!(matches!(ids(record, &client, &some(limit + 1)), Err(Failure::TooMuch { .. })));
    assert_eq!(ids(record, &client, &some(limit)), Ok(vec![]));
}
