//! Opening the data directory.

use crate::arguments::StoreArguments;
use anyhow::{Context, bail};
use knowledge::Pack;
use model::{TenantId, Timestamp};
use record::{Access, Clock, MasterKey, Purpose, Record, Role, Scope, Settings};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// Readers of the store beside its one writer.
const READERS: usize = 8;

/// The tenant of an installation for one organisation.
pub(crate) fn tenant() -> TenantId {
    TenantId::new("default")
}

/// The wall clock. The binary is the only place that reads it.
#[expect(clippy::disallowed_methods, reason = "time enters the system here")]
pub(crate) fn clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}

/// Where the master key is.
pub(crate) fn key_file(store: &StoreArguments) -> PathBuf {
    store.master_key_file.clone().unwrap_or_else(|| store.directory.join("master.key"))
}

/// Opens a store that exists.
pub(crate) fn open(store: &StoreArguments) -> anyhow::Result<Record> {
    let key = key_file(store);
    if !key.exists() {
        bail!(
            "there is no store at `{}`: `{}` is missing; `cognate init` creates one",
            store.directory.display(),
            key.display()
        );
    }
    let master_key = MasterKey::from_file(&key)
        .with_context(|| format!("the master key `{}` cannot be used", key.display()))?;
    let settings = Settings { directory: store.directory.clone(), master_key, readers: READERS };
    Record::open(settings, clock())
        .with_context(|| format!("the store `{}` cannot be opened", store.directory.display()))
}

/// Creates a store with a new master key.
pub(crate) fn create(store: &StoreArguments) -> anyhow::Result<Record> {
    std::fs::create_dir_all(&store.directory)
        .with_context(|| format!("`{}` cannot be created", store.directory.display()))?;
    let key = key_file(store);
    MasterKey::create_file(&key)
        .with_context(|| format!("the master key `{}` cannot be created", key.display()))?;
    open(store)
}

/// The pack that ships inside the binary.
pub(crate) fn built_in_pack() -> anyhow::Result<Arc<Pack>> {
    Ok(Arc::new(Pack::built_in().context("the built-in knowledge pack cannot be loaded")?))
}

/// The operator at this terminal, for accounts and health; reads nothing clinical.
pub(crate) fn operator() -> Access {
    Access::new(tenant(), "cli", Role::Operator, Purpose::Operations, Scope::Tenant)
}

/// The interface engine run from this terminal: archives and files.
pub(crate) fn interface() -> Access {
    Access::new(tenant(), "cli", Role::Interface, Purpose::Treatment, Scope::Tenant)
}

/// The engine run from this terminal: reads facts and statements, for explanations and replays.
/// Whoever holds the master key can read the store; the audit log says that it was read here.
pub(crate) fn engine() -> Access {
    Access::new(tenant(), "cli", Role::Engine, Purpose::Treatment, Scope::Tenant)
}
