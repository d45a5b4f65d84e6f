//! What backups need of a record: one moment of all its parts, and a look at what was restored.
//!
//! Nothing in here opens the record: no schema is changed, no event noted, and a server that has it
//! open goes on.

mod cut;
mod examine;
mod load;
mod read_back;
mod segment;
mod table;
mod tables;
mod wal;

pub use cut::{Cut, CutFile};
pub use examine::{Examined, ResourceDigest, examine, examine_log, schemas};
pub use load::Loading;
pub use read_back::{ReadBack, read_back};
pub use segment::AuditSegment;

use crate::key::Keys;
use crate::sql::schema;
use crate::{Failure, MasterKey};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The databases of a directory, by the name of their schema version.
const DATABASES: [&str; 4] = ["record", "archive", "decision", "genome"];

/// The keyring and the list of destroyed keys, where they are in the data directory.
pub const KEYRING_FILES: [&str; 2] = ["keyring", "keyring.destroyed"];

/// The key that backups are sealed under, derived from the master key under a label of its own. It
/// opens nothing of the record itself.
///
/// # Errors
/// [`Failure::KeyFile`] if the master key is in a token, which gives nothing to derive from.
pub fn backup_key(master_key: &MasterKey) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let bytes = master_key.bytes().ok_or_else(|| Failure::KeyFile {
        place: "backup".to_owned(),
        text: "a key in a token cannot seal backups; name a key file for them".to_owned(),
    })?;
    Keys::of(bytes, None)?.backups()
}

/// The schema versions that this program makes and reads.
pub fn schema_versions() -> BTreeMap<String, u32> {
    let all = [schema::RECORD, schema::ARCHIVE, schema::DECISION, schema::GENOME];
    let version = |migrations: &[&[&str]]| u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    DATABASES.iter().zip(all).map(|(name, all)| ((*name).to_owned(), version(all))).collect()
}

fn io(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::Storage(format!("{}: {error}", path.display()))
}
