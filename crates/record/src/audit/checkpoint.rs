//! Signed checkpoints: how many events a segment had, and the root of its tree.
//!
//! The form is that of C2SP `tlog-checkpoint` in a `signed-note`: the origin, the size, the root
//! in base64, an empty line, and `— NAME BASE64` with an Ed25519 signature (RFC 8032) of the lines
//! before. Keys are written as `signed-note` has them: `NAME+HASH+BASE64`.

use super::merkle::{self, Hash, Tree};
use crate::{Failure, random_bytes};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::str::FromStr;
use zeroize::Zeroizing;

/// What a checkpoint's origin begins with; the name of the segment file follows.
const ORIGIN: &str = "cognate-audit/";
/// Name of the key in signatures.
const KEY_NAME: &str = "cognate-audit";
/// Stands before a key's bytes: Ed25519.
const ALGORITHM: u8 = 1;
/// Bytes of the hash that tells keys apart.
const KEY_HASH_BYTES: usize = 4;
/// Bytes of a private key's seed and of a public key.
const KEY_BYTES: usize = 32;
/// Lines of a checkpoint with one signature.
pub(super) const LINES: usize = 5;
/// Bytes of a key file: hexadecimal digits and a line end.
const KEY_FILE_BYTES_MAX: u64 = 80;
const DASH: &str = "\u{2014} ";

/// The key that checkpoints of the audit log are signed with; not derived from the master key, so
/// that who holds that one cannot make other checkpoints.
pub struct CheckpointKey {
    pair: Ed25519KeyPair,
}

impl std::fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckpointKey(..)")
    }
}

impl CheckpointKey {
    /// Reads a key file of 64 hexadecimal digits with mode 0600, making it where there is none.
    /// [`Failure::KeyFile`] if it can be read by others or holds something else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Failure> {
        let path = path.as_ref();
        let refuse = |text: &str| {
            let place = path.display().to_string();
            Failure::KeyFile { place, text: text.to_owned() }
        };
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match made {
            Ok(mut file) => {
                let seed = Zeroizing::new(random_bytes()?);
                let text = Zeroizing::new(format!("{}\n", hex::encode(*seed)));
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(|e| refuse(&e.to_string()))?;
                return Self::from_seed(&seed).ok_or_else(|| refuse("is no key"));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refuse(&error.to_string())),
        }
        let file = File::open(path).map_err(|e| refuse(&e.to_string()))?;
        let mode = file.metadata().map_err(|e| refuse(&e.to_string()))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(refuse("can be read by others; `chmod 600` it"));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(KEY_FILE_BYTES_MAX + 1)
            .read_to_string(&mut text)
            .map_err(|e| refuse(&e.to_string()))?;
        let mut seed = Zeroizing::new([0; KEY_BYTES]);
        hex::decode_to_slice(text.trim_end(), &mut *seed)
            .map_err(|_| refuse("does not hold 64 hexadecimal digits"))?;
        Self::from_seed(&seed).ok_or_else(|| refuse("is no key"))
    }

    fn from_seed(seed: &[u8; KEY_BYTES]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(|pair| Self { pair })
    }

    /// What signatures of this key are checked with.
    pub fn verifier(&self) -> Verifier {
        Verifier { key: self.pair.public_key().as_ref().to_vec() }
    }

    /// The checkpoint of a segment, signed.
    pub(super) fn sign(&self, segment: &str, tree: &Tree) -> String {
        self.note(&format!("{ORIGIN}{segment}\n{}\n{}\n", tree.size(), encode(&tree.root())))
    }

    /// Signs a text of whole lines as `signed-note` does: the text, an empty line, the signature.
    pub(crate) fn note(&self, text: &str) -> String {
        let mut signature = self.verifier().hash().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n{DASH}{KEY_NAME} {}\n", encode(&signature))
    }
}

/// A public key that checkpoints are checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    key: Vec<u8>,
}

impl Verifier {
    fn named(&self) -> Vec<u8> {
        [&[ALGORITHM], self.key.as_slice()].concat()
    }

    fn hash(&self) -> [u8; KEY_HASH_BYTES] {
        let [a, b, c, d, ..] = merkle::sha256(&[KEY_NAME.as_bytes(), b"\n", &self.named()]);
        [a, b, c, d]
    }

    /// The text of a signed note, if this key has signed it.
    pub fn opens<'n>(&self, note: &'n str) -> Option<&'n str> {
        let (text, signature) = note.rsplit_once(&format!("\n{DASH}{KEY_NAME} "))?;
        let signature = decode(signature.strip_suffix('\n')?)?;
        let (hash, signature) = signature.split_at_checked(KEY_HASH_BYTES)?;
        let key = UnparsedPublicKey::new(&ED25519, &self.key);
        let holds = hash == self.hash() && key.verify(text.as_bytes(), signature).is_ok();
        holds.then_some(text)
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{KEY_NAME}+{}+{}", hex::encode(self.hash()), encode(&self.named()))
    }
}

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a verifier is `cognate-audit+HASH+BASE64`")]
pub struct BadVerifier;

impl FromStr for Verifier {
    type Err = BadVerifier;

    fn from_str(text: &str) -> Result<Self, BadVerifier> {
        let key = text.trim().splitn(3, '+').nth(2).and_then(decode);
        let key = key.ok_or(BadVerifier)?;
        let key = key.strip_prefix(&[ALGORITHM]).filter(|key| key.len() == KEY_BYTES);
        let verifier = Self { key: key.ok_or(BadVerifier)?.to_vec() };
        // Name and hash belong to the key: another one is a slip.
        if verifier.to_string() == text.trim() { Ok(verifier) } else { Err(BadVerifier) }
    }
}

/// A checkpoint that a key has signed.
#[derive(Debug)]
pub(super) struct Checkpoint {
    /// Events of the segment.
    pub(super) size: u64,
    /// Root of the tree over them.
    pub(super) root: Hash,
}

impl Checkpoint {
    /// Reads the checkpoint of a segment; `None` if it is another one's, or not signed by the key.
    pub(super) fn read(note: &str, segment: &str, verifier: &Verifier) -> Option<Self> {
        let mut lines = verifier.opens(note)?.lines();
        let origin = lines.next()?.strip_prefix(ORIGIN)?;
        let size = lines.next()?.parse().ok()?;
        let root = decode(lines.next()?)?.try_into().ok()?;
        (origin == segment && lines.next().is_none()).then_some(Self { size, root })
    }
}

/// Which segment a checkpoint says that it is of; whether it is signed is for others.
pub(super) fn segment_of(note: &str) -> Option<&str> {
    note.lines().next()?.strip_prefix(ORIGIN)
}

pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_taken_from_its_key_and_segment_only() {
        let key = CheckpointKey::from_seed(&[7; 32]).unwrap();
        let other = CheckpointKey::from_seed(&[8; 32]).unwrap().verifier();
        let mut tree = Tree::default();
        tree.add(b"a");
        let note = key.sign("s.log", &tree);
        assert_eq!(note.lines().count(), LINES);
        let verifier: Verifier = key.verifier().to_string().parse().unwrap();
        let read = Checkpoint::read(&note, "s.log", &verifier).unwrap();
        assert_eq!((read.size, read.root), (1, tree.root()));
        assert!(Checkpoint::read(&note, "t.log", &verifier).is_none());
        assert!(Checkpoint::read(&note, "s.log", &other).is_none());
        for at in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(altered) = String::from_utf8(bytes) else { continue };
            assert!(Checkpoint::read(&altered, "s.log", &verifier).is_none(), "{at}: {altered}");
        }
        // Whatever signs the base64 of a key has.
        for seed in 0..64 {
            let verifier = CheckpointKey::from_seed(&[seed; 32]).unwrap().verifier();
            assert_eq!(verifier.to_string().parse(), Ok(verifier));
        }
        assert_eq!("cognate-audit+00000000+AAAA".parse::<Verifier>(), Err(BadVerifier));
        let slip = key.verifier().to_string().replacen('+', "s+", 1);
        assert_eq!(slip.parse::<Verifier>(), Err(BadVerifier));
    }
}
