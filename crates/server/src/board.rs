//! Briefs for tumour boards and molecular summaries: made of what the record holds, and kept when
//! they are issued.
//!
//! An issued brief is a FHIR `Composition` of the patient: its versions are those of the resource,
//! nothing is overwritten, it is read under the reader's access and carries the labels of
//! everything it was made of.

mod composition;

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::filing::file;
use crate::views::{self, Made};
use axum::http::StatusCode;
use composition::{Document, brief_of, document};
use guidance::board::{Brief, Issue, Kind, differences};
use model::PatientId;
use record::{Access, Action, Commit, Condition, ResourceChange, Stored, derived_id};
use web::QUESTION_CHARS_MAX;

/// What kind of resource an issued brief is.
pub(crate) const KIND: &str = "Composition";

/// A brief that was issued.
pub(crate) struct Issued {
    /// Its version, from 1.
    pub(crate) version: u64,
    /// As it was issued.
    pub(crate) brief: Brief,
}

fn id_of(app: &App, patient: &PatientId, kind: Kind) -> String {
    let what = match kind {
        Kind::TumourBoard => "tumour-board brief",
        Kind::Summary => "molecular summary",
    };
    derived_id([what, app.settings().tenant.as_str(), patient.as_str()])
}

fn opened(stored: Option<Stored>) -> Result<Option<Issued>, Error> {
    let Some(stored) = stored.filter(|stored| !stored.deleted) else { return Ok(None) };
    let place = stored.reference.to_string();
    let brief = brief_of(&stored.body)
        .ok_or_else(|| Error::internal(format!("{place}: holds no brief that can be read")))?;
    Ok(Some(Issued { version: stored.reference.version, brief }))
}

/// The version that was issued last, as far as this access may know.
pub(crate) fn latest(
    app: &App,
    access: &Access,
    patient: &PatientId,
    kind: Kind,
) -> Result<Option<Issued>, Error> {
    opened(app.record().read(access, KIND, &id_of(app, patient, kind))?)
}

/// A version that was issued.
///
/// # Errors
/// 404 for one that is not there, or not for this access.
pub fn issued_brief(
    app: &App,
    access: &Access,
    patient: &PatientId,
    version: u64,
) -> Result<Brief, Error> {
    issued(app, access, patient, (Kind::TumourBoard, version))
}

/// A version of a document that was issued.
///
/// # Errors
/// 404 for one that is not there, or not for this access.
pub(crate) fn issued(
    app: &App,
    access: &Access,
    patient: &PatientId,
    (kind, version): (Kind, u64),
) -> Result<Brief, Error> {
    let stored = app.record().vread(access, KIND, &id_of(app, patient, kind), version)?;
    Ok(opened(stored)?.ok_or_else(Error::not_found)?.brief)
}

/// The brief of a patient as of now: a draft that says what changed since the version that was
/// issued last.
///
/// # Errors
/// 404 for a patient who is not there, or not for this access; when the record fails.
pub fn board_brief(app: &App, access: &Access, patient: &PatientId) -> Result<Brief, Error> {
    let kind = Kind::TumourBoard;
    let last = latest(app, access, patient, kind)?;
    let question = last.as_ref().and_then(|last| last.brief.question()).map(str::to_owned);
    let made = views::brief(app, access, patient, (&id_of(app, patient, kind), question))?;
    Ok(draft(made.brief, last.as_ref()))
}

/// The molecular summary of a patient as of now, in the same way.
///
/// # Errors
/// 404 for a patient who is not there, or not for this caller; when the record fails.
pub(crate) fn summary_brief(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
) -> Result<Brief, Error> {
    let last = latest(app, &caller.access, patient, Kind::Summary)?;
    let made = views::summary(app, caller, patient, &id_of(app, patient, Kind::Summary))?;
    Ok(draft(made.brief, last.as_ref()))
}

/// A draft says what changed since the version that was issued last.
fn draft(mut brief: Brief, last: Option<&Issued>) -> Brief {
    let Some(last) = last else { return brief };
    brief.head.issue = Issue::Draft { after: Some(last.version) };
    brief.since(last.version, &last.brief)
}

/// Whether a caller issues briefs: a person whose role notes decisions of care.
pub(crate) fn may_issue(app: &App, caller: &Caller) -> Result<bool, Error> {
    Ok(caller.csrf.is_some() && app.record().may(&caller.access, Action::WriteDecisions)?)
}

/// Refuses who issues no briefs.
///
/// # Errors
/// 403.
pub(crate) fn require_issuer(app: &App, caller: &Caller) -> Result<(), Error> {
    if may_issue(app, caller)? {
        return Ok(());
    }
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", "your role issues no briefs"))
}

/// Issues the brief as it is now; its version. One that says what the last version says is not
/// issued again, so that a form sent twice leaves one.
pub(crate) fn issue(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    question: &str,
) -> Result<u64, Error> {
    require_issuer(app, caller)?;
    let question = question.trim();
    if question.chars().count() > QUESTION_CHARS_MAX {
        let text = format!("a question has at most {QUESTION_CHARS_MAX} characters");
        return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "too-long", text));
    }
    let id = id_of(app, patient, Kind::TumourBoard);
    let asked = (!question.is_empty()).then(|| question.to_owned());
    let made = views::brief(app, &caller.access, patient, (&id, asked))?;
    keep(app, caller, patient, made)
}

/// Issues the molecular summary as it is now; its version, by the same rule.
pub(crate) fn issue_summary(app: &App, caller: &Caller, patient: &PatientId) -> Result<u64, Error> {
    require_issuer(app, caller)?;
    let id = id_of(app, patient, Kind::Summary);
    let made = views::summary(app, caller, patient, &id)?;
    keep(app, caller, patient, made)
}

fn keep(app: &App, caller: &Caller, patient: &PatientId, made: Made) -> Result<u64, Error> {
    let id = made.brief.head.id.clone();
    let stored = app.record().read(&caller.access, KIND, &id)?;
    let before = stored.as_ref().map_or(0, |stored| stored.reference.version);
    let last = opened(stored)?;
    let mut brief = made.brief;
    if let Some(last) = &last {
        if differences(&last.brief, &brief).is_empty() {
            return Ok(last.version);
        }
        brief = brief.since(last.version, &last.brief);
    }
    brief.head.issue = Issue::Issued { version: before + 1, by: caller.name.clone() };
    let resource = document(&Document {
        id: &id,
        patient,
        brief: &brief,
        inputs: &made.inputs,
        at: app.record().now(),
    })
    .ok_or_else(|| Error::internal("the brief cannot be written"))?;
    let condition = if before == 0 { Condition::Absent } else { Condition::Version(before) };
    let changes = vec![ResourceChange::put(resource, Vec::new(), condition)];
    file(app.record(), caller, patient, Commit { changes, ..Commit::default() })?;
    Ok(before + 1)
}
