//! Medication orders and statements.

use super::Reader;
use crate::fhir::access::{self, text};
use model::CodeableConcept;
use model::fact::FactContent;
use model::medication::Medication;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::time::PartialDate;
use serde_json::Value;

pub(super) fn medication(reader: &mut Reader<'_>) {
    let resource = reader.resource;
    // An order *not* to give a drug is no medication of the patient, whatever its status.
    if resource.get("doNotPerform").and_then(Value::as_bool) == Some(true) {
        return reader.note("do-not-perform", "doNotPerform", "an order not to give the drug");
    }
    if let Some(intent @ ("proposal" | "option")) = text(resource, "intent") {
        let text = format!("a drug with intent {intent} has not been ordered");
        return reader.note("not-ordered", "intent", text);
    }
    let Some((concept, ingredients)) = drug(reader) else { return };
    let status = if let Some(status) = text(resource, "status") {
        status.to_owned()
    } else {
        reader.warn("no-status", "status", "the medication has no status");
        "unknown".to_owned()
    };
    let path = if resource.get("authoredOn").is_some() { "authoredOn" } else { "dateAsserted" };
    let authored = access::instant(resource, path);
    if authored.is_none() && resource.get(path).is_some() {
        reader.note("no-offset", path, "the date has no time with an offset and is left out");
    }
    let dosage = dosage(resource);
    let finality = match status.as_str() {
        "entered-in-error" => ResultStatus::EnteredInError,
        "cancelled" => ResultStatus::Cancelled,
        "draft" => ResultStatus::Registered,
        "unknown" => ResultStatus::Unknown,
        _ => ResultStatus::Final,
    };
    let (start, end) = period(reader);
    let medication = Medication { concept, ingredients, status, authored, dosage, start, end };
    reader.push(finality, Origin::Unknown, FactContent::Medication(medication));
}

/// The product and its ingredients: coded here, or in a contained or looked-up `Medication`.
fn drug(reader: &mut Reader<'_>) -> Option<(CodeableConcept, Vec<CodeableConcept>)> {
    let resource = reader.resource;
    if let Some(concept) = access::concept(resource, "medicationCodeableConcept") {
        return Some((concept, vec![]));
    }
    let Some(reference) = access::first(resource, "medicationReference") else {
        reader.warn("no-medication", "medication[x]", "the resource names no drug");
        return None;
    };
    let literal = access::reference_of(reference).unwrap_or_default();
    let contained = access::contained(resource, literal).cloned();
    let product = contained.or_else(|| (reader.resolve)(literal));
    if let Some(product) = &product {
        if product.get("modifierExtension").is_some() {
            let text = "an unknown modifier changes what the drug is";
            reader.warn("modified-meaning", "medicationReference", text);
            return None;
        }
        let ingredients = access::concepts(product, "ingredient.itemCodeableConcept");
        if ingredients.len() < access::all(product, "ingredient").len() {
            let text = "an ingredient given by reference is not read";
            reader.warn("ingredient-by-reference", "medicationReference", text);
        }
        let concept = access::concept(product, "code").unwrap_or_default();
        if concept == CodeableConcept::default() && ingredients.is_empty() {
            reader.warn("no-medication", "medicationReference", "the drug has no code");
            return None;
        }
        return Some((concept, ingredients));
    }
    let text_only = text(reference, "display").map(str::to_owned);
    let text = "the drug stands in another resource; its codes are not known here";
    reader.warn("medication-elsewhere", "medicationReference", text);
    let concept = CodeableConcept { coding: vec![], text: Some(text_only?) };
    Some((concept, vec![]))
}

fn dosage(resource: &Value) -> Option<String> {
    let mut lines = access::texts(resource, "dosageInstruction.text");
    lines.extend(access::texts(resource, "dosage.text"));
    (!lines.is_empty()).then(|| lines.join("; "))
}

type Days = (Option<PartialDate>, Option<PartialDate>);

/// The first and the last day it is to be taken: what is stated about taking it, else how long the
/// prescription is good for.
fn period(reader: &mut Reader<'_>) -> Days {
    let resource = reader.resource;
    let stated = days(reader, &[resource], "effectivePeriod");
    if stated != (None, None) {
        return stated;
    }
    if let Some(start) = access::date(resource, "effectiveDateTime") {
        return (Some(start), None);
    }
    let mut steps = access::all(resource, "dosageInstruction");
    steps.extend(access::all(resource, "dosage"));
    let bounds = days(reader, &steps, "timing.repeat.boundsPeriod");
    if bounds != (None, None) {
        return bounds;
    }
    days(reader, &[resource], "dispenseRequest.validityPeriod")
}

/// From the earliest start to the latest end of several steps; a step without an end has no last
/// day, and then none of the whole is known.
fn days(reader: &mut Reader<'_>, steps: &[&Value], path: &str) -> Days {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for step in steps {
        for (name, found) in [("start", &mut starts), ("end", &mut ends)] {
            let path = format!("{path}.{name}");
            let date = access::date(step, &path);
            if date.is_none() && access::first(step, &path).is_some() {
                reader.warn("bad-date", &path, "the date cannot be read and is left out");
            }
            found.push(date);
        }
    }
    let start = starts.into_iter().flatten().min_by_key(|date| (date.year, date.month, date.day));
    let last = |date: &PartialDate| {
        (date.year, date.month.unwrap_or(u8::MAX), date.day.unwrap_or(u8::MAX))
    };
    let all: Option<Vec<PartialDate>> = ends.into_iter().collect();
    (start, all.and_then(|ends| ends.into_iter().max_by_key(last)))
}
