//! References: between the entries of a Bundle, by search, and to a patient who must exist.

use super::Look;
use super::query::only_match;
use crate::failure::Failure;
use formats::fhir::access::{self, subject_of, type_and_id};
use formats::fhir::bundle::{Entry, Method, conditional_references, rewrite_references};
use model::Problem;
use model::id::is_fhir_id;
use record::{Access, Head, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PATIENT: &str = "Patient";

/// What stands in the record under the ids that a Bundle names: those of its entries, and of the
/// patients they are about. Asked at once, so that there is one event for the audit log to keep.
pub(super) struct Heads(BTreeMap<(String, String), Option<Head>>);

impl Heads {
    pub(super) fn of(record: &Record, by: &Access, entries: &[Entry]) -> Result<Self, Failure> {
        let mut names = BTreeSet::new();
        for entry in entries {
            let resource = entry.resource.as_ref();
            names.extend(resource.and_then(patient).map(|id| (PATIENT, id)));
            let is_written = !matches!(entry.method, Method::Get | Method::Head | Method::Post);
            let Some(own) = entry.url.resource_type.as_deref().filter(|_| is_written) else {
                continue;
            };
            let ids = [entry.url.id.as_deref(), resource.and_then(access::id)];
            names.extend(ids.into_iter().flatten().map(|id| (own, id)));
        }
        let names: Vec<_> = names.into_iter().filter(|(_, id)| is_fhir_id(id)).collect();
        let heads = if names.is_empty() { Vec::new() } else { record.heads(by, &names)? };
        let named = names.into_iter().map(|(kind, id)| (kind.to_owned(), id.to_owned()));
        Ok(Self(named.zip(heads).collect()))
    }

    /// Whether the Bundle names an id, so that it was asked for.
    fn are_of(&self, resource_type: &str, id: &str) -> bool {
        self.0.contains_key(&(resource_type.to_owned(), id.to_owned()))
    }

    /// What stands under an id that the Bundle names.
    pub(super) fn get(&self, resource_type: &str, id: &str) -> Option<Head> {
        self.0.get(&(resource_type.to_owned(), id.to_owned())).copied().flatten()
    }
}

/// The patient whom a resource is about, by a literal reference.
fn patient(resource: &Value) -> Option<&str> {
    match subject_of(resource).and_then(type_and_id) {
        Some((PATIENT, id)) => Some(id),
        _ => None,
    }
}

/// What the references of a Bundle lead to.
pub(super) struct References<'r> {
    pub(super) record: &'r Record,
    pub(super) access: &'r Access,
    pub(super) look: Look<'r>,
    /// Full URL of an entry to `Type/id`.
    pub(super) known: BTreeMap<String, String>,
    /// Patients that this Bundle files, `Patient/id`.
    pub(super) patients: BTreeSet<String>,
    pub(super) heads: Heads,
}

impl References<'_> {
    /// Rewrites the references of a resource to those of the record.
    ///
    /// # Errors
    /// When the record fails or a condition matches several; what cannot be resolved is a problem
    /// of the entry.
    pub(super) fn settle(
        &mut self,
        resource: &mut Value,
        place: &str,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Failure> {
        for condition in conditional_references(resource) {
            if self.known.contains_key(&condition) {
                continue;
            }
            let kind = condition.split('?').next().unwrap_or_default().to_owned();
            let found = only_match(self.record, self.access, &kind, &condition, place)?;
            if let Some(stored) = found {
                let target = format!("{}/{}", kind, stored.reference.id);
                self.known.insert(condition, target);
            }
        }
        for missing in rewrite_references(resource, &self.known) {
            let text = if missing.contains('?') {
                "a conditional reference matches nothing"
            } else {
                "a reference names no entry of the Bundle"
            };
            let place = place_in(resource, &missing, place);
            problems.push(Problem::error("bad-reference", place, text));
        }
        self.patient_exists(resource, place, problems)
    }

    /// A result about a patient nobody knows would be lost to everybody.
    fn patient_exists(
        &self,
        resource: &Value,
        place: &str,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Failure> {
        let Some(reference) = subject_of(resource) else { return Ok(()) };
        let Some((PATIENT, id)) = type_and_id(reference) else { return Ok(()) };
        if self.patients.contains(&format!("Patient/{id}")) {
            return Ok(());
        }
        let head = if self.heads.are_of(PATIENT, id) {
            self.heads.get(PATIENT, id)
        } else {
            // Named by what a condition found or a patch wrote.
            self.record.heads(self.access, &[(PATIENT, id)])?.pop().flatten()
        };
        if head.is_none_or(|head| head.deleted) {
            let text = "the patient it is about is not known";
            let place = place_in(resource, reference, place);
            problems.push(Problem::error("unknown-patient", place, text));
        }
        Ok(())
    }
}

/// The first element of a resource that refers so, as a place; that of the resource if none does.
fn place_in(resource: &Value, reference: &str, place: &str) -> String {
    fn find(value: &Value, reference: &str, place: &str) -> Option<String> {
        match value {
            Value::Object(members) => {
                if members.get("reference").and_then(Value::as_str) == Some(reference) {
                    return Some(place.to_owned());
                }
                let mut members = members.iter();
                members.find_map(|(name, held)| find(held, reference, &format!("{place}.{name}")))
            }
            Value::Array(items) => {
                let mut items = items.iter().enumerate();
                items.find_map(|(at, item)| find(item, reference, &format!("{place}[{at}]")))
            }
            _ => None,
        }
    }
    find(resource, reference, place).unwrap_or_else(|| place.to_owned())
}
