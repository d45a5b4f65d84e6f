//! Values of rows as values of FHIR, and back.

use super::status_from;
use crate::fhir::access::{self, choice, codings, first, text};
use crate::fhir::build::{Object, report_status};
use crate::hl7v2::oru::{PanelRow, PanelValue, TextResult};
use model::Coding;
use model::code::system;
use model::reported::ResultStatus;
use serde_json::{Value, json};

/// Codes of a start and an end, of which the end may be left out where both are the same (FHIR
/// genomics reporting guide, exact-start-end).
const POSITIONS: [&str; 3] = ["81254-5", "81301-4", "81302-2"];

/// The value of an Observation, a component or an extension; nothing where there is none, or none
/// that a row can say in full.
pub(super) fn of_element(element: &Value) -> Option<PanelValue> {
    let (kind, value) = choice(element, "value")?;
    Some(match kind {
        "CodeableConcept" => PanelValue::Coded(access::codeable_concept(value)?),
        "String" | "DateTime" | "Time" => PanelValue::Text(value.as_str()?.to_owned()),
        "Integer" | "Decimal" => PanelValue::Number(value.as_f64()?, None),
        "Quantity" => {
            let unit = text(value, "unit").or_else(|| text(value, "code"));
            let number = first(value, "value")?.as_f64()?;
            match text(value, "comparator") {
                None => PanelValue::Number(number, unit.map(str::to_owned)),
                // Less than 5 is not 5: it goes as the words that it is.
                Some(than) => {
                    let words = format!("{than}{number} {}", unit.unwrap_or_default());
                    PanelValue::Text(words.trim_end().to_owned())
                }
            }
        }
        "Range" => range(element, value)?,
        "Boolean" => PanelValue::Text(if value.as_bool()? { "true" } else { "false" }.to_owned()),
        _ => return None,
    })
}

/// First and last; an open end is none, nor has a row a place for the unit.
fn range(element: &Value, range: &Value) -> Option<PanelValue> {
    let end = |name: &str| first(range, name).and_then(|end| end.get("value")?.as_f64());
    let has_unit = ["low.unit", "low.code", "high.unit", "high.code"]
        .iter()
        .any(|path| text(range, path).is_some());
    let low = whole(end("low")?)?;
    let is_position = || {
        let mut codes = codings(element, "code.coding").into_iter();
        codes.any(|one| one.system == system::LOINC && POSITIONS.contains(&one.code.as_str()))
    };
    let high = match range.get("high") {
        None if is_position() => low,
        None => return None,
        Some(_) => whole(end("high")?)?,
    };
    (!has_unit).then_some(PanelValue::Range(low, high))
}

/// A position; JSON has no other numbers than these.
fn whole(number: f64) -> Option<u64> {
    let text = format!("{number:.0}");
    (number >= 0.0 && number.fract() == 0.0).then(|| text.parse().ok()).flatten()
}

/// Whether two values say the same: of answers the code, of other concepts all codes and words.
pub(super) fn same(one: &PanelValue, other: &PanelValue) -> bool {
    let (PanelValue::Coded(a), PanelValue::Coded(b)) = (one, other) else { return one == other };
    let answer = |coding: &&Coding| coding.system == system::LOINC;
    let answers = (a.coding.iter().find(answer), b.coding.iter().find(answer));
    match answers {
        (Some(a), Some(b)) => a.code == b.code,
        (None, None) => a == b,
        _ => false,
    }
}

pub(super) fn coding(coding: &Coding) -> Value {
    Object::default()
        .some("system", Some(coding.system.as_str()))
        .some("code", Some(coding.code.as_str()))
        .some("display", coding.display.as_deref())
        .build()
}

/// A part of an extension.
pub(super) fn part(url: &str, name: &str, value: impl Into<Value>) -> Value {
    Object::default().with("url", url).with(name, value).build()
}

/// A row as an extension: its label, and how final it is, only where the resource holds several
/// groups.
pub(super) fn extension(row: &PanelRow, with_group: bool) -> Value {
    let mut parts = vec![part("code", "valueCoding", coding(&row.code))];
    if with_group {
        parts.push(part("group", "valueString", row.group.as_str()));
        parts.push(status(row.status));
    }
    let value = match &row.value {
        PanelValue::Coded(concept) => {
            let codings = concept.coding.iter().map(coding).collect();
            let words = concept.text.as_deref();
            let object = Object::default().list("coding", codings);
            let object = words.into_iter().fold(object, |object, words| object.with("text", words));
            Some(part("value", "valueCodeableConcept", object.build()))
        }
        // FHIR has no empty text: a row without a value was sent empty.
        PanelValue::Text(words) if words.trim().is_empty() => None,
        PanelValue::Text(words) => Some(part("value", "valueString", words.as_str())),
        PanelValue::Number(number, unit) => {
            let quantity = match unit {
                Some(unit) => json!({"value": number, "unit": unit}),
                None => json!({"value": number}),
            };
            Some(part("value", "valueQuantity", quantity))
        }
        PanelValue::Range(low, high) => {
            let range = json!({"low": {"value": low}, "high": {"value": high}});
            Some(part("value", "valueRange", range))
        }
    };
    parts.extend(value);
    parts.extend(row.notes.iter().map(|note| part("note", "valueString", note.as_str())));
    part("row", "extension", parts)
}

fn status(status: ResultStatus) -> Value {
    part("status", "valueCode", report_status(status))
}

/// How final it was, else as final as the resource that it was kept with.
fn status_in(extension: &Value, of_resource: ResultStatus) -> ResultStatus {
    let parts = access::extensions(extension, "status");
    parts.first().and_then(|part| text(part, "valueCode")).map_or(of_resource, status_from)
}

/// Text under a code of the sender's own as an extension.
pub(super) fn text_extension(words: &TextResult) -> Value {
    let mut parts = vec![part("value", "valueString", words.text.as_str())];
    let code = words.code.as_ref();
    parts.extend(code.map(|code| part("code", "valueCoding", coding(code))));
    parts.push(status(words.status));
    parts.extend(words.notes.iter().map(|note| part("note", "valueString", note.as_str())));
    part("text", "extension", parts)
}

/// Text out of its extension.
pub(super) fn text_of(extension: &Value, of_resource: ResultStatus) -> Option<TextResult> {
    let parts = |name| access::extensions(extension, name);
    let string = |one: &&Value| text(one, "valueString").map(str::to_owned);
    let code = parts("code").into_iter().next().and_then(|one| one.get("valueCoding"));
    Some(TextResult {
        code: code.and_then(access::coding),
        text: parts("value").first().and_then(string)?,
        status: status_in(extension, of_resource),
        notes: parts("note").iter().filter_map(string).collect(),
        ..TextResult::default()
    })
}

/// A row out of its extension.
pub(super) fn row(extension: &Value, of_resource: ResultStatus) -> Option<PanelRow> {
    let parts = |name| access::extensions(extension, name);
    let code =
        parts("code").first().and_then(|one| one.get("valueCoding")).map(|coding| Coding {
            system: text(coding, "system").unwrap_or_default().to_owned(),
            code: text(coding, "code").unwrap_or_default().to_owned(),
            display: text(coding, "display").map(str::to_owned),
        })?;
    let string = |one: &&Value| text(one, "valueString").map(str::to_owned);
    let value = parts("value").first().map(|one| of_extension(one));
    Some(PanelRow {
        group: parts("group").first().and_then(string).unwrap_or_default(),
        code,
        value: value.unwrap_or(Some(PanelValue::Text(String::new())))?,
        status: status_in(extension, of_resource),
        notes: parts("note").iter().filter_map(string).collect(),
    })
}

/// A concept whose coding has a display and no code is kept as it is.
fn of_extension(part: &Value) -> Option<PanelValue> {
    let Some(concept) = part.get("valueCodeableConcept") else { return of_element(part) };
    let coding = access::all(concept, "coding").into_iter().map(|one| Coding {
        system: text(one, "system").unwrap_or_default().to_owned(),
        code: text(one, "code").unwrap_or_default().to_owned(),
        display: text(one, "display").map(str::to_owned),
    });
    let text = text(concept, "text").map(str::to_owned);
    Some(PanelValue::Coded(model::CodeableConcept { coding: coding.collect(), text }))
}
