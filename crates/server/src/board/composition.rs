//! An issued brief as a FHIR R4 `Composition`: its sections as text that other systems show, and
//! the brief itself, from which page and document are made again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guidance::board::{Brief, Issue, Section};
use model::{PatientId, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Own extension: the brief as its statements.
const BRIEF: &str = "urn:cognate:extension:tumour-board-brief";
/// System of the documents' codes.
const CODES: &str = "urn:cognate:code";

/// What a document is made of.
pub(super) struct Document<'d> {
    pub(super) id: &'d str,
    pub(super) patient: &'d PatientId,
    pub(super) brief: &'d Brief,
    /// The resources that it says something of.
    pub(super) inputs: &'d BTreeSet<String>,
    pub(super) at: Timestamp,
}

/// The resource; `None` if the brief cannot be written.
pub(super) fn document(made: &Document<'_>) -> Option<Value> {
    let Issue::Issued { version, by } = &made.brief.head.issue else { return None };
    let kind = made.brief.kind;
    let bytes = serde_json::to_vec(made.brief).ok()?;
    let sections = made.brief.sections.iter().map(section);
    let entries = made.inputs.iter().map(|reference| json!({"reference": reference}));
    let sources = json!({"title": "Made of", "entry": entries.collect::<Vec<_>>()});
    let sources = (!made.inputs.is_empty()).then_some(sources);
    Some(json!({
        "resourceType": super::KIND,
        "id": made.id,
        "status": if *version == 1 { "final" } else { "amended" },
        "type": {
            "coding": [{"system": CODES, "code": kind.word()}],
            "text": kind.words(),
        },
        "subject": {"reference": format!("Patient/{}", made.patient)},
        "date": made.at.to_string(),
        "author": [{"display": by}],
        "title": kind.words(),
        "section": sections.chain(sources).collect::<Vec<_>>(),
        "extension": [{"url": BRIEF, "valueAttachment": {
            "contentType": "application/json", "data": STANDARD.encode(bytes)}}],
    }))
}

/// A section as text (XHTML, FHIR R4 §2.4): one paragraph a statement.
fn section(section: &Section) -> Value {
    let mut text = String::new();
    for line in section.texts().into_iter().skip(1) {
        text.push_str("<p>");
        escape(&mut text, line);
        text.push_str("</p>");
    }
    let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>");
    json!({"title": section.heading, "text": {"status": "generated", "div": div}})
}

fn escape(to: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '&' => to.push_str("&amp;"),
            '"' => to.push_str("&quot;"),
            letter if letter.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(to, "[U+{:04X}]", u32::from(letter));
            }
            letter => to.push(letter),
        }
    }
}

/// The brief of a resource; `None` if there is none in it.
pub(super) fn brief_of(body: &[u8]) -> Option<Brief> {
    let resource: Value = serde_json::from_slice(body).ok()?;
    let extensions = resource.get("extension")?.as_array()?;
    let ours =
        extensions.iter().find(|one| one.get("url").and_then(Value::as_str) == Some(BRIEF))?;
    let data = ours.pointer("/valueAttachment/data")?.as_str()?;
    serde_json::from_slice(&STANDARD.decode(data).ok()?).ok()
}
