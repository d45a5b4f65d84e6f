//! `/login/code`: the second factor of a log-in that has shown its password.

use super::begin::{begin, has_second_factor, on_to, second_factor, wrong};
use super::{local_path, set_cookie};
use crate::app::App;
use crate::authorization::{Parameters, in_seconds, said, ticket};
use crate::caller::{cookie, csrf_of, door, token_digest};
use crate::controllers::login::random_token;
use crate::error::Error;
use crate::limiter::{Attempt, PeerAddress};
use crate::page::{PageError, html};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use record::{Ticket, TicketKind};
use serde::{Deserialize, Serialize};
use web::view::CodeView;

/// Seconds in which the code is to be shown.
const CODE_SECONDS_MAX: i64 = 300;

/// A log-in that has shown its password.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    next: String,
}

/// Name of the cookie of a log-in that waits.
fn waiting_cookie(secure: bool) -> &'static str {
    if secure { "__Host-cognate-factor" } else { "cognate-factor" }
}

/// Has a person show the second factor.
///
/// # Errors
/// When the record fails.
pub(super) fn wait_for(app: &App, login: &str, next: Option<&str>) -> Result<Response, Error> {
    let token = random_token()?;
    let waiting = Waiting { next: local_path(next) };
    let expires = in_seconds(app, CODE_SECONDS_MAX);
    let kept = Ticket {
        login: login.to_owned(),
        ..ticket(TicketKind::SecondFactor, &token, expires, &waiting)?
    };
    app.record().put_ticket(&door(&app.settings().tenant), kept)?;
    let secure = app.settings().secure_cookies;
    let mut response = Redirect::to(web::path::LOGIN_CODE).into_response();
    let cookie = set_cookie(waiting_cookie(secure), &token, secure, CODE_SECONDS_MAX);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /login/code`
pub(crate) async fn form(State(app): State<App>, headers: HeaderMap) -> Response {
    match cookie(&headers, waiting_cookie(app.settings().secure_cookies)) {
        Some(token) => shown(StatusCode::OK, &token, None),
        None => Redirect::to(web::path::PATIENTS).into_response(),
    }
}

fn shown(status: StatusCode, token: &str, error: Option<&str>) -> Response {
    let view = CodeView { csrf: csrf_of(token), error: error.map(str::to_owned) };
    html(status, web::code(&view))
}

/// `POST /login/code`
pub(crate) async fn submit(
    State(app): State<App>,
    peer: Option<Extension<PeerAddress>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, PageError> {
    let form = Parameters::of_form(&headers, &body).unwrap_or_default();
    let token = cookie(&headers, waiting_cookie(app.settings().secure_cookies));
    let peer = peer.map(|Extension(peer)| peer);
    let answer = app.blocking(move |app| answer(app, &form, token.as_deref(), peer)).await;
    answer.map_err(PageError::at(web::path::PATIENTS))
}

fn answer(
    app: &App,
    form: &Parameters,
    token: Option<&str>,
    peer: Option<PeerAddress>,
) -> Result<Response, Error> {
    let again = || Ok(Redirect::to(web::path::PATIENTS).into_response());
    let Some(token) = token else { return again() };
    if form.get("csrf") != Some(csrf_of(token).as_str()) {
        let text = "the form is not of this log-in";
        return Err(Error::new(StatusCode::FORBIDDEN, "security", text));
    }
    let (door, digest) = (door(&app.settings().tenant), token_digest(token));
    let found = app.record().ticket(&door, TicketKind::SecondFactor, &digest)?;
    let Some((ticket, false)) = found else { return again() };
    let attempt = Attempt::new(&ticket.login, peer);
    if app.limiter().is_blocked(&attempt, app.record().now()) {
        return Ok(shown(StatusCode::TOO_MANY_REQUESTS, token, Some(super::TOO_OFTEN)));
    }
    let factor = second_factor(app, &ticket.login, form.get("code").unwrap_or_default())?;
    let Some(factor) = factor.filter(|_| has_second_factor(app, &ticket.login).unwrap_or(false))
    else {
        wrong(app, &attempt, "second factor", &ticket.login)?;
        let words = "the code is wrong, or it was used before";
        return Ok(shown(StatusCode::UNAUTHORIZED, token, Some(words)));
    };
    let taken = app.record().take_ticket(&door, TicketKind::SecondFactor, &digest, vec![])?;
    if !matches!(taken, record::Taken::Fresh(_)) {
        return again();
    }
    let waiting: Waiting = said(&ticket)?;
    let session = begin(app, &ticket.login, &format!("password {factor}"))?;
    let mut response = on_to(app, &waiting.next, &session);
    let secure = app.settings().secure_cookies;
    let gone = set_cookie(waiting_cookie(secure), "", secure, 0);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}
