//! What the measurements of the server share: who asks, the clock, and a store.

use model::{TenantId, Timestamp};
use record::{Access, MasterKey, Purpose, Record, Role, Scope, Settings};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub(crate) fn access(role: Role) -> Access {
    let purpose = if role == Role::Operator { Purpose::Operations } else { Purpose::Treatment };
    Access::new(TenantId::new("default"), "bench", role, purpose, Scope::Tenant)
}

#[expect(clippy::disallowed_methods, reason = "the clock of a measurement")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The store of a directory, made where there is none.
pub(crate) fn open(directory: &Path) -> Result<Record, Box<dyn Error>> {
    let key = directory.join("master.key");
    let master_key =
        if key.exists() { MasterKey::from_file(&key)? } else { MasterKey::create_file(&key)? };
    let settings = Settings { directory: directory.join("store"), master_key, readers: 2 };
    Ok(Record::open(settings, Arc::new(now))?)
}
