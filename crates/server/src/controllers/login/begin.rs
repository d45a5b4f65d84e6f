//! How a session begins: by a password alone, by a password and a second factor, by a new proof in
//! a session that is there. Each begins with a token of its own.

use super::{SESSION_HOURS_MAX, random_token, set_cookie};
use crate::app::App;
use crate::authorization::note;
use crate::caller::{Assurance, Caller, csrf_of, door, session_cookie, token_digest};
use crate::error::Error;
use crate::limiter::Attempt;
use crate::second_factor::{PASSWORD, must_enrol};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::{password, totp};
use model::Timestamp;
use record::{Account, CredentialKind, Session};

/// Characters of a recovery code, without what parts them.
const RECOVERY_LENGTH: usize = 20;

/// The account whose password it is. Both a name that nobody has and a wrong password take as long.
///
/// # Errors
/// When the record fails.
pub(crate) fn account_of(app: &App, login: &str, word: &str) -> Result<Option<Account>, Error> {
    let account = app.record().active_account(&door(&app.settings().tenant), login)?;
    let stored = account.as_ref().map_or(password::NO_ACCOUNT_HASH, |a| a.password_hash.as_str());
    let is_right = password::is_right(stored, word);
    Ok(account.filter(|_| is_right))
}

/// Notes a wrong attempt: in the audit log, and for how often there may be one.
///
/// # Errors
/// When it cannot be kept.
pub(crate) fn wrong(app: &App, attempt: &Attempt, reason: &str, login: &str) -> Result<(), Error> {
    app.limiter().note(attempt, app.record().now());
    note(app, "login", reason, login)
}

/// Whether an account has to show a second factor.
///
/// # Errors
/// When the record fails.
pub(crate) fn has_second_factor(app: &App, login: &str) -> Result<bool, Error> {
    let door = door(&app.settings().tenant);
    Ok(!app.record().credentials(&door, login, CredentialKind::Totp)?.is_empty())
}

/// Which second factor a code is, used by this; `None` = it is none.
///
/// # Errors
/// When the record fails.
pub(crate) fn second_factor(
    app: &App,
    login: &str,
    code: &str,
) -> Result<Option<&'static str>, Error> {
    let door = door(&app.settings().tenant);
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if code.len() == RECOVERY_LENGTH {
        let id = recovery_digest(&code);
        let is_used =
            app.record().delete_credential(&door, login, CredentialKind::Recovery, &id)?;
        return Ok(is_used.then_some("recovery"));
    }
    for credential in app.record().credentials(&door, login, CredentialKind::Totp)? {
        let last = i64::try_from(credential.counter).unwrap_or(i64::MAX);
        let step = totp::fits(&credential.body, &code, app.record().now(), last);
        let Some(step) = step.and_then(|step| u64::try_from(step).ok()) else { continue };
        // Of two that show the same code at once, one is later.
        if app.record().use_credential(&door, &credential, step)? {
            return Ok(Some("totp"));
        }
    }
    Ok(None)
}

/// New recovery codes, with their digests; each is 100 random bits.
///
/// # Errors
/// When the system has no randomness.
pub(crate) fn recovery_codes(count: usize) -> Result<Vec<(String, String)>, Error> {
    let mut codes = Vec::new();
    for _ in 0..count {
        let random = record::random_bytes()?;
        let code: String =
            totp::base32(&random).to_lowercase().chars().take(RECOVERY_LENGTH).collect();
        let digest = recovery_digest(&code);
        codes.push((code, digest));
    }
    Ok(codes)
}

fn recovery_digest(code: &str) -> String {
    token_digest(&format!("recovery:{}", code.to_lowercase()))
}

/// Begins a session and gives its token.
///
/// # Errors
/// When the record fails or the system has no randomness.
pub(crate) fn begin(app: &App, login: &str, factors: &str) -> Result<String, Error> {
    let token = random_token()?;
    let now = app.record().now();
    let expires = Timestamp::from_micros(now.micros() + SESSION_HOURS_MAX * 3_600 * 1_000_000);
    let session = Session::new(token_digest(&token), login, factors, now, expires);
    app.record().put_session(&door(&app.settings().tenant), session)?;
    Ok(token)
}

/// The same in place of a session that is there: it ends, and the new one ends when it would have.
///
/// # Errors
/// 401 when it has ended, or the record fails.
pub(crate) fn begin_anew(app: &App, digest: &str, factors: &str) -> Result<String, Error> {
    let door = door(&app.settings().tenant);
    let old = app.record().session(&door, digest)?.ok_or_else(Error::login)?;
    let token = random_token()?;
    let now = app.record().now();
    let new = Session {
        begun: old.begun,
        ..Session::new(token_digest(&token), old.login, factors, now, old.expires)
    };
    app.record().put_session(&door, new)?;
    app.record().delete_session(&door, digest)?;
    Ok(token)
}

/// Where everybody needs a second factor, a session that a password alone began, and in which one
/// was set up and so shown, goes on as one of both, with a token of its own. Every other one goes
/// on as it is.
///
/// # Errors
/// As [`begin_anew`].
pub(crate) fn shown_more(
    app: &App,
    caller: &Caller,
    factor: &str,
) -> Result<(Caller, Option<String>), Error> {
    let Some(digest) = caller.session.as_deref().filter(|_| must_enrol(app, caller)) else {
        return Ok((caller.clone(), None));
    };
    let factors = format!("{PASSWORD} {factor}");
    let token = begin_anew(app, digest, &factors)?;
    let now = Caller {
        csrf: Some(csrf_of(&token)),
        session: Some(token_digest(&token)),
        assurance: Some(Assurance { proven: app.record().now(), factors }),
        ..caller.clone()
    };
    Ok((now, Some(token)))
}

/// On to where the person wanted to go, with the session's cookie.
pub(crate) fn on_to(app: &App, path: &str, token: &str) -> Response {
    let mut response = Redirect::to(path).into_response();
    response.headers_mut().append(header::SET_COOKIE, session_set(app, token));
    response
}

/// The session's cookie.
pub(crate) fn session_set(app: &App, token: &str) -> HeaderValue {
    let secure = app.settings().secure_cookies;
    set_cookie(session_cookie(secure), token, secure, SESSION_HOURS_MAX * 3_600)
}
