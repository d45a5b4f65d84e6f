//! What labels, relationships, consents and emergencies hide, on every way to what is stored.

mod care;
mod consents;
mod derived;
mod emergencies;
mod hidden;
mod matrix;
mod proposals;
mod random;
mod secondary;

use crate::support::{Fixture, access, commit, fixture, observation, patient, put};
use model::{PatientId, Timestamp};
use record::{Access, Care, Purpose, Record, Role, Scope};
use serde_json::{Value, json};

/// Before and after every time of the tests.
const LONG_AGO: i64 = 0;
const FAR_AWAY: i64 = 4_000_000_000_000_000;

/// Two patients with an observation each.
fn two() -> Fixture {
    let fixture = fixture();
    let changes = vec![
        patient("p1", "Example", "1"),
        patient("p2", "Sample", "2"),
        put(observation("o1", "p1", "x")),
        put(observation("o2", "p2", "x")),
    ];
    commit(&fixture.record, changes).unwrap();
    fixture
}

fn labelled(mut resource: Value, label: &str) -> Value {
    resource["meta"]["security"] = json!([{"code": label}]);
    resource
}

fn care(record: &Record, actor: &str, patient: &str, begins: i64, ends: i64) {
    let care = Care {
        patient: PatientId::new(patient),
        actor: actor.to_owned(),
        begins: Timestamp::from_micros(begins),
        ends: Timestamp::from_micros(ends),
        source: "visit".to_owned(),
    };
    record.put_care(&access(Role::Operator), care).unwrap();
}

fn consent(id: &str, patient: &str, provision: Value) -> Value {
    let mut resource = json!({
        "resourceType": "Consent",
        "id": id,
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "IDSCL"}]}],
        "patient": {"reference": format!("Patient/{patient}")},
    });
    if !provision.is_null() {
        resource["provision"] = provision;
    }
    resource
}

fn file(record: &Record, resource: Value) {
    commit(record, vec![put(resource)]).unwrap();
}

fn sees(record: &Record, access: &Access, id: &str) -> bool {
    record.read(access, "Observation", id).unwrap().is_some()
}

/// Somebody with an id of its own.
fn somebody(actor: &str, role: Role, purpose: Purpose) -> Access {
    let tenant = access(role).tenant().clone();
    Access::new(tenant, actor, role, purpose, Scope::Tenant)
}
