//! Keys that were destroyed stay destroyed, whatever a backup brings back.

use super::DATABASES;
use crate::key::Keys;
use crate::sql::record::DATA_KEY_DROP;
use crate::store::sqlite::Sqlite;
use crate::store::{Connection, Executor, values};
use crate::{Failure, MasterKey};
use model::TenantId;
use std::path::Path;

/// A data key that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestroyedKey {
    /// Whose data.
    pub tenant: TenantId,
    /// Whom the key was of: the id of a patient or of a raw message.
    pub owner: String,
}

/// Destroys keys again in a directory that was restored, before anybody opens it; how many were
/// there. What they sealed cannot be read any more, and the pages they stood on are wiped.
pub fn destroy_again(
    directory: &Path,
    master_key: &MasterKey,
    destroyed: &[DestroyedKey],
) -> Result<u64, Failure> {
    if destroyed.is_empty() {
        return Ok(0);
    }
    let keys = Keys::derive(master_key)?;
    let mut count = 0;
    for name in DATABASES {
        let file = format!("{name}.db");
        let path = directory.join(&file);
        if !path.exists() {
            continue;
        }
        let database = Sqlite::open(&path, &keys.database(&file)?, true)?;
        database.begin_write()?;
        for DestroyedKey { tenant, owner } in destroyed {
            count += database.execute(DATA_KEY_DROP, values![tenant.as_str(), owner])? as u64;
        }
        database.commit()?;
        // The log would still have what was wiped.
        database.query("PRAGMA wal_checkpoint(TRUNCATE)", &[])?;
    }
    Ok(count)
}
