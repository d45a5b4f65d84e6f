//! What was filed before relationships were read, is read at the opening; an erasure takes them.

use super::{access, open_with};
use crate::store::values;
use crate::{Access, Commit, Condition, MasterKey, Purpose, Record, ResourceChange, Role, Scope};
use model::{PatientId, TenantId};
use serde_json::json;

fn file(record: &Record, resource: serde_json::Value) {
    let change = ResourceChange::put(resource, vec![], Condition::Any);
    let commit = Commit { changes: vec![change], ..Commit::default() };
    record.commit(&access(Role::Interface), commit).unwrap();
}

pub(super) fn officer() -> Access {
    let (tenant, role) = (TenantId::new("t1"), Role::PrivacyOfficer);
    Access::new(tenant, "officer", role, Purpose::Operations, Scope::Tenant)
}

fn carers(record: &Record) -> Vec<String> {
    let found = record.care_of(&officer(), &PatientId::new("p1")).unwrap();
    found.into_iter().map(|care| format!("{} {}", care.actor, care.source)).collect()
}

fn count(record: &Record, table: &str) -> u64 {
    let text = format!("SELECT count(*) FROM {table} WHERE tenant = $1");
    record.inner.record.read(|it| it.one(&text, values!["t1"])?.count(0)).unwrap()
}

#[test]
fn resources_of_before_are_read_at_the_opening_and_an_erasure_takes_all() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    let record = open_with(directory.path(), MasterKey::create_file(&key).unwrap()).unwrap();
    let participant = json!([{"individual": {"reference": "Practitioner/ana"}}]);
    file(
        &record,
        json!({"resourceType": "Encounter", "id": "e1", "status": "in-progress",
            "subject": {"reference": "Patient/p1"}, "participant": participant}),
    );
    let member = json!([{"member": {"reference": "Practitioner/ana"}}]);
    file(
        &record,
        json!({"resourceType": "CareTeam", "id": "t1", "status": "active",
            "subject": {"reference": "Patient/p1"}, "participant": member}),
    );
    let expected = ["CareTeam/t1 CareTeam/t1", "Practitioner/ana Encounter/e1"];
    assert_eq!(carers(&record), expected);
    // A store of before has neither.
    let former = [
        "DELETE FROM care_said WHERE tenant = $1",
        "DELETE FROM care_member WHERE tenant = $1",
        "DELETE FROM position WHERE name = 'care' AND value > 0 AND $1 <> ''",
    ];
    for text in former {
        let work = move |it: &dyn crate::store::Executor| it.execute(text, values!["t1"]).map(drop);
        record.inner.record_writer.write(work).unwrap();
    }
    assert!(carers(&record).is_empty());
    drop(record);
    let key = MasterKey::from_file(&key).unwrap();
    let record = open_with(directory.path(), key).unwrap();
    assert_eq!(carers(&record), expected);
    assert_eq!((count(&record, "care_said"), count(&record, "care_member")), (2, 1));
    record.erase_patient(&officer(), &PatientId::new("p1"), "asked for").unwrap();
    assert_eq!((count(&record, "care_said"), count(&record, "care_member")), (0, 0));
}
