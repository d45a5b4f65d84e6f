//! Whether the record works. Nothing in here tells anything about a patient.

use crate::sql::{archive as archive_sql, record as sql};
use crate::{
    AuditVerification, CheckpointKey, Failure, OutboxStanding, RawState, Record, audit, outbox,
};
use model::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::PoisonError;

/// How the backups of this process stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupState {
    /// Whether there is a place to take them to.
    pub is_set: bool,
    /// The moment up to which everything is at that place.
    pub until: Option<Timestamp>,
    /// Why the last one was not taken, if it was not.
    pub failure: Option<String>,
}

/// How the alerts of this process stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlertState {
    /// Whether there is somebody to tell.
    pub is_set: bool,
    /// Alerts whose last attempt failed.
    pub failing: u64,
}

/// Whether the record works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether both databases and the audit log take writes.
    pub writable: bool,
    /// Schema version of `record.db`.
    pub schema_version: u32,
    /// What the databases are kept by, `SQLCipher 4.6.1` or `PostgreSQL 15.18`.
    pub store_version: String,
    /// Last sequence number of the change feed.
    pub last_sequence: u64,
    /// Raw messages by state, over all tenants.
    pub raw_states: BTreeMap<RawState, u64>,
    /// Reviews nobody has resolved, over all tenants.
    pub reviews_open: u64,
    /// Jobs that wait for a writer of this process.
    pub jobs_waiting: usize,
    /// Why the last checkpoint of the audit log was not written, if it was not.
    pub checkpoint_failure: Option<String>,
    /// How backups stand.
    pub backup: BackupState,
    /// How alerts stand.
    pub alerts: AlertState,
    /// What waits for destinations, over all tenants; not what was ever delivered.
    pub outbox: Vec<OutboxStanding>,
}

impl Record {
    /// Whether the record works. A database that cannot be read is not writable either.
    pub fn health(&self) -> Health {
        let inner = &self.inner;
        let mut health = Health {
            writable: !inner.archive_writer.is_stopped()
                && !inner.record_writer.is_stopped()
                && !inner.decision_writer.is_stopped()
                && !inner.genome_writer.is_stopped()
                && inner.audit.is_writable(),
            schema_version: inner.schema_version,
            store_version: inner.store_version.clone(),
            last_sequence: 0,
            raw_states: BTreeMap::new(),
            reviews_open: 0,
            jobs_waiting: inner.archive_writer.waiting()
                + inner.record_writer.waiting()
                + inner.decision_writer.waiting()
                + inner.genome_writer.waiting(),
            checkpoint_failure: inner.audit.checkpoint_failure(),
            backup: inner.backup.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            alerts: *inner.alerts.lock().unwrap_or_else(PoisonError::into_inner),
            outbox: Vec::new(),
        };
        if self.count(&mut health).is_err() {
            health.writable = false;
        }
        health
    }

    /// Notes how backups stand, for [`Record::health`].
    pub fn note_backup(&self, state: BackupState) {
        *self.inner.backup.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Notes how alerts stand, for [`Record::health`].
    pub fn note_alerting(&self, state: AlertState) {
        *self.inner.alerts.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn count(&self, health: &mut Health) -> Result<(), Failure> {
        health.last_sequence = self.last_sequence()?;
        self.copy_later_states()?;
        self.inner.archive.read(|executor| {
            for row in executor.query(archive_sql::RAW_STATES, &[])? {
                if let Some(state) = RawState::from_word(row.text(0)?) {
                    health.raw_states.insert(state, row.count(1)?);
                }
            }
            Ok(())
        })?;
        let reviews =
            |executor: &dyn crate::store::Executor| executor.one(sql::REVIEWS_COUNT, &[])?.count(0);
        health.reviews_open = self.inner.record.read(reviews)?;
        health.outbox = self.inner.record.read(outbox::standing)?;
        Ok(())
    }

    /// Has events left out of the audit log, or no longer, to see what the log costs. Only where
    /// the feature `measure-without-audit` is on, which no binary has.
    #[cfg(feature = "measure-without-audit")]
    pub fn leave_out_audit_events(&self, are_left_out: bool) {
        self.inner.audit.is_silent.store(are_left_out, std::sync::atomic::Ordering::Relaxed);
    }

    /// Reads the whole audit log and checks every chain and every pin.
    pub fn verify_audit(&self) -> AuditVerification {
        audit::verify(self.inner.audit.directory(), &self.inner.keys, None)
    }

    /// Signs the audit log from now on: checkpoints are written to a directory, which should be
    /// off the store, each second or 1,000 events, and when the record is closed.
    /// [`Failure::Audit`] if the directory cannot be written to, or this was asked for before.
    pub fn sign_audit(&self, directory: &Path, key: CheckpointKey) -> Result<(), Failure> {
        self.inner.audit.sign_to(directory, key)
    }
}
