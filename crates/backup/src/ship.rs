//! Taking snapshots again and again while a server runs, so that little is ever lost.
//!
//! A snapshot sends only what is new, so that many of them are a continuous copy: whatever was
//! answered before the last one is at the destination. What a restore may lose is what came within
//! one interval and the time that a snapshot takes.

use crate::repository::Keep;
use crate::take::{Taken, Taking, new_id, take};
use crate::{Destination, Failure, Repository};
use model::Timestamp;
use record::{BackupState, Clock, MasterKey, Record, Store, backup_key};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(100);
/// How often old snapshots are removed.
const PRUNE_MICROS: i64 = 3600 * 1_000_000;
/// How long every snapshot is kept.
const EVERY_ONE_SECONDS: u64 = 2 * 3600;

/// What is sent where.
pub struct Shipping {
    /// The data directory.
    pub directory: PathBuf,
    /// Where its databases are.
    pub store: Store,
    /// Its master key.
    pub master_key: MasterKey,
    /// Where the time is from.
    pub clock: Clock,
    /// Version of the program.
    pub program: String,
    /// Where to.
    pub destination: Arc<dyn Destination>,
    /// Seconds from the beginning of one snapshot to that of the next.
    pub every_seconds: u64,
    /// Whether old snapshots stay, because somebody else removes them or nobody may.
    pub keeps_all: bool,
}

impl std::fmt::Debug for Shipping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shipping({} to {:?})", self.directory.display(), self.destination)
    }
}

impl Shipping {
    /// What is kept: every snapshot of two hours, then one an hour for two days, one a day for five
    /// weeks, one a month for thirteen months, one a year for seven years.
    pub fn keep(&self) -> Keep {
        let last = EVERY_ONE_SECONDS / self.every_seconds.max(1);
        let last = usize::try_from(last).unwrap_or(usize::MAX);
        Keep { last, hourly: 48, daily: 35, weekly: 0, monthly: 13, yearly: 7 }
    }
}

/// Takes snapshots until it is stopped.
#[derive(Debug)]
pub struct Shipper {
    shipping: Shipping,
    record: Record,
    repository: Option<Repository>,
    state: BackupState,
    pruned: Option<Timestamp>,
}

impl Shipper {
    /// One for a record that is open in this process, whose health it tells.
    pub fn new(shipping: Shipping, record: Record) -> Self {
        let state = BackupState { is_set: true, ..BackupState::default() };
        record.note_backup(state.clone());
        Self { shipping, record, repository: None, state, pruned: None }
    }

    /// Takes snapshots until it is told to stop, and a last one then.
    pub fn follow(mut self, stop: &dyn Fn() -> bool, told: &dyn Fn(&Result<Taken, Failure>)) {
        loop {
            let begun = (self.shipping.clock)();
            told(&self.ship());
            if stop() {
                return;
            }
            let every = i64::try_from(self.shipping.every_seconds).unwrap_or(i64::MAX);
            let next = begun.micros().saturating_add(every.saturating_mul(1_000_000));
            while (self.shipping.clock)().micros() < next && !stop() {
                std::thread::sleep(LOOK);
            }
        }
    }

    /// Takes one snapshot.
    pub fn ship(&mut self) -> Result<Taken, Failure> {
        let taken = self.try_ship();
        match &taken {
            Ok(taken) => {
                self.state.until = Some(taken.until);
                self.state.failure = None;
            }
            Err(failure) => self.state.failure = Some(failure.to_string()),
        }
        self.record.note_backup(self.state.clone());
        taken
    }

    fn try_ship(&mut self) -> Result<Taken, Failure> {
        let shipping = &self.shipping;
        let repository = if let Some(repository) = &self.repository {
            repository.clone()
        } else {
            let secret = backup_key(&shipping.master_key)?;
            let destination = Arc::clone(&shipping.destination);
            Repository::open_or_create(destination, &secret, &new_id()?)?
        };
        self.repository = Some(repository.clone());
        let taken = take(
            &repository,
            &Taking {
                directory: &shipping.directory,
                store: &shipping.store,
                master_key: &shipping.master_key,
                clock: &shipping.clock,
                program: &shipping.program,
                afresh: false,
                resources: false,
                only_changes: true,
            },
        )?;
        let now = (shipping.clock)();
        let pruned = *self.pruned.get_or_insert(now);
        if !shipping.keeps_all && now.micros() - pruned.micros() >= PRUNE_MICROS {
            self.pruned = Some(now);
            match repository.prune(&shipping.keep(), &new_id()?, &*shipping.clock) {
                // Somebody else takes a backup; next time.
                Ok(_) | Err(Failure::Busy { .. }) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(taken)
    }
}
