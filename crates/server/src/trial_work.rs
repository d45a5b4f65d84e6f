//! What people make of the trial options of a patient: a decision for each trial, and what has to
//! be found out.
//!
//! Matching says what criteria say. Whether somebody is screened, and takes part, is decided by
//! people, and only that is stored for a patient and a trial: as a FHIR `ResearchSubject`, with
//! what the criteria said at that moment, and as a `Task` for each fact to be found out. Both are
//! resources of the patient like all others: versioned, labelled, searched, told to subscribers.

pub(crate) mod subject;
pub(crate) mod task;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use axum::http::StatusCode;
use interpret::matching::{KeptTrial, Offer, Reason, study_id};
use model::PatientId;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, Action, Query, Stored, Term};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Characters of a remark, and of what is to be found out.
pub(crate) const TEXT_CHARS_MAX: usize = 500;
/// Resources of a kind that are read for one page; a list says that there are more.
const READ_MAX: usize = 500;

/// Whether a caller decides about trials: a person whose role notes decisions of care.
pub(crate) fn may_decide(app: &App, caller: &Caller) -> Result<bool, Error> {
    Ok(caller.csrf.is_some() && app.record().may(&caller.access, Action::WriteDecisions)?)
}

/// Refuses who decides nothing about trials.
///
/// # Errors
/// 403.
pub(crate) fn require_decider(app: &App, caller: &Caller) -> Result<(), Error> {
    if may_decide(app, caller)? {
        return Ok(());
    }
    let text = "your role decides nothing about trials";
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text))
}

/// What a person typed, without blanks around it.
///
/// # Errors
/// 422 for more than is kept; the text names the field.
fn typed(field: &str, text: &str) -> Result<Option<String>, Error> {
    let text = text.trim();
    if text.chars().count() > TEXT_CHARS_MAX {
        let text = format!("{field} has at most {TEXT_CHARS_MAX} characters");
        return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "too-long", text));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Refuses what a form says that no form of ours says.
fn not_offered(what: impl std::fmt::Display) -> Error {
    Error::new(StatusCode::UNPROCESSABLE_ENTITY, "value", format!("{what} is not offered"))
}

/// Refuses a form that was begun before somebody else wrote.
fn overtaken() -> Error {
    let text = "somebody else wrote this meanwhile: look at what it says now, and send again";
    Error::new(StatusCode::CONFLICT, "conflict", text)
}

/// A write that somebody else was a moment before.
fn written(filed: Result<(), Error>) -> Result<(), Error> {
    filed.map_err(|error| match error.status() {
        StatusCode::PRECONDITION_FAILED => overtaken(),
        _ => error,
    })
}

/// The reference of a trial's `ResearchStudy`.
fn study(app: &App, kept: &KeptTrial) -> Value {
    let trial = &kept.trial;
    let reference = format!("ResearchStudy/{}", study_id(&app.settings().tenant, &trial.id));
    json!({"reference": reference, "display": trial.id})
}

/// What the answers of these cohorts rest on, without versions: what is made of them carries the
/// labels of all of it.
fn rests_on(offers: &[Offer]) -> BTreeSet<String> {
    let mut waiting: Vec<&Reason> = offers.iter().flat_map(|one| &one.explanation.parts).collect();
    let mut found = BTreeSet::new();
    while let Some(reason) = waiting.pop() {
        match reason {
            Reason::Part { parts, .. } => waiting.extend(parts),
            Reason::Leaf(leaf) => found.extend(leaf.sources.iter().filter_map(|source| {
                let (name, _) = source.resource.split_once("/_history/")?;
                Some(name.to_owned())
            })),
        }
    }
    // Of the patient it is in any case.
    found.retain(|name| !name.starts_with("Patient/"));
    found
}

/// A resource without its version, as JSON.
fn body(stored: &Stored) -> Result<Value, Error> {
    serde_json::from_slice(&stored.body)
        .map_err(|error| Error::internal(format!("{}: {error}", stored.reference)))
}

/// What a search finds, as far as it is read, and whether there is more.
fn found(
    app: &App,
    access: &Access,
    resource_type: &str,
    terms: &[(&str, &str)],
) -> Result<(Vec<Stored>, bool), Error> {
    let terms = terms.iter().map(|(name, value)| Term::parse(name, value)).collect();
    let mut query = Query {
        resource_type: resource_type.to_owned(),
        terms,
        count: PAGE_ROWS_MAX,
        cursor: None,
    };
    let mut found = Vec::new();
    loop {
        let page = app.record().search(access, &query)?;
        found.extend(page.entries);
        query.cursor = page.next;
        if query.cursor.is_none() || found.len() >= READ_MAX {
            return Ok((found, query.cursor.is_some()));
        }
    }
}

/// Whose a resource of a patient is.
fn patient_of(stored: &Stored) -> Option<&PatientId> {
    stored.patient.as_ref()
}
