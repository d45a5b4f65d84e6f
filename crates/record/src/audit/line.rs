//! The lines of a segment: `SALT HASH EVENT`, the event as JSON, as it was hashed.
//!
//! The chain and the Merkle tree are over the digest of salt and event, so that both can still be
//! checked where somebody holds the digests only: an event that was taken away, because it was kept
//! for as long as it has to be, leaves `# DIGEST HASH`. Segments of before are JSON lines whose
//! chain is over the event itself; they are read as they are.

use super::merkle::{self, Hash};
use crate::key::Keys;
use serde::Deserialize;

/// Bytes of a salt.
pub(super) const SALT_BYTES: usize = 16;
const SALT_DIGITS: usize = SALT_BYTES * 2;
const HASH_DIGITS: usize = 64;
/// How a line begins whose event was taken away.
const THINNED: &[u8] = b"# ";

/// One line, taken apart.
pub(super) struct Line<'t> {
    /// The event, as hashed.
    pub(super) event: std::borrow::Cow<'t, str>,
    /// Chain value of this line.
    pub(super) hash: &'t str,
    form: Form<'t>,
}

enum Form<'t> {
    Salted(&'t [u8]),
    /// With the digest of the event that was taken away.
    Thinned(Hash),
    /// With the chain value of the line before.
    Former(&'t str),
}

#[derive(Deserialize)]
struct Former<'t> {
    event: String,
    #[serde(borrow)]
    previous: &'t str,
    #[serde(borrow)]
    hash: &'t str,
}

impl<'t> Line<'t> {
    /// Takes a line apart, with or without its end; `None` if it is none.
    pub(super) fn read(text: &'t [u8]) -> Option<Self> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        if text.first() == Some(&b'{') {
            let Former { event, previous, hash } = serde_json::from_slice(text).ok()?;
            return Some(Self { event: event.into(), hash, form: Form::Former(previous) });
        }
        if let Some(rest) = text.strip_prefix(THINNED) {
            let (digest, hash) = rest.split_at_checked(HASH_DIGITS)?;
            let hash = std::str::from_utf8(hash.strip_prefix(b" ")?).ok()?;
            let digest = Hash::try_from(hex::decode(digest).ok()?).ok()?;
            return Some(Self { event: "".into(), hash, form: Form::Thinned(digest) });
        }
        let (salt, rest) = text.split_at_checked(SALT_DIGITS)?;
        let (hash, rest) = rest.strip_prefix(b" ")?.split_at_checked(HASH_DIGITS)?;
        let event = std::str::from_utf8(rest.strip_prefix(b" ")?).ok()?;
        let hash = std::str::from_utf8(hash).ok()?;
        Some(Self { event: event.into(), hash, form: Form::Salted(salt) })
    }

    /// What the tree has of this line.
    pub(super) fn digest(&self) -> Hash {
        match &self.form {
            Form::Salted(salt) => digest(salt, &self.event),
            Form::Thinned(digest) => *digest,
            Form::Former(_) => digest(b"", &self.event),
        }
    }

    /// Whether the event was taken away.
    pub(super) fn is_thinned(&self) -> bool {
        matches!(self.form, Form::Thinned(_))
    }

    /// Whether the event can be taken away: of the former form the chain would not hold.
    pub(super) fn can_be_thinned(&self) -> bool {
        matches!(self.form, Form::Salted(_))
    }

    /// Whether the line follows another one whose chain value is this.
    pub(super) fn follows(&self, previous: &str, digest: &Hash, keys: &Keys) -> bool {
        match &self.form {
            Form::Salted(_) | Form::Thinned(_) => self.hash == chain(keys, previous, digest),
            Form::Former(named) => {
                *named == previous && self.hash == keys.audit_hash(previous, &self.event)
            }
        }
    }
}

/// What stands in the place of a line whose event was taken away.
pub(super) fn thinned(digest: &Hash, hash: &str) -> String {
    format!("# {} {hash}\n", hex::encode(digest))
}

/// The digest of an event under its salt, which is taken as the digits that stand in the line.
fn digest(salt: &[u8], event: &str) -> Hash {
    merkle::sha256(&[salt, event.as_bytes()])
}

fn chain(keys: &Keys, previous: &str, digest: &Hash) -> String {
    keys.audit_hash(previous, &hex::encode(digest))
}

/// Writes a line; its digest and its chain value. The salt is digits.
pub(super) fn write(
    buffer: &mut Vec<u8>,
    keys: &Keys,
    salt: &str,
    previous: &str,
    event: &str,
) -> (Hash, String) {
    let digest = digest(salt.as_bytes(), event);
    let hash = chain(keys, previous, &digest);
    for part in [salt, " ", &hash, " ", event, "\n"] {
        buffer.extend_from_slice(part.as_bytes());
    }
    (digest, hash)
}
