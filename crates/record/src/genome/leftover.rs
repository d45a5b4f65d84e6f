//! What a crash leaves of a genome that was being filed.

use crate::Failure;
use crate::sql::genome as sql;
use crate::store::{Executor, Sqlite, values};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Whoever files a genome holds this file's lock together with all others who do.
const LOCK: &str = "genome.lock";

fn lock_file(directory: &Path) -> Result<File, Failure> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(directory.join(LOCK))
        .map_err(|error| Failure::Storage(error.to_string()))
}

/// The lock of somebody who files; it waits only for an opening that clears up.
pub(super) fn shared_lock(directory: &Path) -> Result<File, Failure> {
    let file = lock_file(directory)?;
    file.lock_shared().map_err(|error| Failure::Storage(error.to_string()))?;
    Ok(file)
}

/// Takes away what filings have left that nobody works on any more. While anybody files, in this
/// process or in another one, nothing is taken away.
pub(crate) fn remove_leftovers(directory: &Path, writer: &Sqlite) -> Result<(), Failure> {
    let lock = lock_file(directory)?;
    if lock.try_lock().is_err() {
        return Ok(());
    }
    writer.control("BEGIN IMMEDIATE")?;
    let removed = remove(writer);
    let ended = if removed.is_ok() { "COMMIT" } else { "ROLLBACK" };
    writer.control(ended)?;
    removed
}

fn remove(executor: &dyn Executor) -> Result<(), Failure> {
    for row in executor.query(sql::FILINGS, &[])? {
        drop_filing(executor, row.text(0)?, row.text(1)?)?;
    }
    Ok(())
}

/// Takes away the blocks of a filing.
pub(super) fn drop_filing(
    executor: &dyn Executor,
    tenant: &str,
    filing: &str,
) -> Result<(), Failure> {
    executor.execute(sql::BLOCKS_DROP, values![tenant, filing])?;
    executor.execute(sql::FILING_DROP, values![tenant, filing]).map(|_| ())
}
