//! Trials in the record: as they were curated, version by version.

use crate::follow::Failure;
use model::{RawId, Timestamp};
use record::limit::PAGE_ROWS_MAX;
use record::{Access, NewTrial, Record, StoredTrial};
use trials::Trial;

/// A version of a trial out of the record.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptTrial {
    /// The trial.
    pub trial: Trial,
    /// Version in the record, counted from 1.
    pub version: u64,
    /// Whether it is out of use.
    pub is_retired: bool,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// The archived document it was made from.
    pub raw: RawId,
    /// Who kept it.
    pub actor: String,
    /// When.
    pub recorded: Timestamp,
}

/// Keeps a trial that was read from an archived document; the version it has now. One whose bytes
/// are those of the current version is not kept again.
///
/// # Errors
/// When the record refuses or fails: a trial without an identifier, for one.
pub fn keep_trial(
    record: &Record,
    access: &Access,
    raw: &RawId,
    trial: &Trial,
) -> Result<u64, Failure> {
    let new = NewTrial {
        id: trial.id.clone(),
        registry: trial.nct.clone(),
        raw: raw.clone(),
        body: serde_json::to_vec(trial)?,
    };
    Ok(record.put_trial(access, new)?)
}

/// The current version of a trial, by its identifier or its number in a registry.
///
/// # Errors
/// When the record fails, or what it holds is in a form that this program does not know.
pub fn kept_trial(
    record: &Record,
    access: &Access,
    id: &str,
) -> Result<Option<KeptTrial>, Failure> {
    record.trial(access, id)?.map(opened).transpose()
}

/// The current version of every trial, those out of use as well, by identifier.
///
/// # Errors
/// As [`kept_trial`].
pub fn kept_trials(record: &Record, access: &Access) -> Result<Vec<KeptTrial>, Failure> {
    let mut kept: Vec<KeptTrial> = Vec::new();
    loop {
        let after = kept.last().map(|last| last.trial.id.clone()).unwrap_or_default();
        let page = record.trials(access, &after, PAGE_ROWS_MAX)?;
        let is_last = page.len() < PAGE_ROWS_MAX as usize;
        for stored in page {
            kept.push(opened(stored)?);
        }
        if is_last {
            return Ok(kept);
        }
    }
}

fn opened(stored: StoredTrial) -> Result<KeptTrial, Failure> {
    let unread = |why: String| {
        Failure::Knowledge(format!("trial {} version {}: {why}", stored.id, stored.version))
    };
    let value = serde_json::from_slice(&stored.body).map_err(|error| unread(error.to_string()))?;
    let trial = Trial::parse(value).map_err(|problem| unread(problem.to_string()))?;
    Ok(KeptTrial {
        trial,
        version: stored.version,
        is_retired: stored.is_retired,
        sha256: stored.sha256,
        raw: stored.raw,
        actor: stored.actor,
        recorded: stored.recorded,
    })
}
