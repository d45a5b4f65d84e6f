//! What the client fetched ahead.

use super::{MEDICATIONS_MAX, Prefetched, Reader};
use crate::cds::read::{list, text};
use model::medication::Medication;
use model::time::{PartialDate, Timestamp};
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
            let kind = text(resource, "resourceType").unwrap_or_default();
            if !["MedicationRequest", "MedicationStatement"].contains(&kind)
                || is_no_order(resource)
            {
                continue;
            }
            let place = format!("{at}.entry[{number}].resource");
            self.check_subject(resource, &place);
            let Some((concept, ingredients)) = self.medication(resource, &place) else { continue };
            let (start, end) = period(resource);
            data.push(Medication {
                concept,
                ingredients,
                status: text(resource, "status").unwrap_or("unknown").to_owned(),
                authored: text(resource, "authoredOn").and_then(Timestamp::parse),
                dosage: dosage_text(resource),
                start,
                end,
            });
        }
        let next = list(value, "link").iter().any(|link| text(link, "relation") == Some("next"));
        match (entries.is_empty(), next) {
            (true, false) => Prefetched::Nothing,
            _ => Prefetched::Present { data, complete: !next },
        }
    }
}

/// Whether it says that the drug is not given, or is no order yet.
fn is_no_order(resource: &Value) -> bool {
    resource.get("doNotPerform") == Some(&Value::Bool(true))
        || matches!(text(resource, "intent"), Some("proposal" | "option"))
}

type Days = (Option<PartialDate>, Option<PartialDate>);

/// The first and the last day it is to be taken, as far as they are stated: what is said about
/// taking it, the bounds of its dosage steps, else how long the prescription is good for.
fn period(resource: &Value) -> Days {
    let date = |value: &Value, path: &str| {
        value.pointer(path).and_then(Value::as_str).and_then(PartialDate::parse)
    };
    let of = |value: &Value, path: &str| {
        (date(value, &format!("{path}/start")), date(value, &format!("{path}/end")))
    };
    let stated = of(resource, "/effectivePeriod");
    if stated != (None, None) {
        return stated;
    }
    if let Some(start) = date(resource, "/effectiveDateTime") {
        return (Some(start), None);
    }
    let steps = list(resource, "dosageInstruction").iter().chain(list(resource, "dosage"));
    let steps: Vec<Days> = steps.map(|step| of(step, "/timing/repeat/boundsPeriod")).collect();
    let first = |date: &PartialDate| (date.year, date.month, date.day);
    let last = |date: &PartialDate| {
        (date.year, date.month.unwrap_or(u8::MAX), date.day.unwrap_or(u8::MAX))
    };
    let start = steps.iter().filter_map(|(start, _)| *start).min_by_key(first);
    // A step without an end leaves the end of the whole open.
    let ends: Option<Vec<PartialDate>> = steps.iter().map(|(_, end)| *end).collect();
    let end = ends.and_then(|ends| ends.into_iter().max_by_key(last));
    if start.is_some() || end.is_some() {
        return (start, end);
    }
    of(resource, "/dispenseRequest/validityPeriod")
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
