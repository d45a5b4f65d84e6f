//! `/privacy/erasure`: erasing one patient for good, by a person who has just proven who it is.

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::controllers::account::{FRESH_MINUTES, require_own};
use crate::erasing::{Erased, Erasing};
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::PatientId;
use record::Action;
use web::view::{ErasedView, ErasureFormView};

/// `GET /privacy/erasure`
pub(crate) async fn form(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::ERASURE, move |app, caller| {
        may_erase(app, caller)?;
        caller.require_fresh(app.record().now(), FRESH_MINUTES)?;
        shown(app, caller, StatusCode::OK, &Parameters::default(), None)
    })
    .await
}

/// `POST /privacy/erasure`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::ERASURE, move |app, caller| erase(app, caller, &form)).await
}

fn may_erase(app: &App, caller: &Caller) -> Result<(), Error> {
    if caller.csrf.is_some() && app.record().may(&caller.access, Action::ErasePatient)? {
        return Ok(());
    }
    let text = "your role erases nobody";
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text))
}

fn erasing(app: &App) -> Result<&Erasing, Error> {
    let text = "this server has no place for certificates; its operator names one";
    app.erasing().ok_or_else(|| Error::new(StatusCode::NOT_IMPLEMENTED, "not-supported", text))
}

fn shown(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    form: &Parameters,
    error: Option<&str>,
) -> Result<Response, Error> {
    let said = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let view = ErasureFormView {
        session: views::session(app, caller)?,
        is_offered: app.erasing().is_some(),
        error: error.map(str::to_owned),
        patient: said("patient"),
        reason: said("reason"),
    };
    Ok(html(status, web::erasure(&view)))
}

fn erase(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    may_erase(app, caller)?;
    require_own(app, caller, form.get("csrf"))?;
    let erasing = erasing(app)?;
    let said = |name: &str| form.get(name).unwrap_or_default().trim();
    let again = |status, words: &str| shown(app, caller, status, form, Some(words));
    // An erasure cannot be taken back: the id is said twice, as other people retype a new password.
    if said("patient").is_empty() || said("patient") != said("again") {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "the two ids are not the same");
    }
    if said("reason").is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "a reason is needed");
    }
    let patient = PatientId::new(said("patient"));
    let erased = match erasing.erase(app.record(), &caller.access, &patient, said("reason")) {
        Err(error) if error.status() == StatusCode::NOT_FOUND => {
            return again(StatusCode::NOT_FOUND, "there is nothing of such a patient");
        }
        other => other?,
    };
    tracing::warn!(certificate = %erased.file, "a patient was erased");
    let Erased { certificate, signed, file } = erased;
    let view = ErasedView {
        session: views::session(app, caller)?,
        patient,
        keys: certificate.keys.len(),
        removed: certificate.removed.into_iter().collect(),
        remains: certificate.remains.into_iter().map(|rest| (rest.what, rest.until)).collect(),
        file,
        signed,
    };
    Ok(html(StatusCode::OK, web::erased(&view)))
}
