//! `/login/provider`: logging in at an external identity provider (authorization code with PKCE,
//! state and nonce).

use super::begin::{begin, on_to};
use super::{local_path, random_token, set_cookie};
use crate::app::App;
use crate::authorization::{Parameters, in_seconds, note, said, ticket};
use crate::caller::{cookie, door, token_digest};
use crate::error::Error;
use crate::page::PageError;
use crate::provider::Provider;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::jose::object;
use identity::provider::{Awaited, Person, prove, values};
use identity::{Refusal, pkce};
use record::{Account, LinkKind, Role, Scope, Taken, TicketKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Seconds in which the person has to come back.
const AWAY_SECONDS_MAX: i64 = 600;
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
    let provider = provider(app)?;
    let told = provider.told(app.record().now())?;
    let state = random_token()?;
    let away = Away { nonce: random_token()?, verifier: random_token()?, next: local_path(next) };
    let kept = ticket(TicketKind::Provider, &state, in_seconds(app, AWAY_SECONDS_MAX), &away)?;
    app.record().put_ticket(&door(&app.settings().tenant), kept)?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", &provider.settings().client_id),
        ("redirect_uri", &redirect_uri(app)),
        ("scope", "openid profile"),
        ("state", &state),
        ("nonce", &away.nonce),
        ("code_challenge", &pkce::challenge(&away.verifier)),
        ("code_challenge_method", "S256"),
    ]);
    let joint = if told.authorize.contains('?') { '&' } else { '?' };
    let to = format!("{}{joint}{}", told.authorize, query.finish());
    let mut response = Redirect::to(&to).into_response();
    let secure = app.settings().secure_cookies;
    let cookie = set_cookie(away_cookie(secure), &state, secure, AWAY_SECONDS_MAX);
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

/// What was kept for a person who comes back with a state, once and to the browser that left; else
/// why there is nothing.
pub(crate) fn kept<T: DeserializeOwned>(
    app: &App,
    query: &Parameters,
    cookie: Option<&str>,
) -> Result<Result<T, &'static str>, Error> {
    let Some(state) = query.get("state").filter(|state| cookie == Some(*state)) else {
        return Ok(Err("a state of another browser"));
    };
    let (door, digest) = (door(&app.settings().tenant), token_digest(state));
    let taken = app.record().take_ticket(&door, TicketKind::Provider, &digest, vec![])?;
    let Taken::Fresh(ticket) = taken else { return Ok(Err("no such state")) };
    Ok(said(&ticket).map_err(|_| "a state of another door"))
}

/// Who the ID token proves, and the whole answer that it came in.
pub(crate) type Answered = (Person, Map<String, Value>);

/// What a person comes back with, and what was kept for it.
pub(crate) struct Back<'b> {
    pub(crate) code: &'b str,
    pub(crate) verifier: &'b str,
    pub(crate) nonce: &'b str,
    pub(crate) redirect_uri: &'b str,
}

/// Exchanges the code for an ID token, and proves it; the whole answer beside it.
pub(crate) fn ask(
    app: &App,
    provider: &Provider,
    back: &Back<'_>,
) -> Result<Result<Answered, String>, Error> {
    let settings = provider.settings();
    let told = provider.told(app.record().now())?;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "authorization_code"),
        ("code", back.code),
        ("redirect_uri", back.redirect_uri),
        ("client_id", &settings.client_id),
        ("code_verifier", back.verifier),
    ]);
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let authorization = settings.client_secret.as_ref().map(|secret| {
        let pair = format!("{}:{}", encoded(&settings.client_id), encoded(secret));
        format!("Basic {}", STANDARD.encode(pair))
    });
    let answer = provider.calls().post(&told.token, authorization.as_deref(), &form.finish());
    let body = match answer {
        Ok(body) => body,
        Err(reason) => return Ok(Err(reason)),
    };
    let said = object(&body).unwrap_or_default();
    let Some(token) = said.get("id_token").and_then(Value::as_str) else {
        return Ok(Err("no ID token".to_owned()));
    };
    let awaited = Awaited {
        issuer: &told.issuer,
        client: &settings.client_id,
        nonce: back.nonce,
        algorithms: &settings.algorithms,
        now: app.record().now(),
    };
    let mut proven = prove(token, &provider.keys(awaited.now, false)?, &awaited);
    if proven == Err(Refusal::Key) {
        // It may have new keys.
        proven = prove(token, &provider.keys(awaited.now, true)?, &awaited);
    }
    Ok(proven.map(|person| (person, said)).map_err(|refusal| refusal.to_string()))
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
        return Ok(app.record().account(&door, &linked)?.map(|account| account.login));
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
    let known = app.record().account(&door, &login)?;
    // What the operator has narrowed stays narrow.
    let scope = known.as_ref().map_or(Scope::Tenant, |known| known.scope.clone());
    let account = Account { scope, ..account };
    if known.as_ref() != Some(&account) {
        app.record().put_account(&door, account)?;
    }
    Ok(Some(login))
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
