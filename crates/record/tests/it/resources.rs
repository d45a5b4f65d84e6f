//! Versions, conditions, history, compartments.

use crate::support::{access, commit, fixture, narrowed, observation, patient, patient_fact, put};
use model::{PatientId, ResourceRef};
use record::{ChangeKind, Commit, Condition, Failure, ResourceChange, Role};
use serde_json::{Value, json};

fn body(stored: &record::Stored) -> Value {
    serde_json::from_slice(&stored.body).unwrap()
}

fn conditional(condition: Condition) -> ResourceChange {
    let resource = observation("o1", "p1", "48018-6");
    ResourceChange::put(resource, vec![], condition)
}

fn delete(id: &str, condition: Condition) -> ResourceChange {
    ResourceChange::Delete { resource_type: "Observation".to_owned(), id: id.to_owned(), condition }
}

#[test]
fn conditions_hold_or_nothing_happens() {
    // stored before (None, live version 2, deleted as version 3), condition, does it hold
    let absent: &[ResourceChange] = &[];
    let live = [conditional(Condition::Any), conditional(Condition::Any)];
    let deleted =
        [conditional(Condition::Any), conditional(Condition::Any), delete("o1", Condition::Any)];
    for (before, condition, holds) in [
        (absent, Condition::Any, true),
        (absent, Condition::Absent, true),
        (absent, Condition::Version(1), false),
        (&live, Condition::Any, true),
        (&live, Condition::Absent, false),
        (&live, Condition::Version(1), false),
        (&live, Condition::Version(2), true),
        (&live, Condition::Version(3), false),
        (&deleted, Condition::Any, true),
        (&deleted, Condition::Absent, true),
        (&deleted, Condition::Version(3), false),
    ] {
        for change in [conditional(condition), delete("o1", condition)] {
            let fixture = fixture();
            for change in before {
                commit(&fixture.record, vec![change.clone()]).unwrap();
            }
            let last = fixture.record.health().last_sequence;
            // A first change that would succeed shows that the whole commit is refused.
            let other = put(observation("o2", "p1", "48018-6"));
            let result = commit(&fixture.record, vec![other, change]);
            let reader = access(Role::Prescriber);
            let o2 = fixture.record.read(&reader, "Observation", "o2").unwrap();
            if holds {
                assert!(result.is_ok(), "{before:?} {condition:?}");
                assert!(o2.is_some());
            } else {
                assert!(matches!(result, Err(Failure::Conflict { .. })), "{condition:?}");
                assert!(o2.is_none());
                assert_eq!(fixture.record.health().last_sequence, last);
            }
        }
    }
}

#[test]
fn every_version_stays_readable_after_changes_and_deletion() {
    let fixture = fixture();
    let record = &fixture.record;
    let reader = access(Role::Prescriber);
    commit(record, vec![put(observation("o1", "p1", "first"))]).unwrap();
    commit(record, vec![put(observation("o1", "p1", "second"))]).unwrap();
    let deleted = commit(record, vec![delete("o1", Condition::Version(2))]).unwrap();
    assert!(deleted.resources[0].as_ref().unwrap().deleted);
    // Deleting what is gone does nothing.
    assert_eq!(commit(record, vec![delete("o1", Condition::Any)]).unwrap().resources, [None]);

    for (version, code) in [(1, "first"), (2, "second")] {
        let stored = record.vread(&reader, "Observation", "o1", version).unwrap().unwrap();
        let json = body(&stored);
        assert_eq!(json["code"]["coding"][0]["code"], code);
        assert_eq!(json["meta"]["versionId"], version.to_string());
        assert_eq!(json["meta"]["lastUpdated"], stored.recorded.to_string());
        assert_eq!(stored.patient, Some(PatientId::new("p1")));
    }
    let current = record.read(&reader, "Observation", "o1").unwrap().unwrap();
    assert_eq!((current.deleted, current.reference.version), (true, 3));
    assert!(current.body.is_empty());
    assert_eq!(record.vread(&reader, "Observation", "o1", 4).unwrap(), None);
    assert_eq!(record.read(&reader, "Observation", "none").unwrap(), None);

    // It can come back, and counts on.
    let again = commit(record, vec![put(observation("o1", "p1", "third"))]).unwrap();
    assert_eq!(again.resources[0].as_ref().unwrap().reference.version, 4);
}

#[test]
fn what_cannot_be_stored_is_refused_with_its_place() {
    let fixture = fixture();
    for (resource, place) in [
        (json!({"resourceType": "observation", "id": "a"}), "change[0].resourceType"),
        (json!({"id": "a"}), "change[0].resourceType"),
        (json!({"resourceType": "Observation"}), "change[0].id"),
        (json!({"resourceType": "Observation", "id": "a b"}), "change[0].id"),
        (json!([]), "change[0].resourceType"),
        (json!({"resourceType": "Observation", "id": "a", "meta": 1}), "Observation/a meta"),
        (
            json!({"resourceType": "Observation", "id": "a",
                "subject": {"reference": "urn:uuid:1"}}),
            "Observation.subject",
        ),
        (json!({"resourceType": "Patient", "id": "p1"}), "Patient/p1"),
        (
            json!({"resourceType": "Observation", "id": "a", "subject": {"reference": "Patient/a"},
                "patient": {"reference": "Patient/b"}}),
            "Observation.patient",
        ),
        (
            json!({"resourceType": "Observation", "id": "a", "status": "a\u{0}b"}),
            "Observation status",
        ),
    ] {
        match commit(&fixture.record, vec![put(resource.clone())]) {
            Err(Failure::Invalid { place: found, .. }) => assert_eq!(found, place, "{resource}"),
            other => panic!("{resource}: {other:?}"),
        }
    }
}

#[test]
fn a_patients_fact_is_about_that_patient() {
    let fixture = fixture();
    for (facts, good) in [
        (vec![patient_fact("p1", "Example", "1")], true),
        (vec![patient_fact("p2", "Example", "1")], false),
        (vec![crate::support::gene_fact("TPMT")], false),
        (vec![], false),
    ] {
        let resource = json!({"resourceType": "Patient", "id": "p1"});
        let change = ResourceChange::put(resource, facts, Condition::Any);
        assert_eq!(commit(&fixture.record, vec![change]).is_ok(), good);
    }
    // Found by the fact's identifier, though the resource has none.
    let identifier = model::patient::Identifier {
        authority: "urn:example:mrn".to_owned(),
        value: "1".to_owned(),
    };
    let found = fixture.record.find_patients(&access(Role::Interface), &[identifier]).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn the_compartment_is_derived_from_the_resource() {
    let fixture = fixture();
    let reference = |to: &str| json!({"reference": to});
    let cases = [
        (json!({"resourceType": "Task", "id": "a", "for": reference("Patient/p1")}), Some("p1")),
        (
            json!({"resourceType": "AllergyIntolerance", "id": "a",
                "patient": reference("Patient/p2/_history/3")}),
            Some("p2"),
        ),
        (json!({"resourceType": "Organization", "id": "a"}), None),
        (json!({"resourceType": "Observation", "id": "none"}), None),
        (
            json!({"resourceType": "Observation", "id": "performer",
                "performer": [reference("Patient/p1")]}),
            None,
        ),
        (
            json!({"resourceType": "Observation", "id": "elsewhere",
                "subject": reference("http://example.org/fhir/Patient/p1")}),
            None,
        ),
        (observation("o1", "p1", "x"), Some("p1")),
        (
            json!({"resourceType": "Provenance", "id": "one",
                "target": [reference("Observation/o1"), reference("Patient/p1")]}),
            Some("p1"),
        ),
        (
            json!({"resourceType": "Provenance", "id": "two",
                "target": [reference("Observation/o1"), reference("Patient/p2")]}),
            None,
        ),
        (
            json!({"resourceType": "Provenance", "id": "unknown",
                "target": [reference("Observation/o1"), reference("Observation/none")]}),
            None,
        ),
    ];
    for (resource, expected) in cases {
        let committed = commit(&fixture.record, vec![put(resource.clone())]).unwrap();
        let stored = committed.resources[0].clone().unwrap();
        assert_eq!(stored.patient, expected.map(PatientId::new), "{resource}");
    }
    // What belongs to nobody by nature is seen by everybody; what lost its patient by nobody
    // whose access is narrowed.
    let narrow = narrowed(Role::Prescriber, &["p1"]);
    for (resource_type, id, seen) in [
        ("Organization", "a", true),
        ("Observation", "none", false),
        ("Observation", "elsewhere", false),
        ("Provenance", "one", true),
        ("Provenance", "two", false),
    ] {
        let found = fixture.record.read(&narrow, resource_type, id).unwrap();
        assert_eq!(found.is_some(), seen, "{resource_type}/{id}");
    }
}

#[test]
fn moving_to_another_patient_tells_both_and_hides_nothing_from_history() {
    let fixture = fixture();
    let record = &fixture.record;
    let change = |patient: &str| ResourceChange::Put {
        literals: record::Literals::new(),
        resource: observation("o1", patient, "x"),
        facts: vec![crate::support::gene_fact("CYP2C19")],
        condition: Condition::Any,
    };
    commit(record, vec![change("p1")]).unwrap();
    commit(record, vec![change("p2")]).unwrap();
    let engine = access(Role::Engine);
    let seen: Vec<_> = record
        .changes(&engine, 0, 10)
        .unwrap()
        .into_iter()
        .map(|c| (c.sequence, c.kind, c.version, c.patient.unwrap().to_string(), c.deleted))
        .collect();
    let kind = ChangeKind::Resource;
    assert_eq!(
        seen,
        [
            (1, kind, 1, "p1".to_owned(), false),
            (2, kind, 2, "p1".to_owned(), true),
            (3, kind, 2, "p2".to_owned(), false),
        ]
    );
    assert!(record.facts(&engine, &PatientId::new("p1")).unwrap().is_empty());
    assert_eq!(record.facts(&engine, &PatientId::new("p2")).unwrap().len(), 1);
    let narrow = narrowed(Role::Prescriber, &["p1"]);
    assert!(record.read(&narrow, "Observation", "o1").unwrap().is_none());
    assert!(record.vread(&narrow, "Observation", "o1", 1).unwrap().is_some());
    assert!(record.vread(&narrow, "Observation", "o1", 2).unwrap().is_none());
}

#[test]
fn facts_belong_to_their_version() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let change = |genes: &[&str]| ResourceChange::Put {
        literals: record::Literals::new(),
        resource: observation("o1", "p1", "x"),
        facts: genes.iter().map(|gene| crate::support::gene_fact(gene)).collect(),
        condition: Condition::Any,
    };
    commit(record, vec![patient("p1", "Example", "1"), change(&["CYP2C19", "TPMT"])]).unwrap();
    let stored = commit(record, vec![change(&["SLCO1B1"])]).unwrap();
    let facts = record.facts(&engine, &PatientId::new("p1")).unwrap();
    let narrow = |types: &[&str]| {
        record.facts_of_types(&engine, &PatientId::new("p1"), types).unwrap().len()
    };
    assert_eq!(narrow(&["Observation"]), 1);
    assert_eq!(narrow(&["Observation", "Patient"]), facts.len());
    assert_eq!((narrow(&["Specimen"]), narrow(&[])), (0, 0));
    let of_observation: Vec<_> =
        facts.iter().filter(|fact| fact.resource.resource_type == "Observation").collect();
    assert_eq!(of_observation.len(), 1);
    assert_eq!(of_observation[0].resource.version, 2);
    assert_eq!(of_observation[0].sha256, stored.resources[0].as_ref().unwrap().sha256);
    assert_eq!(of_observation[0].fact, crate::support::gene_fact("SLCO1B1"));
    let reference =
        ResourceRef { resource_type: "Observation".to_owned(), id: "o1".to_owned(), version: 1 };
    let old = record.facts_of_version(&engine, &reference).unwrap();
    assert_eq!(old.iter().map(|fact| fact.ordinal).collect::<Vec<_>>(), [0, 1]);
    commit(record, vec![delete("o1", Condition::Any)]).unwrap();
    assert_eq!(record.facts(&engine, &PatientId::new("p1")).unwrap().len(), 1);
    assert_eq!(record.facts_of_version(&engine, &reference).unwrap().len(), 2);
}

#[test]
fn a_narrowed_access_writes_within_its_patients_only() {
    let fixture = fixture();
    let record = &fixture.record;
    commit(record, vec![put(observation("o1", "p1", "x"))]).unwrap();
    let narrow = narrowed(Role::Interface, &["p2"]);
    let write = |resource| {
        record.commit(&narrow, Commit { changes: vec![put(resource)], ..Commit::default() })
    };
    assert!(write(observation("o2", "p2", "x")).is_ok());
    assert_eq!(write(observation("o3", "p1", "x")), Err(Failure::NotFound));
    // Somebody else's resource cannot be drawn into one's own compartment.
    assert_eq!(write(observation("o1", "p2", "x")), Err(Failure::NotFound));
    let organization = json!({"resourceType": "Organization", "id": "a"});
    assert_eq!(write(organization), Err(Failure::NotFound));
}
