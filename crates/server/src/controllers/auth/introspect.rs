//! `/auth/introspect` (RFC 7662, SMART App Launch 2.2.0 "Token introspection") and `/auth/revoke`
//! (RFC 7009).

use super::token::answered;
use crate::app::App;
use crate::authorization::{
    Addresses, Grant, OauthError, Parameters, Proof, Refused, Word, authenticate, fhir_user, merge,
    said,
};
use crate::caller::{Credentials, door, token_digest};
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use record::{Registration, Role, Ticket, TicketKind};
use serde_json::{Value, json};

/// `POST /auth/introspect`
pub(crate) async fn introspect(
    State(app): State<App>,
    credentials: Credentials,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let parameters = Parameters::of_form(&headers, &body);
        answered(app, "introspection", look(app, credentials, &headers, parameters.as_ref()))
    })
    .await
}

/// `POST /auth/revoke`
pub(crate) async fn revoke(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    app.blocking(move |app| {
        let parameters = Parameters::of_form(&headers, &body);
        answered(app, "revocation", end(app, &headers, parameters.as_ref()))
    })
    .await
}

/// The token that a form names.
fn named(parameters: Option<&Parameters>) -> Result<(&Parameters, &str), OauthError> {
    let wrong = |reason: &str| OauthError::new(Word::InvalidRequest, reason);
    let parameters = parameters.ok_or_else(|| wrong("no form, or a parameter twice"))?;
    let token = parameters.get("token").ok_or_else(|| wrong("no token"))?;
    Ok((parameters, token))
}

/// An access or refresh token that is good.
fn found(app: &App, token: &str) -> Result<Option<Ticket>, Error> {
    let (door, digest) = (door(&app.settings().tenant), token_digest(token));
    for kind in [TicketKind::Access, TicketKind::Refresh] {
        if let Some((ticket, is_used)) = app.record().ticket(&door, kind, &digest)? {
            return Ok(Some(ticket).filter(|_| !is_used));
        }
    }
    Ok(None)
}

/// Who looks: `None` = a system of the operator's, which may look at every token.
fn looker(
    app: &App,
    credentials: Credentials,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Option<Registration>, Refused> {
    if let Ok(caller) = credentials.caller(app)
        && caller.role == Role::ServiceClient
        && caller.csrf.is_none()
    {
        return Ok(None);
    }
    let (client, proof) = authenticate(app, headers, parameters)?;
    if proof == Proof::Nothing {
        let error = OauthError::new(Word::InvalidClient, "no proof of a client");
        return Err(error.by(&client.id).into());
    }
    Ok(Some(client))
}

fn look(
    app: &App,
    credentials: Credentials,
    headers: &HeaderMap,
    parameters: Option<&Parameters>,
) -> Result<Value, Refused> {
    let (parameters, token) = named(parameters)?;
    let client = looker(app, credentials, headers, parameters)?;
    let is_its_own =
        |ticket: &Ticket| client.as_ref().is_none_or(|client| client.id == ticket.client);
    let Some(ticket) = found(app, token)?.filter(is_its_own) else {
        return Ok(json!({"active": false}));
    };
    let grant: Grant = said(&ticket)?;
    let subject = if ticket.login.is_empty() { &ticket.client } else { &ticket.login };
    let mut body = json!({
        "active": true,
        "scope": grant.scopes,
        "client_id": ticket.client,
        "exp": ticket.expires.micros() / 1_000_000,
        "iss": Addresses::of(app).issuer,
        "aud": app.fhir_base(),
        "sub": subject,
        "token_type": if ticket.kind == TicketKind::Access { "Bearer" } else { "refresh_token" },
    });
    if let Some(patient) = grant.patient {
        merge(&mut body, json!({"patient": patient}));
    }
    if !ticket.login.is_empty()
        && let Some(user) = fhir_user(app, &ticket.login)?
    {
        merge(&mut body, json!({"fhirUser": user}));
    }
    Ok(body)
}

/// Ends the whole family of a token of this client; of one that is not known, nothing is said.
fn end(app: &App, headers: &HeaderMap, parameters: Option<&Parameters>) -> Result<Value, Refused> {
    let (parameters, token) = named(parameters)?;
    let (client, _) = authenticate(app, headers, parameters)?;
    if let Some(ticket) = found(app, token)?.filter(|ticket| ticket.client == client.id) {
        app.record().end_family(&door(&app.settings().tenant), &ticket.family)?;
    }
    Ok(json!({}))
}
