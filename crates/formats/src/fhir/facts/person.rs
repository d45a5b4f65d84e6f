//! Patients.

use super::Reader;
use crate::fhir::access::{self, text};
use model::PatientId;
use model::fact::FactContent;
use model::patient::{Identifier, Links, Patient, PersonName, Sex};
use model::reported::ResultStatus;
use model::specimen::Origin;
use serde_json::Value;

pub(super) fn patient(reader: &mut Reader<'_>) {
    let Some(id) = access::id(reader.resource) else {
        return reader.warn("no-id", "id", "a patient without an id cannot be filed");
    };
    let patient = Patient {
        id: PatientId::new(id),
        identifiers: identifiers(reader, "identifier"),
        names: names(reader),
        birth_date: birth_date(reader),
        sex: sex(reader),
        links: links(reader.resource),
    };
    reader.push(ResultStatus::Final, Origin::Unknown, FactContent::Patient(patient));
}

/// Merges with other records here: what another server calls by the same id is somebody else. Of
/// several that took its place none is chosen: the record then stands for itself.
fn links(resource: &Value) -> Links {
    let of = |kind: &str| -> Vec<PatientId> {
        let links = access::all(resource, "link").into_iter();
        let of_kind = links.filter(|link| text(link, "type") == Some(kind));
        let others = of_kind.filter_map(|link| access::reference_of(access::first(link, "other")?));
        let here = others.filter(|reference| reference.starts_with("Patient/"));
        let named = here.filter_map(access::type_and_id);
        named.map(|(_, id)| PatientId::new(id)).collect()
    };
    let mut stays = of("replaced-by");
    let replaced_by = stays.pop().filter(|_| stays.is_empty());
    Links { replaces: of("replaces"), replaced_by }
}

/// Identifiers that say who assigned them. Others identify nobody and are left out with a warning.
pub(super) fn identifiers(reader: &mut Reader<'_>, path: &str) -> Vec<Identifier> {
    let resource = reader.resource;
    let mut kept = Vec::new();
    for (index, value) in access::all(resource, path).into_iter().enumerate() {
        match access::identifier(value) {
            Some(identifier) if !identifier.authority.is_empty() => kept.push(identifier),
            _ => {
                let text = "an identifier without a system or value identifies nobody";
                reader.warn("no-authority", &format!("{path}[{index}]"), text);
            }
        }
    }
    kept
}

/// Names, the official one first and former ones last.
fn names(reader: &mut Reader<'_>) -> Vec<PersonName> {
    let rank = |name: &Value| match text(name, "use") {
        Some("official") => 0,
        Some("usual") | None => 1,
        Some("old" | "maiden") => 3,
        Some(_) => 2,
    };
    let mut ranked: Vec<(u8, PersonName)> = Vec::new();
    for (index, value) in access::all(reader.resource, "name").into_iter().enumerate() {
        let family = text(value, "family");
        let given: Vec<String> =
            access::texts(value, "given").into_iter().map(str::to_owned).collect();
        let name = match (family, text(value, "text")) {
            (Some(family), _) => PersonName { family: family.to_owned(), given },
            (None, _) if !given.is_empty() => PersonName { family: String::new(), given },
            (None, Some(words)) => {
                let text = "the name has no parts; its text is taken as the family name";
                reader.warn("name-text", &format!("name[{index}]"), text);
                PersonName { family: words.to_owned(), given }
            }
            (None, None) => {
                reader.warn("empty-name", &format!("name[{index}]"), "the name is empty");
                continue;
            }
        };
        ranked.push((rank(value), name));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, name)| name).collect()
}

fn birth_date(reader: &mut Reader<'_>) -> Option<model::PartialDate> {
    let date = access::date(reader.resource, "birthDate");
    if date.is_none() && reader.resource.get("birthDate").is_some() {
        reader.warn("bad-date", "birthDate", "the birth date is not a date");
    }
    date
}

fn sex(reader: &mut Reader<'_>) -> Sex {
    match text(reader.resource, "gender") {
        Some("female") => Sex::Female,
        Some("male") => Sex::Male,
        Some("other") => Sex::Other,
        Some("unknown") | None => Sex::Unknown,
        Some(_) => {
            reader.warn("bad-code", "gender", "the gender is not one of FHIR R4");
            Sex::Unknown
        }
    }
}
