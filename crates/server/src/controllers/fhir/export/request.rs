//! Reading a kick-off: parameters of the address or of a Parameters resource.

use crate::controllers::fhir::history::since;
use crate::controllers::fhir::parameter;
use crate::error::Error;
use axum::http::{HeaderMap, StatusCode};
use formats::fhir::access::type_and_id;
use formats::fhir::json;
use record::{ExportForResearch, ExportLevel, ExportRequest};
use serde_json::Value;

/// Formats that all are FHIR NDJSON.
const FORMATS: [&str; 3] = ["application/fhir+ndjson", "application/ndjson", "ndjson"];
/// Parameters of the specification that this server does not act upon.
const NOT_DONE: [&str; 6] = [
    "_elements",
    "_typeFilter",
    "includeAssociatedData",
    "organizeOutputBy",
    "allowPartialManifests",
    "_count",
];
/// Bytes of a Parameters resource.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Reads what is asked for.
///
/// # Errors
/// 400 without `Prefer: respond-async`, on a value that cannot be read, and, unless the client is
/// lenient, on a parameter that is not acted upon: a file would hold more than was asked for.
pub(super) fn read(
    headers: &HeaderMap,
    pairs: &[(String, String)],
    body: &[u8],
    level: ExportLevel,
) -> Result<ExportRequest, Error> {
    let prefers = |what: &str| {
        headers
            .get_all("prefer")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split([',', ';']).any(|part| part.trim() == what))
    };
    if !prefers("respond-async") {
        let text = "an export is asked for with `Prefer: respond-async`";
        return Err(Error::new(StatusCode::BAD_REQUEST, "required", text));
    }
    let is_lenient = prefers("handling=lenient");
    let url = String::new();
    let research = None;
    let mut asked =
        ExportRequest { level, types: Vec::new(), since: None, until: None, url, research };
    let (mut project, mut recipient) = (None, None);
    let mut listed: Vec<String> = Vec::new();
    for (name, value) in pairs.iter().cloned().chain(of_body(body)?) {
        match name.as_str() {
            "_outputFormat" if FORMATS.contains(&value.as_str()) => {}
            "_outputFormat" => return Err(parameter::unreadable(&name, "is not FHIR NDJSON")),
            "_since" => asked.since = Some(since(&name, &value)?),
            "_until" => asked.until = Some(since(&name, &value)?),
            "_type" => asked.types.extend(value.split(',').map(|one| one.trim().to_owned())),
            "patient" if asked.level != ExportLevel::System => listed.push(patient(&value)?),
            "_project" => project = Some(value),
            "_recipient" => recipient = Some(value),
            "_format" | "_pretty" => {}
            known if NOT_DONE.contains(&known) && is_lenient => {}
            _ if is_lenient => {}
            _ => return Err(parameter::unknown(&name)),
        }
    }
    asked.research = match (project, recipient) {
        (Some(project), Some(recipient)) => Some(ExportForResearch { project, recipient }),
        (None, None) => None,
        _ => return Err(parameter::unreadable("_project", "is said with `_recipient`")),
    };
    if !listed.is_empty() {
        if matches!(asked.level, ExportLevel::Group(_)) {
            return Err(parameter::unreadable("patient", "is not narrowed down within a Group"));
        }
        asked.level = ExportLevel::Listed(listed);
    }
    Ok(asked)
}

fn patient(reference: &str) -> Result<String, Error> {
    match type_and_id(reference) {
        Some(("Patient", id)) => Ok(id.to_owned()),
        _ => Err(parameter::unreadable("patient", "is not a reference to a Patient")),
    }
}

/// The parameters of a POST, each with its one value as text.
fn of_body(body: &[u8]) -> Result<Vec<(String, String)>, Error> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let refused = |problem| Error::problems(StatusCode::BAD_REQUEST, vec![problem]);
    let document = json::read(body, BODY_BYTES_MAX).map_err(refused)?;
    let list = document.value.get("parameter").and_then(Value::as_array);
    let mut pairs = Vec::new();
    for one in list.into_iter().flatten() {
        let name = one.get("name").and_then(Value::as_str).unwrap_or_default();
        let members = one.as_object().into_iter().flatten();
        let value = members.filter(|(key, _)| key.starts_with("value")).map(|(_, value)| value);
        for value in value {
            let reference = value.get("reference").and_then(Value::as_str);
            let text = value.as_str().or(reference);
            let text = text.ok_or_else(|| parameter::unreadable(name, "is not text"))?;
            pairs.push((name.to_owned(), text.to_owned()));
        }
    }
    Ok(pairs)
}
