//! Who is calling: a person with a session or a service with a token. Nothing in between.

use crate::app::App;
use crate::error::Error;
use crate::smart::{Need, Scopes};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header;
use axum::http::request::Parts;
use model::TenantId;
use record::{Access, Purpose, Role, Scope};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::fmt;

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
    /// What its token was granted, if it was granted less than its role.
    pub(crate) scopes: Option<Scopes>,
}

impl Caller {
    /// Whether the scopes, if there are any, let this be done on the route that was matched.
    fn require(self, parts: &Parts) -> Result<Self, Error> {
        let Some(scopes) = &self.scopes else { return Ok(self) };
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let resource_type = parts.uri.path().split('/').nth(2);
        let need = Need::of(parts.method.as_str(), route);
        if need.is_some_and(|need| need.is_met(scopes, resource_type)) {
            return Ok(self);
        }
        Err(Error::scope())
    }
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

/// What a request shows to prove who it is, not yet looked up. A handler whose work is off the
/// async threads anyway looks it up there: one hand-over less for every order.
#[derive(Clone)]
pub(crate) enum Credentials {
    /// An `Authorization` header with a bearer token.
    Bearer(String),
    /// A session cookie, and no `Authorization` header.
    Session(String),
    /// Nothing, or an `Authorization` header of another kind: a credential that is there and
    /// wrong is never passed over for another one.
    Unusable,
}

/// Shows nothing of the credential.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// Who it is, where scopes have no say: a token that was granted scopes is for FHIR alone.
    ///
    /// # Errors
    /// 401 without a credential or with a wrong one, 403 with scopes.
    pub(crate) fn caller(self, app: &App) -> Result<Caller, Error> {
        let caller = self.scoped_caller(app)?;
        if caller.scopes.is_some() { Err(Error::scope()) } else { Ok(caller) }
    }

    /// Who it is, with the scopes of its token.
    fn scoped_caller(self, app: &App) -> Result<Caller, Error> {
        match self {
            Self::Bearer(token) => service(app, &token),
            Self::Session(token) => person(app, &token),
            Self::Unusable => Err(Error::login()),
        }
    }
}

impl FromRequestParts<App> for Credentials {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let session = session_cookie(app.settings().secure_cookies);
        let credentials = match parts.headers.get(header::AUTHORIZATION) {
            Some(value) => {
                value.to_str().ok().and_then(bearer_token).map(str::to_owned).map(Self::Bearer)
            }
            None => cookie(&parts.headers, session).map(Self::Session),
        };
        Ok(credentials.unwrap_or(Self::Unusable))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Ok(credentials) = Credentials::from_request_parts(parts, app).await;
        app.blocking(move |app| credentials.scoped_caller(app)).await?.require(parts)
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
    let scopes = client.scopes.as_deref().map(Scopes::parse);
    if scopes.as_ref().is_some_and(Scopes::are_of_patient) {
        // Only a launch puts a patient into context; without one there is nobody to show.
        return Err(Error::scope());
    }
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, client.role, Purpose::Treatment, Scope::Tenant),
        name: client.name,
        role: client.role,
        csrf: None,
        scopes,
    })
}

fn person(app: &App, token: &str) -> Result<Caller, Error> {
    let tenant = &app.settings().tenant;
    let door = door(tenant);
    let session = app.record().session(&door, &token_digest(token))?.ok_or_else(Error::login)?;
    let account = app.record().account(&door, &session.login)?.ok_or_else(Error::login)?;
    let purpose = match account.role {
        Role::Operator | Role::InterfaceAnalyst | Role::PrivacyOfficer => Purpose::Operations,
        Role::Researcher => Purpose::Research,
        _ => Purpose::Treatment,
    };
    let actor = format!("account:{}", account.login);
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, account.role, purpose, account.scope),
        name: account.display_name,
        role: account.role,
        csrf: Some(csrf_of(token)),
        scopes: None,
    })
}
