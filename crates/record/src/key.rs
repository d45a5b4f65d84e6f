//! The master key, the keyring that it seals, what is derived from it, and the sealing of bodies.
//!
//! The master key seals the keyring: a root secret and a key of each tenant. Database pages:
//! SQLCipher with a raw key by HKDF-SHA-256 from the root secret. Bodies: AES-256-GCM (NIST SP
//! 800-38D) under a data key of its own for each patient and each raw message, wrapped by the key
//! of its tenant. Destroying a data key deletes what it sealed. `docs/KEYS.md` has the whole.

mod held;
mod pack;
pub(crate) mod ring;
mod seal;

pub use held::HeldKey;
pub(crate) use ring::Destruction;
pub use ring::{DestroyedKey, Keyring, TenantKey, rotate_master_key, show_keyring};
pub(crate) use seal::{DataKey, Keys, Opened, Packed};

use crate::Failure;
use aws_lc_rs::rand;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Bytes of the master key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of a key file: hexadecimal digits and a line end.
const KEY_FILE_BYTES_MAX: u64 = 80;

/// Name of the keyring in the data directory, if it is nowhere else.
const KEYRING: &str = "keyring";

/// The key that seals the keyring, and so every other key. Losing it loses the record.
#[derive(Clone)]
pub struct MasterKey {
    held: Arc<dyn HeldKey>,
    /// Of a key that is in a file: what stores without a keyring were made with.
    bytes: Option<Zeroizing<[u8; KEY_BYTES]>>,
    keyring: Option<PathBuf>,
}

impl MasterKey {
    /// Makes a new key and writes it to a new file that only its owner can read (mode 0600):
    /// 64 hexadecimal digits. Never overwrites: a file that exists is a [`Failure::KeyFile`].
    pub fn create_file(path: impl AsRef<Path>) -> Result<Self, Failure> {
        let path = path.as_ref();
        let refuse = |error: std::io::Error| key_file(path, &error.to_string());
        let key = Zeroizing::new(random_bytes()?);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(refuse)?;
        let text = Zeroizing::new(format!("{}\n", hex::encode(*key)));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(refuse)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or_else(|| Path::new("."));
        File::open(directory).and_then(|opened| opened.sync_all()).map_err(refuse)?;
        Self::of(key)
    }

    /// Reads a key file. One that its group or the world can read is refused, so is anything but
    /// 64 hexadecimal digits: [`Failure::KeyFile`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Failure> {
        let path = path.as_ref();
        let refuse = |error: std::io::Error| key_file(path, &error.to_string());
        let file = File::open(path).map_err(refuse)?;
        let metadata = file.metadata().map_err(refuse)?;
        if !metadata.is_file() {
            return Err(key_file(path, "is not a regular file"));
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(key_file(path, "can be read by others; `chmod 600` it"));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(KEY_FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(refuse)?;
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        hex::decode_to_slice(text.trim_end(), &mut *key)
            .map_err(|_| key_file(path, "does not hold 64 hexadecimal digits"))?;
        Self::of(key)
    }

    /// The same key once more.
    pub fn duplicate(&self) -> Self {
        let Self { held, bytes, keyring } = self;
        Self { held: Arc::clone(held), bytes: bytes.clone(), keyring: keyring.clone() }
    }

    /// Its bytes, unless it is held elsewhere.
    pub(crate) fn bytes(&self) -> Option<&[u8; KEY_BYTES]> {
        self.bytes.as_deref()
    }

    fn of(key: Zeroizing<[u8; KEY_BYTES]>) -> Result<Self, Failure> {
        let held = Arc::new(held::InMemory::new(&key)?);
        Ok(Self { held, bytes: Some(key), keyring: None })
    }

    /// A key that is held elsewhere, as in a PKCS#11 token, and never leaves it.
    pub fn held_elsewhere(held: Arc<dyn HeldKey>) -> Self {
        Self { held, bytes: None, keyring: None }
    }

    /// The same key with the keyring it seals in a place of its own, apart from the data; by
    /// default it is `keyring` in the data directory.
    #[must_use]
    pub fn with_keyring(self, path: impl Into<PathBuf>) -> Self {
        Self { keyring: Some(path.into()), ..self }
    }

    /// By what the key is told from others; says nothing about it.
    pub fn id(&self) -> String {
        self.held.id()
    }

    /// Where the keyring of a data directory is.
    pub(crate) fn keyring(&self, directory: &Path) -> PathBuf {
        self.keyring.clone().unwrap_or_else(|| directory.join(KEYRING))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

fn key_file(path: &Path, text: &str) -> Failure {
    Failure::KeyFile { place: path.display().to_string(), text: text.to_owned() }
}

/// 256 random bits of the operating system, for keys and tokens.
pub fn random_bytes() -> Result<[u8; KEY_BYTES], Failure> {
    let mut bytes = [0; KEY_BYTES];
    rand::fill(&mut bytes).map_err(|_| Failure::Storage("no random numbers".to_owned()))?;
    Ok(bytes)
}
