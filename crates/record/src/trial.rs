//! Trials as they were curated: every version, with the raw document it was made from. A trial is
//! no patient's data; that it was changed is audited, that it was read is not.

mod standing;

pub use standing::{
    EVIDENCE, PutTo, PutToTrials, TRIAL_STATUS_OUT, TrialChange, TrialStanding, TrialWatch,
};

use crate::audit::Touched;
use crate::feed::{self, ChangeKind, Entry};
use crate::limit::{TRIAL_BODY_BYTES_MAX, TRIALS_MAX, no_nul, rows, text, within};
use crate::sql::trial as sql;
use crate::store::{Executor, Row, values};
use crate::vault::sha256;
use crate::{Access, Action, Failure, Record};
use model::{RawId, Timestamp};
use std::collections::BTreeSet;

/// `resource_type` of a trial's changes.
const KIND: &str = "Trial";

/// A trial to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTrial {
    /// Identifier that answers are given by.
    pub id: String,
    /// Number in a public registry, where it has one.
    pub registry: Option<String>,
    /// The archived document it was made from.
    pub raw: RawId,
    /// The trial in its own form, as JSON.
    pub body: Vec<u8>,
}

/// A version of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTrial {
    /// Identifier that answers are given by.
    pub id: String,
    /// Version in the record, counted from 1.
    pub version: u64,
    /// Number in a public registry, where it has one.
    pub registry: Option<String>,
    /// Whether this version takes the trial out of use.
    pub is_retired: bool,
    /// SHA-256 of the body, lower-case hex.
    pub sha256: String,
    /// The archived document it was made from.
    pub raw: RawId,
    /// Who kept it.
    pub actor: String,
    /// When.
    pub recorded: Timestamp,
    /// The trial in its own form, as JSON.
    pub body: Vec<u8>,
}

impl Record {
    /// Keeps a trial: the new version, or the current one if that has the same bytes and is in
    /// use.
    pub fn put_trial(&self, access: &Access, new: NewTrial) -> Result<u64, Failure> {
        self.permit(access, Action::WriteTrials)?;
        check_id("trial", &new.id)?;
        if new.id == EVIDENCE {
            let text = "is the name of what is no trial".to_owned();
            return Err(Failure::Invalid { place: "trial".to_owned(), text });
        }
        text("registry", new.registry.as_deref().unwrap_or_default())?;
        within("trial", new.body.len(), TRIAL_BODY_BYTES_MAX, "bytes")?;
        self.note_trial(access, &new.id)?;
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.actor().to_owned());
        let recorded = self.now();
        self.inner.record_writer.write(move |executor| {
            let current = current(executor, &tenant, &new.id)?;
            let digest = sha256(&new.body);
            let version = match &current {
                Some(current) if current.sha256 == digest && !current.is_retired => {
                    return Ok(current.version);
                }
                Some(current) => current.version + 1,
                None if executor.one(sql::TRIALS_COUNT, values![&tenant])?.count(0)?
                    >= TRIALS_MAX =>
                {
                    let limit = format!("{TRIALS_MAX} trials");
                    return Err(Failure::TooMuch { place: "trial".to_owned(), limit });
                }
                None => 1,
            };
            let stored = StoredTrial {
                id: new.id,
                version,
                registry: new.registry,
                is_retired: false,
                sha256: digest,
                raw: new.raw,
                actor,
                recorded,
                body: new.body,
            };
            put(executor, &tenant, stored)
        })
    }

    /// Takes a trial out of use by a new version of it; the versions before stay. The current
    /// version if it is out of use already; [`Failure::NotFound`] if there is no such trial.
    pub fn retire_trial(&self, access: &Access, id: &str) -> Result<u64, Failure> {
        self.permit(access, Action::WriteTrials)?;
        self.note_trial(access, id)?;
        let (tenant, id) = (access.tenant().as_str().to_owned(), id.to_owned());
        let (actor, recorded) = (access.actor().to_owned(), self.now());
        self.inner.record_writer.write(move |executor| {
            let current = current(executor, &tenant, &id)?.ok_or(Failure::NotFound)?;
            if current.is_retired {
                return Ok(current.version);
            }
            let version = current.version + 1;
            let stored = StoredTrial { version, is_retired: true, actor, recorded, ..current };
            put(executor, &tenant, stored)
        })
    }

    /// The current version of a trial, by its identifier or else by its number in a registry.
    pub fn trial(&self, access: &Access, id: &str) -> Result<Option<StoredTrial>, Failure> {
        self.permit(access, Action::ReadTrials)?;
        let tenant = access.tenant().as_str();
        self.inner.record.read(|executor| {
            if id.is_empty() {
                return Ok(None);
            }
            if let Some(found) = current(executor, tenant, id)? {
                return Ok(Some(found));
            }
            let rows = executor.query(sql::TRIALS_OF_REGISTRY, values![tenant, id])?;
            let ids = rows.iter().map(|row| row.text(0)).collect::<Result<BTreeSet<_>, _>>()?;
            ids.first().map_or(Ok(None), |id| current(executor, tenant, id))
        })
    }

    /// How many versions of trials there are: a number that grows with every change of any, so
    /// that what was made of them is made again only then.
    pub fn count_trial_versions(&self, access: &Access) -> Result<u64, Failure> {
        self.permit(access, Action::ReadTrials)?;
        let key = values![access.tenant().as_str()];
        self.inner.record.read(|executor| executor.one(sql::TRIAL_VERSIONS_COUNT, key)?.count(0))
    }

    /// Current versions of trials, those out of use as well, after an identifier and by it.
    pub fn trials(
        &self,
        access: &Access,
        after: &str,
        limit: u32,
    ) -> Result<Vec<StoredTrial>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadTrials)?;
        let key = values![access.tenant().as_str(), after, limit];
        self.inner
            .record
            .read(|executor| executor.query(sql::TRIALS, key)?.iter().map(stored).collect())
    }

    /// The versions of a trial, the latest first.
    pub fn trial_versions(
        &self,
        access: &Access,
        id: &str,
        limit: u32,
    ) -> Result<Vec<StoredTrial>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadTrials)?;
        let key = values![access.tenant().as_str(), id, limit];
        self.inner
            .record
            .read(|executor| executor.query(sql::TRIAL_VERSIONS, key)?.iter().map(stored).collect())
    }

    fn note_trial(&self, access: &Access, id: &str) -> Result<(), Failure> {
        let entities = vec![format!("trial/{id}")];
        self.note(access, Action::WriteTrials, &Touched { entities, ..Touched::default() })
    }
}

/// Refuses an identifier that is empty or too long.
fn check_id(place: &str, id: &str) -> Result<(), Failure> {
    text(place, id)?;
    no_nul(place, id)?;
    if id.trim().is_empty() {
        let text = "has no identifier".to_owned();
        return Err(Failure::Invalid { place: place.to_owned(), text });
    }
    Ok(())
}

fn put(executor: &dyn Executor, tenant: &str, trial: StoredTrial) -> Result<u64, Failure> {
    let StoredTrial { id, version, registry, is_retired, sha256, raw, actor, recorded, body } =
        trial;
    let registry = registry.unwrap_or_default();
    let row = values![
        tenant,
        &id,
        version,
        &registry,
        is_retired,
        sha256,
        raw.as_str(),
        actor,
        recorded.micros(),
        body
    ];
    executor.execute(sql::TRIAL_VERSION_PUT, row)?;
    executor.execute(sql::TRIAL_HEAD_PUT, values![tenant, &id, version, &registry])?;
    let entry = Entry {
        kind: ChangeKind::Trial,
        resource_type: KIND,
        id: &id,
        version,
        patient: "",
        deleted: is_retired,
    };
    feed::append(executor, tenant, &entry)?;
    Ok(version)
}

fn current(
    executor: &dyn Executor,
    tenant: &str,
    id: &str,
) -> Result<Option<StoredTrial>, Failure> {
    let row = executor.first(sql::TRIAL_CURRENT, values![tenant, id])?;
    row.map(|row| stored(&row)).transpose()
}

/// From its row: id, version, registry, retired, sha256, raw, actor, recorded, body.
fn stored(row: &Row) -> Result<StoredTrial, Failure> {
    let registry = row.text(2)?;
    Ok(StoredTrial {
        id: row.text(0)?.to_owned(),
        version: row.count(1)?,
        registry: (!registry.is_empty()).then(|| registry.to_owned()),
        is_retired: row.flag(3)?,
        sha256: row.text(4)?.to_owned(),
        raw: RawId::new(row.text(5)?),
        actor: row.text(6)?.to_owned(),
        recorded: Timestamp::from_micros(row.int(7)?),
        body: row.bytes(8)?.to_vec(),
    })
}
