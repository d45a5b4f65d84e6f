//! `/account`: how a person proves who it is.

mod totp;

pub(crate) use totp::{begin, confirm, remove};

use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::{Caller, door};
use crate::error::Error;
use crate::page::{PageError, html};
use crate::second_factor::{Factors, must_enrol};
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
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
    let recovery = app.record().credentials(&door, caller.login(), CredentialKind::Recovery)?;
    let view = AccountView {
        session: views::session(app, caller)?,
        login: caller.login().to_owned(),
        has_code: Factors::of(app, caller.login())?.has_code,
        recovery_codes: recovery.len(),
        must_enrol: must_enrol(app, caller),
    };
    Ok(html(StatusCode::OK, web::account(&view)))
}

/// What a form of a person does in its own session.
type Step = fn(&App, &Caller, &Parameters) -> Result<Response, Error>;

/// Does what a form of a person asks for, who has proven lately who it is.
pub(super) async fn step(
    app: App,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
    (at, step): (&'static str, Step),
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    let done = async {
        let caller = caller?;
        app.blocking(move |app| {
            require_own(app, &caller, form.get("csrf"))?;
            step(app, &caller, &form)
        })
        .await
    };
    done.await.map_err(PageError::at(at))
}

/// Whether a person asks in its own session, and has proven lately who it is.
///
/// # Errors
/// 403 for a form of another site, 401 for a proof that is too old.
pub(super) fn require_own(app: &App, caller: &Caller, token: Option<&str>) -> Result<(), Error> {
    caller.require_form(token)?;
    caller.require_fresh(app.record().now(), FRESH_MINUTES)
}
