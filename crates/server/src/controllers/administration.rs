//! `/administration`: what an operator keeps running, read by a glance, changed with a fresh proof.

mod account;
mod client;

pub(crate) use account::submit as accounts;
pub(crate) use client::submit as clients;

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::controllers::account::require_own;
use crate::error::Error;
use crate::page::{PageError, html, respond};
use crate::views;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use record::Action;
use web::view::NewSecret;

/// `GET /administration`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    respond(app, caller, web::path::ADMINISTRATION, move |app, caller| {
        page(app, caller, StatusCode::OK, (None, None))
    })
    .await
}

/// The page, with what was not done or what is shown once.
fn page(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    (error, secret): (Option<String>, Option<NewSecret>),
) -> Result<Response, Error> {
    require_operator(app, caller)?;
    let mut view = views::administration(app, caller)?;
    (view.error, view.secret) = (error, secret);
    Ok(html(status, web::administration(&view)))
}

/// Refuses whoever does not look after accounts.
fn require_operator(app: &App, caller: &Caller) -> Result<(), Error> {
    if caller.csrf.is_some() && app.record().may(&caller.access, Action::WriteAccounts)? {
        return Ok(());
    }
    let text = "your role administers nothing";
    Err(Error::new(StatusCode::FORBIDDEN, "forbidden", text))
}

/// Does what a form asks for, of an operator who has proven lately who it is. What cannot be done
/// is said on the page; what was done leads back to it, so that a page that is loaded again does
/// nothing again.
fn change(
    app: &App,
    caller: &Caller,
    form: &Parameters,
    work: impl FnOnce() -> Result<Option<NewSecret>, Error>,
) -> Result<Response, Error> {
    require_operator(app, caller)?;
    require_own(app, caller, form.get("csrf"))?;
    match work() {
        Ok(None) => Ok(Redirect::to(web::path::ADMINISTRATION).into_response()),
        Ok(secret) => page(app, caller, StatusCode::OK, (None, secret)),
        Err(error) if error.is_failure() => Err(error),
        Err(error) => page(app, caller, error.status(), (Some(error.text()), None)),
    }
}

/// 422: a form that asks for nothing that there is.
fn unknown() -> Error {
    let text = "the form asks for nothing that can be done";
    Error::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text)
}
