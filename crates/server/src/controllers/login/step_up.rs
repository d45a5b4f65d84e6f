//! `/step-up`: a person who is logged in proves it anew, for what needs a fresh proof.

use super::begin::{account_of, begin_anew, has_second_factor, on_to, second_factor, wrong};
use super::local_path;
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::Caller;
use crate::error::Error;
use crate::limiter::{Attempt, PeerAddress};
use crate::page::{PageError, html};
use crate::second_factor::Factors;
use crate::views;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use web::view::StepUpView;

/// `GET /step-up?next=…`
pub(crate) async fn form(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let shown = match caller {
        Ok(caller) => {
            let next = query.get("next").map(str::to_owned);
            app.blocking(move |app| shown(app, &caller, StatusCode::OK, next.as_deref(), None))
                .await
        }
        Err(error) => Err(error),
    };
    shown.map_err(PageError::at(web::path::STEP_UP))
}

/// Whether a password, and a code where there is one, is a proof here. Where everybody needs a
/// second factor it is none for whoever has passkeys only.
fn is_password_enough(app: &App, factors: Factors) -> bool {
    !app.requires_second_factor() || factors.has_code || factors.passkeys == 0
}

fn shown(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    next: Option<&str>,
    error: Option<&str>,
) -> Result<Response, Error> {
    let factors = Factors::of(app, caller.login())?;
    let view = StepUpView {
        session: views::session(app, caller)?,
        next: local_path(next),
        has_password: is_password_enough(app, factors),
        has_code: factors.has_code,
        has_passkey: factors.passkeys > 0,
        error: error.map(str::to_owned),
    };
    Ok(html(status, web::step_up(&view)))
}

/// `POST /step-up`
pub(crate) async fn submit(
    State(app): State<App>,
    peer: Option<Extension<PeerAddress>>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    let peer = peer.map(|Extension(peer)| peer);
    let answer = match caller {
        Ok(caller) => prove(app, form, caller, peer).await,
        Err(error) => Err(error),
    };
    answer.map_err(PageError::at(web::path::STEP_UP))
}

async fn prove(
    app: App,
    form: Parameters,
    caller: Caller,
    peer: Option<PeerAddress>,
) -> Result<Response, Error> {
    caller.require_form(form.get("csrf"))?;
    let guard = app.clone();
    let turn = guard.limiter().turn().await?;
    let answer = app.blocking(move |app| answer(app, &form, &caller, peer)).await;
    drop(turn);
    answer
}

fn answer(
    app: &App,
    form: &Parameters,
    caller: &Caller,
    peer: Option<PeerAddress>,
) -> Result<Response, Error> {
    let (login, next) = (caller.login(), form.get("next"));
    let attempt = Attempt::new(login, peer);
    if app.limiter().is_blocked(&attempt, app.record().now()) {
        let words = Some(super::TOO_OFTEN);
        return shown(app, caller, StatusCode::TOO_MANY_REQUESTS, next, words);
    }
    if !is_password_enough(app, Factors::of(app, login)?) {
        let words = Some("please use your passkey");
        return shown(app, caller, StatusCode::FORBIDDEN, next, words);
    }
    let refused = |reason: &str| {
        wrong(app, &attempt, reason, login)?;
        let words = Some("the password or the code is wrong");
        shown(app, caller, StatusCode::UNAUTHORIZED, next, words)
    };
    if account_of(app, login, form.get("password").unwrap_or_default())?.is_none() {
        return refused("password of a step-up");
    }
    let mut factors = "password".to_owned();
    if has_second_factor(app, login)? {
        let code = form.get("code").unwrap_or_default();
        let Some(factor) = second_factor(app, login, code)? else {
            return refused("second factor of a step-up");
        };
        factors = format!("password {factor}");
    }
    let digest = caller.session.as_deref().unwrap_or_default();
    let token = begin_anew(app, digest, &factors)?;
    Ok(on_to(app, &local_path(next), &token))
}
