//! Adopted packs and the list of what they change.

use crate::support::{access, fixture, knowledge, open_at, statement};
use model::PatientId;
use record::{AdoptionCounts, Failure, PatientChange, Record, Role};
use serde_json::json;
use std::collections::BTreeMap;

fn kept(record: &Record, digest: &str) {
    record.keep_pack(&access(Role::Engine), &knowledge(digest), &BTreeMap::new()).unwrap();
}

fn change(patient: &str, current_medicine: bool) -> PatientChange {
    let body = json!({"changes": [patient]});
    PatientChange { patient: PatientId::new(patient), current_medicine, body }
}

#[test]
fn a_pack_is_in_use_when_its_adoption_is_finished() {
    let fixture = fixture();
    let (record, engine) = (&fixture.record, access(Role::Engine));
    assert_eq!(record.active_pack(&engine), Ok(None));
    assert_eq!(record.begin_adoption(&engine, "d1"), Err(Failure::NotFound));
    for digest in ["d1", "d2"] {
        kept(record, digest);
    }
    record.activate_pack(&engine, "d1").unwrap();
    record.activate_pack(&engine, "d1").unwrap();
    assert_eq!(record.active_pack(&engine), Ok(Some(knowledge("d1"))));
    let refused = record.activate_pack(&engine, "d2");
    assert!(matches!(refused, Err(Failure::Conflict { .. })), "{refused:?}");

    let begun = record.begin_adoption(&engine, "d2").unwrap();
    assert_eq!((begun.former.as_ref(), begun.finished), (Some(&knowledge("d1")), None));
    assert_eq!(record.active_pack(&engine), Ok(Some(knowledge("d1"))));
    record.advance_adoption(&engine, &begun.id, &PatientId::new("p2"), 2).unwrap();
    // Advancing to where it is counts nobody twice.
    record.advance_adoption(&engine, &begun.id, &PatientId::new("p2"), 2).unwrap();
    let again = record.begin_adoption(&engine, "d2").unwrap();
    assert_eq!((again.id.as_str(), again.patients), (begun.id.as_str(), 2));
    assert_eq!(again.place, Some(PatientId::new("p2")));
    record.finish_adoption(&engine, &begun.id).unwrap();
    assert_eq!(record.finish_adoption(&engine, &begun.id), Err(Failure::NotFound));
    assert_eq!(record.active_pack(&engine), Ok(Some(knowledge("d2"))));
    // The same pack again is a new adoption; an open one of another pack is left behind.
    let third = record.begin_adoption(&engine, "d2").unwrap();
    assert_ne!(third.id, begun.id);
    let fourth = record.begin_adoption(&engine, "d1").unwrap();
    assert_ne!(record.begin_adoption(&engine, "d2").unwrap().id, third.id);
    let list = record.adoptions(&engine, 10).unwrap();
    assert_eq!(list.len(), 5);
    assert_eq!(list[1].id, fourth.id);
    // The order is that of the adoptions, also for a clock that was put back.
    let earlier = open_at(fixture.directory.path()).unwrap();
    let fifth = earlier.begin_adoption(&engine, "d1").unwrap();
    assert!(fifth.started < list[0].started);
    assert_eq!(record.adoptions(&engine, 1).unwrap()[0].id, fifth.id);
}

#[test]
fn statements_and_the_list_go_together_and_stay() {
    let fixture = fixture();
    let (record, engine) = (&fixture.record, access(Role::Engine));
    kept(record, "d1");
    for patient in ["p1", "p2", "p3"] {
        let statements = vec![statement(&format!("s-{patient}"), patient, "x")];
        record.put_statements(&engine, &PatientId::new(patient), statements, None).unwrap();
    }
    let after = |after: Option<&str>, limit| {
        let after = after.map(PatientId::new);
        let found = record.patients_with_statements(&engine, after.as_ref(), limit).unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(after(None, 2), ["p1", "p2"]);
    assert_eq!(after(Some("p2"), 2), ["p3"]);

    let id = record.begin_adoption(&engine, "d1").unwrap().id;
    let adopt = |patient: &str, text: &str, change| {
        let statements = [statement(&format!("s-{patient}"), patient, text)];
        record.adopt_patient(&engine, &id, change, &PatientId::new(patient), &statements)
    };
    assert_eq!(adopt("p1", "y", Some(change("p1", true))).unwrap().written, 1);
    assert_eq!(adopt("p2", "x", None).unwrap().unchanged, 1);
    assert_eq!(adopt("p3", "y", Some(change("p3", false))).unwrap().written, 1);
    // As after a crash: what was noted first stands.
    let mut other = change("p1", false);
    other.body = json!({});
    assert_eq!(adopt("p1", "y", Some(other)).unwrap().unchanged, 1);
    // Statements that are refused leave nobody on the list.
    let foreign = [statement("s-p1", "p2", "z")];
    let (patient, noted) = (PatientId::new("p2"), Some(change("p2", true)));
    let refused = record.adopt_patient(&engine, &id, noted, &patient, &foreign);
    assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");

    let reopened = open_at(fixture.directory.path()).unwrap();
    let pharmacist = access(Role::Pharmacist);
    let found = reopened.pack_changes(&pharmacist, &id, None, 10).unwrap();
    assert_eq!(found, [change("p1", true), change("p3", false)]);
    let rest = reopened.pack_changes(&pharmacist, &id, Some(&PatientId::new("p1")), 10).unwrap();
    assert_eq!(rest.len(), 1);
    let counts = reopened.adoption_counts(&pharmacist, &id).unwrap();
    assert_eq!(counts, AdoptionCounts { patients: 2, current_medicine: 1 });
    assert_eq!(reopened.pack_changes(&pharmacist, "other", None, 10).unwrap(), []);
}
