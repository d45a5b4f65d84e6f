//! Opening the keyring of a store: a new store gets one, an earlier one moves to one.

use super::file::{Locked, Written};
use super::{Ring, Secret32, mac_key};
use crate::Failure;
use crate::key::{Keys, MasterKey, random_bytes};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The keys of a store that is being opened.
pub(crate) struct Opening {
    /// Its keys.
    pub(crate) keys: Arc<Keys>,
    path: PathBuf,
    /// Of a store made before there were keyrings: what is written once the store has opened, so
    /// that a wrong key makes none.
    waiting: Option<(Locked, Written, Secret32)>,
}

impl Opening {
    /// Keeps the keyring of a store that has opened under its keys.
    pub(crate) fn settle(&mut self) -> Result<(), Failure> {
        let Some((locked, mut written, root)) = self.waiting.take() else { return Ok(()) };
        written.write(&locked, &self.path, &mac_key(&root)?)
    }

    /// What a store says that did not open under these keys.
    pub(crate) fn explained(&self, failure: Failure) -> Failure {
        match failure {
            Failure::KeyMismatch { place } if self.waiting.is_some() => {
                let place = format!("{place} (there is no keyring at {})", self.path.display());
                Failure::KeyMismatch { place }
            }
            other => other,
        }
    }
}

/// Opens the keyring of a directory. Without one, a new store gets one with a random root; the
/// root of an earlier store is what its master key is.
pub(crate) fn open(
    directory: &Path,
    key: &MasterKey,
    is_new: impl FnOnce() -> Result<bool, Failure>,
) -> Result<Opening, Failure> {
    let path = key.keyring(directory);
    let opened = |root: &Secret32, waiting| {
        let ring = Ring::new(&path, &key.held, root)?;
        let keys = Arc::new(Keys::of(root, Some(ring))?);
        Ok(Opening { keys, path: path.clone(), waiting })
    };
    if let Some(written) = Written::read(&path)? {
        return opened(&written.root(&path, key)?, None);
    }
    let locked = Locked::new(&path)?;
    // Another process may have made it while this one waited.
    if let Some(written) = Written::read(&path)? {
        return opened(&written.root(&path, key)?, None);
    }
    if is_new()? {
        let root = Zeroizing::new(random_bytes()?);
        Written::new(key, &root, false)?.write(&locked, &path, &mac_key(&root)?)?;
        return opened(&root, None);
    }
    let root = former(&path, key)?;
    let written = Written::new(key, &root, true)?;
    opened(&root.clone(), Some((locked, written, root)))
}

/// The root of a store that has no keyring: its master key.
fn former(path: &Path, key: &MasterKey) -> Result<Secret32, Failure> {
    key.bytes.clone().ok_or_else(|| Failure::KeyFile {
        place: path.display().to_string(),
        text: "the keyring is missing; a store of before moves to one under its master key file"
            .to_owned(),
    })
}

/// The keys of a directory for reading it: nothing is made or written.
pub(crate) fn root(directory: &Path, key: &MasterKey) -> Result<Keys, Failure> {
    let path = key.keyring(directory);
    let (root, ring) = match Written::read(&path)? {
        Some(written) => {
            let root = written.root(&path, key)?;
            let ring = Ring::new(&path, &key.held, &root)?;
            (root, Some(ring))
        }
        None => (former(&path, key)?, None),
    };
    Keys::of(&root, ring)
}

/// Makes the keyring of a store that is made as it was before there were keyrings.
#[cfg(test)]
pub(crate) fn open_as_before(directory: &Path, key: &MasterKey) -> Result<(), Failure> {
    let path = key.keyring(directory);
    let root = former(&path, key)?;
    Written::new(key, &root, true)?.write(&Locked::new(&path)?, &path, &mac_key(&root)?)
}
