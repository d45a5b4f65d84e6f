//! The authorization server (OAuth 2.0 as RFC 9700 leaves it, SMART App Launch 2.2.0).
//!
//! Everything given out is a ticket of the record: 256 random bits, kept as a digest, ended at once
//! when it is revoked. Whoever is refused learns one of the words of RFC 6749 and no more; the
//! reason is in the audit log.

mod client;
mod grant;
mod keys;
mod parameters;
mod refusal;

pub(crate) use client::{Proof, authenticate, prove_assertion};
pub(crate) use grant::{AuthorizationRequest, Code, Grant, Launch, exchange, merge};
pub use keys::new_signing_key;
pub(crate) use keys::{fhir_user, id_token, key_set};
pub(crate) use parameters::{PARAMETERS_BYTES_MAX, Parameters};
pub(crate) use refusal::{OauthError, Refused, Word, json_response, note};

use crate::app::App;
use crate::caller::token_digest;
use crate::error::Error;
use model::Timestamp;
use record::{Ticket, TicketKind};

/// Seconds for which a person may look at a request.
pub(crate) const REQUEST_SECONDS: i64 = 600;
/// Seconds in which a code is to be exchanged.
pub(crate) const CODE_SECONDS: i64 = 60;
/// Seconds in which a launch is to be begun.
pub(crate) const LAUNCH_SECONDS: i64 = 300;
/// Seconds for which an access token is good.
pub(crate) const ACCESS_SECONDS: i64 = 300;
/// Days after which an authorization ends, however often it was refreshed.
pub(crate) const GRANT_DAYS: i64 = 30;

/// Where the parts of the authorization server are.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    /// What it signs as.
    pub(crate) issuer: String,
    /// Where people are sent.
    pub(crate) authorize: String,
    /// Where codes are exchanged, and what assertions are for.
    pub(crate) token: String,
    pub(crate) introspect: String,
    pub(crate) revoke: String,
    /// Where its public keys are.
    pub(crate) key_set: String,
}

impl Addresses {
    /// Those of an application.
    pub(crate) fn of(app: &App) -> Self {
        let base = &app.settings().base_url;
        let at = |path: &str| format!("{base}/auth/{path}");
        Self {
            issuer: base.clone(),
            authorize: at("authorize"),
            token: at("token"),
            introspect: at("introspect"),
            revoke: at("revoke"),
            key_set: at("jwks"),
        }
    }
}

/// Some seconds from now.
pub(crate) fn in_seconds(app: &App, seconds: i64) -> Timestamp {
    let now = app.record().now().micros();
    Timestamp::from_micros(now.saturating_add(seconds.saturating_mul(1_000_000)))
}

/// A ticket of nobody and no family, that says something.
///
/// # Errors
/// When what it says cannot be written, which is a fault of ours.
pub(crate) fn ticket<T: serde::Serialize>(
    kind: TicketKind,
    token: &str,
    expires: Timestamp,
    body: &T,
) -> Result<Ticket, Error> {
    let body = serde_json::to_string(body);
    Ok(Ticket {
        sha256: token_digest(token),
        kind,
        family: String::new(),
        client: String::new(),
        login: String::new(),
        expires,
        body: body.map_err(|error| Error::internal(format!("a ticket: {error}")))?,
    })
}

/// What a ticket says.
///
/// # Errors
/// When it says something else than its kind does, which is a fault of ours.
pub(crate) fn said<T: serde::de::DeserializeOwned>(ticket: &Ticket) -> Result<T, Error> {
    serde_json::from_str(&ticket.body)
        .map_err(|_| Error::internal(format!("a ticket of kind {}", ticket.kind.word())))
}
