//! Keys of tenants: a new one, and the keys of patients wrapped by it while requests go on.

use crate::audit::Touched;
use crate::key::{Keyring, Keys};
use crate::sql::record as sql;
use crate::store::{Executor, Writer, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use std::sync::Arc;

/// Data keys that one transaction wraps again: some milliseconds of the writer.
const BATCH_KEYS: usize = 500;

/// How far the keys of a tenant are wrapped by its newest key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Keys that were looked at.
    pub looked_at: u64,
    /// Keys that were wrapped again.
    pub rewrapped: u64,
}

impl Record {
    /// What is in the keyring; no secrets.
    pub fn keyring(&self, access: &Access) -> Result<Keyring, Failure> {
        self.managing(access, "keyring")?;
        self.inner.keys.ring()?.show()
    }

    /// Makes a new key for the tenant of the access; its number. From now on new data keys are
    /// wrapped by it, in every process that has the record open.
    pub fn renew_tenant_key(&self, access: &Access) -> Result<u32, Failure> {
        self.managing(access, "keyring/renew")?;
        self.inner.keys.ring()?.renew(access.tenant().as_str(), self.now())
    }

    /// Wraps all data keys of the tenant by its newest key, some at a time between the writes of
    /// others. Only the keys are written, not what they seal. Done again after a crash it goes on
    /// with what is left; `told` hears of every batch.
    pub fn rewrap_data_keys(
        &self,
        access: &Access,
        told: &mut dyn FnMut(Rewrapped),
    ) -> Result<Rewrapped, Failure> {
        self.managing(access, "keyring/rewrap")?;
        let mut done = Rewrapped::default();
        for writer in self.inner.writers() {
            self.walk_data_keys(access, writer, &mut |batch| {
                done.looked_at += batch.looked_at;
                done.rewrapped += batch.rewrapped;
                told(done);
            })?;
        }
        Ok(done)
    }

    /// Destroys the keys of the tenant before its newest one; how many. Whatever still is wrapped
    /// by one of them cannot be read any more: backups made before. Every data key of the store is
    /// wrapped by the newest one first.
    pub fn forget_former_tenant_keys(&self, access: &Access) -> Result<usize, Failure> {
        self.managing(access, "keyring/forget")?;
        // What another process wrapped meanwhile it wrapped before it saw the new key.
        while self.rewrap_data_keys(access, &mut |_| {})?.rewrapped > 0 {}
        self.inner.keys.ring()?.forget_former(access.tenant().as_str())
    }

    fn managing(&self, access: &Access, what: &str) -> Result<(), Failure> {
        self.permit(access, Action::ManageKeys)?;
        let entities = vec![what.to_owned()];
        self.note(access, Action::ManageKeys, &Touched { entities, ..Touched::default() })
    }

    fn walk_data_keys(
        &self,
        access: &Access,
        writer: &Writer,
        told: &mut dyn FnMut(Rewrapped),
    ) -> Result<(), Failure> {
        let mut after = String::new();
        loop {
            let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
            let tenant = access.tenant().as_str().to_owned();
            let from = after.clone();
            let work = move |executor: &dyn Executor| batch(executor, &keys, &tenant, &from, now);
            let (done, last) = writer.write(work)?;
            told(done);
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }
}

/// One batch, and the last owner of it if there may be more.
fn batch(
    executor: &dyn Executor,
    keys: &Keys,
    tenant: &str,
    after: &str,
    now: Timestamp,
) -> Result<(Rewrapped, Option<String>), Failure> {
    let rows = executor.query(sql::DATA_KEYS_AFTER, values![tenant, after, BATCH_KEYS as u64])?;
    let mut done = Rewrapped { looked_at: rows.len() as u64, rewrapped: 0 };
    for row in &rows {
        let owner = row.text(0)?;
        if let Some(wrapped) = keys.rewrap([tenant, owner], row.bytes(1)?, now)? {
            executor.execute(sql::DATA_KEY_REWRAP, values![wrapped, tenant, owner])?;
            done.rewrapped += 1;
        }
    }
    let last = rows.last().filter(|_| rows.len() == BATCH_KEYS);
    Ok((done, last.map(|row| row.text(0).map(str::to_owned)).transpose()?))
}
