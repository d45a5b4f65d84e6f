//! What a request for authorization has to say, and who may answer it.

use super::STATE_LENGTH_MAX;
use crate::app::App;
use crate::authorization::{Launch, OauthError, Parameters, Refused, Word, said};
use crate::caller::{Caller, door, token_digest};
use crate::error::{Error, First};
use crate::smart::{CONTEXT, Level, Scopes};
use axum::http::StatusCode;
use identity::pkce;
use record::{LinkKind, Registration, Ticket, TicketKind};

/// A request whose client and address are known.
pub(super) struct Asked {
    pub(super) client: Registration,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
}

/// The client and its address.
pub(super) fn whose(app: &App, parameters: &Parameters) -> Result<Asked, Refused> {
    let wrong = |reason: &str, client: &str| {
        Refused::from(OauthError::new(Word::InvalidRequest, reason).by(client))
    };
    let id = parameters.get("client_id").ok_or_else(|| wrong("no client", ""))?;
    let client = app.record().registration(&door(&app.settings().tenant), id)?;
    let client = client.ok_or_else(|| wrong("unknown client", id))?;
    let redirect_uri = parameters.get("redirect_uri").unwrap_or_default().to_owned();
    if !client.redirect_uris.contains(&redirect_uri) {
        return Err(wrong("another address", id));
    }
    let state = parameters.get("state").filter(|state| state.len() <= STATE_LENGTH_MAX);
    Ok(Asked { client, redirect_uri, state: state.map(str::to_owned) })
}

/// The challenge of a request whose fixed parts are right.
pub(super) fn well_formed(
    app: &App,
    parameters: &Parameters,
    asked: &Asked,
) -> Result<String, OauthError> {
    let wrong = |reason: &str| OauthError::new(Word::InvalidRequest, reason);
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => return Err(OauthError::new(Word::UnsupportedResponseType, "response type")),
        None => return Err(wrong("no response type")),
    }
    if asked.state.is_none() {
        return Err(wrong("no state"));
    }
    let audience = parameters.get("aud").unwrap_or_default();
    if audience.strip_suffix('/').unwrap_or(audience) != app.fhir_base() {
        return Err(wrong("another audience"));
    }
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(wrong("no S256"));
    }
    let is_taken = |name: &&str| parameters.get(name).is_some();
    let is_another_mode = parameters.get("response_mode").is_some_and(|mode| mode != "query");
    if is_another_mode || ["request", "request_uri"].iter().any(is_taken) {
        return Err(wrong("a parameter that is not taken"));
    }
    let challenge = parameters.get("code_challenge").filter(|text| pkce::is_challenge(text));
    challenge.map(str::to_owned).ok_or_else(|| wrong("no challenge"))
}

/// The launch that a request names.
pub(super) fn launch(
    app: &App,
    parameters: &Parameters,
    client: &Registration,
) -> Result<Option<(Ticket, Launch)>, Refused> {
    let wrong = |reason: &str| Refused::from(OauthError::new(Word::InvalidRequest, reason));
    let scope = parameters.get("scope").unwrap_or_default();
    let asks = scope.split_whitespace().any(|word| word == "launch");
    match (parameters.get("launch"), asks) {
        (None, false) => Ok(None),
        (None, true) => Err(wrong("a launch that is not named")),
        (Some(_), false) => Err(wrong("a launch without its scope")),
        (Some(token), true) => {
            let door = door(&app.settings().tenant);
            let found = app.record().ticket(&door, TicketKind::Launch, &token_digest(token))?;
            let Some((ticket, false)) = found else { return Err(wrong("no such launch")) };
            if ticket.client != client.id {
                return Err(wrong("a launch of another client"));
            }
            let launch = said(&ticket)?;
            Ok(Some((ticket, launch)))
        }
    }
}

/// The person who is logged in, if there is one; a service is nobody here.
pub(super) fn person(caller: Result<Caller, Error>) -> Result<Option<Caller>, Error> {
    match caller {
        Ok(caller) => Ok(Some(caller).filter(|caller| caller.csrf.is_some())),
        // Another log-in of the same kind would not help.
        Err(error) if error.first() == Some(First::Enrol) => Err(error),
        Err(error) if error.status() == StatusCode::UNAUTHORIZED => Ok(None),
        Err(error) if error.status() == StatusCode::FORBIDDEN => Ok(None),
        Err(error) => Err(error),
    }
}

/// The scopes that make sense for this person: none of a client by itself, a launch's only for
/// whom it was meant, and no `fhirUser` where nothing says which resource the person is.
pub(super) fn for_person(
    app: &App,
    caller: &Caller,
    scopes: &str,
    launch: Option<&(Ticket, Launch)>,
) -> Result<String, Refused> {
    let is_of_another =
        |(ticket, _): &(Ticket, Launch)| !ticket.login.is_empty() && ticket.login != caller.login();
    if launch.is_some_and(is_of_another) {
        return Err(OauthError::new(Word::AccessDenied, "a launch of another person").into());
    }
    let door = door(&app.settings().tenant);
    let is_linked = app.record().link(&door, caller.login(), LinkKind::Resource)?.is_some();
    let makes_sense = |word: &&str| match *word {
        "fhirUser" => is_linked,
        word if CONTEXT.contains(&word) => true,
        word => !Scopes::parse(word).has(Level::System),
    };
    let scopes: Vec<&str> = scopes.split(' ').filter(makes_sense).collect();
    if scopes.is_empty() {
        return Err(OauthError::new(Word::InvalidScope, "no scope that may be granted").into());
    }
    Ok(scopes.join(" "))
}
