//! What cohorts of trials say to patients, as a log of changes: who was out and is in, or could be
//! with one more test. Nothing is kept of a pair that was never anything but out. What evidence
//! says of a patient's tumour is noted in the same log, under a name that no trial has.

use crate::audit::Touched;
use crate::feed::{self, ChangeKind, Entry};
use crate::grant::Columns;
use crate::key::Keys;
use crate::limit::{PAGE_ROWS_MAX, TRIAL_STANDINGS_MAX, rows, text, within};
use crate::sql::trial as sql;
use crate::store::{Executor, Row, values};
use crate::vault::{Builder, Vault};
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The status of a patient who is out: the one that stands where nothing is kept.
pub const TRIAL_STATUS_OUT: &str = "not-eligible";

/// `resource_type` of what changes here, in the feed.
const KIND: &str = "TrialStatus";
/// The name under which the log has what evidence says of findings and therapies: the cohort is
/// what it is about, the status its tier. No trial can be kept under it.
pub const EVIDENCE: &str = "evidence of therapies";

/// What a cohort says to a patient who is not out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialStanding {
    /// The trial.
    pub trial: String,
    /// Its version in the record.
    pub version: u64,
    /// The cohort.
    pub cohort: String,
    /// Where it stands in the trial.
    pub path: String,
    /// `eligible`, `needs-data`, …; never [`TRIAL_STATUS_OUT`].
    pub status: String,
}

impl TrialStanding {
    /// Whether it is of evidence, and of no trial.
    pub fn is_evidence(&self) -> bool {
        self.trial == EVIDENCE
    }
}

/// Which trials a patient was put to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutTo {
    /// All that are in use: what is not among the standings is over. Evidence is no trial.
    Every,
    /// One, or [`EVIDENCE`]: so are only standings of it.
    One(String),
}

/// Whether a patient is looked at again when a trial changes, and when time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialWatch {
    /// As before.
    Keep,
    /// No.
    Off,
    /// Yes, and at the latest on a day, as `yyyymmdd`, on which something is due.
    On(Option<u32>),
}

/// A change of what a cohort says to a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialChange {
    /// Place in the log, from 1.
    pub number: u64,
    /// Whose.
    pub patient: PatientId,
    /// What it is from now on; its status may be [`TRIAL_STATUS_OUT`].
    pub standing: TrialStanding,
    /// The status before.
    pub former: String,
    /// Why it changed, in words.
    pub cause: String,
    /// What it was worked out with.
    pub engine: String,
    /// When.
    pub recorded: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(flatten)]
    standing: TrialStanding,
    former: String,
    cause: String,
    engine: String,
}

/// The log's columns.
const CHANGES: &str = "SELECT s.number, s.patient, s.recorded, s.body FROM trial_status s
    WHERE s.tenant = $1";
/// That no later change is of the same cohort.
const LATEST: &str = " AND NOT EXISTS (SELECT 1 FROM trial_status l WHERE l.tenant = s.tenant
    AND l.patient = s.patient AND l.cohort = s.cohort AND l.number > s.number)";

/// What a patient was put to, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutToTrials {
    /// Who.
    pub patient: PatientId,
    /// Which trials.
    pub put_to: PutTo,
    /// What those say that do not say "out".
    pub standings: Vec<TrialStanding>,
    /// Why it was looked at, in words.
    pub cause: String,
    /// What it was worked out with.
    pub engine: String,
    /// Whether and when it is looked at again.
    pub watch: TrialWatch,
}

impl Record {
    /// Notes what changed in what trials say to patients, all in one transaction; how many changes
    /// there were. The same again changes nothing.
    pub fn put_trial_standings(
        &self,
        access: &Access,
        puts: Vec<PutToTrials>,
    ) -> Result<u32, Failure> {
        self.permit(access, Action::PutStatements)?;
        within("patients", puts.len(), PAGE_ROWS_MAX as usize, "patients")?;
        let mut touched = Touched::default();
        for put in &puts {
            if !access.sees(put.patient.as_str()) {
                return Err(Failure::NotFound);
            }
            within("standings", put.standings.len(), TRIAL_STANDINGS_MAX, "cohorts")?;
            for part in put.standings.iter().flat_map(|one| [&one.trial, &one.cohort, &one.path]) {
                text("standing", part)?;
            }
            text("cause", &put.cause)?;
            touched.patient(put.patient.as_str());
        }
        self.note(access, Action::PutStatements, &touched)?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        let keys = Arc::clone(&self.inner.keys);
        self.inner.record_writer.write(move |executor| {
            let log = Log { executor, keys: &keys, tenant: &tenant, now };
            puts.iter().try_fold(0, |changes, put| Ok(changes + log.put(put)?))
        })
    }

    /// What trials say to a patient that do not say "out": the latest change of each cohort.
    pub fn trial_standings(
        &self,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Vec<TrialChange>, Failure> {
        let access = &self.granted(access, Action::ReadStatements)?;
        let key = values![access.tenant().as_str(), patient.as_str()];
        let mut query = Builder::new(&format!("{CHANGES} AND s.patient = $2{LATEST}"), key);
        query.scope(access, Columns::Patient("s"));
        query.push(" ORDER BY s.number");
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        let mut found = self.read_changes(access, &query, touched)?;
        found.retain(|change| {
            change.standing.status != TRIAL_STATUS_OUT && !change.standing.is_evidence()
        });
        Ok(found)
    }

    /// What evidence said otherwise of a patient's tumour than before, the latest first.
    pub fn evidence_changes(
        &self,
        access: &Access,
        patient: &PatientId,
        limit: u32,
    ) -> Result<Vec<TrialChange>, Failure> {
        let limit = rows("limit", limit)?;
        let access = &self.granted(access, Action::ReadStatements)?;
        let tenant = access.tenant().as_str();
        let hash = trial_hash(&self.inner.keys, tenant, EVIDENCE);
        let key = values![tenant, patient.as_str(), hash];
        let text = format!("{CHANGES} AND s.patient = $2 AND s.trial = $3");
        let mut query = Builder::new(&text, key);
        query.scope(access, Columns::Patient("s"));
        query.push(" ORDER BY s.number DESC LIMIT ");
        query.bind(limit);
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        self.read_changes(access, &query, touched)
    }

    /// To whom a trial does not say "out": the latest change of each patient and cohort, after a
    /// place in the log and in its order.
    pub fn standings_of_trial(
        &self,
        access: &Access,
        trial: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<TrialChange>, Failure> {
        let limit = rows("limit", limit)?;
        let access = &self.granted(access, Action::ReadStatements)?;
        let tenant = access.tenant().as_str();
        let hash = trial_hash(&self.inner.keys, tenant, trial);
        let text = format!("{CHANGES} AND s.trial = $2 AND s.number > $3 AND s.is_out = 0{LATEST}");
        let mut query = Builder::new(&text, values![tenant, hash, after]);
        query.scope(access, Columns::Patient("s"));
        query.push(" ORDER BY s.number LIMIT ");
        query.bind(limit);
        let entities = vec![format!("trial/{trial}")];
        self.read_changes(access, &query, Touched { entities, ..Touched::default() })
    }

    /// The latest changes, the latest first, of those before a place in the log.
    pub fn trial_changes(
        &self,
        access: &Access,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<TrialChange>, Failure> {
        let limit = rows("limit", limit)?;
        let access = &self.granted(access, Action::ReadStatements)?;
        let before = before.unwrap_or(i64::MAX.unsigned_abs());
        let key = values![access.tenant().as_str(), before];
        let mut query = Builder::new(&format!("{CHANGES} AND s.number < $2"), key);
        query.scope(access, Columns::Patient("s"));
        query.push(" ORDER BY s.number DESC LIMIT ");
        query.bind(limit);
        self.read_changes(access, &query, Touched::default())
    }

    fn read_changes(
        &self,
        access: &Access,
        query: &Builder,
        also: Touched,
    ) -> Result<Vec<TrialChange>, Failure> {
        self.audited_read(access, Action::ReadStatements, |executor, touched| {
            *touched = also;
            let vault = Vault::new(executor, &self.inner.keys, access.tenant().as_str());
            let rows = executor.query(&query.sql, &query.values)?;
            for row in &rows {
                touched.patient(row.text(1)?);
            }
            rows.iter().map(|row| change(&vault, row)).collect()
        })
    }

    /// Patients who are looked at again when a trial changes, after a patient and by id.
    pub fn watched_for_trials(
        &self,
        access: &Access,
        after: Option<&PatientId>,
        limit: u32,
    ) -> Result<Vec<PatientId>, Failure> {
        let limit = rows("limit", limit)?;
        let after = after.map_or("", PatientId::as_str);
        self.watched(access, sql::WATCHED, values![access.tenant().as_str(), after, limit])
    }

    /// Those of them for whom something is due on a day, as `yyyymmdd`.
    pub fn due_for_trials(
        &self,
        access: &Access,
        day: u32,
        limit: u32,
    ) -> Result<Vec<PatientId>, Failure> {
        let limit = rows("limit", limit)?;
        self.watched(access, sql::DUE, values![access.tenant().as_str(), day, limit])
    }

    fn watched(
        &self,
        access: &Access,
        sql: &str,
        key: &[crate::store::Value],
    ) -> Result<Vec<PatientId>, Failure> {
        self.audited_read(access, Action::ReadChanges, |executor, touched| {
            let mut patients = Vec::new();
            for row in executor.query(sql, key)? {
                touched.patients.push(row.text(0)?.to_owned());
                patients.push(PatientId::new(row.text(0)?));
            }
            Ok(patients)
        })
    }
}

/// Trial, path and cohort.
type Key = (String, String, String);

fn key(standing: &TrialStanding) -> Key {
    let TrialStanding { trial, path, cohort, .. } = standing;
    (trial.clone(), path.clone(), cohort.clone())
}

/// One transaction on the log.
struct Log<'l> {
    executor: &'l dyn Executor,
    keys: &'l Keys,
    tenant: &'l str,
    now: Timestamp,
}

impl Log<'_> {
    fn put(&self, put: &PutToTrials) -> Result<u32, Failure> {
        let patient = put.patient.as_str();
        self.watch(patient, &put.put_to, put.watch)?;
        let mut standing = self.standing(patient, &put.put_to)?;
        let mut changes = 0;
        for one in &put.standings {
            let former = standing.remove(&key(one));
            let former = former.map_or(TRIAL_STATUS_OUT.to_owned(), |former| former.status);
            if former != one.status {
                self.write(patient, one.clone(), former, put)?;
                changes += 1;
            }
        }
        for over in standing.into_values() {
            let former = over.status.clone();
            let status = TRIAL_STATUS_OUT.to_owned();
            self.write(patient, TrialStanding { status, ..over }, former, put)?;
            changes += 1;
        }
        Ok(changes)
    }

    /// A day that is due stays due until the patient was put to every trial: put to one, it can
    /// only come sooner.
    fn watch(&self, patient: &str, put_to: &PutTo, watch: TrialWatch) -> Result<(), Failure> {
        let row = |due: Option<u32>| values![self.tenant, patient, due.unwrap_or(0)].to_vec();
        match (put_to, watch) {
            (_, TrialWatch::Keep) | (PutTo::One(_), TrialWatch::Off) => 0,
            (PutTo::One(_), TrialWatch::On(due)) => {
                self.executor.execute(sql::WATCH_SOONER, &row(due))?
            }
            (PutTo::Every, TrialWatch::Off) => {
                self.executor.execute(sql::WATCH_DROP, values![self.tenant, patient])?
            }
            (PutTo::Every, TrialWatch::On(due)) => {
                self.executor.execute(sql::WATCH_PUT, &row(due))?
            }
        };
        Ok(())
    }

    /// What stands of the trials that the patient was put to, by trial and cohort.
    fn standing(
        &self,
        patient: &str,
        put_to: &PutTo,
    ) -> Result<BTreeMap<Key, TrialStanding>, Failure> {
        let vault = Vault::new(self.executor, self.keys, self.tenant);
        let text = format!("{CHANGES} AND s.patient = $2{LATEST}");
        let mut query = Builder::new(&text, values![self.tenant, patient]);
        if let PutTo::One(asked) = put_to {
            query.push(" AND s.trial = ");
            query.bind(trial_hash(self.keys, self.tenant, asked));
        }
        let mut standing = BTreeMap::new();
        for row in self.executor.query(&query.sql, &query.values)? {
            let one = change(&vault, &row)?.standing;
            let is_asked = matches!(put_to, PutTo::One(_)) || !one.is_evidence();
            if is_asked && one.status != TRIAL_STATUS_OUT {
                standing.insert(key(&one), one);
            }
        }
        Ok(standing)
    }

    fn write(
        &self,
        patient: &str,
        standing: TrialStanding,
        former: String,
        put: &PutToTrials,
    ) -> Result<(), Failure> {
        let number = self.executor.one(sql::STATUS_LAST, values![self.tenant])?.count(0)? + 1;
        let trial = trial_hash(self.keys, self.tenant, &standing.trial);
        let cohort = self.keys.index_hash(self.tenant, &cohort_name(&standing));
        let is_out = standing.status == TRIAL_STATUS_OUT;
        let (cause, engine) = (put.cause.clone(), put.engine.clone());
        let body = serde_json::to_vec(&Body { standing, former, cause, engine })
            .map_err(|error| Failure::Storage(error.to_string()))?;
        let vault = Vault::new(self.executor, self.keys, self.tenant);
        let place = number.to_string();
        let sealed = vault.seal(patient, &["trial-status", &place], &body, self.now)?;
        let recorded = self.now.micros();
        let row = values![self.tenant, number, patient, trial, cohort, is_out, recorded, sealed];
        self.executor.execute(sql::STATUS_PUT, row)?;
        let (kind, resource_type) = (ChangeKind::TrialStatus, KIND);
        let (id, version, deleted) = (place.as_str(), 1, false);
        let entry = Entry { kind, resource_type, id, version, patient, deleted };
        feed::append(self.executor, self.tenant, &entry)
    }
}

fn trial_hash(keys: &Keys, tenant: &str, trial: &str) -> String {
    keys.index_hash(tenant, &format!("trial {trial}"))
}

/// The name of a cohort that its hash is of; the lengths tell its parts from one another.
fn cohort_name(standing: &TrialStanding) -> String {
    let TrialStanding { trial, cohort, path, .. } = standing;
    format!("cohort {} {}\n{trial}\n{path}\n{cohort}", trial.len(), path.len())
}

/// Opens a change from its row: number, patient, recorded, body.
fn change(vault: &Vault<'_>, row: &Row) -> Result<TrialChange, Failure> {
    let (number, patient) = (row.count(0)?, row.text(1)?);
    let place = number.to_string();
    let body = vault.open(patient, &["trial-status", &place], row.bytes(3)?)?;
    let body: Body = serde_json::from_slice(&body)
        .map_err(|_| Failure::Sealed { place: format!("trial-status/{number}") })?;
    Ok(TrialChange {
        number,
        patient: PatientId::new(patient),
        standing: body.standing,
        former: body.former,
        cause: body.cause,
        engine: body.engine,
        recorded: Timestamp::from_micros(row.int(2)?),
    })
}
