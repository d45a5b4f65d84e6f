//! Who is signed in and whom a page is about.

use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use model::fact::FactContent;
use model::patient::Patient;
use record::{Action, Failure, Stored};
use serde_json::Value;
use web::view::{Identity, Session};

/// Authorities whose identifiers are shown as the record number; the first identifier otherwise.
const RECORD_NUMBER: usize = 0;

/// The head of every page.
///
/// # Errors
/// When the record fails.
pub(crate) fn session(app: &App, caller: &Caller) -> Result<Session, Error> {
    Ok(Session {
        name: caller.name.clone(),
        role: caller.role.word().replace('-', " "),
        csrf: caller.csrf.clone().unwrap_or_default(),
        reviews_waiting: reviews_waiting(app, caller)?,
        sees_trials: app.record().may(&caller.access, Action::ReadTrials)?
            && app.record().may(&caller.access, Action::ReadStatements)?,
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
