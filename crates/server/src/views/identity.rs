//! Who is signed in and whom a page is about.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::second_factor::must_enrol;
use model::fact::FactContent;
use model::patient::Patient;
use record::{Action, Failure, Role, Scope, Stored};
use serde_json::Value;
use web::view::{Identity, Session};

/// Authorities whose identifiers are shown as the record number; the first identifier otherwise.
const RECORD_NUMBER: usize = 0;

/// The head of every page.
///
/// # Errors
/// When the record fails.
pub(crate) fn session(app: &App, caller: &Caller) -> Result<Session, Error> {
    let (name, role) = (caller.name.clone(), caller.role.word().replace('-', " "));
    let csrf = caller.csrf.clone().unwrap_or_default();
    if must_enrol(app, caller) {
        return Ok(Session { name, role, csrf, ..Session::default() });
    }
    Ok(Session {
        name,
        role,
        csrf,
        lists_patients: app.record().may(&caller.access, Action::FindPatients)?,
        privacy_waiting: privacy_waiting(app, caller)?,
        reviews_waiting: reviews_waiting(app, caller)?,
        sees_console: app.record().may(&caller.access, Action::WorkReview)?,
        sees_trials: app.record().may(&caller.access, Action::ReadTrials)?
            && app.record().may(&caller.access, Action::ReadStatements)?,
        administers: caller.csrf.is_some()
            && app.record().may(&caller.access, Action::WriteAccounts)?,
        sees_policies: caller.csrf.is_some()
            && app.record().may(&caller.access, Action::ReadPolicy)?,
    })
}

/// A role that may not see the list gets no count of it; anything else would be an answer. It is
/// not asked for either: every page would leave a denial in the audit log.
fn reviews_waiting(app: &App, caller: &Caller) -> Result<Option<usize>, Error> {
    let access = &caller.access;
    if !app.record().may(access, Action::ReadReviews)? {
        return Ok(None);
    }
    match app.record().reviews(access, true) {
        Ok(open) => Ok(Some(open.len())),
        Err(Failure::Denied { .. }) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// The first page of a caller.
pub(crate) fn home(app: &App, caller: &Caller) -> Result<String, Error> {
    let may = |action| app.record().may(&caller.access, action);
    if may(Action::FindPatients)? {
        return Ok(web::path::PATIENTS.to_owned());
    }
    if may(Action::ReadFindings)? {
        return Ok(web::path::PRIVACY.to_owned());
    }
    if caller.role == Role::Patient
        && let Scope::Patients(own) = caller.access.scope()
        && let Some(patient) = own.iter().next()
    {
        return Ok(web::path::access_log(patient));
    }
    if may(Action::WorkReview)? {
        return Ok(web::path::CONSOLE.to_owned());
    }
    if may(Action::ReadReviews)? {
        return Ok(web::path::REVIEWS.to_owned());
    }
    if may(Action::WriteAccounts)? {
        return Ok(web::path::ADMINISTRATION.to_owned());
    }
    Ok(web::path::PATIENTS.to_owned())
}

fn privacy_waiting(app: &App, caller: &Caller) -> Result<Option<u64>, Error> {
    if !app.record().may(&caller.access, Action::ReadFindings)? {
        return Ok(None);
    }
    let queue = app.record().privacy_queue(&caller.access)?;
    Ok(Some(queue.emergencies + queue.findings))
}

/// A patient as banners show them.
pub(crate) fn identity(patient: &Patient) -> Identity {
    Identity {
        name: patient.names.first().cloned(),
        sex: patient.sex,
        born: patient.birth_date,
        mrn: patient.identifiers.get(RECORD_NUMBER).cloned(),
    }
}

/// The demographics of a stored `Patient`.
///
/// # Errors
/// When what is stored is no patient: it would otherwise be taken for no patient at all.
pub(crate) fn demographics(stored: &Stored) -> Result<Patient, Error> {
    let place = stored.reference.to_string();
    let failed = |text: &str| Error::internal(format!("{place}: {text}"));
    let resource: Value =
        serde_json::from_slice(&stored.body).map_err(|_| failed("is not stored as JSON"))?;
    let (facts, _) = formats::fhir::facts::facts_of(&resource, None, &place);
    let found = facts.into_iter().find_map(|fact| match fact.content {
        FactContent::Patient(patient) => Some(patient),
        _ => None,
    });
    found.ok_or_else(|| failed("has no demographics"))
}
