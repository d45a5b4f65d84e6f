//! The keys that ID tokens are signed by, and the tokens (OpenID Connect Core 1.0 §2, SMART's
//! `fhirUser`).

use super::{ACCESS_SECONDS, Addresses, Grant};
use crate::app::App;
use crate::caller::door;
use crate::error::Error;
use identity::jose::Signer;
use record::LinkKind;
use serde_json::{Map, Value, json};

/// A new key of ID tokens: its id, and its PKCS#8 for [`record::Record::put_signing_key`].
///
/// # Errors
/// When the system has no randomness.
pub fn new_signing_key() -> Result<(String, Vec<u8>), Error> {
    let failed = |_| Error::internal("a signing key cannot be made");
    let key = Signer::new_key().map_err(failed)?;
    let id = Signer::from_pkcs8(&key).map_err(failed)?.key().id.clone();
    Ok((id, key))
}

/// The signers, the newest first; one is made where there is none.
fn signers(app: &App) -> Result<Vec<Signer>, Error> {
    let door = door(&app.settings().tenant);
    let failed = |_| Error::internal("a signing key cannot be used");
    let mut keys = app.record().signing_keys(&door)?;
    if keys.is_empty() {
        let (id, key) = new_signing_key()?;
        app.record().put_signing_key(&door, &id, &key)?;
        keys = app.record().signing_keys(&door)?;
    }
    keys.iter().map(|key| Signer::from_pkcs8(&key.pkcs8).map_err(failed)).collect()
}

/// The public keys as a JWKS.
///
/// # Errors
/// When the record fails.
pub(crate) fn key_set(app: &App) -> Result<Value, Error> {
    Ok(Signer::key_set(&signers(app)?).to_json())
}

/// The address of the resource that a person is.
///
/// # Errors
/// When the record fails.
pub(crate) fn fhir_user(app: &App, login: &str) -> Result<Option<String>, Error> {
    let link = app.record().link(&door(&app.settings().tenant), login, LinkKind::Resource)?;
    Ok(link.map(|resource| format!("{}/{resource}", app.fhir_base())))
}

/// The ID token of a grant.
///
/// # Errors
/// When the record fails or the system has no randomness.
pub(crate) fn id_token(
    app: &App,
    client: &str,
    login: &str,
    nonce: Option<&str>,
    grant: &Grant,
) -> Result<String, Error> {
    let now = app.record().now().micros() / 1_000_000;
    let mut claims: Map<String, Value> = Map::new();
    let mut say = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    say("iss", json!(Addresses::of(app).issuer));
    say("sub", json!(login));
    say("aud", json!(client));
    say("iat", json!(now));
    say("exp", json!(now + ACCESS_SECONDS));
    if let Some(proven) = grant.proven {
        say("auth_time", json!(proven / 1_000_000));
    }
    if let Some(nonce) = nonce {
        say("nonce", json!(nonce));
    }
    if grant.has("fhirUser")
        && let Some(user) = fhir_user(app, login)?
    {
        say("fhirUser", json!(user));
    }
    let signers = signers(app)?;
    let signer = signers.first().ok_or_else(|| Error::internal("there is no signing key"))?;
    signer.sign(&claims).map_err(|_| Error::internal("the system has no randomness"))
}
