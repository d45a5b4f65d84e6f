//! Documents and where resources came from.

use super::report::Attachment;
use super::{Object, concept, reference};
use model::{CodeableConcept, RawId, Timestamp};
use serde_json::{Value, json};

/// A document about a patient.
#[derive(Clone, Debug, Default)]
pub struct Document<'a> {
    /// What kind of document.
    pub kind: CodeableConcept,
    /// When it was filed.
    pub date: Option<Timestamp>,
    /// Who wrote it, by name.
    pub author: Option<&'a str>,
    /// Its content; never empty.
    pub contents: &'a [Attachment],
    /// References to what it belongs to, `DiagnosticReport/1`.
    pub related: &'a [String],
}

/// A current `DocumentReference`.
pub fn document_reference(document: &Document<'_>, id: &str, subject: &str) -> Value {
    let contents = document.contents.iter().map(|a| json!({"attachment": a.to_json()})).collect();
    let related: Vec<Value> = document.related.iter().map(|r| reference(r)).collect();
    let context = (!related.is_empty()).then(|| json!({"related": related}));
    Object::resource("DocumentReference", id)
        .with("status", "current")
        .some("type", concept(&document.kind))
        .with("subject", reference(subject))
        .some("date", document.date.map(|at| at.to_string()))
        .some("author", document.author.map(|name| json!([{"display": name}])))
        .list("content", contents)
        .some("context", context)
        .build()
}

/// Who brought something about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// `author`, `assembler`, `transmitter` … of provenance-participant-type.
    pub kind: String,
    /// Shown name: a laboratory, a feed, this software with its version.
    pub name: String,
    /// Literal reference, if it is a resource.
    pub reference: Option<String>,
}

/// A `Provenance`: these resource versions came about then, by these agents, from that archived
/// message (entity with the raw id under `urn:cognate:raw`).
pub fn provenance(
    id: &str,
    targets: &[String],
    recorded: Timestamp,
    agents: &[Agent],
    raw: Option<&RawId>,
) -> Value {
    let kind_system = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
    let agent = |agent: &Agent| {
        let who = Object::default()
            .some("reference", agent.reference.as_deref())
            .with("display", agent.name.as_str())
            .build();
        json!({"type": {"coding": [{"system": kind_system, "code": agent.kind}]}, "who": who})
    };
    let entity = raw.map(|raw| {
        let identifier = json!({"system": "urn:cognate:raw", "value": raw.as_str()});
        json!([{"role": "source", "what": {"identifier": identifier}}])
    });
    Object::resource("Provenance", id)
        .list("target", targets.iter().map(|target| reference(target)).collect())
        .with("recorded", recorded.to_string())
        .list("agent", agents.iter().map(agent).collect())
        .some("entity", entity)
        .build()
}
