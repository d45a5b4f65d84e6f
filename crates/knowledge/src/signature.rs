//! Detached signatures of packs: Ed25519 (RFC 8032) over the pack's digest.
//!
//! A pack's digest covers every file, so a signature of the digest covers the pack. Signatures
//! stand in `pack.sig` beside it, one a line: `ed25519 PUBLIC_KEY SIGNATURE`, both in hex. They are
//! no part of the pack: signing changes no digest.

use crate::error::LoadError;
use crate::pack::Pack;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// Name of the file with the signatures.
pub const SIGNATURE_FILE: &str = "pack.sig";
/// Most signatures of a pack.
pub const SIGNATURES_MAX: usize = 16;
/// Largest signature file, in bytes.
pub const SIGNATURE_BYTES_MAX: usize = 8 * 1024;

/// Bytes of a public key and of a private key's seed.
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an Ed25519 key is 64 hexadecimal digits")]
pub struct BadKey;

/// A key that signatures are checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; KEY_BYTES]);

impl FromStr for PublicKey {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let mut key = [0; KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut key).map_err(|_| BadKey)?;
        Ok(Self(key))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A key that packs are signed with; never printed.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

impl FromStr for SigningKey {
    type Err = BadKey;

    /// The seed of the key in hex.
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let mut seed = [0; KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| BadKey)?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map(Self).map_err(|_| BadKey)
    }
}

impl SigningKey {
    /// The key that the signatures are checked with.
    pub fn public_key(&self) -> PublicKey {
        let mut key = [0; KEY_BYTES];
        key.iter_mut().zip(self.0.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        PublicKey(key)
    }

    /// The line of `pack.sig` for a pack.
    pub fn sign(&self, pack: &Pack) -> String {
        self.sign_message(&message(&pack.reference().digest))
    }

    /// The line of a signature of any message. What a message is has to be said in it, so that its
    /// signature is good for nothing else.
    pub fn sign_message(&self, message: &[u8]) -> String {
        let signature = self.0.sign(message);
        format!("ed25519 {} {}\n", self.public_key(), hex::encode(signature.as_ref()))
    }
}

/// Which of the trusted keys has signed a message, by lines as [`SigningKey::sign_message`] makes
/// them; `None` if none has, or a line cannot be read.
pub fn signer_of(message: &[u8], lines: &str, trusted: &[PublicKey]) -> Option<PublicKey> {
    let signed = read(lines.as_bytes()).ok()?;
    signed.into_iter().find(|one| trusted.contains(&one.0) && checks(one, message)).map(|one| one.0)
}

fn checks((key, signature): &Signed, message: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key.0).verify(message, signature).is_ok()
}

/// What is signed: the digest, said to be a pack's.
fn message(digest: &str) -> Vec<u8> {
    format!("cognate knowledge pack\n{digest}\n").into_bytes()
}

/// Whose signature a pack has: the first of the trusted keys that signed it. With no keys at all
/// nothing is asked for and nobody is named. Otherwise a pack without such a signature, and a
/// signature file that cannot be read, are refused.
pub fn verify(
    pack: &Pack,
    signatures: Option<&[u8]>,
    trusted: &[PublicKey],
) -> Result<Option<PublicKey>, LoadError> {
    if trusted.is_empty() {
        return Ok(None);
    }
    let digest = pack.reference().digest;
    let untrusted = |text: &str| LoadError::Untrusted { text: text.to_owned() };
    let signatures = signatures.ok_or_else(|| untrusted("it is not signed"))?;
    let message = message(&digest);
    let signer =
        read(signatures)?.into_iter().find(|one| trusted.contains(&one.0) && checks(one, &message));
    match signer {
        Some((key, _)) => Ok(Some(key)),
        None => Err(untrusted("no trusted key has signed exactly these files")),
    }
}

/// The signature file of a pack directory, if there is one.
pub(crate) fn of_directory(directory: &Path) -> Result<Option<Vec<u8>>, LoadError> {
    let path = directory.join(SIGNATURE_FILE);
    let failed = |source| LoadError::Read { file: path.display().to_string(), source };
    match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
        Ok(found) if found.len() > SIGNATURE_BYTES_MAX as u64 => {
            return Err(LoadError::TooLarge {
                file: SIGNATURE_FILE.to_owned(),
                bytes: usize::try_from(found.len()).unwrap_or(usize::MAX),
                limit: SIGNATURE_BYTES_MAX,
            });
        }
        Ok(_) => {}
    }
    std::fs::read(&path).map(Some).map_err(failed)
}

/// Adds the signature of a pack directory to its `pack.sig`; one by the same key is replaced.
pub fn sign_directory(directory: &Path, key: &SigningKey) -> Result<Pack, LoadError> {
    let pack = Pack::from_directory(directory)?;
    let by_own = format!("ed25519 {} ", key.public_key());
    let others = match of_directory(directory)? {
        Some(bytes) => {
            read(&bytes)?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None => String::new(),
    };
    let kept = others.lines().filter(|line| !line.starts_with(&by_own));
    let mut lines: Vec<&str> = kept.collect();
    let own = key.sign(&pack);
    lines.push(&own);
    let text = lines.join("\n");
    read(text.as_bytes())?;
    let path = directory.join(SIGNATURE_FILE);
    std::fs::write(&path, text)
        .map_err(|source| LoadError::Write { file: path.display().to_string(), source })?;
    Ok(pack)
}

type Signed = (PublicKey, [u8; SIGNATURE_BYTES]);

fn read(bytes: &[u8]) -> Result<Vec<Signed>, LoadError> {
    let fault = |line: usize, text: &str| LoadError::syntax(SIGNATURE_FILE, line, 1, text);
    let text = std::str::from_utf8(bytes).map_err(|_| fault(1, "is not UTF-8"))?;
    let mut signatures = Vec::new();
    for (line, row) in (1..).zip(text.lines()) {
        if line > SIGNATURES_MAX {
            return Err(fault(line, &format!("more than {SIGNATURES_MAX} signatures")));
        }
        let mut words = row.split(' ');
        let parts = (words.next(), words.next(), words.next(), words.next());
        let (Some("ed25519"), Some(key), Some(signature), None) = parts else {
            return Err(fault(line, "is not `ed25519 KEY SIGNATURE`"));
        };
        let key = key.parse().map_err(|error: BadKey| fault(line, &error.to_string()))?;
        let mut bytes = [0; SIGNATURE_BYTES];
        hex::decode_to_slice(signature, &mut bytes)
            .map_err(|_| fault(line, "a signature is 128 hexadecimal digits"))?;
        signatures.push((key, bytes));
    }
    Ok(signatures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: &str) -> SigningKey {
        seed.repeat(KEY_BYTES).parse().unwrap()
    }

    #[test]
    fn keys_are_those_of_the_standard() {
        // RFC 8032, section 7.1, tests 1 and 2: secret key and public key.
        for (seed, public) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            ),
        ] {
            let key: SigningKey = seed.parse().unwrap();
            assert_eq!(key.public_key().to_string(), public);
            assert!(!format!("{key:?}").contains(seed));
        }
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(66)] {
            assert!(bad.parse::<SigningKey>().is_err() && bad.parse::<PublicKey>().is_err());
        }
    }

    #[test]
    fn a_pack_is_trusted_by_a_trusted_signature_of_exactly_its_files() {
        let pack = Pack::built_in().unwrap();
        let (ours, other) = (key("01"), key("02"));
        let trusted = [ours.public_key()];
        let text = ours.sign(&pack);
        let check = |pack: &Pack, text: Option<&str>, keys: &[PublicKey]| {
            verify(pack, text.map(str::as_bytes), keys).map_err(|error| error.to_string())
        };
        assert_eq!(check(&pack, Some(&text), &trusted), Ok(Some(trusted[0])));
        let both = format!("{}{text}", other.sign(&pack));
        assert_eq!(check(&pack, Some(&both), &trusted), Ok(Some(trusted[0])));
        // Nobody is asked for, nobody is named.
        assert_eq!(check(&pack, None, &[]), Ok(None));
        let forged =
            other.sign(&pack).replace(&other.public_key().to_string(), &trusted[0].to_string());
        let mut changed = pack.files.clone();
        changed.get_mut("pack.toml").unwrap().extend(b"# changed\n");
        let changed = Pack::from_files(changed).unwrap();
        for (pack, text, part) in [
            (&pack, None, "is not signed"),
            (&pack, Some(other.sign(&pack)), "no trusted key"),
            (&pack, Some(forged), "no trusted key"),
            (&changed, Some(text.clone()), "no trusted key"),
            (&pack, Some(String::new()), "no trusted key"),
            (&pack, Some(text.replace("ed25519", "rsa")), "pack.sig:1:1"),
            (&pack, Some(text.replace("ed25519 ", "ed25519 00")), "pack.sig:1:1"),
            (&pack, Some(text.trim_end().to_owned() + "00"), "pack.sig:1:1"),
            (
                &pack,
                Some(
                    text.repeat(SIGNATURES_MAX + 1)
                        .replace(&trusted[0].to_string(), &other.public_key().to_string()),
                ),
                "more than 16",
            ),
        ] {
            let error = check(pack, text.as_deref(), &trusted).unwrap_err();
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}
