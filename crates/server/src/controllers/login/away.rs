//! Leaving for another system that says who somebody is, and coming back (OpenID Connect Core 1.0
//! §3.1: authorization code, with the PKCE of RFC 7636, state and nonce). What is kept meanwhile
//! is the door's own.

use super::{random_token, set_cookie};
use crate::app::App;
use crate::authorization::{Parameters, in_seconds, said, ticket};
use crate::caller::{door, token_digest};
use crate::error::Error;
use crate::provider::Provider;
use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::jose::object;
use identity::provider::{Awaited, Person, prove};
use identity::{Refusal, pkce};
use record::{Taken, TicketKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Seconds in which the person has to come back.
const AWAY_SECONDS_MAX: i64 = 600;

/// Where somebody goes, and what is asked for there.
pub(crate) struct Leaving<'l> {
    pub(crate) to: &'l Provider,
    /// Name of the cookie that the browser has to bring back.
    pub(crate) cookie: &'static str,
    pub(crate) redirect_uri: &'l str,
    pub(crate) scope: &'l str,
    /// Parameters beside those of every request.
    pub(crate) also: &'l [(&'l str, &'l str)],
}

impl Leaving<'_> {
    /// The address to go to, and the cookie to take along. What `keep` makes of nonce and verifier
    /// waits for the person under the state.
    pub(crate) fn leave<T: Serialize>(
        &self,
        app: &App,
        keep: impl FnOnce(String, String) -> T,
    ) -> Result<(String, HeaderValue), Error> {
        let told = self.to.told(app.record().now())?;
        let (state, nonce, verifier) = (random_token()?, random_token()?, random_token()?);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.to.settings().client_id),
            ("redirect_uri", self.redirect_uri),
            ("scope", self.scope),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &pkce::challenge(&verifier)),
            ("code_challenge_method", "S256"),
        ]);
        query.extend_pairs(self.also);
        let kept = keep(nonce, verifier);
        let kept = ticket(TicketKind::Provider, &state, in_seconds(app, AWAY_SECONDS_MAX), &kept)?;
        app.record().put_ticket(&door(&app.settings().tenant), kept)?;
        let joint = if told.authorize.contains('?') { '&' } else { '?' };
        let to = format!("{}{joint}{}", told.authorize, query.finish());
        let secure = app.settings().secure_cookies;
        Ok((to, set_cookie(self.cookie, &state, secure, AWAY_SECONDS_MAX)))
    }
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
