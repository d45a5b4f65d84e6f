//! A record to try things on, made anew after a while so that it stays small.

use model::{TenantId, Timestamp};
use record::{Access, MasterKey, Purpose, Record, Role, Scope, Settings};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

/// Uses of one record.
const USES_MAX: u32 = 2_000;
/// Where the disk is not waited for, if there is such a place.
const MEMORY: &str = "/dev/shm";

struct Bed {
    record: Record,
    uses: u32,
    _directory: TempDir,
}

/// One record of one check.
pub(crate) struct Beds(Mutex<Option<Bed>>);

impl Beds {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The record, prepared by `prepare` when it is new.
    pub(crate) fn record(&self, prepare: impl FnOnce(&Record)) -> Record {
        let mut bed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if bed.as_ref().is_none_or(|bed| bed.uses >= USES_MAX) {
            *bed = None;
            let new = made();
            prepare(&new.record);
            *bed = Some(new);
        }
        let bed = bed.as_mut().expect("it was made a line above");
        bed.uses += 1;
        bed.record.clone()
    }
}

fn made() -> Bed {
    let directory =
        if Path::new(MEMORY).is_dir() { tempfile::tempdir_in(MEMORY) } else { tempfile::tempdir() };
    let directory = directory.expect("a directory for a record");
    let key = MasterKey::create_file(directory.path().join("key")).expect("a master key");
    let settings =
        Settings { directory: directory.path().join("data"), master_key: key, readers: 1 };
    let now = || Timestamp::from_micros(1_767_225_600_000_000);
    let record = Record::open(settings, Arc::new(now)).expect("a record");
    Bed { record, uses: 0, _directory: directory }
}

/// The access of a role, for care.
pub(crate) fn access(role: Role) -> Access {
    Access::new(TenantId::new("t"), "hostile", role, Purpose::Treatment, Scope::Tenant)
}
