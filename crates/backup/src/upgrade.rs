//! A snapshot before a schema is brought up to date: the way back.
//!
//! A schema goes forward only. Whoever has to go back to the program of before restores what was
//! taken here with that program, which finds the schema that it knows.

use crate::repository::{Keep, Snapshot};
use crate::take::{Taking, new_id, take};
use crate::{Directory, Failure, Repository};
use record::{Clock, MasterKey, Store, backup_key, schema_versions, schemas};
use std::path::Path;
use std::sync::Arc;

/// The repository in the data directory that it goes to.
pub const BEFORE_UPGRADE: &str = "before-upgrade";
/// Upgrades of which the snapshot is kept.
const KEPT: usize = 2;

/// Whether opening a record with this program would bring its schema up to date. A newer schema is
/// refused at the opening.
fn is_older(directory: &Path, store: &Store, master_key: &MasterKey) -> Result<bool, Failure> {
    let found = match (schemas(directory, store, master_key), store) {
        // A file that cannot be read cannot be opened either, and that says better why.
        (Err(_), Store::Directory) => return Ok(false),
        (found, _) => found?,
    };
    let known = schema_versions();
    let is_older = |(name, version): (&String, &u32)| {
        let newest = known.get(name).copied().unwrap_or_default();
        (1..newest).contains(version)
    };
    Ok(found.iter().any(is_older))
}

/// Takes a snapshot if opening the directory with this program would change its schema; `None` if
/// it would not, or if there is no record.
pub fn before_upgrade(
    directory: &Path,
    store: &Store,
    master_key: &MasterKey,
    clock: &Clock,
    program: &str,
) -> Result<Option<Snapshot>, Failure> {
    if !is_older(directory, store, master_key)? {
        return Ok(None);
    }
    let destination = Arc::new(Directory::new(directory.join(BEFORE_UPGRADE)));
    let secret = backup_key(master_key)?;
    let repository = Repository::open_or_create(destination, &secret, &new_id()?)?;
    let taking = Taking {
        directory,
        store,
        master_key,
        clock,
        program,
        afresh: false,
        resources: true,
        only_changes: true,
    };
    let taken = take(&repository, &taking)?;
    let keep = Keep { last: KEPT, ..Keep::default() };
    repository.prune(&keep, &new_id()?, &**clock)?;
    Ok(Some(taken.snapshot))
}
