//! Patients.

use super::{Object, identifier};
use model::patient::{Patient, PersonName, Sex};
use serde_json::Value;

/// A `Patient`. The first name is the official one. An identifier without an authority is written
/// without a system, and read back as a warning, as it identifies nobody.
pub fn patient(patient: &Patient) -> Value {
    let identifiers = patient.identifiers.iter().map(|number| identifier(number, None)).collect();
    let names = patient.names.iter().enumerate().map(|(at, person)| name(at, person)).collect();
    let gender = match patient.sex {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Other => "other",
        Sex::Unknown => "unknown",
    };
    Object::resource("Patient", patient.id.as_str())
        .list("identifier", identifiers)
        .list("name", names)
        .with("gender", gender)
        .some("birthDate", patient.birth_date.map(|date| date.to_string()))
        .build()
}

fn name(at: usize, name: &PersonName) -> Value {
    let given = name.given.iter().map(|part| Value::from(part.as_str())).collect();
    Object::default()
        .with("use", if at == 0 { "official" } else { "usual" })
        .some("family", Some(name.family.as_str()))
        .list("given", given)
        .build()
}
