//! Passkeys: logging in by one, proving anew who one is, adding and removing them. A passkey is two
//! factors: its authenticator has verified the person.

mod account;
mod login;
mod proof;
mod step_up;

pub(crate) use account::{add, list, options as add_options, remove};
pub(crate) use login::{form, options as login_options, submit};
pub(crate) use step_up::{options as step_up_options, submit as step_up};

use crate::app::App;
use crate::authorization::{in_seconds, json_response, said, ticket};
use crate::caller::{door, token_digest};
use crate::controllers::login::random_token;
use crate::error::Error;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::passkey::{Ceremony, challenge_of};
use record::{Taken, Ticket, TicketKind};
use serde::de::DeserializeOwned;

/// Seconds in which a challenge is to be answered.
const CHALLENGE_SECONDS: i64 = 300;

/// Where people reach this server, as browsers name it: origin, and host without its port.
fn place(app: &App) -> (String, String) {
    let base = &app.settings().base_url;
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    (format!("{scheme}://{authority}"), host.to_owned())
}

/// A new challenge for a purpose; `bound` is what its answer has to come with.
fn challenge(app: &App, bound: &str, login: &str) -> Result<String, Error> {
    let token = random_token()?;
    let expires = in_seconds(app, CHALLENGE_SECONDS);
    let kept = Ticket {
        login: login.to_owned(),
        ..ticket(TicketKind::Challenge, &token, expires, &bound)?
    };
    app.record().put_ticket(&door(&app.settings().tenant), kept)?;
    Ok(token)
}

/// The challenge that a browser answers, used by this; `None` if it was not asked.
fn answered(
    app: &App,
    client_data: &[u8],
    bound: &str,
    login: &str,
) -> Result<Option<Vec<u8>>, Error> {
    let Ok(challenge) = challenge_of(client_data) else { return Ok(None) };
    let Ok(token) = String::from_utf8(challenge.clone()) else { return Ok(None) };
    let door = door(&app.settings().tenant);
    let digest = token_digest(&token);
    let taken = app.record().take_ticket(&door, TicketKind::Challenge, &digest, vec![])?;
    let Taken::Fresh(ticket) = taken else { return Ok(None) };
    let is_of_this = said::<String>(&ticket)? == bound && ticket.login == login;
    Ok(is_of_this.then_some(challenge))
}

fn ceremony<'a>(challenge: &'a [u8], (origin, host): &'a (String, String)) -> Ceremony<'a> {
    Ceremony { challenge, origin, relying_party: host }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
}

/// A body that only a page of ours can have sent: other sites cannot say that it is JSON.
fn body<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Error> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let unreadable = || Error::new(StatusCode::BAD_REQUEST, "structure", "the body cannot be read");
    if media_type != Some("application/json") {
        return Err(unreadable());
    }
    serde_json::from_slice(body).map_err(|_| unreadable())
}

/// The answer to a proof that does not hold.
fn refused() -> axum::response::Response {
    json_response(StatusCode::UNAUTHORIZED, &serde_json::json!({"error": "refused"}))
}

fn foreign() -> Error {
    Error::new(StatusCode::FORBIDDEN, "security", "the form is not of this session")
}
