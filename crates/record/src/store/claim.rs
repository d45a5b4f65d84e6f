//! The lock of those who file genomes, over all processes that have the store open.

use super::{PostgresUrl, Store, postgres};
use crate::Failure;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Whoever files a genome holds this file's lock together with all others who do.
const LOCK: &str = "genome.lock";

/// Where the lock is: a file of the directory, or the database.
#[derive(Clone, Debug)]
pub(crate) enum Claims {
    File(PathBuf),
    Postgres(PostgresUrl),
}

/// The lock, held until it is dropped.
pub(crate) enum Claim {
    File { _file: File },
    Postgres { _claim: postgres::Claim },
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claim")
    }
}

fn io(error: &std::io::Error) -> Failure {
    Failure::Storage(error.to_string())
}

fn file(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600).open(path).map_err(|e| io(&e))
}

impl Claims {
    pub(crate) fn new(directory: &Path, store: &Store) -> Self {
        match store {
            Store::Directory => Self::File(directory.join(LOCK)),
            Store::Postgres(url) => Self::Postgres(url.clone()),
        }
    }

    /// The lock of somebody who files; it waits only for an opening that clears up.
    pub(crate) fn shared(&self) -> Result<Claim, Failure> {
        match self {
            Self::File(path) => {
                let file = file(path)?;
                file.lock_shared().map_err(|error| io(&error))?;
                Ok(Claim::File { _file: file })
            }
            Self::Postgres(url) => Ok(Claim::Postgres { _claim: postgres::Claim::shared(url)? }),
        }
    }

    /// The lock of one who clears up; `None` while anybody files, in whichever process.
    pub(crate) fn alone(&self) -> Result<Option<Claim>, Failure> {
        match self {
            Self::File(path) => {
                let file = file(path)?;
                Ok(file.try_lock().is_ok().then_some(Claim::File { _file: file }))
            }
            Self::Postgres(url) => {
                let claim = postgres::Claim::alone(url)?;
                Ok(claim.map(|claim| Claim::Postgres { _claim: claim }))
            }
        }
    }
}
