//! Restoring a snapshot of a store in PostgreSQL: into an empty one, and a directory for its audit
//! log; both whole and checked, or nothing.

use crate::repository::Snapshot;
use crate::restore::{DIRECTORY, Restored, Restoring, Unfinished, load};
use crate::take::{resources_at, segment_at};
use crate::{Failure, Repository};
use record::{Examined, Loading, PostgresUrl, examine_log};
use std::path::Path;

/// Restores a snapshot of PostgreSQL. What was written is read back and compared before it is
/// kept, in one transaction; the schema is the one of the snapshot.
pub fn restore_tables(
    repository: &Repository,
    snapshot: &Snapshot,
    to: &Path,
    url: &PostgresUrl,
    restoring: &Restoring<'_>,
) -> Result<Restored, Failure> {
    if snapshot.store == DIRECTORY {
        let text = "the snapshot is of files: restore it, and move it by `store copy`".to_owned();
        return Err(Failure::Restored { text });
    }
    let differs = |what: &str| Failure::Restored { text: format!("{what} is not as it was") };
    let unfinished = Unfinished::begin(snapshot, to)?;
    let (master_key, clock) = (restoring.master_key, restoring.clock);
    unfinished.write_keyring(repository, snapshot)?;
    let keys = (unfinished.directory.as_path(), master_key);
    let mut loading = Loading::begin(url, keys, &snapshot.schemas, clock)?;
    load(repository, snapshot, &mut loading, &unfinished)?;
    let resources = loading.end()?;
    if snapshot.resources.as_ref().is_some_and(|all| *all != resources_at(&resources)) {
        return Err(differs("the resources"));
    }
    let (audit, problems) = examine_log(&unfinished.directory, master_key)?;
    if let Some(problem) = problems.first() {
        return Err(Failure::Restored { text: problem.to_string() });
    }
    if audit.iter().map(segment_at).collect::<Vec<_>>() != snapshot.audit.segments {
        return Err(differs("the audit log"));
    }
    unfinished.publish(to)?;
    if let Err(failure) = loading.commit() {
        // There was nothing but what was made here.
        let _ = std::fs::remove_dir_all(to);
        return Err(failure.into());
    }
    let examined = Examined { schemas: snapshot.schemas.clone(), resources, audit, problems };
    Ok(Restored { bytes: snapshot.bytes(), examined, is_opened: false })
}
