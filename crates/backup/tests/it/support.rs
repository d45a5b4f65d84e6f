//! A record in a directory, ways to fill it, and a repository beside it.

use backup::{Directory, Failure, Repository, Restored, Restoring, Snapshot, Taken, Taking};
use backup::{restore, take};
use model::provenance::Door;
use model::{TenantId, Timestamp};
use record::{
    Access, Clock, Commit, Condition, MasterKey, NewRaw, Purpose, RawState, Record, ResourceChange,
    Role, Scope, Settings, backup_key,
};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-01-01T00:00:00Z.
pub(crate) const START_MICROS: i64 = 1_767_225_600_000_000;

pub(crate) struct Place {
    pub(crate) scratch: tempfile::TempDir,
    pub(crate) clock: Clock,
}

impl Place {
    pub(crate) fn new() -> Self {
        let ticks = AtomicI64::new(START_MICROS);
        let tick = move || Timestamp::from_micros(ticks.fetch_add(1000, Ordering::Relaxed));
        Self { scratch: tempfile::tempdir().unwrap(), clock: Arc::new(tick) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    pub(crate) fn key(&self) -> MasterKey {
        let path = self.path("master.key");
        MasterKey::from_file(&path).or_else(|_| MasterKey::create_file(&path)).unwrap()
    }

    pub(crate) fn open(&self, directory: &Path) -> Result<Record, record::Failure> {
        let directory = directory.to_owned();
        let settings = Settings { directory, master_key: self.key(), readers: 2 };
        Record::open(settings, Arc::clone(&self.clock))
    }

    pub(crate) fn repository(&self) -> Repository {
        let destination = Arc::new(Directory::new(self.path("backups")));
        let secret = backup_key(&self.key()).unwrap();
        Repository::open_or_create(destination, &secret, "r1").unwrap()
    }

    pub(crate) fn take(&self) -> Taken {
        self.try_take().unwrap()
    }

    pub(crate) fn try_take(&self) -> Result<Taken, Failure> {
        let taking = Taking {
            directory: &self.path("data"),
            store: &record::Store::Directory,
            master_key: &self.key(),
            clock: &self.clock,
            program: "0.1.0",
            afresh: false,
            resources: true,
            only_changes: false,
        };
        take(&self.repository(), &taking)
    }

    pub(crate) fn restore(&self, snapshot: &Snapshot, to: &str) -> Result<Restored, Failure> {
        let restoring = Restoring { master_key: &self.key(), clock: &self.clock };
        restore(&self.repository(), snapshot, &self.path(to), &restoring)
    }
}

pub(crate) fn access(role: Role) -> Access {
    Access::new(TenantId::new("t1"), role.word(), role, Purpose::Treatment, Scope::Tenant)
}

/// Archives a message and files an observation that came with it.
pub(crate) fn file(record: &Record, id: &str, patient: &str) {
    let interface = access(Role::Interface);
    let message = NewRaw {
        feed: "lab".to_owned(),
        door: Door::Mllp,
        media_type: "x-application/hl7-v2+er7".to_owned(),
        message_key: Some(id.to_owned()),
        peer: "127.0.0.1".to_owned(),
        body: format!("message of {id}").into_bytes(),
        state: RawState::Received,
    };
    let raw = record.archive(&interface, message).unwrap();
    let observation = json!({
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "subject": {"reference": format!("Patient/{patient}")},
        "code": {"coding": [{"system": "http://loinc.org", "code": "79716-7"}]},
        "note": [{"text": "x".repeat(500)}],
    });
    let changes = vec![ResourceChange::put(observation, vec![], Condition::Any)];
    let raw = Some((raw, RawState::Filed, vec![]));
    record.commit(&interface, Commit { changes, raw, ..Commit::default() }).unwrap();
}

/// Whether an observation can be read.
pub(crate) fn reads(record: &Record, id: &str) -> bool {
    let reader = access(Role::Prescriber);
    record.read(&reader, "Observation", id).unwrap().is_some()
}
