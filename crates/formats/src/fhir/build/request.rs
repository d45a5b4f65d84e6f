//! Orders for tests.

use super::{Object, concept, identifier, reference};
use model::patient::Identifier;
use model::{CodeableConcept, PartialDate};
use serde_json::{Value, json};

/// An order as a laboratory or its orderer knows it.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// The orderer's number.
    pub placer: Option<&'a Identifier>,
    /// The laboratory's number.
    pub filler: Option<&'a Identifier>,
    /// Numbers of the specimens.
    pub accessions: &'a [Identifier],
    /// `active`, `revoked` … of `request-status`.
    pub status: &'a str,
    /// What is ordered.
    pub service: CodeableConcept,
    /// When.
    pub authored: Option<PartialDate>,
    /// What the orderer wrote beside it.
    pub notes: &'a [String],
    /// References to forms that came with it, `DocumentReference/1`.
    pub forms: &'a [String],
}

/// A `ServiceRequest`.
pub fn service_request(request: &Request<'_>, id: &str, subject: &str) -> Value {
    let kinds = [("PLAC", "Placer Identifier"), ("FILL", "Filler Identifier")];
    let numbers = [request.placer, request.filler].into_iter().zip(kinds);
    let mut identifiers: Vec<Value> =
        numbers.filter_map(|(number, kind)| Some(identifier(number?, Some(kind)))).collect();
    let accession = Some(("ACSN", "Accession ID"));
    identifiers.extend(request.accessions.iter().map(|number| identifier(number, accession)));
    Object::resource("ServiceRequest", id)
        .list("identifier", identifiers)
        .with("status", request.status)
        .with("intent", "order")
        .some("code", concept(&request.service))
        .with("subject", reference(subject))
        .some("authoredOn", request.authored.map(|date| date.to_string()))
        .list("supportingInfo", request.forms.iter().map(|form| reference(form)).collect())
        .list("note", request.notes.iter().map(|text| json!({"text": text})).collect())
        .build()
}
