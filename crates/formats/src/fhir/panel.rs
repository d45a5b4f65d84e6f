//! Rows of panel 81247-9 (HL7 v2.5.1 LRI, clinical genomics) of a resource: what its elements say,
//! and beside them, in an extension, what a laboratory's message said that has no element here.
//!
//! The extension names the digest of what the elements said when it was written. Where they say
//! something else now, it is passed over: a row is never sent that somebody has corrected.

mod message;
mod observed;
mod value;

pub use message::{ResultParts, outgoing};

use super::access::{self, text};
use super::codes;
use crate::hl7v2::oru::{PanelRow, PanelValue, panel_code};
use model::Coding;
use model::reported::ResultStatus;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What was reported and stands in no element of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// Rows of the panel.
    pub rows: Vec<PanelRow>,
    /// Text under codes of the sender's own.
    pub texts: Vec<(Option<Coding>, String)>,
    /// Notes on the whole.
    pub notes: Vec<String>,
}

impl Reported {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.texts.is_empty() && self.notes.is_empty()
    }
}

/// Keeps in a resource what was reported, as far as its elements do not say it. Labels of groups
/// are kept with `is_nested` only, where one result is a part of another.
pub fn keep(resource: &mut Value, reported: &Reported, is_nested: bool) {
    let said = observed::rows(resource);
    let is_said = |row: &&PanelRow| {
        said.iter().any(|one| one.code.code == row.code.code && value::same(&one.value, &row.value))
    };
    let group = reported.rows.first().map(|row| row.group.clone()).filter(|_| is_nested);
    // Of an item that may stand several times all of it is kept, or none.
    let lacking: BTreeSet<&str> = reported
        .rows
        .iter()
        .filter(|row| !is_said(row) || !row.notes.is_empty())
        .map(|row| item(&row.code.code))
        .collect();
    let missing = reported.rows.iter().filter(|row| lacking.contains(item(&row.code.code)));
    let missing: Vec<PanelRow> = missing.cloned().collect();
    let left = Reported { rows: missing, ..reported.clone() };
    if left.is_empty() && group.is_none() {
        return;
    }
    let is_report = access::resource_type(resource) == Some("DiagnosticReport");
    let mut parts = vec![json!({"url": "of", "valueString": digest(resource, &said)})];
    parts.extend(group.map(|group| json!({"url": "group", "valueString": group})));
    parts.extend(left.rows.iter().map(|row| value::extension(row, is_report)));
    for (code, words) in &left.texts {
        let mut inner = vec![json!({"url": "value", "valueString": words})];
        inner.extend(
            code.as_ref().map(|code| json!({"url": "code", "valueCoding": value::coding(code)})),
        );
        parts.push(json!({"url": "text", "extension": inner}));
    }
    parts.extend(left.notes.iter().map(|note| json!({"url": "note", "valueString": note})));
    let extension = json!({"url": codes::REPORTED_ROWS, "extension": parts});
    let Some(object) = resource.as_object_mut() else { return };
    match object.entry("extension").or_insert_with(|| json!([])) {
        Value::Array(all) => all.push(extension),
        other => *other = json!([extension]),
    }
}

/// The rows of an Observation under a label; of several values of a code those that were reported
/// come first.
pub fn rows_of_observation(observation: &Value, label: &str) -> Vec<PanelRow> {
    let said = observed::rows(observation);
    let status = status_of(observation);
    let kept = kept(observation, &said);
    let reported = kept.as_ref().map(|(reported, _)| reported.rows.clone()).unwrap_or_default();
    let group = kept.and_then(|(_, group)| group).unwrap_or_else(|| label.to_owned());
    let is_kept =
        |row: &PanelRow| reported.iter().any(|one| item(&one.code.code) == item(&row.code.code));
    let mut rows: Vec<PanelRow> = said.into_iter().filter(|row| !is_kept(row)).collect();
    rows.extend(reported.clone());
    for row in &mut rows {
        row.group.clone_from(&group);
        row.status = status;
    }
    rows
}

/// What a report says itself: rows, texts and notes as they were reported, else its conclusion.
pub fn of_report(report: &Value) -> Reported {
    let status = status_of(report);
    if let Some((mut reported, _)) = kept(report, &[]) {
        for row in &mut reported.rows {
            row.status = status;
        }
        return reported;
    }
    let row = text(report, "conclusion").map(|words| PanelRow {
        group: "0".to_owned(),
        code: panel_code(codes::loinc::REPORT),
        value: PanelValue::Text(words.to_owned()),
        status,
        notes: Vec::new(),
    });
    Reported { rows: row.into_iter().collect(), ..Reported::default() }
}

/// What a code is about: identifiers and genomic expressions of complex variants have codes of
/// their own in the panel and none in a resource.
fn item(code: &str) -> &str {
    match code {
        "81255-2" | "81260-2" => codes::loinc::VARIATION_CODE,
        "81262-8" => codes::loinc::HGVS_GENOMIC,
        other => other,
    }
}

/// How final a report or an observation is.
pub fn status_of(resource: &Value) -> ResultStatus {
    match text(resource, "status").unwrap_or_default() {
        "registered" => ResultStatus::Registered,
        "partial" => ResultStatus::Partial,
        "preliminary" => ResultStatus::Preliminary,
        "final" => ResultStatus::Final,
        "amended" | "appended" => ResultStatus::Amended,
        "corrected" => ResultStatus::Corrected,
        "entered-in-error" => ResultStatus::EnteredInError,
        "cancelled" => ResultStatus::Cancelled,
        _ => ResultStatus::Unknown,
    }
}

/// What was kept, and the label of its group; nothing where the elements say something else now.
fn kept(resource: &Value, said: &[PanelRow]) -> Option<(Reported, Option<String>)> {
    let extensions = access::extensions(resource, codes::REPORTED_ROWS);
    let extension = extensions.first()?;
    let parts = |name| access::extensions(extension, name);
    let of = parts("of").first().and_then(|part| text(part, "valueString"))?;
    if of != digest(resource, said) {
        return None;
    }
    let string = |part: &&Value| text(part, "valueString").map(str::to_owned);
    let reported = Reported {
        rows: parts("row").into_iter().filter_map(value::row).collect(),
        texts: parts("text")
            .into_iter()
            .filter_map(|part| {
                let inner = |name| access::extensions(part, name).into_iter().next();
                let code = inner("code").and_then(|one| one.get("valueCoding"));
                Some((code.and_then(access::coding), inner("value").as_ref().and_then(string)?))
            })
            .collect(),
        notes: parts("note").iter().filter_map(string).collect(),
    };
    Some((reported, parts("group").first().and_then(string)))
}

/// Over what the elements say: the rows of an observation, the conclusion of a report.
fn digest(resource: &Value, said: &[PanelRow]) -> String {
    let mut words = String::new();
    for row in said {
        // Writing to a text cannot fail.
        let _ = writeln!(words, "{} {:?}", row.code.code, row.value);
    }
    words.push_str(text(resource, "conclusion").unwrap_or_default());
    let sum = Sha256::digest(words.as_bytes());
    sum.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests;
