//! Values of rows as values of FHIR, and back.

use crate::fhir::access::{self, choice, first, text};
use crate::hl7v2::oru::{PanelRow, PanelValue};
use model::Coding;
use model::code::system;
use model::reported::ResultStatus;
use serde_json::{Map, Value, json};

/// The value of an Observation, a component or an extension; nothing where there is none.
pub(super) fn of_element(element: &Value) -> Option<PanelValue> {
    let (kind, value) = choice(element, "value")?;
    Some(match kind {
        "CodeableConcept" => PanelValue::Coded(access::codeable_concept(value)?),
        "String" | "DateTime" | "Time" => PanelValue::Text(value.as_str()?.to_owned()),
        "Integer" | "Decimal" => PanelValue::Number(value.as_f64()?, None),
        "Quantity" => {
            let unit = text(value, "unit").or_else(|| text(value, "code")).map(str::to_owned);
            PanelValue::Number(first(value, "value")?.as_f64()?, unit)
        }
        "Range" => {
            let end = |path| first(value, path).and_then(Value::as_f64);
            let low = whole(end("low.value")?)?;
            PanelValue::Range(low, end("high.value").map_or(Some(low), whole)?)
        }
        "Boolean" => PanelValue::Text(if value.as_bool()? { "true" } else { "false" }.to_owned()),
        _ => return None,
    })
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
    let mut object = Map::new();
    for (name, value) in [
        ("system", Some(&coding.system)),
        ("code", Some(&coding.code)),
        ("display", coding.display.as_ref()),
    ] {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            object.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(object)
}

/// A row as an extension: its label only where the resource holds several groups.
pub(super) fn extension(row: &PanelRow, with_group: bool) -> Value {
    let mut parts = vec![json!({"url": "code", "valueCoding": coding(&row.code)})];
    if with_group {
        parts.push(json!({"url": "group", "valueString": row.group}));
    }
    let value = match &row.value {
        PanelValue::Coded(concept) => {
            let codings: Vec<Value> = concept.coding.iter().map(coding).collect();
            let mut object = Map::new();
            if !codings.is_empty() {
                object.insert("coding".to_owned(), json!(codings));
            }
            if let Some(words) = &concept.text {
                object.insert("text".to_owned(), json!(words));
            }
            Some(json!({"url": "value", "valueCodeableConcept": object}))
        }
        // FHIR has no empty text: a row without a value was sent empty.
        PanelValue::Text(words) if words.trim().is_empty() => None,
        PanelValue::Text(words) => Some(json!({"url": "value", "valueString": words})),
        PanelValue::Number(number, unit) => {
            let quantity = match unit {
                Some(unit) => json!({"value": number, "unit": unit}),
                None => json!({"value": number}),
            };
            Some(json!({"url": "value", "valueQuantity": quantity}))
        }
        PanelValue::Range(low, high) => Some(json!({"url": "value",
            "valueRange": {"low": {"value": low}, "high": {"value": high}}})),
    };
    parts.extend(value);
    parts.extend(row.notes.iter().map(|note| json!({"url": "note", "valueString": note})));
    json!({"url": "row", "extension": parts})
}

/// A row out of its extension.
pub(super) fn row(extension: &Value) -> Option<PanelRow> {
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
        status: ResultStatus::Unknown,
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
