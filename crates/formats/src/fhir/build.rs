//! Resources made from the domain: the ones we write, and no others.
//!
//! What is built here is read back by [`super::facts::facts_of`] with nothing lost. Ids and times
//! are parameters; the same input gives the same JSON.

mod capability;
mod clinical;
mod exchange;
mod gene;
mod genome;
mod operation;
mod person;
pub mod pgx;
mod report;
mod request;
mod stored;
mod tumor;
mod variant;

use super::codes;
use model::code::system;
use model::patient::Identifier;
use model::reported::ResultStatus;
use model::specimen::Origin;
use model::{CodeableConcept, Coding};
use serde_json::{Map, Value, json};

pub use capability::{
    Capability, Interaction, ResourceCapability, SearchParameter, capability_statement,
};
pub use clinical::{Agent, Document, document_reference, provenance};
pub use exchange::{
    Issue, Link, TransactionAnswer, operation_outcome, outcome_of_problems, transaction_response,
};
pub use gene::{gene_result, genotype, phenotype};
pub use genome::{GenomeStudy, GenomeVariant, genome_study, genome_variant};
pub use operation::parameters;
pub use person::patient;
pub use report::{Attachment, ReportParts, diagnostic_report, specimen, study_analysis};
pub use request::{Request, service_request};
pub use stored::{StoredEntry, bundle_of_stored};
pub use tumor::{
    NamedGene, TumorMeasure, TumorStudy, TumorVariant, add_study, tumor_measure, tumor_variant,
};
pub use variant::variant;

/// What every observation needs beside its content.
#[derive(Clone, Debug, Default)]
pub struct Head<'a> {
    /// Logical id of the resource.
    pub id: &'a str,
    /// Reference to the patient, `Patient/1`.
    pub subject: &'a str,
    /// Reference to the specimen.
    pub specimen: Option<&'a str>,
    /// How final the result is.
    pub status: ResultStatus,
    /// Whose genome it speaks of.
    pub origin: Origin,
    /// Day or time that the result speaks of, as FHIR `dateTime`.
    pub effective: Option<&'a str>,
    /// When it was released, as FHIR `instant`.
    pub issued: Option<&'a str>,
    /// The laboratory's name.
    pub performer: Option<&'a str>,
    /// References to what it was derived from.
    pub derived_from: &'a [String],
}

/// An object that leaves out what is not there: FHIR has no empty elements.
#[derive(Debug, Default)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    fn resource(kind: &str, id: &str) -> Self {
        Self::default().with("resourceType", kind).some("id", (!id.is_empty()).then_some(id))
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value.map(Into::into) {
            Some(Value::String(text)) if text.trim().is_empty() => self,
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    pub(super) fn list(self, name: &str, items: Vec<Value>) -> Self {
        if items.is_empty() { self } else { self.with(name, items) }
    }

    pub(super) fn build(self) -> Value {
        Value::Object(self.0)
    }
}

fn reference(literal: &str) -> Value {
    json!({"reference": literal})
}

fn coding(coding: &Coding) -> Value {
    Object::default()
        .some("system", Some(coding.system.as_str()))
        .with("code", coding.code.as_str())
        .some("display", coding.display.as_deref())
        .build()
}

fn concept(concept: &CodeableConcept) -> Option<Value> {
    let codings: Vec<Value> = concept.coding.iter().map(coding).collect();
    let object = Object::default().list("coding", codings).some("text", concept.text.as_deref());
    (!object.0.is_empty()).then(|| object.build())
}

fn loinc(code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system::LOINC, "code": code, "display": display}]})
}

/// A component with a coded or worded value.
fn component(code: Value, value: Value) -> Value {
    Object::default().with("code", code).with("valueCodeableConcept", value).build()
}

fn worded(text: &str) -> Value {
    json!({"text": text})
}

fn identifier(number: &Identifier, kind: Option<(&str, &str)>) -> Value {
    let typed = kind.map(|(code, display)| {
        json!({"coding": [{"system": codes::IDENTIFIER_TYPE, "code": code, "display": display}]})
    });
    let authority = (!number.authority.is_empty())
        .then(|| super::access::authority_to_system(&number.authority));
    Object::default()
        .some("type", typed)
        .some("system", authority)
        .some("value", Some(number.value.as_str()))
        .build()
}

fn laboratory_category() -> Value {
    json!({"coding": [{"system": codes::OBSERVATION_CATEGORY, "code": "laboratory",
        "display": "Laboratory"}]})
}

fn genetics_category() -> Value {
    json!({"coding": [{"system": codes::DIAGNOSTIC_SECTION, "code": "GE", "display": "Genetics"}]})
}

/// The word of `observation-status`, which lacks `partial`.
fn observation_status(status: ResultStatus) -> &'static str {
    match status {
        ResultStatus::Partial => "preliminary",
        other => report_status(other),
    }
}

/// The word of `diagnostic-report-status`.
pub(super) fn report_status(status: ResultStatus) -> &'static str {
    match status {
        ResultStatus::Registered => "registered",
        ResultStatus::Partial => "partial",
        ResultStatus::Preliminary => "preliminary",
        ResultStatus::Final => "final",
        ResultStatus::Amended => "amended",
        ResultStatus::Corrected => "corrected",
        ResultStatus::EnteredInError => "entered-in-error",
        ResultStatus::Cancelled => "cancelled",
        ResultStatus::Unknown => "unknown",
    }
}

/// The parts that all genomic Observations have (profile genomic-base: both categories).
fn observation(head: &Head<'_>, profile: &str, code: Value) -> Object {
    let derived: Vec<Value> = head.derived_from.iter().map(|r| reference(r)).collect();
    let performer = head.performer.map(|name| json!([{"display": name}]));
    Object::resource("Observation", head.id)
        .with("meta", json!({"profile": [format!("{}{profile}", codes::PROFILES)]}))
        .with("status", observation_status(head.status))
        .with("category", json!([laboratory_category(), genetics_category()]))
        .with("code", code)
        .with("subject", reference(head.subject))
        .some("effectiveDateTime", head.effective)
        .some("issued", head.issued)
        .some("performer", performer)
        .some("specimen", head.specimen.map(reference))
        .list("derivedFrom", derived)
}

/// The component 48018-6: by HGNC id where it is known, else by symbol.
fn gene_component(symbol: &str) -> Value {
    component(loinc(codes::loinc::GENE, "Gene studied [ID]"), gene_concept(symbol))
}

fn gene_concept(symbol: &str) -> Value {
    match codes::hgnc_of(symbol) {
        Some(id) => json!({"coding": [{"system": system::HGNC, "code": id, "display": symbol}]}),
        None => worded(symbol),
    }
}

/// The component 48002-0, for origins that LOINC has an answer for.
fn source_class_component(origin: Origin) -> Option<Value> {
    let (code, display) = match origin {
        Origin::Germline => ("LA6683-2", "Germline"),
        Origin::Somatic => ("LA6684-0", "Somatic"),
        _ => return None,
    };
    let class = loinc(codes::loinc::SOURCE_CLASS, "Genomic source class [Type]");
    Some(component(class, loinc(code, display)))
}

#[cfg(test)]
mod tests;
