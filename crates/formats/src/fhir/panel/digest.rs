//! The digest of what the elements of a resource say.
//!
//! It stands in stored resources, so that what it is taken over must never change: the rows as
//! extensions and the conclusion, as JSON whose members are in the order of their names. The
//! structures below have theirs in that order, and nothing is built that is only to be hashed.

use crate::hl7v2::oru::{PanelRow, PanelValue};
use model::{CodeableConcept, Coding};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

#[derive(Serialize)]
struct Said<'a> {
    conclusion: Option<&'a str>,
    rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    extension: Parts<'a>,
    url: &'static str,
}

struct Parts<'a>(&'a PanelRow);

struct Part<'a, T> {
    url: &'static str,
    name: &'static str,
    value: &'a T,
}

impl<T: Serialize> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(2))?;
        map.serialize_entry("url", self.url)?;
        map.serialize_entry(self.name, self.value)?;
        map.end()
    }
}

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        fn part<'a, T>(url: &'static str, name: &'static str, value: &'a T) -> Part<'a, T> {
            Part { url, name, value }
        }
        let row = self.0;
        let mut parts = out.serialize_seq(None)?;
        parts.serialize_element(&part("code", "valueCoding", &Code(&row.code)))?;
        match &row.value {
            PanelValue::Coded(concept) => {
                parts.serialize_element(&part(
                    "value",
                    "valueCodeableConcept",
                    &Concept(concept),
                ))?;
            }
            // FHIR has no empty text.
            PanelValue::Text(words) if words.trim().is_empty() => {}
            PanelValue::Text(words) => {
                parts.serialize_element(&part("value", "valueString", words))?;
            }
            PanelValue::Number(value, unit) => {
                let quantity = Quantity { unit: unit.as_deref(), value: *value };
                parts.serialize_element(&part("value", "valueQuantity", &quantity))?;
            }
            PanelValue::Range(low, high) => {
                let range = Range { high: End { value: *high }, low: End { value: *low } };
                parts.serialize_element(&part("value", "valueRange", &range))?;
            }
        }
        for note in &row.notes {
            parts.serialize_element(&part("note", "valueString", note))?;
        }
        parts.end()
    }
}

struct Code<'a>(&'a Coding);

impl Serialize for Code<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Coding { system, code, display } = self.0;
        let mut map = out.serialize_map(None)?;
        for (name, value) in
            [("code", Some(code)), ("display", display.as_ref()), ("system", Some(system))]
        {
            if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

struct Concept<'a>(&'a CodeableConcept);

impl Serialize for Concept<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(None)?;
        if !self.0.coding.is_empty() {
            let codings: Vec<Code<'_>> = self.0.coding.iter().map(Code).collect();
            map.serialize_entry("coding", &codings)?;
        }
        if let Some(words) = &self.0.text {
            map.serialize_entry("text", words)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Quantity<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    value: f64,
}

#[derive(Serialize)]
struct Range {
    high: End,
    low: End,
}

#[derive(Serialize)]
struct End {
    value: u64,
}

/// Over what the elements say: the rows of an observation, the conclusion of a report.
pub(super) fn of(conclusion: Option<&str>, rows: &[PanelRow]) -> String {
    let rows = rows.iter().map(|row| Row { extension: Parts(row), url: "row" }).collect();
    // Text and numbers can always be written.
    hashed(&serde_json::to_vec(&Said { conclusion, rows }).unwrap_or_default())
}

/// The first half of the SHA-256, lower-case hex.
fn hashed(text: &[u8]) -> String {
    let sum = Sha256::digest(text);
    sum.iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::{hashed, of};
    use crate::fhir::panel::value::extension;
    use crate::hl7v2::oru::{PanelRow, PanelValue};
    use model::reported::ResultStatus;
    use model::{CodeableConcept, Coding};
    use serde_json::{Value, json};

    /// As it was written first, by way of JSON values.
    fn at_length(conclusion: Option<&str>, rows: &[PanelRow]) -> String {
        let rows = rows.iter().map(|row| extension(row, false)).collect();
        let mut all = json!({"rows": Value::Array(rows), "conclusion": conclusion});
        all.sort_all_objects();
        hashed(all.to_string().as_bytes())
    }

    #[test]
    fn it_is_what_stands_in_resources_that_were_stored_before() {
        let coding = |system: &str, code: &str, display: Option<&str>| Coding {
            system: system.to_owned(),
            code: code.to_owned(),
            display: display.map(str::to_owned),
        };
        let loinc = coding("http://loinc.org", "48018-6", Some("Gene studied [ID]"));
        let coded = |coding: Vec<Coding>, text: Option<&str>| {
            PanelValue::Coded(CodeableConcept { coding, text: text.map(str::to_owned) })
        };
        let values = [
            coded(
                vec![coding("http://hgnc", "HGNC:1", Some("A\"\\B\u{2028}é")), loinc.clone()],
                None,
            ),
            coded(vec![], Some("only \t words")),
            coded(vec![coding("", " ", Some(""))], Some("")),
            coded(vec![], None),
            PanelValue::Text(String::new()),
            PanelValue::Text(" \n".to_owned()),
            PanelValue::Text("c.1A>G \u{1}".to_owned()),
            PanelValue::Number(0.1, Some("mut/Mb".to_owned())),
            PanelValue::Number(-0.0, None),
            PanelValue::Number(1e300, None),
            PanelValue::Number(12.0, Some(String::new())),
            PanelValue::Number(f64::NAN, None),
            PanelValue::Range(1, u64::MAX),
        ];
        let codes = [loinc, coding("", "own", None), coding("urn:x", "", Some("shown"))];
        let mut rows = Vec::new();
        for (number, value) in values.iter().enumerate() {
            let row = PanelRow {
                group: "2a".to_owned(),
                code: codes[number % codes.len()].clone(),
                value: value.clone(),
                status: ResultStatus::Final,
                notes: (0..number % 3).map(|note| format!("note {note}\r\"")).collect(),
            };
            let one = std::slice::from_ref(&row);
            assert_eq!(of(None, one), at_length(None, one), "{row:?}");
            rows.push(row);
        }
        for conclusion in [None, Some(""), Some("Pathogenic \u{202e}x")] {
            assert_eq!(of(conclusion, &rows), at_length(conclusion, &rows));
            assert_eq!(of(conclusion, &[]), at_length(conclusion, &[]));
        }
        // SHA-256 of `{"conclusion":"x","rows":[]}`: were both ways changed, it would be seen here.
        assert_eq!(of(Some("x"), &[]), "e2525136ecfb04483f860a558aec97f7");
    }
}
