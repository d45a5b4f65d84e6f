//! `/account`: how a person proves who it is.

mod totp;

pub(crate) use totp::{begin, confirm, remove};

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::{Caller, door};
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use record::CredentialKind;
use web::view::AccountView;

/// Minutes for which a proof is fresh.
pub(crate) const FRESH_MINUTES: i64 = 5;

/// `GET /account`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let shown = match caller {
        Ok(caller) => app.blocking(move |app| page(app, &caller)).await,
        Err(error) => Err(error),
    };
    shown.map_err(PageError::at(web::path::ACCOUNT))
}

fn page(app: &App, caller: &Caller) -> Result<Response, Error> {
    let door = door(&app.settings().tenant);
    let count = |kind| {
        app.record().credentials(&door, caller.login(), kind).map(|credentials| credentials.len())
    };
    let view = AccountView {
        session: views::session(app, caller)?,
        login: caller.login().to_owned(),
        has_code: count(CredentialKind::Totp)? > 0,
        recovery_codes: count(CredentialKind::Recovery)?,
    };
    Ok(html(StatusCode::OK, web::account(&view)))
}

/// A form of a person in its own session.
///
/// # Errors
/// 403 for a form of another site, or of nobody.
pub(super) fn own_form(caller: &Caller, form: &Parameters) -> Result<(), Error> {
    if caller.csrf.is_some() && form.get("csrf") == caller.csrf.as_deref() {
        return Ok(());
    }
    Err(Error::new(StatusCode::FORBIDDEN, "security", "the form is not of this session"))
}
