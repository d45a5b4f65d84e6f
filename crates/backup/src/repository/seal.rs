//! Keys of a repository, names of chunks, and sealing.
//!
//! Every repository has keys of its own, by HKDF-SHA-256 (RFC 5869) from the key of backups and its
//! id. A chunk's name is a keyed hash, so that whoever sees names cannot tell contents.

use crate::Failure;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{constant_time, hkdf, hmac};
use lz4_flex::block::{compress, decompress};
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
/// First byte of what is sealed as it is.
const PLAIN: u8 = 1;
/// First byte of what was packed by LZ4 before; its length comes first.
const PACKED: u8 = 2;
const LENGTH_BYTES: usize = 4;
/// Most bytes that are unpacked.
const UNPACKED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A piece of a file.
    Piece,
    /// A list of pieces.
    Leaf,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Piece => "piece",
            Self::Leaf => "leaf",
        }
    }
}

/// The keyed hash of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChunkId(pub(super) [u8; KEY_BYTES]);

impl ChunkId {
    /// 64 hexadecimal digits.
    pub(crate) fn name(&self) -> String {
        hex::encode(self.0)
    }

    /// Name of its object.
    pub(super) fn object(&self) -> String {
        let name = self.name();
        let folder: String = name.chars().take(2).collect();
        format!("chunks/{folder}/{name}")
    }

    /// Of the name of an object; `None` if that is none of a chunk.
    pub(super) fn of_object(object: &str) -> Option<Self> {
        let (_, name) = object.strip_prefix("chunks/")?.split_once('/')?;
        Self::parse(name)
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut id = [0; KEY_BYTES];
        hex::decode_to_slice(name, &mut id).ok()?;
        Some(Self(id))
    }
}

/// The keys of one repository.
pub(super) struct Keys {
    name: hmac::Key,
    seal: RandomizedNonceKey,
    check: hmac::Key,
}

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

impl Keys {
    pub(super) fn derive(
        secret: &Zeroizing<[u8; KEY_BYTES]>,
        repository: &str,
    ) -> Result<Self, Failure> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate backup 1").extract(&**secret);
        let derive = |purpose: &str| -> Result<_, Failure> {
            let mut key = Zeroizing::new([0; KEY_BYTES]);
            root.expand(&[purpose.as_bytes(), b" of ", repository.as_bytes()], Length)
                .and_then(|okm| okm.fill(&mut *key))
                .map_err(|_| Failure::Sealing)?;
            Ok(key)
        };
        let mac = |purpose| -> Result<_, Failure> {
            Ok(hmac::Key::new(hmac::HMAC_SHA256, &*derive(purpose)?))
        };
        let seal = derive("seal objects")?;
        let seal = RandomizedNonceKey::new(&AES_256_GCM, &*seal).map_err(|_| Failure::Sealing)?;
        Ok(Self { name: mac("name chunks")?, seal, check: mac("check value")? })
    }

    /// A value that tells whether a key is the one of a repository.
    pub(super) fn check(&self) -> String {
        hex::encode(hmac::sign(&self.check, b"check"))
    }

    pub(super) fn is_checked_by(&self, check: &str) -> bool {
        constant_time::verify_slices_are_equal(self.check().as_bytes(), check.as_bytes()).is_ok()
    }

    /// The name of a chunk.
    pub(super) fn chunk(&self, kind: Kind, bytes: &[u8]) -> ChunkId {
        let mut context = hmac::Context::with_key(&self.name);
        context.update(&[u8::from(kind == Kind::Leaf)]);
        context.update(bytes);
        let mut id = [0; KEY_BYTES];
        id.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        ChunkId(id)
    }

    /// Seals bytes for exactly this place.
    pub(super) fn seal(&self, place: &[&str], bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let (form, mut text) = match pack(bytes) {
            Some(packed) => (PACKED, packed),
            None => (PLAIN, bytes.to_vec()),
        };
        let nonce = self
            .seal
            .seal_in_place_append_tag(Aad::from(bound(form, place)), &mut text)
            .map_err(|_| Failure::Sealing)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
        sealed.push(form);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.append(&mut text);
        Ok(sealed)
    }

    /// Opens what was sealed for exactly this place; `None` if it was not.
    pub(super) fn open(&self, place: &[&str], sealed: &[u8]) -> Option<Vec<u8>> {
        let (form, rest) = sealed.split_first()?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = text.to_vec();
        let aad = Aad::from(bound(*form, place));
        let length = self.seal.open_in_place(nonce, aad, &mut bytes).ok()?.len();
        bytes.truncate(length);
        match *form {
            PLAIN => Some(bytes),
            PACKED => unpack(&bytes),
            _ => None,
        }
    }
}

/// The place with each part led by its length, so that no two places are the same bytes, and how
/// it was packed.
fn bound(form: u8, place: &[&str]) -> Vec<u8> {
    let mut bytes = vec![form];
    for part in place {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// Encrypted pages do not get smaller; the audit log, tables and lists do.
fn pack(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(bytes.len()).ok()?;
    let packed = compress(bytes);
    let is_worth_it = packed.len() + LENGTH_BYTES < bytes.len() - bytes.len() / 16;
    is_worth_it.then(|| [&length.to_le_bytes()[..], &packed].concat())
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (length, stream) = packed.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length > UNPACKED_BYTES_MAX {
        return None;
    }
    decompress(stream, length).ok().filter(|bytes| bytes.len() == length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(id: &str) -> Keys {
        Keys::derive(&Zeroizing::new([7; 32]), id).unwrap()
    }

    #[test]
    fn what_was_sealed_for_one_place_opens_nowhere_else() {
        let (one, other) = (keys("r1"), keys("r2"));
        let bytes = b"a piece of a file".repeat(100);
        let sealed = one.seal(&["r1", "piece", "ab"], &bytes).unwrap();
        assert!(sealed.len() < bytes.len(), "it is packed");
        assert_eq!(one.open(&["r1", "piece", "ab"], &sealed), Some(bytes.clone()));
        for place in [&["r1", "piece", "ac"][..], &["r1", "leaf", "ab"], &["r1", "pieceab"]] {
            assert_eq!(one.open(place, &sealed), None, "{place:?}");
        }
        assert_eq!(other.open(&["r1", "piece", "ab"], &sealed), None, "another repository's key");
        assert_ne!(one.check(), other.check());
        assert_ne!(one.chunk(Kind::Piece, &bytes), other.chunk(Kind::Piece, &bytes));
        assert_ne!(one.chunk(Kind::Piece, &bytes), one.chunk(Kind::Leaf, &bytes));
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert_eq!(one.open(&["r1", "piece", "ab"], &altered), None, "byte {at}");
            assert_eq!(one.open(&["r1", "piece", "ab"], &sealed[..at]), None, "cut at {at}");
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
            let keys = keys("r");
            let sealed = keys.seal(&["a"], &bytes).unwrap();
            prop_assert_eq!(keys.open(&["a"], &sealed), Some(bytes));
        }
    }
}
