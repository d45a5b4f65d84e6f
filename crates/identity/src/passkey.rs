//! Passkeys (W3C Web Authentication level 2, §7.1 and §7.2): registering one, and logging in by it.
//!
//! The person must have been verified by the authenticator, so that a passkey is two factors. No
//! attestation is asked for and none is taken: which make an authenticator is, is nobody's matter
//! here, and statements that are not checked would only look like a proof.

mod cbor;
mod key;

use crate::Refusal;
use crate::jose::{decode, encode, object};
use aws_lc_rs::digest;
use cbor::Value;
use serde_json::Value as Json;

/// Bytes of each part that a browser sends.
pub const PART_BYTES_MAX: usize = 16 * 1024;
/// Bytes of the id of a passkey (§4, "credential ID").
const ID_BYTES_MAX: usize = 1023;
/// Flags of an authenticator (§6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// What a passkey is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ceremony<'a> {
    /// What it has to answer.
    pub challenge: &'a [u8],
    /// Scheme, host and port of the page.
    pub origin: &'a str,
    /// The host, or a domain that it belongs to.
    pub relying_party: &'a str,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its id.
    pub id: Vec<u8>,
    /// Its public key, as COSE.
    pub key: Vec<u8>,
    /// How often it has signed; many always say 0.
    pub counter: u32,
}

/// The challenge that a browser says it answers, to find what was asked. Nothing of it is proven.
///
/// # Errors
/// When it says none.
pub fn challenge_of(client_data: &[u8]) -> Result<Vec<u8>, Refusal> {
    if client_data.len() > PART_BYTES_MAX {
        return Err(Refusal::Unreadable);
    }
    let client = object(client_data)?;
    decode(client.get("challenge").and_then(Json::as_str).ok_or(Refusal::Challenge)?)
}

/// Checks a new passkey.
///
/// # Errors
/// For another challenge, origin or host, without the person, with an attestation, or with a key
/// of a kind that is not taken.
pub fn register(
    ceremony: &Ceremony<'_>,
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Passkey, Refusal> {
    client(ceremony, client_data, "webauthn.create")?;
    if attestation.len() > PART_BYTES_MAX {
        return Err(Refusal::Unreadable);
    }
    let (attestation, rest) = cbor::read(attestation)?;
    let is_none = attestation.text("fmt") == Some("none")
        && matches!(attestation.member("attStmt"), Some(Value::Map(list)) if list.is_empty());
    if !is_none || !rest.is_empty() {
        return Err(Refusal::Unreadable);
    }
    let data = attestation.bytes("authData").ok_or(Refusal::Unreadable)?;
    let (flags, counter, rest) = authenticator(ceremony, data)?;
    if flags & HAS_CREDENTIAL == 0 {
        return Err(Refusal::Unreadable);
    }
    let (_, rest) = split(rest, 16)?;
    let (length, rest) = split(rest, 2)?;
    let length = length.iter().fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte));
    if length == 0 || length > ID_BYTES_MAX {
        return Err(Refusal::Unreadable);
    }
    let (id, rest) = split(rest, length)?;
    let (_, after) = cbor::read(rest)?;
    let (bytes, _) = split(rest, rest.len() - after.len())?;
    key::check(bytes)?;
    extensions(flags, after)?;
    Ok(Passkey { id: id.to_vec(), key: bytes.to_vec(), counter })
}

/// Checks an answer of a passkey; gives how often it has signed.
///
/// # Errors
/// For another challenge, origin or host, without the person, or a signature that does not fit.
pub fn prove(
    ceremony: &Ceremony<'_>,
    public_key: &[u8],
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
) -> Result<u32, Refusal> {
    client(ceremony, client_data, "webauthn.get")?;
    let too_large = [authenticator_data, signature].iter().any(|part| part.len() > PART_BYTES_MAX);
    if too_large {
        return Err(Refusal::Unreadable);
    }
    let (flags, counter, rest) = authenticator(ceremony, authenticator_data)?;
    if flags & HAS_CREDENTIAL != 0 {
        return Err(Refusal::Unreadable);
    }
    extensions(flags, rest)?;
    let client_digest = digest::digest(&digest::SHA256, client_data);
    let signed = [authenticator_data, client_digest.as_ref()].concat();
    key::verify(public_key, &signed, signature)?;
    Ok(counter)
}

/// What the browser says (§5.8.1).
fn client(ceremony: &Ceremony<'_>, client_data: &[u8], kind: &str) -> Result<(), Refusal> {
    if client_data.len() > PART_BYTES_MAX {
        return Err(Refusal::Unreadable);
    }
    let client = object(client_data)?;
    let text = |name: &str| client.get(name).and_then(Json::as_str);
    if text("type") != Some(kind) {
        return Err(Refusal::Unreadable);
    }
    if text("challenge") != Some(encode(ceremony.challenge).as_str()) {
        return Err(Refusal::Challenge);
    }
    let is_crossed = client.get("crossOrigin").is_some_and(|value| *value != Json::Bool(false));
    if text("origin") != Some(ceremony.origin) || is_crossed {
        return Err(Refusal::Origin);
    }
    Ok(())
}

/// What the authenticator says (§6.1): its flags, its counter, and what follows.
fn authenticator<'d>(
    ceremony: &Ceremony<'_>,
    data: &'d [u8],
) -> Result<(u8, u32, &'d [u8]), Refusal> {
    let (host, rest) = split(data, 32)?;
    if host != digest::digest(&digest::SHA256, ceremony.relying_party.as_bytes()).as_ref() {
        return Err(Refusal::Origin);
    }
    let (flags, rest) = split(rest, 1)?;
    let flags = flags.first().copied().unwrap_or(0);
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err(Refusal::Unverified);
    }
    let (counter, rest) = split(rest, 4)?;
    let counter = counter.iter().fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    Ok((flags, counter, rest))
}

/// Extensions are a map at the end, or nothing is there.
fn extensions(flags: u8, rest: &[u8]) -> Result<(), Refusal> {
    if flags & HAS_EXTENSIONS == 0 {
        return if rest.is_empty() { Ok(()) } else { Err(Refusal::Unreadable) };
    }
    match cbor::read(rest)? {
        (Value::Map(_), []) => Ok(()),
        _ => Err(Refusal::Unreadable),
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), Refusal> {
    bytes.split_at_checked(at).ok_or(Refusal::Unreadable)
}
