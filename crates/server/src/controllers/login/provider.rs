//! `/login/provider`: logging in at an external identity provider (authorization code with PKCE,
//! state and nonce).

use super::away::{Back, Leaving, ask, kept};
use super::begin::{begin, on_to};
use super::local_path;
use crate::app::App;
use crate::authorization::{Parameters, note};
use crate::caller::{cookie, door};
use crate::error::Error;
use crate::page::PageError;
use crate::provider::Provider;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::provider::{Person, values};
use record::{Access, Account, Failure, LinkKind, Role, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Characters of a name that is shown.
const NAME_LENGTH_MAX: usize = 100;
/// A password hash that no password fits: whoever comes from a provider has none here.
const NO_PASSWORD: &str = "!";

/// A log-in that is under way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Away {
    nonce: String,
    verifier: String,
    next: String,
}

fn away_cookie(secure: bool) -> &'static str {
    if secure { "__Host-cognate-provider" } else { "cognate-provider" }
}

fn redirect_uri(app: &App) -> String {
    format!("{}{}/callback", app.settings().base_url, web::path::LOGIN_PROVIDER)
}

fn provider(app: &App) -> Result<&Provider, Error> {
    app.provider().ok_or_else(Error::not_found)
}

/// `GET /login/provider?next=…`
pub(crate) async fn leave(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let answer = app.blocking(move |app| away(app, query.get("next"))).await;
    answer.map_err(PageError::at(web::path::PATIENTS))
}

fn away(app: &App, next: Option<&str>) -> Result<Response, Error> {
    let leaving = Leaving {
        to: provider(app)?,
        cookie: away_cookie(app.settings().secure_cookies),
        redirect_uri: &redirect_uri(app),
        scope: "openid profile",
        also: &[],
    };
    let next = local_path(next);
    let (to, cookie) = leaving.leave(app, |nonce, verifier| Away { nonce, verifier, next })?;
    let mut response = Redirect::to(&to).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// `GET /login/provider/callback?code=…&state=…`
pub(crate) async fn come_back(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = Parameters::read(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let cookie = cookie(&headers, away_cookie(app.settings().secure_cookies));
    let answer = app.blocking(move |app| back(app, &query, cookie.as_deref())).await;
    answer.map_err(PageError::at(web::path::PATIENTS))
}

fn back(app: &App, query: &Parameters, cookie: Option<&str>) -> Result<Response, Error> {
    let provider = provider(app)?;
    let refused = |reason: &str| {
        note(app, "provider", reason, "")?;
        let text = "the log-in at the identity provider did not succeed; please try again";
        Err(Error::new(StatusCode::BAD_REQUEST, "security", text))
    };
    let away: Away = match kept(app, query, cookie)? {
        Ok(away) => away,
        Err(reason) => return refused(reason),
    };
    if query.get("iss").is_some_and(|issuer| issuer != provider.settings().issuer) {
        return refused("another provider");
    }
    let Some(code) = query.get("code") else { return refused("no code") };
    let back = Back {
        code,
        verifier: &away.verifier,
        nonce: &away.nonce,
        redirect_uri: &redirect_uri(app),
    };
    let person = match ask(app, provider, &back)? {
        Ok((person, _)) => person,
        Err(reason) => return refused(&reason),
    };
    let Some(login) = account_of(app, provider, &person)? else {
        return refused("nobody here");
    };
    let token = begin(app, &login, "provider")?;
    Ok(on_to(app, &away.next, &token))
}

/// The account of a person: one that the operator has linked, or one that follows from what the
/// provider says the person is.
pub(crate) fn account_of(
    app: &App,
    provider: &Provider,
    person: &Person,
) -> Result<Option<String>, Error> {
    let door = door(&app.settings().tenant);
    let issuer = provider.told(app.record().now())?.issuer;
    let link = format!("{issuer} {}", person.subject);
    let derived = record::derived_id(["provider", &issuer, &person.subject]);
    let login = format!("provider:{derived}");
    if let Some(linked) = app.record().linked_account(&door, LinkKind::Provider, &link)? {
        return Ok(app.record().active_account(&door, &linked)?.map(|account| account.login));
    }
    let Some(role) = role_of(provider, person) else { return Ok(None) };
    let name = person.claims.get("name").and_then(Value::as_str).unwrap_or("Somebody");
    let account = Account {
        login: login.clone(),
        display_name: name.chars().filter(|c| !c.is_control()).take(NAME_LENGTH_MAX).collect(),
        role,
        password_hash: NO_PASSWORD.to_owned(),
        scope: Scope::Tenant,
    };
    let first = follow(app, &door, &account);
    // Somebody has changed it meanwhile: the same person by another window, or an operator who may
    // have disabled it. Once more, by what is there now.
    let followed = match first {
        Err(Failure::Conflict { .. } | Failure::NotFound) => follow(app, &door, &account),
        other => other,
    };
    Ok(followed?.then_some(login))
}

/// Makes the account what the provider says, unless it was disabled; whether somebody may log in
/// as it.
fn follow(app: &App, door: &Access, said: &Account) -> Result<bool, Failure> {
    let known = app.record().account(door, &said.login)?;
    if known.as_ref().is_some_and(Account::is_disabled) {
        return Ok(false);
    }
    // What the operator has narrowed stays narrow.
    let scope = known.as_ref().map_or(Scope::Tenant, |known| known.scope.clone());
    let account = Account { scope, ..said.clone() };
    if known.as_ref() != Some(&account) {
        app.record().replace_account(door, known.as_ref(), account)?;
    }
    Ok(true)
}

/// The one role that the claim says; a patient's is never given like this, as nothing says who the
/// patient is.
fn role_of(provider: &Provider, person: &Person) -> Option<Role> {
    let settings = provider.settings();
    let said = values(&person.claims, &settings.role_claim);
    let mut roles = said.iter().filter_map(|value| settings.roles.get(value).copied());
    let Some(role) = roles.next() else { return settings.default_role };
    (roles.all(|other| other == role) && role != Role::Patient).then_some(role)
}
