//! Asking: the patient's resources are read under the caller's access, the question is put to
//! what they say, and the answer gives them back as they are stored.

use crate::app::App;
use crate::caller::Caller;
use crate::controllers::fhir::answer::json;
use crate::controllers::genomics::genome::{Genomes, Question};
use crate::controllers::genomics::population;
use crate::error::Error;
use ::genomics::answer::{Fault, FaultKind, Part, Value as AnswerValue};
use ::genomics::asked::{Asked, Contract, Given, Operation, Subject};
use ::genomics::finding::Dossier;
use ::genomics::operation::{self, Tools};
use axum::http::StatusCode;
use axum::response::Response;
use formats::fhir::build::parameters;
use formats::fhir::genomics::{TYPES, dossier};
use model::{PatientId, Problem};
use record::{Role, Stored};
use serde_json::Value;
use std::collections::BTreeMap;

/// The answer to a request.
pub(super) fn answer(
    app: &App,
    caller: &Caller,
    operation: &'static Operation,
    contract: Contract,
    given: &[(String, Given)],
) -> Result<Response, Error> {
    let references = &app.genomics().references;
    if caller.role == Role::Researcher {
        let parts = population::for_research(app, caller, (operation, contract), given)?;
        return Ok(json(StatusCode::OK, &written(&parts, &BTreeMap::new())?));
    }
    let asked = Asked::read(operation, contract, given, references).map_err(refused)?;
    let lift_over = app.genomics().lift_over.as_deref();
    let tools = Tools { lift_over, contract };
    let parameters = match operation.subject {
        Subject::Patient => about_one(app, caller, operation, &asked, tools)?,
        Subject::Population => {
            let question = Question { operation, asked: &asked, tools };
            written(&population::count(app, caller, question)?, &BTreeMap::new())?
        }
    };
    Ok(json(StatusCode::OK, &parameters))
}

fn about_one(
    app: &App,
    caller: &Caller,
    operation: &Operation,
    asked: &Asked,
    tools: Tools<'_>,
) -> Result<Value, Error> {
    let patient = patient(app, &asked.subject)?;
    let seen = see(app, caller, &patient, Question { operation, asked, tools })?;
    written(&seen.parts, &seen.resources)
}

/// What the record says of a patient to a question.
pub(crate) struct Seen {
    /// The answer.
    pub(crate) parts: Vec<Part>,
    /// All that it was made from.
    pub(crate) dossier: Dossier,
    /// The resources that the answer names, by reference.
    pub(crate) resources: BTreeMap<String, Value>,
}

/// Puts a question to what the caller may read of a patient.
///
/// # Errors
/// 404 for a patient whom the caller does not see; what cannot be answered here.
pub(crate) fn see(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    question: Question<'_>,
) -> Result<Seen, Error> {
    let Question { operation, asked, tools } = question;
    app.record().read_together(|record| {
        let found = record.read(&caller.access, "Patient", patient.as_str())?;
        if found.is_none_or(|stored| stored.deleted) {
            return Err(Error::not_found());
        }
        // What was studied before records were merged was studied.
        let records = record.records_of_person(&caller.access, patient)?;
        let mut stored = Vec::new();
        for one in &records {
            stored.extend(record.patient_resources(&caller.access, one, &TYPES)?);
        }
        let (mut dossier, resources) = read(app, &stored)?;
        let mut genomes = Vec::with_capacity(records.len());
        for one in &records {
            genomes.push(Genomes::read(record, &caller.access, one, question, &mut dossier)?);
        }
        let parts = operation::answer(operation, asked, &dossier, tools).map_err(refused)?;
        let resource = |reference: &str| {
            let stored = resources.get(reference).cloned();
            let mut genomes = records.iter().zip(&genomes);
            stored.or_else(|| genomes.find_map(|(of, held)| held.observation(app, of, reference)))
        };
        let mut named = BTreeMap::new();
        for reference in references(&parts) {
            let resource = resource(reference).ok_or_else(|| missing(reference))?;
            named.insert(reference.to_owned(), resource);
        }
        Ok(Seen { parts, dossier, resources: named })
    })
}

/// The resources that an answer names.
fn references(parts: &[Part]) -> Vec<&str> {
    let mut named = Vec::new();
    for part in parts {
        if let AnswerValue::Resource(reference) = &part.value {
            named.push(reference.as_str());
        }
        named.extend(references(&part.parts));
    }
    named
}

/// What the record says of a patient, and its resources by reference.
pub(super) fn read(
    app: &App,
    stored: &[Stored],
) -> Result<(Dossier, BTreeMap<String, Value>), Error> {
    let mut resources = Vec::with_capacity(stored.len());
    for stored in stored {
        let resource: Value = serde_json::from_slice(&stored.body)
            .map_err(|error| Error::internal(format!("a stored resource: {error}")))?;
        resources.push(resource);
    }
    let (dossier, _) = dossier(&resources, &app.genomics().references);
    let names = stored.iter().map(|s| format!("{}/{}", s.reference.resource_type, s.reference.id));
    Ok((dossier, names.zip(resources).collect()))
}

fn written(parts: &[Part], resources: &BTreeMap<String, Value>) -> Result<Value, Error> {
    parameters(parts, &|reference| resources.get(reference).cloned())
        .map_err(|reference| missing(&reference))
}

fn missing(reference: &str) -> Error {
    Error::internal(format!("{reference} is in an answer and not read"))
}

/// The patient that a `subject` names: `123`, `Patient/123`, or our absolute address of it.
fn patient(app: &App, subject: &str) -> Result<PatientId, Error> {
    let base = format!("{}/", app.fhir_base());
    let local = subject.strip_prefix(&base).unwrap_or(subject);
    let id = ["Patient/", "patient/"].iter().find_map(|kind| local.strip_prefix(kind));
    let id = id.unwrap_or(local);
    if !model::id::is_fhir_id(id) {
        return Err(refused(Fault::invalid("subject", "names no patient of this server")));
    }
    Ok(PatientId::new(id))
}

pub(super) fn refused(fault: Fault) -> Error {
    let (status, code) = match fault.kind {
        FaultKind::Invalid => (StatusCode::BAD_REQUEST, "bad-value"),
        FaultKind::Unprocessable => (StatusCode::UNPROCESSABLE_ENTITY, "not-read"),
    };
    Error::problems(status, vec![Problem::error(code, fault.place, fault.text)])
}
