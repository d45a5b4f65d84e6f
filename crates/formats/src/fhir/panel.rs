//! Rows of panel 81247-9 (HL7 v2.5.1 LRI, clinical genomics) of a resource: what its elements say,
//! and beside them, in an extension, what a laboratory's message said that has no element here.
//!
//! The extension names the digest of what the elements said when it was written. Where they say
//! something else now, it is passed over: a row is never sent that somebody has corrected.

mod digest;
mod message;
mod observed;
mod value;

pub use message::{ResultParts, outgoing};
pub use observed::{Said, of_observation};

use super::access::{self, text};
use super::codes;
use crate::hl7v2::oru::{PanelRow, PanelValue, TextResult, less_final, panel_code};
use model::reported::ResultStatus;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What was reported and stands in no element of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// Rows of the panel.
    pub rows: Vec<PanelRow>,
    /// Text under codes of the sender's own, with its notes.
    pub texts: Vec<TextResult>,
    /// Notes on the whole.
    pub notes: Vec<String>,
}

/// Keeps in a resource what was reported, as far as its elements do not say it. The label of its
/// group is kept with `is_labelled` only, where one result is a part of another by the sender's
/// labels.
pub fn keep(resource: &mut Value, reported: &Reported, is_labelled: bool) {
    let said = observed::rows(resource);
    let is_said = |row: &&PanelRow| {
        said.iter().any(|one| one.code.code == row.code.code && value::same(&one.value, &row.value))
    };
    let group = reported.rows.first().map(|row| row.group.clone()).filter(|_| is_labelled);
    // Of an item that may stand several times all of it is kept, or none.
    let lacking: BTreeSet<&str> = reported
        .rows
        .iter()
        .filter(|row| !is_said(row) || !row.notes.is_empty())
        .map(|row| item(&row.code.code))
        .collect();
    let missing = reported.rows.iter().filter(|row| lacking.contains(item(&row.code.code)));
    let is_report = access::resource_type(resource) == Some("DiagnosticReport");
    let mut kept: Vec<Value> = missing.map(|row| value::extension(row, is_report)).collect();
    kept.extend(reported.texts.iter().map(value::text_extension));
    let note = |note: &String| value::part("note", "valueString", note.as_str());
    kept.extend(reported.notes.iter().map(note));
    if kept.is_empty() && group.is_none() {
        return;
    }
    let mut parts = vec![value::part("of", "valueString", digest(resource, &said))];
    parts.extend(group.map(|group| value::part("group", "valueString", group)));
    parts.extend(kept);
    let extension = value::part(codes::REPORTED_ROWS, "extension", parts);
    let Some(object) = resource.as_object_mut() else { return };
    match object.entry("extension").or_insert_with(|| json!([])) {
        Value::Array(all) => all.push(extension),
        other => *other = json!([extension]),
    }
}

/// What a report says itself: rows, texts and notes as they were reported, else its conclusion.
/// None is more final than the report, nor than it was itself.
///
/// # Errors
/// [`Unwritten`] where something was kept that cannot be read.
pub fn of_report(report: &Value) -> Result<Reported, Unwritten> {
    let status = status_of(report);
    if let Some(Kept { mut reported, is_whole, .. }) = kept(report, &[]) {
        for row in &mut reported.rows {
            row.status = less_final(row.status, status);
        }
        for text in &mut reported.texts {
            text.status = less_final(text.status, status);
        }
        return if is_whole { Ok(reported) } else { Err(Unwritten) };
    }
    let row = text(report, "conclusion").map(|words| PanelRow {
        group: "0".to_owned(),
        code: panel_code(codes::loinc::REPORT),
        value: PanelValue::Text(words.to_owned()),
        status,
        notes: Vec::new(),
    });
    Ok(Reported { rows: row.into_iter().collect(), ..Reported::default() })
}

/// A result holds what no row can say. A message without it would say less than the result, so
/// there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwritten;

impl std::fmt::Display for Unwritten {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a part of the result cannot be written as a row")
    }
}

impl std::error::Error for Unwritten {}

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
    status_from(text(resource, "status").unwrap_or_default())
}

fn status_from(word: &str) -> ResultStatus {
    match word {
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

/// What was kept beside the elements.
#[derive(Default)]
struct Kept {
    reported: Reported,
    /// The label of its group.
    group: Option<String>,
    /// Whether every row could be read.
    is_whole: bool,
}

/// What was kept; nothing where the elements say something else now. Rows and texts that were kept
/// without how final they are are as final as the resource.
fn kept(resource: &Value, said: &[PanelRow]) -> Option<Kept> {
    let extensions = access::extensions(resource, codes::REPORTED_ROWS);
    let extension = extensions.first()?;
    let parts = |name| access::extensions(extension, name);
    let of = parts("of").first().and_then(|part| text(part, "valueString"))?;
    if of != digest(resource, said) {
        return None;
    }
    let string = |part: &&Value| text(part, "valueString").map(str::to_owned);
    let status = status_of(resource);
    let (rows, texts) = (parts("row"), parts("text"));
    let count = rows.len() + texts.len();
    let reported = Reported {
        rows: rows.into_iter().filter_map(|row| value::row(row, status)).collect(),
        texts: texts.into_iter().filter_map(|text| value::text_of(text, status)).collect(),
        notes: parts("note").iter().filter_map(string).collect(),
    };
    let is_whole = reported.rows.len() + reported.texts.len() == count;
    Some(Kept { reported, group: parts("group").first().and_then(string), is_whole })
}

/// Over what the elements say. It stands in resources, so what it is taken over must not change.
fn digest(resource: &Value, said: &[PanelRow]) -> String {
    digest::of(text(resource, "conclusion"), said)
}

#[cfg(test)]
mod tests;
