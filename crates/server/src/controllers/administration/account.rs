//! `/administration/accounts`: accounts are made, disabled, enabled, and lose their second factor.

use super::{change, unknown};
use crate::administration::{add_account, reset_second_factor};
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::error::Error;
use crate::page::{PageError, respond};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::PatientId;
use record::{Role, Scope};

/// `POST /administration/accounts`
pub(crate) async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    respond(app, caller, web::path::ADMINISTRATION, move |app, caller| {
        change(app, caller, &form, || done(app, caller, &form))
    })
    .await
}

fn done(
    app: &App,
    caller: &Caller,
    form: &Parameters,
) -> Result<Option<web::view::NewSecret>, Error> {
    let (record, access) = (app.record(), &caller.access);
    let login = form.get("login").unwrap_or_default();
    match form.get("do") {
        Some("create") => create(app, caller, form)?,
        Some("disable") => drop(record.set_account_disabled(access, login, true)?),
        Some("enable") => drop(record.set_account_disabled(access, login, false)?),
        Some("reset") => drop(reset_second_factor(record, access, login)?),
        _ => return Err(unknown()),
    }
    tracing::warn!(what = form.get("do").unwrap_or_default(), "an account was changed");
    Ok(None)
}

/// A new one only: who is there already is not replaced by a form that is sent twice.
fn create(app: &App, caller: &Caller, form: &Parameters) -> Result<(), Error> {
    let said = |name: &str| form.get(name).unwrap_or_default().trim();
    let unfit = |text: &str| Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text);
    let role = Role::from_word(said("role")).ok_or_else(|| unfit("say in which role"))?;
    if said("login").is_empty() || said("name").is_empty() {
        return Err(unfit("an account has a log-in name and a name"));
    }
    let patient = Some(said("patient")).filter(|patient| !patient.is_empty());
    let scope = patient.map_or(Scope::Tenant, |id| Scope::Patients([PatientId::new(id)].into()));
    let password = form.get("password").unwrap_or_default();
    let who = (said("login"), said("name"));
    add_account(app.record(), &caller.access, who, (role, scope), password)
}
