//! History and compartments: in the order of commits, and within the caller's scope.

use crate::support::{access, commit, fixture, narrowed, patient};
use model::PatientId;
use record::{CompartmentQuery, Condition, HistoryQuery, Record, ResourceChange, Role};
use serde_json::json;

fn observation(id: &str, patient: &str) -> ResourceChange {
    let resource = json!({"resourceType": "Observation", "id": id, "status": "final",
        "subject": {"reference": format!("Patient/{patient}")}});
    ResourceChange::put(resource, vec![], Condition::Any)
}

fn names(record: &Record, access: &record::Access, query: &HistoryQuery) -> Vec<String> {
    let mut query = query.clone();
    let mut names = Vec::new();
    loop {
        let page = record.history(access, &query).unwrap();
        names.extend(page.entries.iter().map(|entry| entry.reference.to_string()));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return names,
        }
    }
}

#[test]
fn a_history_shows_only_the_versions_that_were_the_callers_to_see() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "1", "A"), patient("p2", "2", "B")]).unwrap();
    commit(record, vec![observation("o1", "p1")]).unwrap();
    commit(record, vec![observation("o1", "p2")]).unwrap();
    commit(record, vec![observation("o1", "p1")]).unwrap();
    let of_one = HistoryQuery {
        resource_type: Some("Observation".into()),
        id: Some("o1".into()),
        count: 1,
        ..HistoryQuery::default()
    };
    let everybody = access(Role::ServiceClient);
    let version = |number: u32| format!("Observation/o1/_history/{number}");
    assert_eq!(names(record, &everybody, &of_one), [version(3), version(2), version(1)]);
    let narrow = narrowed(Role::Prescriber, &["p1"]);
    assert_eq!(names(record, &narrow, &of_one), [version(3), version(1)]);
    assert_eq!(record.history(&narrow, &of_one).unwrap().total, 2);
    let all = HistoryQuery { count: 2, ..HistoryQuery::default() };
    assert_eq!(names(record, &everybody, &all).len(), 5);
    let types = HistoryQuery { resource_type: Some("Patient".into()), ..all.clone() };
    assert_eq!(names(record, &narrow, &types), ["Patient/p1/_history/1"]);
    let wrong = HistoryQuery { id: Some("o1".into()), ..all };
    assert!(record.history(&everybody, &wrong).is_err(), "an id without a type");
}

#[test]
fn what_went_to_another_patient_stays_when_the_one_it_left_is_erased() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "1", "A"), patient("p2", "2", "B")]).unwrap();
    commit(record, vec![observation("o1", "p1")]).unwrap();
    commit(record, vec![observation("o1", "p2")]).unwrap();
    let all = HistoryQuery { count: 1, ..HistoryQuery::default() };
    let everybody = access(Role::ServiceClient);
    let of_second = ["Observation/o1/_history/2", "Patient/p2/_history/1"];
    let of_first = ["Observation/o1/_history/1", "Patient/p1/_history/1"];
    let before = [of_second[0], of_first[0], of_second[1], of_first[1]];
    assert_eq!(names(record, &everybody, &all), before);
    let officer = access(Role::PrivacyOfficer);
    record.erase_patient(&officer, &PatientId::new("p1"), "asked for").unwrap();
    assert_eq!(names(record, &everybody, &all), of_second);
    assert_eq!(record.history(&everybody, &all).unwrap().total, 2);
}

#[test]
fn a_compartment_comes_in_pages_by_type_and_id() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![patient("p1", "1", "A"), patient("p2", "2", "B")]).unwrap();
    let of = |patient: &'static str| move |id: &&str| observation(id, patient);
    commit(record, ["a", "b", "c"].iter().map(of("p1")).collect()).unwrap();
    commit(record, ["d"].iter().map(of("p2")).collect()).unwrap();
    let delete = ResourceChange::Delete {
        resource_type: "Observation".into(),
        id: "b".into(),
        condition: Condition::Any,
    };
    commit(record, vec![delete]).unwrap();
    let caller = access(Role::ServiceClient);
    let mut query = CompartmentQuery { count: 2, ..CompartmentQuery::default() };
    let mut found = Vec::new();
    loop {
        let page = record.compartment(&caller, &PatientId::new("p1"), &query).unwrap();
        found.extend(page.entries.iter().map(|e| e.reference.id.clone()));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(found, ["a", "c", "p1"]);
    let narrow = narrowed(Role::Prescriber, &["p2"]);
    let page = record.compartment(&narrow, &PatientId::new("p1"), &query).unwrap();
    assert!(page.entries.is_empty(), "hidden is like absent");
}
