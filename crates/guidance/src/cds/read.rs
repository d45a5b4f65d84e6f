//! Small accessors over FHIR JSON that remember where they are.

use model::code::{CodeableConcept, Coding};
use model::problem::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// Codings of one concept that are read.
const CODINGS_MAX: usize = 64;

pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a value is null or an object without members.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// A required text; its absence is a problem.
pub(super) fn required<'a>(
    value: &'a Value,
    name: &str,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<&'a str> {
    let found = text(value, name);
    if found.is_none() {
        let at = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        problems.push(Problem::error("missing", at, format!("`{name}` is required")));
    }
    found
}

/// A CodeableConcept, as far as it can be read.
pub(super) fn concept(value: &Value) -> CodeableConcept {
    let codings = list(value, "coding").iter().take(CODINGS_MAX);
    let coding = codings.filter_map(coding).collect();
    CodeableConcept { coding, text: text(value, "text").map(str::to_owned) }
}

/// A Coding. One without a code keeps its display, with which a name can still be found.
pub(super) fn coding(value: &Value) -> Option<Coding> {
    let part = |name| text(value, name).map(str::to_owned);
    let (code, display) = (part("code"), part("display"));
    if code.is_none() && display.is_none() {
        return None;
    }
    let system = part("system").unwrap_or_default();
    Some(Coding { system, code: code.unwrap_or_default(), display })
}

/// The JSON with the keys of every object in order: equal content, equal text.
pub(super) fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(sorted).collect(),
        Value::Object(map) => {
            let ordered: BTreeMap<&String, Value> =
                map.iter().map(|(name, value)| (name, sorted(value))).collect();
            ordered.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// `Patient/123` of a reference, without base address and version.
pub(super) fn relative(reference: &str) -> String {
    let path = reference.split("/_history/").next().unwrap_or(reference);
    let mut parts = path.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(id), Some(kind)) if !kind.is_empty() => format!("{kind}/{id}"),
        _ => path.to_owned(),
    }
}
