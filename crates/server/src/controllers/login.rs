//! Logging in and out with a local account.

pub(crate) mod away;
pub(crate) mod begin;
pub(crate) mod code;
pub(crate) mod provider;
pub(crate) mod step_up;

pub(crate) use begin::{begin, begin_anew, recovery_codes, session_set, shown_more, wrong};

use crate::app::App;
use crate::caller::{Caller, cookie, csrf_of, door, session_cookie, token_digest};
use crate::error::Error;
use crate::limiter::{Attempt, PeerAddress};
use crate::page::{self, PageError};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use begin::{account_of, has_second_factor, on_to};
use identity::password;
use serde::Deserialize;
use web::view::LoginView;

/// How long a session lasts at most, in hours.
const SESSION_HOURS_MAX: i64 = 12;
/// What somebody is told who was wrong too often, also where there is no such account.
const TOO_OFTEN: &str = "too many wrong attempts; please wait a quarter of an hour and try again";
/// Characters of an address to go to after the login.
const NEXT_LENGTH_MAX: usize = 8 * 1024;
/// How long a login form may stay open, in seconds.
const FORM_SECONDS_MAX: i64 = 900;
/// Where to go after the login.
#[derive(Debug, Deserialize)]
pub(crate) struct Next {
    next: Option<String>,
}

/// The login form.
#[derive(Debug, Deserialize)]
pub(crate) struct Credentials {
    login: String,
    password: String,
    csrf: String,
    next: Option<String>,
}

/// `GET /login`
pub(crate) async fn form(State(app): State<App>, Query(next): Query<Next>) -> Response {
    show(&app, StatusCode::OK, None, next.next.as_deref())
}

/// `POST /login`
pub(crate) async fn submit(
    State(app): State<App>,
    peer: Option<Extension<PeerAddress>>,
    headers: HeaderMap,
    Form(credentials): Form<Credentials>,
) -> Result<Response, PageError> {
    let peer = peer.map(|Extension(peer)| peer);
    sign_in(app, &headers, credentials, peer).await.map_err(PageError::at(web::path::PATIENTS))
}

async fn sign_in(
    app: App,
    headers: &HeaderMap,
    credentials: Credentials,
    peer: Option<PeerAddress>,
) -> Result<Response, Error> {
    let secure = app.settings().secure_cookies;
    let expected = cookie(headers, form_cookie(secure));
    if credentials.csrf.is_empty() || expected.as_deref() != Some(credentials.csrf.as_str()) {
        let words = "the form was open for too long; please log in again";
        return Ok(show(&app, StatusCode::FORBIDDEN, Some(words), credentials.next.as_deref()));
    }
    let next = credentials.next.clone();
    let attempt = Attempt::new(&credentials.login, peer);
    if app.limiter().is_blocked(&attempt, app.record().now()) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(show(&app, status, Some(TOO_OFTEN), next.as_deref()));
    }
    let guard = app.clone();
    let turn = guard.limiter().turn().await?;
    let answer = app.blocking(move |app| look(app, &credentials, &attempt)).await;
    drop(turn);
    let words = Some("the login or the password is wrong");
    Ok(answer?.unwrap_or_else(|| show(&app, StatusCode::UNAUTHORIZED, words, next.as_deref())))
}

/// `POST /logout`
pub(crate) async fn logout(
    State(app): State<App>,
    headers: HeaderMap,
    caller: Result<Caller, Error>,
    Form(form): Form<FormToken>,
) -> Result<Response, PageError> {
    let at = PageError::at(web::path::PATIENTS);
    end_session(app, &headers, caller, &form).await.map_err(at)
}

async fn end_session(
    app: App,
    headers: &HeaderMap,
    caller: Result<Caller, Error>,
    form: &FormToken,
) -> Result<Response, Error> {
    form.check(&caller?)?;
    let secure = app.settings().secure_cookies;
    if let Some(token) = cookie(headers, session_cookie(secure)) {
        app.blocking(move |app| {
            let door = door(&app.settings().tenant);
            Ok(app.record().delete_session(&door, &token_digest(&token))?)
        })
        .await?;
    }
    let mut response = Redirect::to(web::path::LOGIN).into_response();
    let gone = set_cookie(session_cookie(secure), "", secure, 0);
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

/// A form that only carries its token.
#[derive(Debug, Deserialize)]
pub(crate) struct FormToken {
    csrf: String,
}

impl FormToken {
    /// The token of a form that carries more.
    pub(crate) fn new(csrf: &str) -> Self {
        Self { csrf: csrf.to_owned() }
    }

    /// Refuses a form that another site has sent.
    pub(crate) fn check(&self, caller: &Caller) -> Result<(), Error> {
        caller.require_form(Some(&self.csrf))
    }
}

/// Looks at a password: a session, or what is still needed for one.
fn look(
    app: &App,
    credentials: &Credentials,
    attempt: &Attempt,
) -> Result<Option<Response>, Error> {
    let (login, next) = (&credentials.login, credentials.next.as_deref());
    let Some(account) = account_of(app, login, &credentials.password)? else {
        wrong(app, attempt, "password", login)?;
        return Ok(None);
    };
    if has_second_factor(app, &account.login)? {
        return code::wait_for(app, &account.login, next).map(Some);
    }
    let token = begin(app, &account.login, "password")?;
    Ok(Some(on_to(app, &local_path(next), &token)))
}

/// The argon2id hash of a password, with a new salt (19 MiB, two passes).
///
/// # Errors
/// When the system has no randomness.
pub fn password_hash(password: &str) -> Result<String, Error> {
    password::hash(password).ok_or_else(|| Error::internal("the password cannot be hashed"))
}

/// 256 random bits, lower-case hex.
pub fn random_token() -> Result<String, Error> {
    record::random_bytes()
        .map(hex::encode)
        .map_err(|_| Error::internal("the system has no randomness"))
}

/// Cookie with the form token of the login form itself, before there is a session.
pub(crate) fn form_cookie(secure: bool) -> &'static str {
    if secure { "__Host-cognate-login" } else { "cognate-login" }
}

/// A new form token, and the cookie that it has to come with.
///
/// # Errors
/// When the system has no randomness.
pub(crate) fn form_token(app: &App) -> Result<(String, HeaderValue), Error> {
    let csrf = csrf_of(&random_token()?);
    let secure = app.settings().secure_cookies;
    let cookie = set_cookie(form_cookie(secure), &csrf, secure, FORM_SECONDS_MAX);
    Ok((csrf, cookie))
}

fn show(app: &App, status: StatusCode, error: Option<&str>, next: Option<&str>) -> Response {
    let (csrf, cookie) = match form_token(app) {
        Ok(made) => made,
        Err(error) => return error.into_response(),
    };
    let view = LoginView {
        error: error.map(str::to_owned),
        csrf,
        next: Some(local_path(next)),
        login: String::new(),
        notice: None,
        provider: app.provider().map(|provider| provider.settings().name.clone()),
    };
    let mut response = page::html(status, web::login(&view));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Only a path of this server; anything else would send people elsewhere after the login.
pub(crate) fn local_path(next: Option<&str>) -> String {
    match next {
        Some(path)
            if path.len() <= NEXT_LENGTH_MAX
                && path.starts_with('/')
                && !path.starts_with("//")
                && !path.contains('\\')
                && path.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            path.to_owned()
        }
        _ => "/patients".to_owned(),
    }
}

pub(super) fn set_cookie(name: &str, value: &str, secure: bool, seconds: i64) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for (next, path) in [
            (Some("/patients/ana?drug=x"), "/patients/ana?drug=x"),
            (Some("//evil.example"), "/patients"),
            (Some("https://evil.example"), "/patients"),
            (Some("/\\evil.example"), "/patients"),
            (Some("/a\r\nSet-Cookie: x"), "/patients"),
            (None, "/patients"),
        ] {
            assert_eq!(local_path(next), path, "{next:?}");
        }
    }
}
