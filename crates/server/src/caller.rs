//! Who is calling: a person with a session or a service with a token. Nothing in between.

use crate::app::App;
use crate::error::Error;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use model::TenantId;
use record::{Access, Purpose, Role, Scope};
use sha2::{Digest, Sha256};

/// A caller that has proven who it is.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What it may do; the first argument of every call of the record.
    pub(crate) access: Access,
    /// Its name for the page header.
    pub(crate) name: String,
    /// Its role.
    pub(crate) role: Role,
    /// The session's form token, if it is a person.
    pub(crate) csrf: Option<String>,
}

/// The record's view of a door that looks up who is calling, before anybody is known.
pub(crate) fn door(tenant: &TenantId) -> Access {
    Access::new(tenant.clone(), "server", Role::Operator, Purpose::Operations, Scope::Tenant)
}

/// SHA-256 of a token, lower-case hex: tokens are 256 random bits, so a plain digest is enough.
pub fn token_digest(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// The form token of a session: derived, so that it needs no storage and cannot be chosen.
pub(crate) fn csrf_of(session_token: &str) -> String {
    token_digest(&format!("form:{session_token}"))
}

/// The name of the session cookie.
pub(crate) fn session_cookie(secure: bool) -> &'static str {
    if secure { "__Host-cognate-session" } else { "cognate-session" }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let bearer = parts
            .headers
            .get(header::AUTHORIZATION)
            .map(|value| value.to_str().ok().and_then(bearer_token).map(str::to_owned));
        let cookie = cookie(&parts.headers, session_cookie(app.settings().secure_cookies));
        app.blocking(move |app| match (bearer, cookie) {
            // A credential that is there and wrong is never passed over for another one.
            (Some(None), _) | (None, None) => Err(Error::login()),
            (Some(Some(token)), _) => service(app, &token),
            (None, Some(token)) => person(app, &token),
        })
        .await
    }
}

fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &axum::http::HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

fn service(app: &App, token: &str) -> Result<Caller, Error> {
    let tenant = &app.settings().tenant;
    let client = app
        .record()
        .client_by_token_hash(&door(tenant), &token_digest(token))?
        .ok_or_else(Error::login)?;
    let actor = format!("client:{}", client.id);
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, client.role, Purpose::Treatment, Scope::Tenant),
        name: client.name,
        role: client.role,
        csrf: None,
    })
}

fn person(app: &App, token: &str) -> Result<Caller, Error> {
    let tenant = &app.settings().tenant;
    let door = door(tenant);
    let session = app.record().session(&door, &token_digest(token))?.ok_or_else(Error::login)?;
    let account = app.record().account(&door, &session.login)?.ok_or_else(Error::login)?;
    let purpose = match account.role {
        Role::Operator | Role::InterfaceAnalyst => Purpose::Operations,
        _ => Purpose::Treatment,
    };
    let actor = format!("account:{}", account.login);
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, account.role, purpose, account.scope),
        name: account.display_name,
        role: account.role,
        csrf: Some(csrf_of(token)),
    })
}
