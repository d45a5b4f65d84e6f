//! Another way of labelling, and all is labelled again at the opening.

use super::{access, observe, open_with};
use crate::store::values;
use crate::{Commit, Condition, MasterKey, Record, ResourceChange, Role};
use model::id::ResourceRef;
use model::statement::{
    Basis, Capsule, EngineRef, GeneStatement, InputRef, KnowledgeRef, StatementContent,
};
use model::{PatientId, Statement, StatementId};
use serde_json::json;

fn conclude(record: &Record) {
    let text = |text: &str| text.to_owned();
    let resource = ResourceRef { resource_type: text("Observation"), id: text("o1"), version: 1 };
    let knowledge = KnowledgeRef {
        pack: text("pgx"),
        version: text("1"),
        date: text("2026-01-01"),
        digest: text("d"),
    };
    let statement = Statement {
        id: StatementId::new("s1"),
        patient: PatientId::new("p1"),
        content: StatementContent::Gene(GeneStatement {
            gene: text("CYP2C19"),
            hgnc: text("HGNC:2621"),
            basis: Basis::Reported,
            ..GeneStatement::default()
        }),
        capsule: Capsule {
            inputs: vec![InputRef { resource, sha256: String::new() }],
            knowledge,
            rule: text("gene:CYP2C19"),
            engine: EngineRef { name: text("pgx"), version: text("1") },
            gaps: vec![],
        },
    };
    let (engine, patient) = (access(Role::Engine), PatientId::new("p1"));
    record.put_statements(&engine, &patient, vec![statement], None).unwrap();
}

fn labels(record: &Record) -> Vec<String> {
    let text = "SELECT resource_type, id, version, label FROM resource_label WHERE tenant = $1
        ORDER BY resource_type, id, version, label";
    let rows = record.inner.record.read(|it| it.query(text, values!["t1"])).unwrap();
    rows.iter().map(super::shown).collect()
}

#[test]
fn labels_that_follow_are_made_again_at_the_opening() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    let record = open_with(directory.path(), MasterKey::create_file(&key).unwrap()).unwrap();
    observe(&record, "o1", "p1");
    conclude(&record);
    let subject = json!({"reference": "Patient/p1"});
    for resource in [
        json!({"resourceType": "DiagnosticReport", "id": "r1", "subject": subject,
            "result": [{"reference": "Observation/o1"}]}),
        json!({"resourceType": "Observation", "id": "o1", "subject": subject,
            "meta": {"security": [{"code": "R"}]}}),
    ] {
        let change = ResourceChange::put(resource, vec![], Condition::Any);
        let commit = Commit { changes: vec![change], ..Commit::default() };
        record.commit(&access(Role::Interface), commit).unwrap();
    }
    let expected = labels(&record);
    assert_eq!(expected.len(), 4, "two versions, a report, a statement: {expected:?}");
    let former = [
        "DELETE FROM resource_label WHERE tenant = $1",
        "DELETE FROM label_link WHERE tenant = $1",
        "DELETE FROM position WHERE name = 'label' AND value <> 0 AND $1 <> ''",
    ];
    for text in former {
        let work = move |it: &dyn crate::store::Executor| it.execute(text, values!["t1"]).map(drop);
        record.inner.record_writer.write(work).unwrap();
    }
    assert!(labels(&record).is_empty());
    drop(record);
    let record = open_with(directory.path(), MasterKey::from_file(&key).unwrap()).unwrap();
    assert_eq!(labels(&record), expected);
    let officer = super::care::officer();
    record.erase_patient(&officer, &PatientId::new("p1"), "asked for").unwrap();
    assert!(labels(&record).is_empty());
}
