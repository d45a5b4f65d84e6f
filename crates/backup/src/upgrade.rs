//! A snapshot before a schema is brought up to date: the way back.
//!
//! A schema goes forward only. Whoever has to go back to the program of before restores what was
//! taken here with that program, which finds the schema that it knows.

use crate::repository::{Keep, Snapshot};
use crate::take::{Taking, new_id, take};
use crate::{Directory, Failure, Repository};
use record::{Clock, MasterKey, backup_key, schema_versions, schemas};
use std::path::Path;
use std::sync::Arc;

/// The repository in the data directory that it goes to.
pub const BEFORE_UPGRADE: &str = "before-upgrade";
/// Upgrades of which the snapshot is kept.
const KEPT: usize = 2;

/// Takes a snapshot if opening the directory with this program would change its schema; `None` if
/// it would not, or if there is no record.
pub fn before_upgrade(
    directory: &Path,
    master_key: &MasterKey,
    clock: &Clock,
    program: &str,
) -> Result<Option<Snapshot>, Failure> {
    if !directory.join("record.db").exists() {
        return Ok(None);
    }
    let (found, known) = (schemas(directory, master_key)?, schema_versions());
    // A newer schema is refused at the opening; a database of a later program is made there.
    let is_older = |(name, version): (&String, &u32)| {
        let newest = known.get(name).copied().unwrap_or_default();
        (1..newest).contains(version)
    };
    if !found.iter().any(is_older) {
        return Ok(None);
    }
    let destination = Arc::new(Directory::new(directory.join(BEFORE_UPGRADE)));
    let secret = backup_key(master_key)?;
    let repository = Repository::open_or_create(destination, &secret, &new_id()?)?;
    let taking = Taking {
        directory,
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
