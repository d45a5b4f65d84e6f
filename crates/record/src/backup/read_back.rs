//! Reading some of what was restored, to the last byte of its body.

use super::examine::versions;
use crate::key::ring;
use crate::resource::stored;
use crate::sql::record::{DATA_KEY_GET, VERSION_GET};
use crate::store::sqlite::Sqlite;
use crate::store::{Executor, Row, Value, values};
use crate::vault::Vault;
use crate::{Failure, MasterKey};
use std::path::Path;

/// The message that a version came with, and the message itself.
const RAW_OF: &str = "SELECT raw, patient FROM resource_version
    WHERE tenant = $1 AND resource_type = $2 AND id = $3 AND version = $4";
const RAW_IS_THERE: &str = "SELECT 1 FROM raw WHERE tenant = $1 AND id = $2";

/// What came of it. Nothing of what was read leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadBack {
    /// Versions of resources that were read.
    pub read: u64,
    /// Of these: opened, and the same as their digest says.
    pub same: u64,
    /// Of these: under a key that was destroyed.
    pub destroyed: u64,
    /// Messages they came with that are not in the archive.
    pub without_message: u64,
}

impl ReadBack {
    /// Whether everything could be read that can be.
    pub fn is_whole(&self) -> bool {
        self.same + self.destroyed == self.read && self.without_message == 0
    }
}

/// Reads some versions of resources of a directory, picked by a number, and looks for the messages
/// they came with. Nobody else may have the directory open.
pub fn read_back(
    directory: &Path,
    master_key: &MasterKey,
    count: usize,
    pick: u64,
) -> Result<ReadBack, Failure> {
    let keys = ring::root(directory, master_key)?;
    let open = |name: &str| Sqlite::open(&directory.join(name), &keys.database(name)?, false);
    let (record, archive) = (open("record.db")?, open("archive.db")?);
    let mut result = ReadBack::default();
    for row in picked(&record, count, pick)? {
        let (tenant, kind) = (row.text(0)?, row.text(1)?);
        let (id, version) = (row.text(2)?, row.count(3)?);
        result.read += 1;
        let place = values![tenant, kind, id, version];
        let about = record.one(RAW_OF, place)?;
        let (raw, owner) = (about.text(0)?, about.text(1)?);
        let vault = Vault::new(&record, &keys, tenant);
        match stored(&vault, kind, &record.one(VERSION_GET, place)?) {
            Ok(_) => result.same += 1,
            Err(Failure::Sealed { .. }) => {
                let key = record.first(DATA_KEY_GET, values![tenant, owner])?;
                result.destroyed += u64::from(key.is_none());
            }
            Err(failure) => return Err(failure),
        }
        let is_there =
            raw.is_empty() || archive.first(RAW_IS_THERE, values![tenant, raw])?.is_some();
        result.without_message += u64::from(!is_there);
    }
    Ok(result)
}

/// Some rows of all, each as likely as any other (Vitter's algorithm R).
fn picked(record: &dyn Executor, count: usize, pick: u64) -> Result<Vec<Row>, Failure> {
    let table = versions();
    let (mut rows, mut seen, mut state) = (Vec::new(), 0_u64, pick);
    let mut after: Vec<Value> = Vec::new();
    loop {
        let next = table.next(record, &table.name, &mut after)?;
        if next.is_empty() {
            return Ok(rows);
        }
        for row in next {
            seen += 1;
            if rows.len() < count {
                rows.push(row);
                continue;
            }
            let place = usize::try_from(random(&mut state) % seen).unwrap_or(usize::MAX);
            if let Some(slot) = rows.get_mut(place) {
                *slot = row;
            }
        }
    }
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
