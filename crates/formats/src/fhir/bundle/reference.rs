//! References between the entries of a Bundle, and references that are searches.
//!
//! A Bundle that is itself the resource of an entry is a document of its own: what is in it refers
//! within it (FHIR R4, "Resolving references in Bundles") and stays as it is.

use crate::fhir::{access, check};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The conditional references of a resource (`Patient?identifier=…`), each once, sorted. The
/// caller resolves them and passes the answers to [`rewrite_references`].
pub fn conditional_references(resource: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    visit(resource, &mut |reference| {
        if is_conditional(reference) {
            found.insert(reference.to_owned());
        }
    });
    found.into_iter().collect()
}

/// Replaces every reference that is a key of `map` by its value: `urn:uuid:…` and other full URLs
/// of entries, and conditional references. What follows a `#` is kept. URLs
/// of attachments that name an entry are replaced too (FHIR R4, transaction).
///
/// Gives the references to this Bundle that the map does not have, sorted: `urn:uuid:`, `urn:oid:`
/// and conditional ones. They must not be stored.
pub fn rewrite_references(resource: &mut Value, map: &BTreeMap<String, String>) -> Vec<String> {
    let mut missing = BTreeSet::new();
    rewrite(resource, map, &mut missing);
    missing.into_iter().collect()
}

fn is_conditional(reference: &str) -> bool {
    let head = reference.split_once('?').map(|(kind, _)| kind);
    head.is_some_and(check::is_resource_type)
}

fn is_local(reference: &str) -> bool {
    reference.starts_with("urn:uuid:") || reference.starts_with("urn:oid:")
}

fn is_bundle(value: &Value) -> bool {
    access::resource_type(value) == Some("Bundle")
}

fn visit(value: &Value, f: &mut impl FnMut(&str)) {
    match value {
        inner if is_bundle(inner) => {}
        Value::Object(object) => {
            for (key, held) in object {
                match held.as_str() {
                    Some(reference) if key == "reference" => f(reference),
                    _ => visit(held, f),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visit(item, f)),
        _ => {}
    }
}

fn rewrite(value: &mut Value, map: &BTreeMap<String, String>, missing: &mut BTreeSet<String>) {
    match value {
        inner if is_bundle(inner) => {}
        Value::Object(object) => {
            // `Attachment.url` may name an entry too; an identifier's `value` never does.
            for (key, held) in object.iter_mut() {
                match held {
                    Value::String(text) if key == "reference" => reference(text, map, missing),
                    Value::String(text) if key == "url" && is_local(text) => {
                        if let Some(target) = map.get(text.as_str()) {
                            target.clone_into(text);
                        }
                    }
                    other => rewrite(other, map, missing),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, map, missing)),
        _ => {}
    }
}

fn reference(text: &mut String, map: &BTreeMap<String, String>, missing: &mut BTreeSet<String>) {
    if let Some(target) = map.get(text.as_str()) {
        target.clone_into(text);
    } else if let Some((base, part)) = text.split_once('#')
        && let Some(target) = map.get(base)
    {
        *text = format!("{target}#{part}");
    } else if is_local(text) || is_conditional(text) {
        missing.insert(text.clone());
    }
}
