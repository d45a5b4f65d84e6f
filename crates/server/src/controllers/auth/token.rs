//! `/auth/token`: codes, refresh tokens and assertions for access tokens.

use crate::app::App;
use crate::authorization::{
    Code, Grant, OauthError, Parameters, Proof, Refused, Word, authenticate, exchange, fhir_user,
    id_token, json_response, merge, note, said,
};
use crate::caller::{door, token_digest};
use crate::error::Error;
use crate::smart::{Level, Scopes, granted};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::pkce;
use record::{Registration, Taken, Ticket, TicketKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is exchanged here.
const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];

/// `POST /auth/token`
pub(crate) async fn token(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let parameters = Parameters::of_form(&headers, &body);
        answered(app, "token", issue(app, &headers, parameters.as_ref()))
    })
    .await
}

/// The answer of a route of clients; a refusal is kept before it is told.
///
/// # Errors
/// When something failed here.
pub(super) fn answered(
    app: &App,
    kind: &str,
    answer: Result<Value, Refused>,
) -> Result<Response, Error> {
    match answer {
        Ok(body) => Ok(json_response(StatusCode::OK, &body)),
        Err(Refused::Oauth(error)) => {
            note(app, kind, &error.reason, &error.client)?;
            Ok(error.into_response())
        }
        Err(Refused::Failed(error)) => Err(error),
    }
}

fn issue(
    app: &App,
    headers: &HeaderMap,
    parameters: Option<&Parameters>,
) -> Result<Value, Refused> {
    let wrong = |reason: &str| OauthError::new(Word::InvalidRequest, reason);
    let parameters = parameters.ok_or_else(|| wrong("no form, or a parameter twice"))?;
    let kind = parameters.get("grant_type").ok_or_else(|| wrong("no grant type"))?;
    if !GRANT_TYPES.contains(&kind) {
        return Err(OauthError::new(Word::UnsupportedGrantType, "grant type").into());
    }
    let (client, proof) = authenticate(app, headers, parameters)?;
    match kind {
        "authorization_code" => by_code(app, parameters, &client),
        "refresh_token" => by_refresh(app, parameters, &client),
        _ => by_itself(app, parameters, &client, proof),
    }
}

fn refused(word: Word, reason: &str, client: &Registration) -> Refused {
    OauthError::new(word, reason).by(&client.id).into()
}

fn by_code(app: &App, parameters: &Parameters, client: &Registration) -> Result<Value, Refused> {
    let refused = |reason: &str| refused(Word::InvalidGrant, reason, client);
    let door = door(&app.settings().tenant);
    let digest = token_digest(parameters.get("code").unwrap_or_default());
    let found = app.record().ticket(&door, TicketKind::Code, &digest)?;
    let (ticket, _) = found.ok_or_else(|| refused("no such code"))?;
    if ticket.client != client.id {
        return Err(refused("a code of another client"));
    }
    let code: Code = said(&ticket)?;
    let verifier = parameters.get("code_verifier").unwrap_or_default();
    let is_right = parameters.get("redirect_uri") == Some(code.redirect_uri.as_str())
        && pkce::fits(&code.challenge, verifier);
    if !is_right {
        // Whoever has the code and not the rest is not who it was given to.
        app.record().take_ticket(&door, TicketKind::Code, &digest, vec![])?;
        return Err(refused("another address or verifier"));
    }
    let owner = (ticket.family.as_str(), client.id.as_str(), ticket.login.as_str());
    let exchanged = exchange(app, owner, &code.grant, &code.grant.scopes)?;
    let mut response = exchanged.response;
    if code.grant.has("openid") {
        let nonce = code.nonce.as_deref();
        let token = id_token(app, &client.id, &ticket.login, nonce, &code.grant)?;
        merge(&mut response, json!({"id_token": token}));
    }
    if code.grant.has("fhirUser")
        && let Some(user) = fhir_user(app, &ticket.login)?
    {
        merge(&mut response, json!({"fhirUser": user}));
    }
    take(app, TicketKind::Code, &digest, exchanged.tickets, client)?;
    Ok(response)
}

/// Uses a code or a refresh token. A second use ends everything that came of the first.
fn take(
    app: &App,
    kind: TicketKind,
    digest: &str,
    made: Vec<Ticket>,
    client: &Registration,
) -> Result<(), Refused> {
    let door = door(&app.settings().tenant);
    let refused = |reason: &str| refused(Word::InvalidGrant, reason, client);
    match app.record().take_ticket(&door, kind, digest, made)? {
        Taken::Fresh(_) => Ok(()),
        Taken::Used(_) => Err(refused("used a second time: its family has ended")),
        Taken::Absent => Err(refused("gone")),
    }
}

fn by_refresh(app: &App, parameters: &Parameters, client: &Registration) -> Result<Value, Refused> {
    let door = door(&app.settings().tenant);
    let gone = |reason: &str| refused(Word::InvalidGrant, reason, client);
    let digest = token_digest(parameters.get("refresh_token").unwrap_or_default());
    let found = app.record().ticket(&door, TicketKind::Refresh, &digest)?;
    let (ticket, is_used) = found.ok_or_else(|| gone("no such token"))?;
    if ticket.client != client.id {
        return Err(gone("a token of another client"));
    }
    if app.record().active_account(&door, &ticket.login)?.is_none() {
        return Err(gone("its account is gone"));
    }
    let grant: Grant = said(&ticket)?;
    let asked = parameters.get("scope").unwrap_or(&grant.scopes);
    let scopes = granted(asked, &grant.scopes);
    let wanted: BTreeSet<&str> = asked.split_whitespace().collect();
    // What was used before is no matter of scopes: the family ends below.
    if !is_used && scopes.split_whitespace().collect::<BTreeSet<&str>>() != wanted {
        return Err(refused(Word::InvalidScope, "more than was granted", client));
    }
    let owner = (ticket.family.as_str(), client.id.as_str(), ticket.login.as_str());
    let exchanged = exchange(app, owner, &grant, &scopes)?;
    take(app, TicketKind::Refresh, &digest, exchanged.tickets, client)?;
    Ok(exchanged.response)
}

/// SMART Backend Services: a client by itself, by an assertion and by nothing else.
fn by_itself(
    app: &App,
    parameters: &Parameters,
    client: &Registration,
    proof: Proof,
) -> Result<Value, Refused> {
    let Some(role) = client.own_role().filter(|_| proof == Proof::Assertion) else {
        return Err(refused(Word::UnauthorizedClient, "no assertion, or no role", client));
    };
    let asked = granted(parameters.get("scope").unwrap_or_default(), &client.scopes);
    let of_system = |word: &&str| Scopes::parse(word).has(Level::System);
    let scopes: Vec<&str> = asked.split(' ').filter(of_system).collect();
    if scopes.is_empty() {
        return Err(refused(Word::InvalidScope, "no scope that may be granted", client));
    }
    let scopes = scopes.join(" ");
    let grant = Grant {
        scopes: scopes.clone(),
        role: Some(role.word().to_owned()),
        until: Grant::end(app),
        ..Grant::default()
    };
    let family = app.record().new_id();
    let exchanged = exchange(app, (&family, &client.id, ""), &grant, &scopes)?;
    let door = door(&app.settings().tenant);
    for ticket in exchanged.tickets {
        app.record().put_ticket(&door, ticket)?;
    }
    Ok(exchanged.response)
}
