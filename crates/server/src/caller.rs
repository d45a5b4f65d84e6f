//! Who is calling: a person with a session or a service with a token. Nothing in between.

use crate::app::App;
use crate::authorization::{Grant, said};
use crate::emergency::Wish;
use crate::error::Error;
use crate::hook_token;
use crate::research;
use crate::second_factor;
use crate::smart::{Level, Need, Scopes};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use model::{PatientId, TenantId, Timestamp};
use record::{Access, Purpose, Role, Scope, TicketKind};
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
    /// When and by what a person has proven who it is.
    pub(crate) assurance: Option<Assurance>,
    /// Digest of the session's token, if it is a person.
    pub(crate) session: Option<String>,
}

/// When and by what a person has proven who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assurance {
    /// When.
    pub(crate) proven: Timestamp,
    /// By what: `password`, `password totp`, `passkey`, `provider`. Empty where an application was
    /// granted something before that was kept.
    pub(crate) factors: String,
}

impl Caller {
    /// Refuses a form that is not of this session: another site sent it, or nobody is logged in.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require_form(&self, token: Option<&str>) -> Result<(), Error> {
        if self.csrf.is_some() && token == self.csrf.as_deref() {
            return Ok(());
        }
        let text = "the form is not of this session";
        Err(Error::new(StatusCode::FORBIDDEN, "security", text))
    }

    /// The account of a person, without what stands before it in the audit log.
    pub(crate) fn login(&self) -> &str {
        self.access.actor().strip_prefix("account:").unwrap_or_default()
    }

    /// Whether the person has proven who it is within some minutes, for what must not be done by
    /// whoever finds a screen unlocked: exports, breaking the glass, changes of policy. A service
    /// proves itself with each request; an application of a person has the proof of the person.
    ///
    /// # Errors
    /// 401 that asks for a new proof (RFC 9470); pages lead to it.
    pub(crate) fn require_fresh(&self, now: Timestamp, minutes: i64) -> Result<(), Error> {
        let is_service = self.access.actor().starts_with("client:");
        let age = self.assurance.as_ref().map(|one| now.micros() - one.proven.micros());
        let is_fresh = age.is_some_and(|micros| (0..minutes * 60_000_000).contains(&micros));
        if is_service || is_fresh { Ok(()) } else { Err(Error::stale_proof()) }
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
        let caller = self.scoped_caller(app, "")?;
        if caller.scopes.is_some() { Err(Error::scope()) } else { Ok(caller) }
    }

    /// Who calls decision support at `path`: also a system that has signed its call.
    ///
    /// # Errors
    /// As [`Credentials::caller`].
    pub(crate) fn of_hook(self, app: &App, path: &str) -> Result<Caller, Error> {
        match self {
            Self::Bearer(token) if hook_token::is_signed(&token) => {
                hook_token::caller(app, &token, path)
            }
            other => other.caller(app),
        }
    }

    /// Who it is, with the scopes of its token, on a route as it was matched.
    fn scoped_caller(self, app: &App, route: &str) -> Result<Caller, Error> {
        let caller = match self {
            Self::Bearer(token) => service(app, &token),
            Self::Session(token) => person(app, &token),
            Self::Unusable => Err(Error::login()),
        }?;
        second_factor::require(app, &caller, route)?;
        Ok(caller)
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
        let calling = Calling::from_request_parts(parts, app).await?;
        app.blocking(move |app| calling.caller(app)).await
    }
}

/// Who is calling and what is asked, not yet looked up. A handler whose work is off the async
/// threads anyway looks it up there.
#[derive(Debug)]
pub(crate) struct Calling {
    credentials: Credentials,
    /// The route as it was matched, in axum's form.
    route: String,
    method: Method,
    /// The type in the address.
    resource_type: Option<String>,
    wish: Option<Wish>,
}

impl Calling {
    /// Who it is, if this may be asked.
    ///
    /// # Errors
    /// 401 without a credential or with a wrong one; 403 where the role, the scopes or a wish for
    /// emergency access do not let this be done.
    pub(crate) fn caller(self, app: &App) -> Result<Caller, Error> {
        let caller = self.credentials.scoped_caller(app, &self.route)?;
        if caller.role == Role::Researcher && !research::is_open(&self.route) {
            return Err(Error::research());
        }
        if let Some(scopes) = &caller.scopes {
            let need = Need::of(self.method.as_str(), &self.route);
            if !need.is_some_and(|need| need.is_met(scopes, self.resource_type.as_deref())) {
                return Err(Error::scope());
            }
        }
        match self.wish {
            None => Ok(caller),
            Some(wish) => wish.granted(app, caller),
        }
    }
}

impl FromRequestParts<App> for Calling {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Ok(credentials) = Credentials::from_request_parts(parts, app).await;
        Ok(Self {
            credentials,
            route: matched(parts).to_owned(),
            method: parts.method.clone(),
            resource_type: parts.uri.path().split('/').nth(2).map(str::to_owned),
            wish: Wish::of(parts)?,
        })
    }
}

/// The route that was matched, in axum's form.
fn matched(parts: &Parts) -> &str {
    parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str)
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
    let digest = token_digest(token);
    let Some(client) = app.record().client_by_token_hash(&door(tenant), &digest)? else {
        return granted(app, &digest);
    };
    let actor = format!("client:{}", client.id);
    // Only a launch puts a patient into context; without one there is nobody to show.
    let levels = [Level::System, Level::User];
    let scopes = client.scopes.as_deref().map(|text| Scopes::parse(text).of(&levels));
    if scopes.as_ref().is_some_and(Scopes::is_empty) {
        return Err(Error::scope());
    }
    let purpose = purpose(client.role);
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, client.role, purpose, Scope::Tenant),
        name: client.name,
        role: client.role,
        csrf: None,
        scopes,
        assurance: None,
        session: None,
    })
}

/// What an access token of the authorization server lets do: never more than the account or the
/// client could do now, whatever it could do when the token was made.
fn granted(app: &App, digest: &str) -> Result<Caller, Error> {
    let tenant = &app.settings().tenant;
    let door = door(tenant);
    let found = app.record().ticket(&door, TicketKind::Access, digest)?;
    let (ticket, _) = found.ok_or_else(Error::login)?;
    let grant: Grant = said(&ticket)?;
    let scopes = Scopes::parse(&grant.scopes);
    let client = format!("client:{}", ticket.client);
    if ticket.login.is_empty() {
        let role = grant.role.as_deref().and_then(Role::from_word).ok_or_else(Error::login)?;
        return Ok(Caller {
            access: Access::new(tenant.clone(), client, role, purpose(role), Scope::Tenant),
            name: ticket.client,
            role,
            csrf: None,
            scopes: Some(scopes.of(&[Level::System])),
            assurance: None,
            session: None,
        });
    }
    let account = app.record().active_account(&door, &ticket.login)?.ok_or_else(Error::login)?;
    let levels: &[Level] =
        if grant.patient.is_some() { &[Level::Patient, Level::User] } else { &[Level::User] };
    let scopes = scopes.of(levels);
    let mut scope = account.scope.clone();
    if let Some(patient) = grant.patient.filter(|_| scopes.has(Level::Patient)) {
        // Scopes of a person beside those about the patient are held to the patient, too.
        scope = narrowed(&scope, PatientId::new(patient)).ok_or_else(Error::login)?;
    }
    let actor = format!("account:{}", account.login);
    let proven = grant.proven.map(Timestamp::from_micros);
    let factors = grant.factors.unwrap_or_default();
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, account.role, purpose(account.role), scope)
            .through_application(client),
        name: account.display_name,
        role: account.role,
        csrf: None,
        scopes: Some(scopes),
        assurance: proven.map(|proven| Assurance { proven, factors }),
        session: None,
    })
}

/// One patient of those who may be seen; `None` if it is not one of them.
fn narrowed(scope: &Scope, patient: PatientId) -> Option<Scope> {
    let is_seen = match scope {
        Scope::Tenant => true,
        Scope::Patients(patients) => patients.contains(&patient),
    };
    is_seen.then(|| Scope::Patients([patient].into()))
}

/// What a role asks for: a session and a token of the same role are for the same.
fn purpose(role: Role) -> Purpose {
    match role {
        Role::Operator | Role::InterfaceAnalyst | Role::PrivacyOfficer => Purpose::Operations,
        Role::Patient => Purpose::PatientRequest,
        Role::Researcher => Purpose::Research,
        _ => Purpose::Treatment,
    }
}

fn person(app: &App, token: &str) -> Result<Caller, Error> {
    let tenant = &app.settings().tenant;
    let door = door(tenant);
    let digest = token_digest(token);
    let session = app.record().session(&door, &digest)?.ok_or_else(Error::login)?;
    let account = app.record().active_account(&door, &session.login)?.ok_or_else(Error::login)?;
    let purpose = purpose(account.role);
    let actor = format!("account:{}", account.login);
    Ok(Caller {
        access: Access::new(tenant.clone(), actor, account.role, purpose, account.scope),
        name: account.display_name,
        role: account.role,
        csrf: Some(csrf_of(token)),
        scopes: None,
        assurance: Some(Assurance { proven: session.proven, factors: session.factors }),
        session: Some(digest),
    })
}
