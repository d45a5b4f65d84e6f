//! Public keys of passkeys (COSE, RFC 9053): ES256, EdDSA and RS256, as RFC 8809 registers them.

use super::cbor::{self, Value};
use crate::Refusal;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

/// Bytes of the modulus of an RSA key.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

enum Key {
    Es256(Vec<u8>),
    EdDsa(Vec<u8>),
    Rs256 { modulus: Vec<u8>, exponent: Vec<u8> },
}

/// Whether a key is one that is taken.
pub(super) fn check(bytes: &[u8]) -> Result<(), Refusal> {
    read(bytes).map(|_| ())
}

fn read(bytes: &[u8]) -> Result<Key, Refusal> {
    let (key, rest) = cbor::read(bytes)?;
    if !rest.is_empty() {
        return Err(Refusal::Unreadable);
    }
    let int = |number| match key.numbered(number) {
        Some(Value::Int(value)) => Some(*value),
        _ => None,
    };
    let bytes = |number| match key.numbered(number) {
        Some(Value::Bytes(value)) => Ok(value.clone()),
        _ => Err(Refusal::Key),
    };
    match (int(1), int(3), int(-1)) {
        (Some(2), Some(-7), Some(1)) => {
            let (x, y) = (bytes(-2)?, bytes(-3)?);
            let is_right = x.len() == 32 && y.len() == 32;
            is_right.then(|| Key::Es256([&[4_u8][..], &x, &y].concat())).ok_or(Refusal::Key)
        }
        (Some(1), Some(-8), Some(6)) => {
            let x = bytes(-2)?;
            if x.len() == 32 { Ok(Key::EdDsa(x)) } else { Err(Refusal::Key) }
        }
        (Some(3), Some(-257), None) => {
            let (modulus, exponent) = (bytes(-1)?, bytes(-2)?);
            let is_right = MODULUS_BYTES.contains(&modulus.len()) && exponent.len() <= 4;
            is_right.then_some(Key::Rs256 { modulus, exponent }).ok_or(Refusal::Key)
        }
        _ => Err(Refusal::Algorithm),
    }
}

/// Checks a signature by a key.
pub(super) fn verify(key: &[u8], signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    let verified = match read(key)? {
        Key::Es256(point) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
        }
        Key::EdDsa(point) => UnparsedPublicKey::new(&ED25519, point).verify(signed, signature),
        Key::Rs256 { modulus, exponent } => RsaPublicKeyComponents { n: &modulus, e: &exponent }
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
    };
    verified.map_err(|_| Refusal::Signature)
}
