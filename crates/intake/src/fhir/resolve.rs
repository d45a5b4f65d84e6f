//! References: between the entries of a Bundle, by search, and to a patient who must exist.

use super::Look;
use super::query::only_match;
use crate::failure::Failure;
use formats::fhir::access::{subject_of, type_and_id};
use formats::fhir::bundle::{conditional_references, rewrite_references};
use model::Problem;
use record::{Access, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the references of a Bundle lead to.
pub(super) struct References<'r> {
    pub(super) record: &'r Record,
    pub(super) access: &'r Access,
    pub(super) look: Look<'r>,
    /// Full URL of an entry to `Type/id`.
    pub(super) known: BTreeMap<String, String>,
    /// Patients that this Bundle files, `Patient/id`.
    pub(super) patients: BTreeSet<String>,
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
        let Some(("Patient", id)) = type_and_id(reference) else { return Ok(()) };
        if self.patients.contains(&format!("Patient/{id}")) {
            return Ok(());
        }
        let stored = self.record.read(self.access, "Patient", id)?;
        if stored.is_none_or(|stored| stored.deleted) {
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
