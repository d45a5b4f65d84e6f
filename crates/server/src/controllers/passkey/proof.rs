//! What a passkey has answered, and whose it is.

use super::{answered, ceremony, decoded, place};
use crate::app::App;
use crate::caller::door;
use crate::error::Error;
use identity::passkey;
use record::{Credential, CredentialKind};
use serde::Deserialize;

/// The answer of a browser to a challenge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proof {
    pub(super) csrf: String,
    pub(super) id: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
    pub(super) next: Option<String>,
}

/// Whose passkey has answered a challenge that was bound to a log-in, or to nobody's yet; or why
/// it is no answer.
///
/// # Errors
/// When the record fails.
pub(super) fn prove(
    app: &App,
    proof: &Proof,
    login: &str,
) -> Result<Result<String, String>, Error> {
    let client = decoded(&proof.client_data);
    let Some(challenge) = answered(app, &client, &proof.csrf, login)? else {
        return Ok(Err("a challenge that was not asked".to_owned()));
    };
    let door = door(&app.settings().tenant);
    let found = app.record().credential(&door, CredentialKind::Passkey, &proof.id)?;
    let Some(credential) = found else { return Ok(Err("an unknown passkey".to_owned())) };
    let place = place(app);
    let (data, signature) = (decoded(&proof.authenticator_data), decoded(&proof.signature));
    let ceremony = ceremony(&challenge, &place);
    let proven = passkey::prove(&ceremony, &credential.body, &client, &data, &signature);
    let counter = match proven {
        Ok(counter) => counter,
        Err(refusal) => return Ok(Err(refusal.to_string())),
    };
    if !counts(app, &credential, counter)? {
        return Ok(Err("a counter that went back: the passkey was copied".to_owned()));
    }
    let is_there = app.record().active_account(&door, &credential.login)?.is_some();
    Ok(if is_there { Ok(credential.login) } else { Err("no account".to_owned()) })
}

/// Whether a counter goes on (§6.1.1); those that never count say 0 for ever.
fn counts(app: &App, credential: &Credential, counter: u32) -> Result<bool, Error> {
    if counter == 0 && credential.counter == 0 {
        return Ok(true);
    }
    let door = door(&app.settings().tenant);
    Ok(app.record().use_credential(&door, credential, u64::from(counter))?)
}
