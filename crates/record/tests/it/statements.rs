//! Statements: written once, withdrawn, never lost.

use crate::support::{access, commit, fixture, narrowed, patient, statement};
use model::{PatientId, StatementId};
use record::{ChangeKind, Condition, Failure, ResourceChange, Role, StatementsPut};

fn p1() -> PatientId {
    PatientId::new("p1")
}

#[test]
fn the_same_statements_again_change_nothing() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let put = |notes: &[(&str, &str)], cursor| {
        let statements = notes.iter().map(|(id, note)| statement(id, "p1", note)).collect();
        record.put_statements(&engine, &p1(), statements, cursor).unwrap()
    };
    let done = |written, unchanged, withdrawn| StatementsPut { written, unchanged, withdrawn };
    assert_eq!(put(&[("a", "1"), ("b", "1")], Some(("interpret", 5))), done(2, 0, 0));
    assert_eq!(record.cursor(&engine, "interpret").unwrap(), 5);
    assert_eq!(put(&[("b", "1"), ("a", "1")], Some(("interpret", 6))), done(0, 2, 0));
    assert_eq!(record.cursor(&engine, "interpret").unwrap(), 6);
    assert_eq!(record.health().last_sequence, 2);
    assert_eq!(put(&[("a", "2")], None), done(1, 0, 1));
    assert_eq!(put(&[("a", "2")], None), done(0, 1, 0));
    // A statement that comes back is a new version, even if it says what it said.
    assert_eq!(put(&[("a", "2"), ("b", "1")], None), done(1, 1, 0));

    let history: Vec<_> = record
        .changes(&engine, 0, 100)
        .unwrap()
        .into_iter()
        .map(|c| (c.sequence, c.id, c.version, c.deleted))
        .collect();
    let row = |sequence, id: &str, version, deleted| (sequence, id.to_owned(), version, deleted);
    assert_eq!(
        history,
        [
            row(1, "a", 1, false),
            row(2, "b", 1, false),
            row(3, "a", 2, false),
            row(4, "b", 2, true),
            row(5, "b", 3, false),
        ]
    );
    let current = record.statements(&engine, &p1()).unwrap();
    assert_eq!(current.iter().map(|s| s.version).collect::<Vec<_>>(), [2, 3]);
    let version = |id: &str, version| {
        record.statement(&engine, &StatementId::new(id), version).unwrap().unwrap()
    };
    assert_eq!(version("a", Some(1)).statement, statement("a", "p1", "1"));
    assert_eq!(version("a", None).statement, statement("a", "p1", "2"));
    assert!(version("b", Some(2)).withdrawn);
    assert_eq!(version("b", Some(2)).statement, statement("b", "p1", "1"));
    assert_eq!(record.statement(&engine, &StatementId::new("a"), Some(9)).unwrap(), None);
}

#[test]
fn a_withdrawn_statement_is_no_longer_current() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    record.put_statements(&engine, &p1(), vec![statement("a", "p1", "1")], None).unwrap();
    let done = record.put_statements(&engine, &p1(), vec![], None).unwrap();
    assert_eq!(done.withdrawn, 1);
    assert!(record.statements(&engine, &p1()).unwrap().is_empty());
    assert!(record.statement(&engine, &StatementId::new("a"), None).unwrap().unwrap().withdrawn);
    let change = record.changes(&engine, 1, 10).unwrap().pop().unwrap();
    assert_eq!((change.kind, change.deleted), (ChangeKind::Statement, true));
    assert_eq!((change.resource_type.as_str(), change.patient), ("Statement", Some(p1())));
}

#[test]
fn another_patients_statements_are_refused_whole() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let p2 = PatientId::new("p2");
    record.put_statements(&engine, &p2, vec![statement("x", "p2", "1")], None).unwrap();
    for statements in [
        vec![statement("a", "p1", "1"), statement("b", "p2", "1")],
        vec![statement("a", "p1", "1"), statement("a", "p1", "2")],
        vec![statement("a", "p1", "1"), statement("x", "p1", "1")],
        vec![statement("", "p1", "1")],
    ] {
        let result = record.put_statements(&engine, &p1(), statements, Some(("c", 9)));
        assert!(matches!(result, Err(Failure::Invalid { .. })), "{result:?}");
        assert!(record.statements(&engine, &p1()).unwrap().is_empty());
        assert_eq!(record.cursor(&engine, "c").unwrap(), 0);
    }
    assert_eq!(record.statements(&engine, &p2).unwrap().len(), 1);
}

#[test]
fn an_order_reads_the_statements_it_names_of_a_patient_who_is_there() {
    let fixture = fixture();
    let record = &fixture.record;
    let engine = access(Role::Engine);
    let statements = ["a", "b", "c"].map(|id| statement(id, "p1", "x")).to_vec();
    record.put_statements(&engine, &p1(), statements, None).unwrap();
    let ids = ["c", "a", "none"].map(StatementId::new);
    let read = |access: &record::Access| record.statements_by_id(access, &p1(), &ids);
    let client = access(Role::ServiceClient);
    assert_eq!(read(&client), Err(Failure::NotFound), "nobody has filed the patient");

    commit(record, vec![patient("p1", "Example", "1")]).unwrap();
    let found: Vec<String> =
        read(&client).unwrap().iter().map(|s| s.statement.id.to_string()).collect();
    assert_eq!(found, ["a", "c"]);
    assert_eq!(record.statements_by_id(&client, &p1(), &[]).unwrap(), []);
    assert!(read(&narrowed(Role::Prescriber, &["p1"])).is_ok());
    assert_eq!(read(&narrowed(Role::Prescriber, &["p2"])), Err(Failure::NotFound));

    let (resource_type, id) = ("Patient".to_owned(), "p1".to_owned());
    let gone = ResourceChange::Delete { resource_type, id, condition: Condition::Any };
    commit(record, vec![gone]).unwrap();
    assert_eq!(read(&client), Err(Failure::NotFound), "a deleted patient has no statements");
}
