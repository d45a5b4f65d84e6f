//! The master key, what is derived from it, and the sealing of bodies.
//!
//! Database pages: SQLCipher with a raw key by HKDF-SHA-256. Bodies: AES-256-GCM (NIST SP
//! 800-38D) under a data key of its own for each patient and each raw message, wrapped by a key
//! derived from the master key. Destroying a data key deletes what it sealed.

mod pack;
mod seal;

pub(crate) use seal::{DataKey, Keys, Opened, Packed};

use crate::Failure;
use aws_lc_rs::rand;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// Bytes of the master key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of a key file: hexadecimal digits and a line end.
const KEY_FILE_BYTES_MAX: u64 = 80;

/// The key that every other key is derived from or wrapped by. Losing it loses the record.
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

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
        Ok(Self(key))
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
        Ok(Self(key))
    }

    /// The same key once more.
    pub fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
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
