//! Derived keys, and sealing with associated data.

use super::pack::{inflate, pack, pack_always, unpack};
use super::ring::Ring;
use super::{KEY_BYTES, random_bytes};
use crate::Failure;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{hkdf, hmac};
use model::Timestamp;
use zeroize::Zeroizing;

/// First byte of what is sealed as it is: AES-256-GCM, random nonce, tag at the end.
const PLAIN: u8 = 1;
/// First byte of what was deflated before it was sealed in the same way, by an earlier version.
const DEFLATED: u8 = 2;
/// First byte of what was packed before.
const PACKED: u8 = 3;
/// First byte of a packed text with gaps: their places come first.
const GAPPED: u8 = 4;
/// Bytes of a gap's place.
const GAP_BYTES: usize = 4;

/// First byte of a data key that is wrapped by a key of its tenant; the number of that follows.
const BY_TENANT: u8 = 16;
/// Bytes of the number of a tenant's key.
const GENERATION_BYTES: usize = 4;

/// Hexadecimal digits of a data key's id.
const KEY_ID_DIGITS: usize = 32;
/// Hexadecimal digits of a hashed identifier.
const IDENTIFIER_HASH_DIGITS: usize = 32;

/// What is derived from the root secret, and the keys of tenants.
pub(crate) struct Keys {
    root: hkdf::Prk,
    ring: Option<Ring>,
    /// Wraps data keys that were made before tenants had keys.
    wrap: RandomizedNonceKey,
    cursor: RandomizedNonceKey,
    index: hmac::Key,
    audit: hmac::Key,
}

struct Length;
impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

/// What keys are derived from.
pub(super) fn derivation(secret: &[u8; KEY_BYTES]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate").extract(secret)
}

pub(super) fn derive(
    from: &hkdf::Prk,
    purpose: &str,
) -> Result<Zeroizing<[u8; KEY_BYTES]>, Failure> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    from.expand(&[b"cognate record 1 ", purpose.as_bytes()], Length)
        .and_then(|okm| okm.fill(&mut *key))
        .map_err(|_| Failure::Storage("key derivation failed".to_owned()))?;
    Ok(key)
}

pub(super) fn cipher(key: &[u8]) -> Result<RandomizedNonceKey, Failure> {
    RandomizedNonceKey::new(&AES_256_GCM, key)
        .map_err(|_| Failure::Storage("cipher set-up failed".to_owned()))
}

impl Keys {
    /// Of a root secret, with the keys of tenants if data keys are made.
    pub(crate) fn of(root: &[u8; KEY_BYTES], ring: Option<Ring>) -> Result<Self, Failure> {
        let root = derivation(root);
        Ok(Self {
            wrap: cipher(&*derive(&root, "wrap data keys")?)?,
            cursor: cipher(&*derive(&root, "seal cursors")?)?,
            index: hmac::Key::new(hmac::HMAC_SHA256, &*derive(&root, "index identifiers")?),
            audit: hmac::Key::new(hmac::HMAC_SHA256, &*derive(&root, "chain audit events")?),
            ring,
            root,
        })
    }

    /// The keys of tenants.
    pub(crate) fn ring(&self) -> Result<&Ring, Failure> {
        self.ring.as_ref().ok_or_else(|| Failure::Storage("there is no keyring".to_owned()))
    }

    /// SQLCipher's raw key for a database file, as its 64 hexadecimal digits.
    pub(crate) fn database(&self, name: &str) -> Result<Zeroizing<String>, Failure> {
        let key = derive(&self.root, &format!("pages of {name}"))?;
        Ok(Zeroizing::new(hex::encode(*key)))
    }

    /// A text that is told apart by its hash only, 256 bits in hex.
    pub(crate) fn index_hash(&self, tenant: &str, value: &str) -> String {
        let message = associated_data(&[tenant, value]);
        hex::encode(hmac::sign(&self.index, &message))
    }

    /// An identifier as the search index holds it, 128 bits in hex. The one place where that is
    /// decided.
    pub(crate) fn identifier_hash(&self, tenant: &str, value: &str) -> String {
        let mut hash = self.index_hash(tenant, value);
        hash.truncate(IDENTIFIER_HASH_DIGITS);
        hash
    }

    /// The chain value of an audit event.
    pub(crate) fn audit_hash(&self, previous: &str, line: &str) -> String {
        hex::encode(hmac::sign(&self.audit, &associated_data(&[previous, line])))
    }

    /// A value that tells whether a master key is the one a directory was made with.
    pub(crate) fn check_value(&self) -> Result<String, Failure> {
        let key = derive(&self.root, "check value")?;
        Ok(hex::encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &*key), b"check")))
    }

    /// The key that backups derive theirs from. The one place where that is decided.
    pub(crate) fn backups(&self) -> Result<Zeroizing<[u8; KEY_BYTES]>, Failure> {
        derive(&self.root, "backups")
    }

    /// Seals the place of a page, which may hold a patient's data, for the address of the next one.
    pub(crate) fn seal_cursor(&self, of: &[&str], place: &[u8]) -> Result<String, Failure> {
        Ok(hex::encode(seal(&self.cursor, &associated_data(of), place)?))
    }

    /// Opens a sealed place; `None` if it is not one of exactly that search.
    pub(crate) fn open_cursor(&self, of: &[&str], sealed: &str) -> Option<Vec<u8>> {
        let sealed = hex::decode(sealed).ok()?;
        open(&self.cursor, &associated_data(of), &sealed, String::new).ok()
    }

    /// A new data key and its wrapped form: `[tenant, owner]`.
    pub(crate) fn new_data_key(
        &self,
        of: [&str; 2],
        now: Timestamp,
    ) -> Result<(DataKey, Vec<u8>), Failure> {
        let key = Zeroizing::new(random_bytes()?);
        let wrapped = self.wrap(of, &*key, now)?;
        Ok((DataKey(cipher(&*key)?), wrapped))
    }

    /// Wraps a data key by the newest key of its tenant.
    fn wrap(&self, of: [&str; 2], key: &[u8], now: Timestamp) -> Result<Vec<u8>, Failure> {
        let [tenant, _] = of;
        let (generation, by) = self.ring()?.newest(tenant, now)?;
        let mut wrapped = vec![BY_TENANT];
        wrapped.extend_from_slice(&generation.to_be_bytes());
        wrapped.append(&mut seal(&by, &wrapped_data(of, generation), key)?);
        Ok(wrapped)
    }

    /// Unwraps a data key; one that was destroyed and came back with a backup is refused.
    pub(crate) fn data_key(&self, of: [&str; 2], wrapped: &[u8]) -> Result<DataKey, Failure> {
        let key = self.unwrap(of, wrapped)?;
        if let Some(ring) = &self.ring
            && ring.has_destroyed()
            && ring.is_destroyed(&key_id(&key))
        {
            return Err(Failure::Sealed { place: "data key".to_owned() });
        }
        Ok(DataKey(cipher(&key)?))
    }

    /// By what a data key is told from others, however it is wrapped.
    pub(crate) fn data_key_id(&self, of: [&str; 2], wrapped: &[u8]) -> Result<String, Failure> {
        Ok(key_id(&self.unwrap(of, wrapped)?))
    }

    fn unwrap(&self, of: [&str; 2], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let place = || "data key".to_owned();
        let key = match by_tenant(wrapped) {
            None => open(&self.wrap, &associated_data(&of), wrapped, place)?,
            Some((generation, sealed)) => {
                let [tenant, _] = of;
                let by = self.ring()?.get(tenant, generation)?;
                open(&by, &wrapped_data(of, generation), sealed, place)?
            }
        };
        Ok(Zeroizing::new(key))
    }

    /// The same data key wrapped as before tenants had keys.
    #[cfg(test)]
    pub(crate) fn wrap_as_before(&self, of: [&str; 2], wrapped: &[u8]) -> Result<Vec<u8>, Failure> {
        seal(&self.wrap, &associated_data(&of), &self.unwrap(of, wrapped)?)
    }

    /// The same data key wrapped by the newest key of its tenant; `None` if it is already.
    pub(crate) fn rewrap(
        &self,
        of: [&str; 2],
        wrapped: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let [tenant, _] = of;
        let (newest, _) = self.ring()?.newest(tenant, now)?;
        if by_tenant(wrapped).is_some_and(|(generation, _)| generation == newest) {
            return Ok(None);
        }
        self.wrap(of, &self.unwrap(of, wrapped)?, now).map(Some)
    }
}

fn key_id(key: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), b"cognate data key id");
    let mut id = hex::encode(tag);
    id.truncate(KEY_ID_DIGITS);
    id
}

/// The number of the tenant's key that a data key is wrapped by, and what it sealed.
fn by_tenant(wrapped: &[u8]) -> Option<(u32, &[u8])> {
    let rest = wrapped.strip_prefix(&[BY_TENANT])?;
    let (generation, sealed) = rest.split_first_chunk::<GENERATION_BYTES>()?;
    Some((u32::from_be_bytes(*generation), sealed))
}

fn wrapped_data(of: [&str; 2], generation: u32) -> Vec<u8> {
    let [tenant, owner] = of;
    associated_data(&["data key", tenant, owner, &generation.to_string()])
}

/// A body as it is sealed.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    format: u8,
    bytes: Vec<u8>,
}

impl Packed {
    /// Of a body.
    pub(crate) fn of(body: &[u8]) -> Self {
        match pack(body) {
            Some(bytes) => Self { format: PACKED, bytes },
            None => Self { format: PLAIN, bytes: body.to_vec() },
        }
    }

    /// Of a text that something is put into where it is read, at these places of it; `None` if it
    /// is too long.
    pub(crate) fn with_gaps(text: &[u8], gaps: [u32; 2]) -> Option<Self> {
        let mut bytes = gaps.map(u32::to_le_bytes).concat();
        bytes.append(&mut pack_always(text)?);
        Some(Self { format: GAPPED, bytes })
    }
}

/// What was sealed, open.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) body: Vec<u8>,
    /// Where something is missing in it.
    pub(crate) gaps: Option<[u32; 2]>,
}

/// The key of one patient or one raw message.
pub(crate) struct DataKey(RandomizedNonceKey);

impl DataKey {
    /// Seals a body for exactly this place.
    pub(crate) fn seal(&self, place: &[&str], body: &Packed) -> Result<Vec<u8>, Failure> {
        seal_as(body.format, &self.0, &associated_data(place), &body.bytes)
    }

    /// Opens a body of exactly this place.
    pub(crate) fn open(&self, place: &[&str], sealed: &[u8]) -> Result<Opened, Failure> {
        let named = || place.iter().skip(2).copied().collect::<Vec<_>>().join("/");
        open_as(&self.0, &associated_data(place), sealed, named)
    }
}

/// Joins parts so that no two lists of parts give the same bytes: each is led by its length.
pub(crate) fn associated_data(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

pub(super) fn seal(key: &RandomizedNonceKey, data: &[u8], body: &[u8]) -> Result<Vec<u8>, Failure> {
    seal_as(PLAIN, key, data, body)
}

/// What is sealed besides the body: its place, and how it was packed.
fn bound(format: u8, data: &[u8]) -> Vec<u8> {
    let packed = (format != PLAIN).then_some(format);
    data.iter().copied().chain(packed).collect()
}

fn seal_as(
    format: u8,
    key: &RandomizedNonceKey,
    data: &[u8],
    body: &[u8],
) -> Result<Vec<u8>, Failure> {
    let failed = |_| Failure::Storage("sealing failed".to_owned());
    let mut text = Vec::with_capacity(body.len() + 16);
    text.extend_from_slice(body);
    let nonce =
        key.seal_in_place_append_tag(Aad::from(bound(format, data)), &mut text).map_err(failed)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + text.len());
    sealed.push(format);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.append(&mut text);
    Ok(sealed)
}

/// What has no gaps.
pub(super) fn open(
    key: &RandomizedNonceKey,
    data: &[u8],
    sealed: &[u8],
    place: impl Fn() -> String,
) -> Result<Vec<u8>, Failure> {
    match open_as(key, data, sealed, &place)? {
        Opened { body, gaps: None } => Ok(body),
        Opened { gaps: Some(_), .. } => Err(Failure::Sealed { place: place() }),
    }
}

fn open_as(
    key: &RandomizedNonceKey,
    data: &[u8],
    sealed: &[u8],
    place: impl Fn() -> String,
) -> Result<Opened, Failure> {
    let refuse = || Failure::Sealed { place: place() };
    let (format, rest) = sealed.split_first().ok_or_else(refuse)?;
    let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or_else(refuse)?;
    if !matches!(*format, PLAIN | DEFLATED | PACKED | GAPPED) {
        return Err(refuse());
    }
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| refuse())?;
    let mut body = text.to_vec();
    let length = key
        .open_in_place(nonce, Aad::from(bound(*format, data)), &mut body)
        .map_err(|_| refuse())?
        .len();
    body.truncate(length);
    let whole = |body| Opened { body, gaps: None };
    let opened = match *format {
        DEFLATED => inflate(&body).map(whole),
        PACKED => unpack(&body).map(whole),
        GAPPED => gapped(&body),
        _ => Some(whole(body)),
    };
    opened.ok_or_else(refuse)
}

fn gapped(bytes: &[u8]) -> Option<Opened> {
    let (first, rest) = bytes.split_first_chunk::<GAP_BYTES>()?;
    let (second, packed) = rest.split_first_chunk::<GAP_BYTES>()?;
    let gaps = [first, second].map(|gap| u32::from_le_bytes(*gap));
    Some(Opened { body: unpack(packed)?, gaps: Some(gaps) })
}
