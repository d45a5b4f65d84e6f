//! The keyring: the root secret and the keys of tenants, sealed by the master key.
//!
//! A file of its own, JSON, which can be kept apart from the data. It is written anew as a whole
//! and put in place by a rename, so that a crash leaves the one before or the new one. A new
//! master key seals these few secrets again and nothing else.

mod destroyed;
mod file;
mod opening;

pub use destroyed::DestroyedKey;
pub(crate) use destroyed::Destruction;

#[cfg(test)]
pub(crate) use opening::open_as_before;
pub(crate) use opening::{open, root};

use super::seal::{cipher, derivation, derive};
use super::{HeldKey, KEY_BYTES, MasterKey, random_bytes};
use crate::Failure;
use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::hmac;
use file::{Locked, Secret, Stamp, Written};
use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use zeroize::Zeroizing;

/// Keys of one tenant that a keyring may hold: one a day for eleven years.
const GENERATIONS_MAX: u32 = 4096;

type Secret32 = Zeroizing<[u8; KEY_BYTES]>;

/// What is in a keyring, for people: no secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyring {
    /// Where it is.
    pub path: PathBuf,
    /// Id of the master key that seals it.
    pub master_key: String,
    /// Whether the root secret is what an earlier master key was: who has that key has the root.
    pub is_root_a_former_key: bool,
    /// Keys of tenants, by tenant and number.
    pub tenants: Vec<TenantKey>,
    /// Erasures on the list of destroyed keys beside it.
    pub erasures: u64,
}

/// A key of a tenant, which wraps the keys of its patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantKey {
    /// Whose.
    pub tenant: String,
    /// Its number; the highest one of a tenant wraps new keys.
    pub generation: u32,
    /// When it was made.
    pub created: Timestamp,
}

/// The keyring of an opened record.
pub(crate) struct Ring {
    path: PathBuf,
    held: Arc<dyn HeldKey>,
    mac: hmac::Key,
    known: Mutex<Known>,
    /// Ids of data keys that were destroyed.
    destroyed: RwLock<BTreeSet<String>>,
}

/// What this process knows of the file.
#[derive(Default)]
struct Known {
    stamp: Option<Stamp>,
    keys: BTreeMap<String, BTreeMap<u32, Arc<RandomizedNonceKey>>>,
}

impl Known {
    fn newest(&self, tenant: &str) -> Option<(u32, Arc<RandomizedNonceKey>)> {
        let (generation, key) = self.keys.get(tenant)?.last_key_value()?;
        Some((*generation, Arc::clone(key)))
    }

    fn get(&self, tenant: &str, generation: u32) -> Option<Arc<RandomizedNonceKey>> {
        self.keys.get(tenant)?.get(&generation).map(Arc::clone)
    }
}

/// The key that the file is authenticated with.
fn mac_key(root: &[u8; KEY_BYTES]) -> Result<hmac::Key, Failure> {
    let key = derive(&derivation(root), "authenticate keyring")?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &*key))
}

fn missing(path: &Path) -> Failure {
    let text = "the keyring is missing".to_owned();
    Failure::KeyFile { place: path.display().to_string(), text }
}

impl Ring {
    fn new(path: &Path, held: &Arc<dyn HeldKey>, root: &[u8; KEY_BYTES]) -> Result<Self, Failure> {
        let (path, held) = (path.to_owned(), Arc::clone(held));
        let (known, destroyed) = (Mutex::default(), RwLock::default());
        Ok(Self { path, held, mac: mac_key(root)?, known, destroyed })
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what another process has written since.
    fn refresh(&self, known: &mut Known) -> Result<(), Failure> {
        let stamp = Stamp::of(&self.path)?;
        if stamp.is_some() && stamp == known.stamp {
            return Ok(());
        }
        let written = Written::read(&self.path)?.ok_or_else(|| missing(&self.path))?;
        written.require_whole(&self.path, &self.mac)?;
        self.take_in(known, &written)?;
        known.stamp = stamp;
        Ok(())
    }

    /// Opens the keys that are not known yet, and forgets those that are there no more.
    fn take_in(&self, known: &mut Known, written: &Written) -> Result<(), Failure> {
        let mut keys: BTreeMap<String, BTreeMap<u32, Arc<RandomizedNonceKey>>> = BTreeMap::new();
        for secret in &written.tenants {
            let key = match known.get(&secret.tenant, secret.generation) {
                Some(key) => key,
                None if written.master_key != self.held.id() => {
                    let text = "the master key has changed since this program opened the store; \
                                start it again with the new one";
                    let place = self.path.display().to_string();
                    return Err(Failure::KeyFile { place, text: text.to_owned() });
                }
                None => Arc::new(cipher(&*secret.open(self.held.as_ref())?)?),
            };
            keys.entry(secret.tenant.clone()).or_default().insert(secret.generation, key);
        }
        known.keys = keys;
        Ok(())
    }

    /// The number and the key by which a tenant's data keys are wrapped now; the first one is made.
    /// Asked inside a transaction that writes, so that whoever rotates meets what it wrapped.
    pub(crate) fn newest(
        &self,
        tenant: &str,
        now: Timestamp,
    ) -> Result<(u32, Arc<RandomizedNonceKey>), Failure> {
        let mut known = self.lock();
        self.refresh(&mut known)?;
        if let Some(newest) = known.newest(tenant) {
            return Ok(newest);
        }
        self.change(&mut known, |ring, written| ring.add(written, tenant, now, true))?;
        known.newest(tenant).ok_or_else(|| missing(&self.path))
    }

    /// A tenant's key by its number.
    pub(crate) fn get(
        &self,
        tenant: &str,
        generation: u32,
    ) -> Result<Arc<RandomizedNonceKey>, Failure> {
        let mut known = self.lock();
        if let Some(key) = known.get(tenant, generation) {
            return Ok(key);
        }
        self.refresh(&mut known)?;
        known.get(tenant, generation).ok_or_else(|| Failure::KeyFile {
            place: self.path.display().to_string(),
            text: format!("does not hold key {generation} of tenant `{tenant}`"),
        })
    }

    /// Makes a new key for a tenant; its number. Those before stay until they are forgotten.
    pub(crate) fn renew(&self, tenant: &str, now: Timestamp) -> Result<u32, Failure> {
        let mut known = self.lock();
        self.change(&mut known, |ring, written| ring.add(written, tenant, now, false))?;
        known.newest(tenant).map(|(generation, _)| generation).ok_or_else(|| missing(&self.path))
    }

    /// Destroys the keys of a tenant before its newest one; how many.
    pub(crate) fn forget_former(&self, tenant: &str) -> Result<usize, Failure> {
        let mut known = self.lock();
        let mut forgotten = 0;
        self.change(&mut known, |_, written| {
            let newest = written.newest(tenant);
            let before = written.tenants.len();
            written.tenants.retain(|key| key.tenant != tenant || key.generation == newest);
            forgotten = before - written.tenants.len();
            Ok(())
        })?;
        Ok(forgotten)
    }

    /// What is in the keyring.
    pub(crate) fn show(&self) -> Result<Keyring, Failure> {
        let written = Written::read(&self.path)?.ok_or_else(|| missing(&self.path))?;
        written.require_whole(&self.path, &self.mac)?;
        Ok(written.shown(&self.path))
    }

    fn add(
        &self,
        written: &mut Written,
        tenant: &str,
        now: Timestamp,
        is_first: bool,
    ) -> Result<(), Failure> {
        let newest = written.newest(tenant);
        // Another process may have made the first one meanwhile.
        if is_first && newest > 0 {
            return Ok(());
        }
        if newest >= GENERATIONS_MAX {
            let limit = format!("{GENERATIONS_MAX} keys");
            return Err(Failure::TooMuch { place: "keys of a tenant".to_owned(), limit });
        }
        let key = Zeroizing::new(random_bytes()?);
        let secret = Secret::seal(self.held.as_ref(), tenant, newest + 1, now, &key)?;
        written.tenants.push(secret);
        Ok(())
    }

    /// Reads, changes and writes the file, alone among all processes.
    fn change(
        &self,
        known: &mut Known,
        change: impl FnOnce(&Self, &mut Written) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let locked = Locked::new(&self.path)?;
        let mut written = Written::read(&self.path)?.ok_or_else(|| missing(&self.path))?;
        written.require_whole(&self.path, &self.mac)?;
        // What is sealed by another key than the rest could not be opened with it.
        if written.master_key != self.held.id() {
            self.take_in(known, &written)?;
            return Err(written.other_key(&self.path, &self.held.id()));
        }
        change(self, &mut written)?;
        written.write(&locked, &self.path, &self.mac)?;
        self.take_in(known, &written)?;
        known.stamp = Stamp::of(&self.path)?;
        Ok(())
    }
}

/// Seals the keyring of a data directory by another master key. Only the keyring is written, and
/// it is put in place as a whole: a crash leaves it under the one key or the other. Done again, it
/// changes nothing. Programs that have the record open go on, and make no key of a new tenant
/// before they are started with the new key.
///
/// # Errors
/// [`Failure::KeyMismatch`] if neither key opens the keyring, [`Failure::NotFound`] if there is
/// none yet: opening the record makes it.
pub fn rotate_master_key(
    directory: &Path,
    from: &MasterKey,
    to: &MasterKey,
) -> Result<Keyring, Failure> {
    let path = from.keyring(directory);
    let locked = Locked::new(&path)?;
    let mut written = Written::read(&path)?.ok_or(Failure::NotFound)?;
    if written.master_key == to.id() {
        written.root(&path, to)?;
        return Ok(written.shown(&path));
    }
    let root = written.root(&path, from)?;
    written.require_whole(&path, &mac_key(&root)?)?;
    written.reseal(from.held.as_ref(), to.held.as_ref(), &root)?;
    written.write(&locked, &path, &mac_key(&root)?)?;
    Ok(written.shown(&path))
}

/// What is in the keyring of a data directory.
///
/// # Errors
/// [`Failure::KeyMismatch`] if the key does not open it, [`Failure::NotFound`] if there is none.
pub fn show_keyring(directory: &Path, master_key: &MasterKey) -> Result<Keyring, Failure> {
    let path = master_key.keyring(directory);
    let written = Written::read(&path)?.ok_or(Failure::NotFound)?;
    written.root(&path, master_key)?;
    Ok(written.shown(&path))
}
