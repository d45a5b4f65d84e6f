//! The entries of the Bundle, and ids that follow from what a resource is about.

use super::{PgxBundle, PgxBundleKind};
use crate::fhir::access;
use crate::fhir::build::Object;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Collects the resources. What is written later may refer to what was written before.
pub(super) struct Writer<'a> {
    pub(super) input: &'a PgxBundle<'a>,
    subject: String,
    given: BTreeMap<(String, String), u32>,
    entries: Vec<(String, Value)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(input: &'a PgxBundle<'a>) -> Self {
        Self { input, subject: String::new(), given: BTreeMap::new(), entries: Vec::new() }
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn set_subject(&mut self, reference: String) {
        self.subject = reference;
    }

    /// The id of the resource that plays this role for this key (a gene, a drug and its source).
    /// Asked again for the same, it counts on.
    pub(super) fn id(&mut self, role: &str, key: &str) -> String {
        let count = self.given.entry((role.to_owned(), key.to_owned())).or_default();
        *count += 1;
        uuid_of(&[self.input.seed, role, key, &count.to_string()])
    }

    /// Adds a resource; gives the reference to it.
    pub(super) fn add(&mut self, id: &str, resource: Value) -> String {
        let url = full_url(id);
        self.entries.push((url.clone(), resource));
        url
    }

    /// References to the Observations so far.
    pub(super) fn results(&self) -> Vec<String> {
        self.of_type(&["Observation"])
    }

    /// References to what was concluded so far.
    pub(super) fn made(&self) -> Vec<String> {
        self.of_type(&["DiagnosticReport", "Observation", "Procedure", "Task"])
    }

    fn of_type(&self, kinds: &[&str]) -> Vec<String> {
        let is_asked = |resource: &Value| {
            access::resource_type(resource).is_some_and(|kind| kinds.contains(&kind))
        };
        let entries = self.entries.iter().filter(|(_, resource)| is_asked(resource));
        entries.map(|(url, _)| url.clone()).collect()
    }

    /// References to the Tasks so far, each with its description.
    pub(super) fn tasks(&self) -> Vec<(String, String)> {
        let is_task = |resource: &Value| access::resource_type(resource) == Some("Task");
        let entries = self.entries.iter().filter(|(_, resource)| is_task(resource));
        let words = |resource| access::text(resource, "description").unwrap_or_default().to_owned();
        entries.map(|(url, resource)| (url.clone(), words(resource))).collect()
    }

    /// The Bundle.
    pub(super) fn finish(mut self) -> Value {
        let id = self.id("bundle", "");
        let is_transaction = self.input.kind == PgxBundleKind::Transaction;
        let entries = self.entries.into_iter().map(|(url, resource)| {
            let kind = access::resource_type(&resource).unwrap_or_default();
            let target = format!("{kind}/{}", access::id(&resource).unwrap_or_default());
            let request = is_transaction.then(|| json!({"method": "PUT", "url": target}));
            Object::default()
                .with("fullUrl", url)
                .with("resource", resource)
                .some("request", request)
                .build()
        });
        let entries: Vec<Value> = entries.collect();
        let issued = self.input.issued.filter(|_| !is_transaction);
        let made = Object::resource("Bundle", &id)
            .with("type", if is_transaction { "transaction" } else { "collection" })
            .some("timestamp", issued.map(|at| at.to_string()))
            .list("entry", entries)
            .build();
        clean(made).unwrap_or(Value::Null)
    }
}

/// The name by which entries refer to the resource with this id.
fn full_url(id: &str) -> String {
    format!("urn:uuid:{id}")
}

/// A UUID of version 8 (RFC 9562) from a digest of the parts.
fn uuid_of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"cognate fhir pgx");
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    let bytes = digest.as_slice().first_chunk::<16>().copied().unwrap_or_default();
    Uuid::new_v8(bytes).hyphenated().to_string()
}

/// Without what FHIR has no form for: control characters, blank strings, and what is empty once
/// those are gone. Names of samples and alleles come from files.
fn clean(value: Value) -> Option<Value> {
    match value {
        Value::String(text) => {
            let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
            let kept: String = text.chars().filter(is_kept).collect();
            (!kept.trim().is_empty()).then_some(Value::String(kept))
        }
        Value::Array(items) => {
            let kept: Vec<Value> = items.into_iter().filter_map(clean).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .into_iter()
                .filter_map(|(name, member)| Some((name, clean(member)?)))
                .collect();
            let says_nothing = kept.len() == 1 && kept.contains_key("url");
            (!kept.is_empty() && !says_nothing).then_some(Value::Object(kept))
        }
        Value::Null => None,
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_by_what_they_are_about_and_by_nothing_else() {
        let id = uuid_of(&["seed", "genotype", "CYP2C19", "1"]);
        assert_eq!(id, uuid_of(&["seed", "genotype", "CYP2C19", "1"]));
        assert_ne!(id, uuid_of(&["seed", "genotype", "CYP2C1", "91"]));
        let parsed = Uuid::parse_str(&id).unwrap();
        assert_eq!(parsed.get_version_num(), 8);
        assert_eq!(parsed.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn what_fhir_has_no_form_for_is_left_out() {
        let odd = json!({"a": "x\u{1}y", "b": " ", "c": [{"url": "u", "valueString": "\u{7}"}],
            "d": {"e": []}, "n": 0, "t": false});
        assert_eq!(clean(odd), Some(json!({"a": "xy", "n": 0, "t": false})));
    }
}
