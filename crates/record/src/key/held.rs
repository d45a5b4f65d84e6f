//! What a master key does, wherever it is: it seals the secrets of the keyring.

use super::seal::{cipher, derive, open, seal};
use super::{KEY_BYTES, seal as sealing};
use crate::Failure;
use aws_lc_rs::aead::RandomizedNonceKey;

/// Hexadecimal digits by which keys are told apart.
const ID_DIGITS: usize = 16;

/// A key that seals the secrets of a keyring and need not be known to seal them.
pub trait HeldKey: Send + Sync {
    /// By what it is told from other keys; says nothing about it.
    fn id(&self) -> String;

    /// Seals a secret for exactly its place, with authentication.
    ///
    /// # Errors
    /// Whatever holds the key cannot do it.
    fn seal(&self, place: &[u8], secret: &[u8]) -> Result<Vec<u8>, Failure>;

    /// Opens a secret of exactly its place.
    ///
    /// # Errors
    /// [`Failure::KeyMismatch`] if it was sealed by another key or was altered.
    fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Failure>;
}

/// A key whose bytes are known: of a file or a credential.
pub(super) struct InMemory {
    key: RandomizedNonceKey,
    id: String,
}

impl InMemory {
    pub(super) fn new(bytes: &[u8; KEY_BYTES]) -> Result<Self, Failure> {
        let from = sealing::derivation(bytes);
        let mut id = hex::encode(*derive(&from, "name of a master key")?);
        id.truncate(ID_DIGITS);
        Ok(Self { key: cipher(&*derive(&from, "seal keyring")?)?, id })
    }
}

impl HeldKey for InMemory {
    fn id(&self) -> String {
        self.id.clone()
    }

    fn seal(&self, place: &[u8], secret: &[u8]) -> Result<Vec<u8>, Failure> {
        seal(&self.key, place, secret)
    }

    fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        open(&self.key, place, sealed, || "keyring".to_owned())
            .map_err(|_| Failure::KeyMismatch { place: "keyring".to_owned() })
    }
}
