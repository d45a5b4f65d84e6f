//! What the client fetched ahead.

use super::{MEDICATIONS_MAX, Prefetched, Reader};
use crate::cds::read::{list, text};
use model::medication::Medication;
use model::time::Timestamp;
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn patient(&mut self) -> Prefetched<Value> {
        let at = "prefetch.patient";
        match self.body.pointer("/prefetch/patient") {
            None => Prefetched::Missing,
            Some(Value::Null) => Prefetched::Nothing,
            Some(value) => match text(value, "resourceType") {
                Some("OperationOutcome") => Prefetched::Failed(outcome_words(value)),
                Some("Patient") if text(value, "id") == Some(self.patient_id) => {
                    Prefetched::Present { data: value.clone(), complete: true }
                }
                Some("Patient") => {
                    self.error("other-patient", at, "the patient of the context is another");
                    Prefetched::Missing
                }
                _ => {
                    self.error("wrong-type", at, "`patient` is a Patient");
                    Prefetched::Missing
                }
            },
        }
    }

    pub(super) fn medications(&mut self) -> Prefetched<Vec<Medication>> {
        let at = "prefetch.medications";
        let Some(value) = self.body.pointer("/prefetch/medications") else {
            return Prefetched::Missing;
        };
        if value.is_null() {
            return Prefetched::Nothing;
        }
        match text(value, "resourceType") {
            Some("OperationOutcome") => return Prefetched::Failed(outcome_words(value)),
            Some("Bundle") => {}
            _ => {
                self.error("wrong-type", at, "`medications` is a Bundle");
                return Prefetched::Missing;
            }
        }
        let entries = list(value, "entry");
        if entries.len() > MEDICATIONS_MAX {
            self.error("too-many", at, "at most 2000 medications in one request");
            return Prefetched::Missing;
        }
        let mut data = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let Some(resource) = entry.get("resource") else { continue };
            if text(resource, "resourceType") != Some("MedicationRequest") {
                continue;
            }
            let place = format!("{at}.entry[{number}].resource");
            self.check_subject(resource, &place);
            let Some((concept, ingredients)) = self.medication(resource, &place) else { continue };
            data.push(Medication {
                concept,
                ingredients,
                status: text(resource, "status").unwrap_or("unknown").to_owned(),
                authored: text(resource, "authoredOn").and_then(Timestamp::parse),
                dosage: dosage_text(resource),
            });
        }
        let next = list(value, "link").iter().any(|link| text(link, "relation") == Some("next"));
        match (entries.is_empty(), next) {
            (true, false) => Prefetched::Nothing,
            _ => Prefetched::Present { data, complete: !next },
        }
    }
}

fn dosage_text(resource: &Value) -> Option<String> {
    let texts = list(resource, "dosageInstruction").iter().filter_map(|one| text(one, "text"));
    let joined = texts.collect::<Vec<_>>().join("; ");
    (!joined.is_empty()).then_some(joined)
}

fn outcome_words(outcome: &Value) -> String {
    let issue = list(outcome, "issue").first();
    let words = issue.and_then(|issue| {
        let details = issue.get("details").and_then(|details| text(details, "text"));
        text(issue, "diagnostics").or(details)
    });
    words.unwrap_or("the client gave no reason").chars().take(200).collect()
}
