//! Which client is calling: by a signed assertion, by its secret, or, where it can keep neither, by
//! its name alone (SMART App Launch 2.2.0, "Client authentication"; RFC 7523).

use super::{Addresses, OauthError, Parameters, Refused, Word, ticket};
use crate::app::App;
use crate::caller::{door, token_digest};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use identity::Refusal;
use identity::claims::{Checked, Expected, check};
use identity::jose::{Algorithm, KeySet, Unproven};
use record::{Registration, TicketKind};

/// What says that an assertion is a JWT.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far clocks may differ, in seconds.
const SKEW_SECONDS: i64 = 30;
/// For how long an assertion may be good, in seconds.
const ASSERTION_SECONDS_MAX: i64 = 300;

/// How a client has proven who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// By an assertion that its key has signed.
    Assertion,
    /// By its secret.
    Secret,
    /// Not at all: it can keep nothing secret.
    Nothing,
}

/// Which client is calling, and how it has proven it.
///
/// # Errors
/// `invalid_client` for every way in which the proof fails, `invalid_request` for several proofs.
pub(crate) fn authenticate(
    app: &App,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<(Registration, Proof), Refused> {
    let named = parameters.get("client_id");
    let assertion = parameters.get("client_assertion");
    let mut secrets = headers.get_all(header::AUTHORIZATION).iter();
    let (secret, second) = (secrets.next(), secrets.next());
    let is_in_body = parameters.get("client_secret").is_some();
    if second.is_some() || is_in_body || (secret.is_some() && assertion.is_some()) {
        let error =
            OauthError::new(Word::InvalidRequest, "several proofs, or a secret in the form");
        return Err(error.by(named.unwrap_or_default()).into());
    }
    if let Some(assertion) = assertion {
        if parameters.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(refused("type of assertion", named.unwrap_or_default()));
        }
        return Ok((by_assertion(app, assertion, named)?, Proof::Assertion));
    }
    if let Some(secret) = secret {
        let (id, secret) = secret
            .to_str()
            .ok()
            .and_then(basic)
            .ok_or_else(|| refused("no Basic credentials", named.unwrap_or_default()))?;
        if named.is_some_and(|named| named != id) {
            return Err(refused("two clients", &id));
        }
        return Ok((by_secret(app, &id, &secret)?, Proof::Secret));
    }
    let id = named.ok_or_else(|| refused("no client", ""))?;
    let client = registration(app, id)?.filter(Registration::is_public);
    Ok((client.ok_or_else(|| refused("no proof of a client", id))?, Proof::Nothing))
}

fn refused(reason: &str, client: &str) -> Refused {
    OauthError::new(Word::InvalidClient, reason).by(client).into()
}

fn registration(app: &App, id: &str) -> Result<Option<Registration>, Refused> {
    Ok(app.record().registration(&door(&app.settings().tenant), id)?)
}

/// Id and secret of HTTP Basic, each encoded as a form's value (RFC 6749 §2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, coded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

fn form_decoded(text: &str) -> Option<String> {
    if text.contains(['&', '=']) {
        return None;
    }
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned())
}

fn by_secret(app: &App, id: &str, secret: &str) -> Result<Registration, Refused> {
    let client = registration(app, id)?;
    // Digests of 256 random bits: how far two of them agree says nothing of either.
    let digest = token_digest(secret);
    client
        .filter(|client| client.key_set.is_none() && client.secret_sha256.as_ref() == Some(&digest))
        .ok_or_else(|| refused("secret", id))
}

fn by_assertion(app: &App, assertion: &str, named: Option<&str>) -> Result<Registration, Refused> {
    let unproven = Unproven::read(assertion)
        .map_err(|refusal| refused(&refusal.to_string(), named.unwrap_or_default()))?;
    let id = unproven.issuer().unwrap_or_default().to_owned();
    if named.is_some_and(|named| named != id) {
        return Err(refused("two clients", &id));
    }
    let client = registration(app, &id)?.ok_or_else(|| refused("unknown client", &id))?;
    let audience = [Addresses::of(app).token];
    let expected = Expected {
        issuer: &id,
        subject: Some(&id),
        needs_subject: true,
        audience: &audience,
        now: app.record().now(),
        skew_seconds: SKEW_SECONDS,
        lifetime_seconds_max: ASSERTION_SECONDS_MAX,
        needs_identifier: true,
        needs_issue: false,
    };
    prove_assertion(app, &unproven, &client, &expected)?
        .map_err(|refusal| refused(&refusal.to_string(), &id))?;
    Ok(client)
}

/// Proves a token by the keys that its issuer was registered with, once: its identifier is kept
/// until it could not be shown any more.
///
/// # Errors
/// When the record fails; inside, why the proof does not hold.
pub(crate) fn prove_assertion(
    app: &App,
    unproven: &Unproven,
    client: &Registration,
    expected: &Expected<'_>,
) -> Result<Result<Checked, Refusal>, Refused> {
    let proven = || {
        let named = unproven.key_set_url()?;
        if named.is_some() && named != client.key_set_url.as_deref() {
            return Err(Refusal::Key);
        }
        let (keys, _) = KeySet::read(client.key_set.as_deref().unwrap_or_default().as_bytes());
        check(&unproven.clone().prove(&keys, Algorithm::SMART)?, expected)
    };
    let checked = match proven() {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let identifier = checked.identifier.clone().unwrap_or_default();
    let shown = format!("assertion:{}:{}:{identifier}", client.id.len(), client.id);
    let shown = ticket(TicketKind::Assertion, &shown, checked.forget, &())?;
    let is_new = app.record().put_ticket(&door(&app.settings().tenant), shown)?;
    Ok(if is_new { Ok(checked) } else { Err(Refusal::Replayed) })
}
