//! Documents in PDF: filed as documents at once, then read into proposals that wait for a person,
//! and filed as results when people have confirmed every field of them.
//!
//! Nothing here is a result before that: proposals are in no resource and no fact, so no engine can
//! see them. What would harm most if it were wrong takes two people.

pub mod concordance;
mod decide;
mod file;
mod follow;

pub use decide::{Decision, Objection, needs_two, unread};
pub use file::{Origin, file};
pub use follow::Follower;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use formats::fhir::access::resource_type;
use model::{PatientId, Problem, TenantId, Timestamp};
use pdf::{FieldName, Reading};
use record::{Access, Extraction, Failure, Record, Stored, derived_id};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Media type of the documents.
pub const PDF: &str = "application/pdf";

/// A document, what was read from it, and what people said of that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadDocument {
    /// Type and id of the resource that holds it.
    pub resource: (String, String),
    /// Which of the resource's contents it is.
    pub content: usize,
    /// What the resource calls it.
    pub title: Option<String>,
    /// What was read; `None` if nothing could be.
    pub reading: Option<Reading>,
    /// Why nothing could be read: a stable word, and a sentence.
    pub refused: Option<(String, String)>,
    /// Where the document and the record do not agree.
    pub differs: Vec<Problem>,
    /// What was said of each proposal, by its place.
    pub answers: BTreeMap<usize, Answer>,
}

/// What people said of one proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The values that hold; `None` if it was rejected.
    pub values: Option<BTreeMap<FieldName, String>>,
    /// By whom, and when.
    pub first: (String, Timestamp),
    /// Who confirmed the same after that.
    pub second: Option<(String, Timestamp)>,
    /// Whether it takes two people whatever the values say: for what was read, or said before.
    #[serde(default)]
    pub needs_two: bool,
}

impl ReadDocument {
    /// From the record.
    ///
    /// # Errors
    /// When what is kept is no such document.
    pub fn of(kept: &Extraction) -> Result<Self, Failure> {
        serde_json::from_slice(&kept.body)
            .map_err(|_| Failure::Sealed { place: format!("extraction/{}", kept.id) })
    }

    /// For the record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn body(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(self).map_err(|error| Failure::Storage(error.to_string()))
    }

    /// The bytes of the document, as the caller may read them; `None` if it is not there any more.
    ///
    /// # Errors
    /// When the record fails.
    pub fn bytes(&self, record: &Record, access: &Access) -> Result<Option<Vec<u8>>, Failure> {
        let (kind, id) = &self.resource;
        let stored = record.read(access, kind, id)?.filter(|stored| !stored.deleted);
        Ok(stored.and_then(|stored| self.bytes_of(&stored)))
    }

    /// Whether somebody may read what was read from it: whoever may read the document, and, if it
    /// was filed to another patient since, the patient's record as well.
    ///
    /// # Errors
    /// When the record fails.
    pub fn is_readable(
        &self,
        record: &Record,
        access: &Access,
        patient: &PatientId,
    ) -> Result<bool, Failure> {
        let read = |kind: &str, id: &str| match record.read(access, kind, id) {
            Err(Failure::Denied { .. }) => Ok(None),
            read => read,
        };
        let (kind, id) = &self.resource;
        let Some(stored) = read(kind, id)? else { return Ok(false) };
        Ok(stored.patient.as_ref() == Some(patient) || read("Patient", patient.as_str())?.is_some())
    }

    /// Whether the document still is this patient's, to the byte as it was read.
    fn is_as_read(
        &self,
        record: &Record,
        access: &Access,
        kept: &Extraction,
    ) -> Result<bool, Failure> {
        let (kind, id) = &self.resource;
        let stored = record.read(access, kind, id)?.filter(|stored| !stored.deleted);
        let stored = stored.filter(|stored| stored.patient.as_ref() == Some(&kept.patient));
        let bytes = stored.and_then(|stored| self.bytes_of(&stored));
        Ok(bytes.is_some_and(|bytes| id_of(access.tenant(), &kept.patient, &bytes) == kept.id))
    }

    fn bytes_of(&self, stored: &Stored) -> Option<Vec<u8>> {
        let resource = serde_json::from_slice(&stored.body).unwrap_or_default();
        let found = attachments(&resource).into_iter().find(|(at, _, _)| *at == self.content);
        found.map(|(_, _, bytes)| bytes)
    }
}

/// Whether somebody has said anything of a document yet.
fn answered(document: &ReadDocument) -> bool {
    !document.answers.is_empty()
}

/// The id of what is read from a document of a patient; it follows from its bytes.
fn id_of(tenant: &TenantId, patient: &PatientId, bytes: &[u8]) -> String {
    let digest = hex::encode(Sha256::digest(bytes));
    derived_id([tenant.as_str(), patient.as_str(), "extraction", &digest])
}

/// Whether a resource is a document that is read.
pub(crate) fn holds_document(resource: &Value) -> bool {
    resource_type(resource) == Some("DocumentReference") && holds_pdf(resource)
}

/// Whether a resource is a document, or a report with one in it, that is read.
pub(crate) fn holds_pdf(resource: &Value) -> bool {
    let holds = matches!(resource_type(resource), Some("DocumentReference" | "DiagnosticReport"));
    holds && !attachments(resource).is_empty()
}

/// The documents in PDF that a resource holds: place, title, bytes.
fn attachments(resource: &Value) -> Vec<(usize, Option<String>, Vec<u8>)> {
    let list = |name: &str| resource.get(name).and_then(Value::as_array).into_iter().flatten();
    let contents = list("content").filter_map(|content| content.get("attachment"));
    let one = |(at, attachment): (usize, &Value)| {
        let text = |name: &str| attachment.get(name).and_then(Value::as_str);
        let kind = text("contentType")?.split(';').next()?.trim();
        let data = text("data").filter(|_| kind.eq_ignore_ascii_case(PDF))?;
        Some((at, text("title").map(str::to_owned), STANDARD.decode(data).ok()?))
    };
    contents.chain(list("presentedForm")).enumerate().filter_map(one).collect()
}
