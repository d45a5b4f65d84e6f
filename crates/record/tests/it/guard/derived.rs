//! What is made of other resources carries their labels: statements, reports, documents, groups.

use super::{consent, file, labelled, somebody, two};
use crate::support::{access, commit, observation, put, statement};
use model::id::ResourceRef;
use model::statement::InputRef;
use model::{PatientId, StatementId};
use record::{Access, CompartmentQuery, HistoryQuery, Purpose, Query, Record, Role, Term};
use serde_json::{Value, json};

fn reader(role: Role) -> Access {
    somebody("account:ana", role, Purpose::Treatment)
}

/// The statement `s1`, made from a version of `o1`.
fn conclude(record: &Record, version: u64) {
    let mut statement = statement("s1", "p1", "from o1");
    let resource = ResourceRef { resource_type: "Observation".into(), id: "o1".into(), version };
    statement.capsule.inputs = vec![InputRef { resource, sha256: String::new() }];
    let engine = access(Role::Engine);
    record.put_statements(&engine, &PatientId::new("p1"), vec![statement], None).unwrap();
}

/// Whether it is seen, by every way to statements.
fn is_told(record: &Record, access: &Access) -> bool {
    let (patient, id) = (PatientId::new("p1"), StatementId::new("s1"));
    let all = record.statements(access, &patient).unwrap().len();
    let by_id = record.statements_by_id(access, &patient, std::slice::from_ref(&id)).unwrap().len();
    let one = usize::from(record.statement(access, &id, None).unwrap().is_some());
    let first = usize::from(record.statement(access, &id, Some(1)).unwrap().is_some());
    assert!([by_id, one, first] == [all; 3], "{all} {by_id} {one} {first}");
    all == 1
}

#[test]
fn statements_carry_the_labels_of_what_they_were_made_from() {
    let fixture = two();
    let record = &fixture.record;
    conclude(record, 1);
    let (doctor, pharmacist) = (reader(Role::Prescriber), reader(Role::Pharmacist));
    let outcome = |record: &Record| [is_told(record, &doctor), is_told(record, &pharmacist)];
    assert_eq!(outcome(record), [true, true]);
    // A label that comes later is of what was concluded before, too.
    file(record, labelled(observation("o1", "p1", "x"), "GDIS"));
    assert_eq!(outcome(record), [true, false]);
    file(record, labelled(observation("o1", "p1", "y"), "R"));
    assert_eq!(outcome(record), [false, false]);
    // One that is concluded from what no longer carries it does not.
    file(record, observation("o1", "p1", "z"));
    conclude(record, 4);
    let patient = PatientId::new("p1");
    assert_eq!(record.statements(&pharmacist, &patient).unwrap().len(), 1);
    let id = StatementId::new("s1");
    assert!(record.statement(&pharmacist, &id, Some(1)).unwrap().is_none());
    assert!(record.statement(&pharmacist, &id, Some(2)).unwrap().is_some());
    // One that is withdrawn stays as hidden as it was.
    file(record, labelled(observation("o1", "p1", "x"), "R"));
    conclude(record, 5);
    record.put_statements(&access(Role::Engine), &patient, vec![], None).unwrap();
    assert!(record.statement(&doctor, &id, None).unwrap().is_none());
}

#[test]
fn consents_about_a_label_are_about_statements_too() {
    let fixture = two();
    let record = &fixture.record;
    file(record, labelled(observation("o1", "p1", "x"), "GDIS"));
    conclude(record, 2);
    let doctor = reader(Role::Prescriber);
    let label = |code: &str| {
        json!({"type": "permit", "provision": [{"type": "deny",
        "securityLabel": [{"code": code}]}]})
    };
    for (provision, expected) in
        [(label("GDIS"), false), (label("HIV"), true), (label("N"), true), (Value::Null, true)]
    {
        file(record, consent("c1", "p1", provision.clone()));
        assert_eq!(is_told(record, &doctor), expected, "{provision}");
    }
    // Without a label it is what `N` is about.
    file(record, observation("o1", "p1", "x"));
    conclude(record, 3);
    file(record, consent("c1", "p1", label("N")));
    let id = StatementId::new("s1");
    assert!(record.statement(&doctor, &id, None).unwrap().is_none());
}

fn of(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({"reference": id})).collect()
}

fn report(id: &str, results: &[&str]) -> Value {
    json!({"resourceType": "DiagnosticReport", "id": id, "status": "final",
        "subject": {"reference": "Patient/p1"}, "result": of(results)})
}

fn document(id: &str, entries: &[&str]) -> Value {
    json!({"resourceType": "Composition", "id": id, "status": "final",
        "subject": {"reference": "Patient/p1"},
        "section": [{"section": [{"entry": of(entries)}]}]})
}

/// Whether a resource is seen, by every way to resources.
fn is_seen(record: &Record, access: &Access, resource_type: &str, id: &str) -> bool {
    let read = record.read(access, resource_type, id).unwrap().is_some();
    let query = Query {
        resource_type: resource_type.to_owned(),
        terms: vec![Term::parse("_id", id)],
        count: 9,
        cursor: None,
    };
    let found = record.search(access, &query).unwrap();
    let query = CompartmentQuery {
        types: vec![resource_type.to_owned()],
        count: 50,
        ..CompartmentQuery::default()
    };
    let all = record.compartment(access, &PatientId::new("p1"), &query).unwrap().entries;
    let query = HistoryQuery {
        resource_type: Some(resource_type.to_owned()),
        id: Some(id.to_owned()),
        count: 9,
        ..HistoryQuery::default()
    };
    let history = record.history(access, &query).unwrap().entries;
    let others = [
        found.total == 1,
        !found.entries.is_empty(),
        all.iter().any(|stored| stored.reference.id == id),
        !history.is_empty(),
    ];
    assert_eq!(others, [read; 4], "{resource_type}/{id}");
    read
}

#[test]
fn reports_and_documents_carry_the_labels_of_their_results() {
    let fixture = two();
    let record = &fixture.record;
    let doctor = reader(Role::Prescriber);
    // The document and the report come before what they are made of.
    let group = json!({"resourceType": "Observation", "id": "g1", "status": "final",
        "subject": {"reference": "Patient/p1"}, "hasMember": of(&["Observation/o3"])});
    let bundle = vec![
        put(document("d1", &["DiagnosticReport/r1"])),
        put(report("r1", &["Observation/g1"])),
        put(group),
        put(labelled(observation("o3", "p1", "x"), "R")),
        put(report("r2", &["Observation/o1"])),
        put(report("r3", &["Observation/o2"])),
    ];
    commit(record, bundle).unwrap();
    let seen = |resource_type: &str, id: &str| is_seen(record, &doctor, resource_type, id);
    for (resource_type, id, expected) in [
        ("Composition", "d1", false),
        ("DiagnosticReport", "r1", false),
        ("Observation", "g1", false),
        ("DiagnosticReport", "r2", true),
    ] {
        assert_eq!(seen(resource_type, id), expected, "{resource_type}/{id}");
    }
    // A label that a result gets later is the report's from then on, earlier versions as well.
    file(record, report("r2", &["Observation/o1"]));
    file(record, labelled(observation("o1", "p1", "x"), "R"));
    assert!(!seen("DiagnosticReport", "r2"));
    // A report that no longer has the result does not carry its label.
    file(record, report("r2", &[]));
    assert!(record.read(&doctor, "DiagnosticReport", "r2").unwrap().is_some());
    assert!(record.vread(&doctor, "DiagnosticReport", "r2", 1).unwrap().is_none());
    file(record, labelled(observation("o1", "p1", "y"), "HIV"));
    assert!(record.read(&doctor, "DiagnosticReport", "r2").unwrap().is_some());
    // What is known of another patient says nothing about this one.
    file(record, labelled(observation("o2", "p2", "x"), "R"));
    assert!(seen("DiagnosticReport", "r3"));
}
