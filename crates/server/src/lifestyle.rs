//! Answers about lifestyle that people write down on a page: one `QuestionnaireResponse` for each
//! patient and day. Answers of the same day again are its next version, nothing is overwritten.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::filing::file;
use axum::http::StatusCode;
use formats::fhir::lifestyle::entry::{Entry, Fault, Given, given_of, response};
use model::lifestyle::SaidBy;
use model::{PartialDate, PatientId};
use record::{Access, Action, Commit, Condition, ResourceChange, derived_id};
use serde_json::Value;
use std::collections::BTreeMap;

const KIND: &str = "QuestionnaireResponse";

/// Answers that are filed.
pub(crate) struct Filed {
    /// The version of the resource; 0 if nothing is filed.
    pub(crate) version: u64,
    /// What stands in it, by `linkId`.
    pub(crate) given: BTreeMap<String, Given>,
    /// Who gave them.
    pub(crate) said_by: SaidBy,
    resource: Option<Value>,
}

/// What became of answers.
pub(crate) enum Kept {
    /// They are filed, or were before.
    Filed,
    /// Some are no answers to their questions.
    Faults(Vec<Fault>),
    /// Answers of that day are filed that the form did not show: this version stands now.
    Changed(u64),
    /// Nothing was answered.
    Nothing,
}

fn id_of(app: &App, patient: &PatientId, on: PartialDate) -> String {
    let day = on.to_string();
    derived_id(["lifestyle answers", app.settings().tenant.as_str(), patient.as_str(), &day])
}

/// Whether a caller writes answers down: a person whose role notes decisions of care.
pub(crate) fn may_enter(app: &App, caller: &Caller) -> Result<bool, Error> {
    Ok(caller.csrf.is_some() && app.record().may(&caller.access, Action::WriteDecisions)?)
}

/// Refuses who writes no answers down.
///
/// # Errors
/// 403.
pub(crate) fn require_entry(app: &App, caller: &Caller) -> Result<(), Error> {
    if may_enter(app, caller)? {
        return Ok(());
    }
    let text = "your role writes no answers down";
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text))
}

/// The answers of a day, as far as this access may know.
pub(crate) fn filed(
    app: &App,
    access: &Access,
    patient: &PatientId,
    on: PartialDate,
) -> Result<Filed, Error> {
    let stored = app.record().read(access, KIND, &id_of(app, patient, on))?;
    let version = stored.as_ref().map_or(0, |stored| stored.reference.version);
    let Some(stored) = stored.filter(|stored| !stored.deleted) else {
        let (given, said_by) = (BTreeMap::new(), SaidBy::Patient);
        return Ok(Filed { version, given, said_by, resource: None });
    };
    let place = stored.reference.to_string();
    let resource: Value = serde_json::from_slice(&stored.body)
        .map_err(|error| Error::internal(format!("{place}: {error}")))?;
    let text = |pointer: &str| resource.pointer(pointer).and_then(Value::as_str);
    let said_by = match (text("/source/reference"), text("/source/type")) {
        (Some(_), _) => SaidBy::Patient,
        (_, Some("RelatedPerson")) => SaidBy::Related,
        _ => SaidBy::Clinician,
    };
    Ok(Filed { version, given: given_of(&resource), said_by, resource: Some(resource) })
}

/// What a person sent.
pub(crate) struct Sent<'s> {
    /// The day of the answers.
    pub(crate) on: PartialDate,
    /// Who gave them.
    pub(crate) said_by: SaidBy,
    /// The version of that day that the form was opened with; 0 for a form of another day.
    pub(crate) version: u64,
    /// What stands in the form.
    pub(crate) given: &'s BTreeMap<String, Given>,
}

/// Files answers. The same answers again file nothing, so that a form sent twice leaves one
/// version.
pub(crate) fn keep(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    sent: &Sent<'_>,
) -> Result<Kept, Error> {
    require_entry(app, caller)?;
    let stored = app.record().read(&caller.access, "Patient", patient.as_str())?;
    stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let before = filed(app, &caller.access, patient, sent.on)?;
    let id = id_of(app, patient, sent.on);
    let made = response(&Entry {
        id: &id,
        patient,
        on: sent.on,
        said_by: sent.said_by,
        author: &caller.name,
        is_amended: before.version > 0,
        given: sent.given,
    });
    let made = match made {
        Ok(made) => made,
        Err(faults) => return Ok(Kept::Faults(faults)),
    };
    let said = |resource: &Value| (resource.get("item").cloned(), resource.get("source").cloned());
    if before.resource.as_ref().is_some_and(|before| said(before) == said(&made)) {
        return Ok(Kept::Filed);
    }
    if made.get("item").is_none() && before.resource.is_none() {
        return Ok(Kept::Nothing);
    }
    if sent.version != before.version {
        return Ok(Kept::Changed(before.version));
    }
    let condition = match before.version {
        0 => Condition::Absent,
        version => Condition::Version(version),
    };
    let changes = vec![ResourceChange::put(made, Vec::new(), condition)];
    file(app.record(), caller, patient, Commit { changes, ..Commit::default() })?;
    Ok(Kept::Filed)
}
