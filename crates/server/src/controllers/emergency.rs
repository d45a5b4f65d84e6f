//! Emergencies ("break-glass"): opening one patient for reading, and looking at it afterwards.

use super::account::FRESH_MINUTES;
use super::login::FormToken;
use super::login::begin::{account_of, wrong};
use super::privacy;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::limiter::Attempt;
use crate::page::{PageError, html, respond};
use crate::second_factor::Factors;
use crate::views;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::PatientId;
use record::{Action, EMERGENCY_MINUTES, EmergencyReason, Failure, NewEmergency};
use serde::Deserialize;
use web::view::{EmergencyFormView, EmergencyListView, EmergencyRow};

/// Emergencies that the list shows at most.
const LIST_MAX: u32 = 200;

impl Caller {
    /// The same caller for one patient: while an emergency is open, it is what every read of that
    /// patient goes by and is noted as.
    pub(crate) fn of_patient(mut self, app: &App, patient: &PatientId) -> Result<Self, Error> {
        if self.csrf.is_some()
            && app.record().may(&self.access, Action::OpenEmergency)?
            && let Some(access) = app.record().emergency_access(&self.access, patient)?
        {
            self.access = access;
        }
        Ok(self)
    }
}

/// The one place where an emergency asks for a fresh proof of who is there. A session that was
/// left open is nobody's proof; a local password works when an identity provider does not. Whoever
/// has none writes nothing and must have logged in a moment ago.
fn is_proven(app: &App, caller: &Caller, password: &str) -> Result<bool, Error> {
    let now = app.record().now();
    if password.is_empty() {
        return Ok(caller.require_fresh(now, FRESH_MINUTES).is_ok());
    }
    let attempt = Attempt::new(caller.login(), None);
    if app.limiter().is_blocked(&attempt, now) {
        return Ok(false);
    }
    if account_of(app, caller.login(), password)?.is_some() {
        return Ok(true);
    }
    wrong(app, &attempt, "emergency", caller.login())?;
    Ok(false)
}

/// Whether more than a password was shown a moment ago, so that none is asked for.
fn is_shown_lately(app: &App, caller: &Caller) -> bool {
    let factors = caller.assurance.as_ref().map_or("", |assurance| assurance.factors.as_str());
    matches!(factors, "passkey" | "provider")
        && caller.require_fresh(app.record().now(), FRESH_MINUTES).is_ok()
}

/// Only people, in a role that may.
fn may_open(app: &App, caller: &Caller) -> Result<(), Error> {
    if caller.csrf.is_some() && app.record().may(&caller.access, Action::OpenEmergency)? {
        return Ok(());
    }
    let text = "your role opens no patient in an emergency";
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text))
}

fn view(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    error: Option<&str>,
    text: &str,
) -> Result<String, Error> {
    let reasons = EmergencyReason::ALL.iter().map(|reason| {
        let words = match reason {
            EmergencyReason::LifeThreatening => "Life or health is in danger now",
            EmergencyReason::UnableToConsent => "The patient cannot be asked",
            EmergencyReason::CoveringForColleague => "On duty for a colleague",
            EmergencyReason::Other => "Something else",
        };
        (reason.word().to_owned(), words.to_owned())
    });
    Ok(web::emergency(&EmergencyFormView {
        session: views::session(app, caller)?,
        patient: patient.clone(),
        minutes: EMERGENCY_MINUTES,
        reasons: reasons.collect(),
        needs_password: !is_shown_lately(app, caller),
        step_up: (Factors::of(app, caller.login())?.passkeys > 0)
            .then(|| web::path::step_up(&web::path::emergency(patient))),
        error: error.map(str::to_owned),
        text: text.to_owned(),
    }))
}

/// `GET /patients/{id}/emergency`: tells nothing of the patient, whoever it is.
pub(crate) async fn form(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::emergency(&id));
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            may_open(app, &caller)?;
            view(app, &caller, &id, None, "")
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// A wish to open a patient.
#[derive(Deserialize)]
pub(crate) struct Wish {
    csrf: String,
    reason: String,
    text: String,
    #[serde(default)]
    password: String,
}

/// Shows nothing of what was written, nor the password.
impl std::fmt::Debug for Wish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wish")
    }
}

/// `POST /patients/{id}/emergency`
pub(crate) async fn open(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(wish): Form<Wish>,
) -> Result<Response, PageError> {
    let id = PatientId::new(id);
    let at = PageError::at(web::path::emergency(&id));
    let made = async {
        let caller = caller?;
        let guard = app.clone();
        let turn = guard.limiter().turn().await?;
        let made = app.blocking(move |app| opened(app, &caller, &id, &wish)).await;
        drop(turn);
        made
    };
    made.await.map_err(at)
}

fn opened(app: &App, caller: &Caller, id: &PatientId, wish: &Wish) -> Result<Response, Error> {
    may_open(app, caller)?;
    FormToken::new(&wish.csrf).check(caller)?;
    let again =
        |status, words: &str| Ok(html(status, view(app, caller, id, Some(words), &wish.text)?));
    if !is_proven(app, caller, &wish.password)? {
        tracing::warn!("an emergency was asked for with a wrong password");
        return again(StatusCode::FORBIDDEN, "the password is wrong");
    }
    let Some(reason) = EmergencyReason::from_word(&wish.reason) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "choose a reason");
    };
    let new = NewEmergency { patient: id.clone(), reason, text: wish.text.clone() };
    match app.record().open_emergency(&caller.access, new) {
        Ok(emergency) => {
            tracing::warn!(emergency = %emergency.id, "a patient was opened in an emergency");
            Ok(Redirect::to(&web::path::patient(id)).into_response())
        }
        Err(Failure::Invalid { text, .. }) => {
            again(StatusCode::UNPROCESSABLE_ENTITY, &format!("the reason {text}"))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Emergencies that nobody has looked at yet.
pub(super) fn rows(app: &App, caller: &Caller) -> Result<Vec<EmergencyRow>, Error> {
    let due = app.record().emergencies_due(&caller.access, LIST_MAX)?;
    let row = |one: record::Emergency| EmergencyRow {
        id: one.id,
        patient: one.patient,
        actor: one.actor,
        reason: one.reason.word().replace('-', " "),
        text: one.text,
        begins: one.begins,
        ends: one.ends,
        due: one.due,
        alert: privacy::alert(one.delivery),
    };
    Ok(due.into_iter().map(row).collect())
}

/// `GET /emergencies`
pub(crate) async fn list(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::EMERGENCIES);
    let made = async {
        let caller = caller?;
        app.blocking(move |app| {
            Ok(web::emergencies(&EmergencyListView {
                session: views::session(app, &caller)?,
                now: app.record().now(),
                emergencies: rows(app, &caller)?,
            }))
        })
        .await
    };
    made.await.map(|page| html(StatusCode::OK, page)).map_err(at)
}

/// What was found.
#[derive(Debug, Deserialize)]
pub(crate) struct Findings {
    csrf: String,
    finding: String,
    text: String,
}

/// `POST /emergencies/{id}`
pub(crate) async fn review(
    State(app): State<App>,
    Path(id): Path<String>,
    caller: Result<Caller, Error>,
    Form(found): Form<Findings>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::EMERGENCIES, move |app, caller| {
        if !app.record().may(&caller.access, Action::ReviewEmergency)? {
            let text = "your role looks at no emergencies";
            return Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text));
        }
        FormToken::new(&found.csrf).check(caller)?;
        let is_justified = match found.finding.as_str() {
            "justified" => true,
            "not-justified" => false,
            _ => {
                let text = "a finding is `justified` or `not-justified`";
                return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text));
            }
        };
        app.record().review_emergency(&caller.access, &id, is_justified, &found.text)?;
        Ok(Redirect::to(web::path::EMERGENCIES).into_response())
    })
    .await
}
