//! The file of a keyring: its form, its authentication, and how it is put in place.

use super::{Keyring, Secret32, TenantKey, mac_key};
use crate::Failure;
use crate::key::seal::associated_data;
use crate::key::{HeldKey, KEY_BYTES, MasterKey};
use aws_lc_rs::hmac;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use zeroize::Zeroizing;

/// The form of the file; another one is refused.
const FORM: u32 = 1;
/// Bytes of a keyring.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    keyring: u32,
    /// Id of the master key that seals the secrets.
    pub(super) master_key: String,
    /// Whether the root secret is what an earlier master key was.
    pub(super) is_root_a_former_key: bool,
    root: String,
    pub(super) tenants: Vec<Secret>,
    /// Lines that the list of destroyed keys has at least: a cut is found.
    pub(super) erasures: u64,
    /// HMAC-SHA-256 of all that under a key derived from the root secret.
    mac: String,
}

/// A key of a tenant as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) tenant: String,
    pub(super) generation: u32,
    created: i64,
    sealed: String,
}

/// What a secret is sealed for.
fn place(of: &[&str]) -> Vec<u8> {
    let parts: Vec<&str> = ["cognate keyring"].into_iter().chain(of.iter().copied()).collect();
    associated_data(&parts)
}

fn open(held: &dyn HeldKey, of: &[&str], sealed: &str) -> Result<Secret32, Failure> {
    let refuse = || Failure::KeyMismatch { place: "keyring".to_owned() };
    let sealed = hex::decode(sealed).map_err(|_| refuse())?;
    let opened = Zeroizing::new(held.open(&place(of), &sealed)?);
    let secret: [u8; KEY_BYTES] = opened.as_slice().try_into().map_err(|_| refuse())?;
    Ok(Zeroizing::new(secret))
}

impl Secret {
    pub(super) fn seal(
        held: &dyn HeldKey,
        tenant: &str,
        generation: u32,
        created: Timestamp,
        key: &[u8; KEY_BYTES],
    ) -> Result<Self, Failure> {
        let of = ["tenant", tenant, &generation.to_string()];
        let sealed = hex::encode(held.seal(&place(&of), key)?);
        Ok(Self { tenant: tenant.to_owned(), generation, created: created.micros(), sealed })
    }

    pub(super) fn open(&self, held: &dyn HeldKey) -> Result<Secret32, Failure> {
        open(held, &["tenant", &self.tenant, &self.generation.to_string()], &self.sealed)
    }
}

fn refuse(path: &Path, text: &str) -> Failure {
    Failure::KeyFile { place: path.display().to_string(), text: text.to_owned() }
}

impl Written {
    /// A keyring with a root secret and no tenants.
    pub(super) fn new(
        key: &MasterKey,
        root: &[u8; KEY_BYTES],
        is_root_a_former_key: bool,
    ) -> Result<Self, Failure> {
        Ok(Self {
            keyring: FORM,
            master_key: key.id(),
            is_root_a_former_key,
            root: hex::encode(key.held.seal(&place(&["root"]), root)?),
            tenants: Vec::new(),
            erasures: 0,
            mac: String::new(),
        })
    }

    /// Reads a file; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let failed = |error: std::io::Error| refuse(path, &error.to_string());
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(refuse(path, "is too long for a keyring"));
        }
        let written: Self =
            serde_json::from_slice(&bytes).map_err(|_| refuse(path, "is no keyring"))?;
        if written.keyring != FORM {
            let text =
                format!("is a keyring of form {}, this program knows {FORM}", written.keyring);
            return Err(refuse(path, &text));
        }
        Ok(Some(written))
    }

    /// The root secret.
    pub(super) fn root(&self, path: &Path, key: &MasterKey) -> Result<Secret32, Failure> {
        if self.master_key != key.id() {
            return Err(self.other_key(path, &key.id()));
        }
        let root = open(key.held.as_ref(), &["root"], &self.root);
        let root = root.map_err(|failure| match failure {
            Failure::KeyMismatch { .. } => refuse(path, "is damaged: the root does not open"),
            other => other,
        })?;
        self.require_whole(path, &mac_key(&root)?)?;
        Ok(root)
    }

    /// That the ring is another key's: after a change of the master key, the former one.
    pub(super) fn other_key(&self, path: &Path, id: &str) -> Failure {
        let place = format!(
            "{} is sealed by the master key {}; this one is {id}",
            path.display(),
            self.master_key
        );
        Failure::KeyMismatch { place }
    }

    fn text(&self) -> Result<Vec<u8>, Failure> {
        let bare = Self { mac: String::new(), ..self.clone() };
        serde_json::to_vec(&bare).map_err(|error| Failure::Storage(error.to_string()))
    }

    /// Refuses a file of which anything was altered.
    pub(super) fn require_whole(&self, path: &Path, mac: &hmac::Key) -> Result<(), Failure> {
        let tag = hex::decode(&self.mac).unwrap_or_default();
        hmac::verify(mac, &self.text()?, &tag).map_err(|_| refuse(path, "was altered"))
    }

    /// Seals every secret by another key.
    pub(super) fn reseal(
        &mut self,
        from: &dyn HeldKey,
        to: &dyn HeldKey,
        root: &[u8; KEY_BYTES],
    ) -> Result<(), Failure> {
        for secret in &mut self.tenants {
            let key = secret.open(from)?;
            let created = Timestamp::from_micros(secret.created);
            *secret = Secret::seal(to, &secret.tenant, secret.generation, created, &key)?;
        }
        self.root = hex::encode(to.seal(&place(&["root"]), root)?);
        self.master_key = to.id();
        Ok(())
    }

    /// The number of a tenant's newest key; 0 if it has none.
    pub(super) fn newest(&self, tenant: &str) -> u32 {
        let of_tenant = self.tenants.iter().filter(|key| key.tenant == tenant);
        of_tenant.map(|key| key.generation).max().unwrap_or_default()
    }

    pub(super) fn shown(&self, path: &Path) -> Keyring {
        let mut tenants: Vec<TenantKey> = self
            .tenants
            .iter()
            .map(|key| TenantKey {
                tenant: key.tenant.clone(),
                generation: key.generation,
                created: Timestamp::from_micros(key.created),
            })
            .collect();
        tenants.sort_by(|a, b| (&a.tenant, a.generation).cmp(&(&b.tenant, b.generation)));
        Keyring {
            path: path.to_owned(),
            master_key: self.master_key.clone(),
            is_root_a_former_key: self.is_root_a_former_key,
            tenants,
            erasures: self.erasures,
        }
    }

    /// Puts the file in place of the one before, durably.
    pub(super) fn write(
        &mut self,
        _locked: &Locked,
        path: &Path,
        mac: &hmac::Key,
    ) -> Result<(), Failure> {
        let failed = |error: std::io::Error| refuse(path, &error.to_string());
        self.mac = hex::encode(hmac::sign(mac, &self.text()?));
        let text = serde_json::to_vec_pretty(self).map_err(|e| refuse(path, &e.to_string()))?;
        let beside = with_ending(path, "new");
        let write = || {
            let mut options = OpenOptions::new();
            options.create(true).truncate(true).write(true).mode(0o600);
            let mut file = options.open(&beside)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&beside, path)?;
            File::open(folder(path))?.sync_all()
        };
        write().map_err(failed)
    }
}

/// A name that belongs to a keyring.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// The folder of a file.
pub(super) fn folder(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or_else(|| Path::new("."))
}

/// Held by whoever writes a keyring, over all processes.
pub(crate) struct Locked {
    _file: File,
}

impl Locked {
    pub(super) fn new(path: &Path) -> Result<Self, Failure> {
        let at = with_ending(path, "lock");
        let lock = || {
            DirBuilder::new().recursive(true).mode(0o700).create(folder(path))?;
            let mut options = OpenOptions::new();
            let file = options.create(true).truncate(false).write(true).mode(0o600).open(&at)?;
            file.lock()?;
            Ok(file)
        };
        let file = lock().map_err(|error: std::io::Error| refuse(&at, &error.to_string()))?;
        Ok(Self { _file: file })
    }
}

/// By what a file that was put in place of another is told from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    bytes: u64,
    modified: SystemTime,
}

impl Stamp {
    /// `None` if there is no file.
    pub(super) fn of(path: &Path) -> Result<Option<Self>, Failure> {
        let failed = |error: std::io::Error| refuse(path, &error.to_string());
        match std::fs::metadata(path) {
            Ok(file) => {
                let modified = file.modified().map_err(failed)?;
                Ok(Some(Self { inode: file.ino(), bytes: file.len(), modified }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }
}
