//! Signing with a key of our own: ES384 and nothing else.

use super::{Key, KeySet, encode};
use crate::Refusal;
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};
use std::fmt;

/// Bytes of a key's digest that make its name.
const NAME_BYTES: usize = 16;

/// A private key that signs tokens.
pub struct Signer {
    pair: EcdsaKeyPair,
    id: String,
}

/// The name of the key, nothing of the key.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Signer {
    /// A new private key, as PKCS #8.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new_key() -> Result<Vec<u8>, Refusal> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| document.as_ref().to_vec())
            .map_err(|_| Refusal::Key)
    }

    /// Reads a private key from PKCS #8. Its name is made of its public half.
    ///
    /// # Errors
    /// When it is no key on P-384.
    pub fn from_pkcs8(bytes: &[u8]) -> Result<Self, Refusal> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, bytes)
            .map_err(|_| Refusal::Key)?;
        let name = digest::digest(&digest::SHA256, pair.public_key().as_ref());
        let id = encode(name.as_ref().get(..NAME_BYTES).unwrap_or_default());
        Ok(Self { pair, id })
    }

    /// Its public half.
    pub fn key(&self) -> Key {
        Key::es384(&self.id, self.pair.public_key().as_ref())
    }

    /// The set of the public halves of several.
    pub fn key_set<'s>(signers: impl IntoIterator<Item = &'s Self>) -> KeySet {
        KeySet::of(signers.into_iter().map(Self::key).collect())
    }

    /// A signed token of the claims.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, Refusal> {
        let header = json!({"alg": "ES384", "kid": self.id, "typ": "JWT"});
        let body = Value::Object(claims.clone());
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(body.to_string().as_bytes())
        );
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| Refusal::Key)?;
        Ok(format!("{signed}.{}", encode(signature.as_ref())))
    }
}
