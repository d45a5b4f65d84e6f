//! One-time codes: shown, proven by a first code, taken away. Each needs a fresh proof.

use super::step;
use crate::app::App;
use crate::authorization::Parameters;
use crate::caller::{Caller, door};
use crate::controllers::login::{recovery_codes, session_set, shown_more, wrong};
use crate::error::Error;
use crate::limiter::Attempt;
use crate::page::{PageError, html};
use crate::second_factor::Factors;
use crate::views;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::totp;
use record::{Credential, CredentialKind};
use web::view::{OfferView, RecoveryView};

/// Recovery codes that are made at once.
const RECOVERY_CODES: usize = 10;
/// Who the codes are for, as the authenticator shows it.
const ISSUER: &str = "Cognate";
/// Id of the one secret of an account.
const ONLY: &str = "1";

/// `POST /account/totp`: shows a new secret.
pub(crate) async fn begin(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    step(app, headers, caller, body, (web::path::ACCOUNT, offer)).await
}

/// `POST /account/totp/confirm`: the secret counts once a code of it was shown.
pub(crate) async fn confirm(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    step(app, headers, caller, body, (web::path::ACCOUNT, prove)).await
}

/// `POST /account/totp/remove`
pub(crate) async fn remove(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    body: Bytes,
) -> Result<Response, PageError> {
    step(app, headers, caller, body, (web::path::ACCOUNT, end)).await
}

fn credential(app: &App, caller: &Caller, kind: CredentialKind, body: Vec<u8>) -> Credential {
    let (login, id) = (caller.login().to_owned(), ONLY.to_owned());
    Credential { login, kind, id, counter: 0, created: app.record().now(), body }
}

fn offer(app: &App, caller: &Caller, _: &Parameters) -> Result<Response, Error> {
    let secret: Vec<u8> = record::random_bytes()?.into_iter().take(totp::SECRET_BYTES).collect();
    let offered = credential(app, caller, CredentialKind::TotpOffered, secret.clone());
    app.record().put_credential(&door(&app.settings().tenant), offered)?;
    shown(app, caller, StatusCode::OK, &secret, None)
}

fn shown(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    secret: &[u8],
    error: Option<&str>,
) -> Result<Response, Error> {
    let view = OfferView {
        session: views::session(app, caller)?,
        secret: totp::base32(secret),
        uri: totp::uri(secret, ISSUER, caller.login()),
        error: error.map(str::to_owned),
    };
    Ok(html(status, web::offer(&view)))
}

fn prove(app: &App, caller: &Caller, form: &Parameters) -> Result<Response, Error> {
    let (door, login) = (door(&app.settings().tenant), caller.login());
    let offered = app.record().credentials(&door, login, CredentialKind::TotpOffered)?;
    let Some(offered) = offered.into_iter().next() else {
        return Ok(Redirect::to(web::path::ACCOUNT).into_response());
    };
    let attempt = Attempt::new(login, None);
    let code: String =
        form.get("code").unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
    let is_blocked = app.limiter().is_blocked(&attempt, app.record().now());
    let step = totp::fits(&offered.body, &code, app.record().now(), 0).filter(|_| !is_blocked);
    let Some(step) = step.and_then(|step| u64::try_from(step).ok()) else {
        wrong(app, &attempt, "first code", login)?;
        let words = Some("the code is not one of this secret; is the clock of the device right?");
        return shown(app, caller, StatusCode::BAD_REQUEST, &offered.body, words);
    };
    let kept = credential(app, caller, CredentialKind::Totp, offered.body);
    app.record().put_credential(&door, Credential { counter: step, ..kept })?;
    app.record().delete_credentials(&door, login, CredentialKind::TotpOffered)?;
    app.record().delete_credentials(&door, login, CredentialKind::Recovery)?;
    let codes = recovery_codes(RECOVERY_CODES)?;
    for (_, digest) in &codes {
        let one = credential(app, caller, CredentialKind::Recovery, Vec::new());
        app.record().put_credential(&door, Credential { id: digest.clone(), ..one })?;
    }
    // A session that a password alone began has shown the code now.
    let (caller, token) = shown_more(app, caller, "totp")?;
    let view = RecoveryView {
        session: views::session(app, &caller)?,
        codes: codes.into_iter().map(|(code, _)| code).collect(),
    };
    let mut response = html(StatusCode::OK, web::recovery(&view));
    if let Some(token) = token {
        response.headers_mut().append(header::SET_COOKIE, session_set(app, &token));
    }
    Ok(response)
}

fn end(app: &App, caller: &Caller, _: &Parameters) -> Result<Response, Error> {
    let (door, login) = (door(&app.settings().tenant), caller.login());
    Factors { has_code: false, ..Factors::of(app, login)? }.require_any(app)?;
    for kind in [CredentialKind::Totp, CredentialKind::TotpOffered, CredentialKind::Recovery] {
        app.record().delete_credentials(&door, login, kind)?;
    }
    Ok(Redirect::to(web::path::ACCOUNT).into_response())
}
