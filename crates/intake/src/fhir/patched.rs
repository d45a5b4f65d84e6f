//! Laying a JSON Patch on the version that stands (FHIR R4, RESTful API, "patch").

use super::{Failure, JSON_PATCH, NOT_FOUND, forbid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use formats::fhir::json::Document;
use formats::fhir::{access, check, patch};
use model::Problem;
use record::{Access, Condition, Record, Stored};
use serde_json::Value;

/// The current version, not deleted.
pub(super) fn standing(
    record: &Record,
    access: &Access,
    resource_type: &str,
    id: &str,
    place: &str,
) -> Result<Stored, Failure> {
    let stored = record.read(access, resource_type, id)?;
    stored.filter(|stored| !stored.deleted).ok_or_else(|| {
        let text = "there is no such resource";
        Failure::Refused(vec![Problem::error(NOT_FOUND, place, text)])
    })
}

/// Whether the version that stands is the one the client knows.
pub(super) fn require_version(
    condition: Condition,
    version: u64,
    place: &str,
) -> Result<(), Failure> {
    match condition {
        Condition::Version(expected) if expected != version => {
            Err(Failure::Record(record::Failure::Conflict {
                place: place.to_owned(),
                expected: format!("version {expected}"),
                found: format!("version {version}"),
            }))
        }
        _ => Ok(()),
    }
}

/// With the patch of a Bundle's entry, which is a Binary.
pub(super) fn by_binary(
    binary: Option<&Value>,
    stored: &Stored,
    place: &str,
) -> Result<Document, Failure> {
    let text = |name: &str| binary?.get(name)?.as_str();
    if text("resourceType") != Some("Binary") || text("contentType") != Some(JSON_PATCH) {
        return refuse(place, "a patch is a Binary of `application/json-patch+json`");
    }
    match BASE64.decode(text("data").unwrap_or_default()) {
        Ok(bytes) => patched(stored, &bytes, place),
        Err(_) => refuse(place, "the data is not base64"),
    }
}

/// The resource that the patch makes of a version; it is checked like any other.
pub(super) fn patched(stored: &Stored, bytes: &[u8], place: &str) -> Result<Document, Failure> {
    let document = patch::apply(&stored.body, bytes).map_err(|problem| {
        let place = format!("{place}: {}", problem.place);
        Failure::Refused(vec![Problem { place, ..problem }])
    })?;
    let reference = &stored.reference;
    if access::resource_type(&document.value) != Some(reference.resource_type.as_str()) {
        return refuse(place, "a patch cannot make another type of a resource");
    }
    if access::id(&document.value) != Some(reference.id.as_str()) {
        return refuse(place, "a patch cannot change the id");
    }
    forbid(check::check_at(&document.value, place))?;
    Ok(document)
}

fn refuse<T>(place: &str, text: &str) -> Result<T, Failure> {
    Err(Failure::Refused(vec![Problem::error("bad-patch", place, text)]))
}
