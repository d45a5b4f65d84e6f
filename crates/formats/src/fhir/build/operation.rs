//! Answers of operations as `Parameters`.

use super::super::codes;
use super::{Object, coding, concept};
use genomics::answer::{Coverage, Part, Value as Held};
use genomics::range::Range;
use serde_json::{Value, json};

/// The `Parameters` of an answer. `resource` gives the resource of a reference as it is stored;
/// the reference of one that is not there is the error.
pub fn parameters(
    parts: &[Part],
    resource: &dyn Fn(&str) -> Option<Value>,
) -> Result<Value, String> {
    let parts = parts.iter().map(|part| parameter(part, resource)).collect::<Result<_, _>>()?;
    Ok(Object::default().with("resourceType", "Parameters").list("parameter", parts).build())
}

fn parameter(part: &Part, resource: &dyn Fn(&str) -> Option<Value>) -> Result<Value, String> {
    let object = Object::default().with("name", part.name);
    let object = match &part.value {
        Held::Nothing => object,
        Held::Text(text) => object.some("valueString", Some(text.as_str())),
        Held::Presence(is_there, coverage) => {
            object.with("extension", json!([studied(coverage)])).with("valueBoolean", *is_there)
        }
        Held::Count { value, is_below, known } => {
            let known = known.map(|(value, is_below)| {
                json!([{"url": codes::KNOWN, "valueQuantity": quantity(value, is_below)}])
            });
            object.some("extension", known).with("valueQuantity", quantity(*value, *is_below))
        }
        Held::Concept(held) => object.some("valueCodeableConcept", concept(held)),
        Held::Codings(held) => {
            let codings: Vec<Value> = held.iter().map(coding).collect();
            object.with("valueCodeableConcept", json!({"coding": codings}))
        }
        Held::Date(Some(date)) => object.with("valueDateTime", date.as_str()),
        Held::Date(None) => object.with("_valueDateTime", json!({"extension": [absent()]})),
        Held::Resource(reference) => {
            let found = resource(reference).ok_or_else(|| reference.clone())?;
            object.with("resource", found)
        }
    };
    let parts = part.parts.iter().map(|part| parameter(part, resource));
    Ok(object.list("part", parts.collect::<Result<_, _>>()?).build())
}

/// A count, or below which number it is.
fn quantity(value: u64, is_below: bool) -> Value {
    let comparator = is_below.then_some("<");
    Object::default().with("value", value).some("comparator", comparator).build()
}

/// What was looked at: the guide's boolean alone cannot tell "absent" from "not tested".
fn studied(coverage: &Coverage) -> Value {
    let mut parts = vec![json!({"url": "state", "valueCode": coverage.word()})];
    if let Coverage::Partly(gaps) = coverage {
        let gap = |gap: &Range| json!({"url": "not-covered", "valueString": gap.to_string()});
        parts.extend(gaps.iter().map(gap));
    }
    json!({"url": codes::COVERAGE, "extension": parts})
}

fn absent() -> Value {
    json!({"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown"})
}
