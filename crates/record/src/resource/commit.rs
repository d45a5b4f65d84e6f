//! One commit: resources, facts, search values, changes, the raw message's state and the review
//! list in one transaction.

use super::compartment::Compartment;
use super::prepare::{Content, Prepared, bytes, prepare};
use super::{Commit, Committed, Condition, Stored, patient_of};
use crate::access::EVERYBODY;
use crate::audit::Touched;
use crate::feed::{self, ChangeKind, Entry as FeedEntry};
use crate::key::Keys;
use crate::record::{Clock, uuid_at};
use crate::search::{self, Indexed};
use crate::sql::record as sql;
use crate::store::{Executor, values};
use crate::vault::{Vault, sha256};
use crate::{Access, Action, Failure, NewReview, RawState, Record, Scope, archive, review};
use model::{Problem, RawId, ResourceRef, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Record {
    /// Does all of a commit, or nothing of it. A condition that does not hold, and a raw message
    /// that was filed before, is [`Failure::Conflict`]; what lies outside the caller's scope is
    /// [`Failure::NotFound`].
    pub fn commit(&self, access: &Access, mut commit: Commit) -> Result<Committed, Failure> {
        self.permit(access, Action::Commit)?;
        let tenant = access.tenant().as_str();
        let prepared = prepare(&mut commit, tenant, &self.inner.keys)?;
        if let Some((id, _, problems)) = &commit.raw {
            archive::check_problems(problems)?;
            self.require_raw(access, id)?;
        }
        self.note(access, Action::Commit, &touched(&prepared, commit.raw.as_ref()))?;
        let raw = commit.raw.clone();
        let filing = Filing {
            access: access.clone(),
            keys: Arc::clone(&self.inner.keys),
            clock: Arc::clone(&self.inner.clock),
            raw: commit.raw,
            reviews: commit.reviews,
            cursor: commit.cursor,
        };
        let committed =
            self.inner.record_writer.write(move |executor| filing.run(executor, prepared))?;
        if let Some((id, state, _)) = raw {
            // The commit stands. A copy that fails is made up for by the next look at the list.
            let _ = self.copy_raw_state(access, &id, state);
        }
        Ok(committed)
    }
}

/// What the audit event of a commit names, before it happens.
fn touched(prepared: &[Prepared], raw: Option<&(RawId, RawState, Vec<Problem>)>) -> Touched {
    let mut touched = Touched::default();
    for change in prepared {
        touched.entities.push(change.place());
        if let Some(Content { compartment: Compartment::Known(patient), .. }) = &change.content
            && patient != EVERYBODY
        {
            touched.patient(patient);
        }
    }
    touched.entities.extend(raw.map(|(id, _, _)| format!("raw/{id}")));
    touched
}

struct Filing {
    access: Access,
    keys: Arc<Keys>,
    clock: Clock,
    raw: Option<(RawId, RawState, Vec<Problem>)>,
    reviews: Vec<NewReview>,
    cursor: Option<(String, u64)>,
}

/// What is stored now.
struct Current {
    version: u64,
    patient: String,
    deleted: bool,
}

/// One transaction under way.
struct Transaction<'a> {
    filing: &'a Filing,
    executor: &'a dyn Executor,
    vault: &'a Vault<'a>,
    tenant: &'a str,
    now: Timestamp,
    raw: &'a str,
    patients: BTreeSet<String>,
}

impl Filing {
    fn run(&self, executor: &dyn Executor, prepared: Vec<Prepared>) -> Result<Committed, Failure> {
        let tenant = self.access.tenant().as_str();
        let vault = Vault::new(executor, &self.keys, tenant);
        let mut transaction = Transaction {
            filing: self,
            executor,
            vault: &vault,
            tenant,
            now: (self.clock)(),
            raw: self.raw.as_ref().map_or("", |(id, _, _)| id.as_str()),
            patients: BTreeSet::new(),
        };
        let resources = prepared.into_iter().map(|change| transaction.change(change));
        let resources = resources.collect::<Result<_, _>>()?;
        transaction.settle_raw()?;
        let mut reviews = Vec::new();
        for entry in &self.reviews {
            let id = uuid_at(transaction.now);
            review::insert(executor, &vault, tenant, &id, entry, transaction.now)?;
            reviews.push(id);
        }
        if let Some((name, place)) = &self.cursor {
            feed::move_cursor(executor, tenant, name, *place)?;
        }
        let sequence = executor.one(sql::SEQUENCE_LAST, &[])?.count(0)?;
        Ok(Committed { sequence, resources, reviews })
    }
}

impl Transaction<'_> {
    fn change(&mut self, change: Prepared) -> Result<Option<Stored>, Failure> {
        let key = values![self.tenant, &change.resource_type, &change.id];
        let current = match self.executor.first(sql::RESOURCE_GET, key)? {
            None => None,
            Some(row) => Some(Current {
                version: row.count(0)?,
                patient: row.text(1)?.to_owned(),
                deleted: row.flag(2)?,
            }),
        };
        if current.as_ref().is_some_and(|current| !self.may_write(&current.patient)) {
            return Err(Failure::NotFound);
        }
        check(&change, current.as_ref())?;
        let Prepared { resource_type, id, content, .. } = change;
        match (content, current) {
            (Some(content), current) => {
                self.put(&resource_type, &id, content, current.as_ref()).map(Some)
            }
            (None, Some(current)) if !current.deleted => {
                self.delete(&resource_type, &id, &current).map(Some)
            }
            (None, _) => Ok(None),
        }
    }

    /// A narrowed access writes within its patients only.
    fn may_write(&self, compartment: &str) -> bool {
        let access = &self.filing.access;
        let is_narrowed = matches!(access.scope(), Scope::Patients(_));
        access.sees(compartment) && !(is_narrowed && compartment == EVERYBODY)
    }

    fn put(
        &mut self,
        resource_type: &str,
        id: &str,
        content: Content,
        current: Option<&Current>,
    ) -> Result<Stored, Failure> {
        let patient = self.resolve(&content.compartment)?;
        if !self.may_write(&patient) {
            return Err(Failure::NotFound);
        }
        let version = current.map_or(1, |current| current.version + 1);
        let place = format!("{resource_type}/{id}");
        let body = bytes(content.resource, &content.literals, version, self.now, &place)?;
        let stored = self.version(resource_type, id, version, &patient, Some(body))?;
        self.index(resource_type, id, &content.entries, current.is_none())?;
        let number = version.to_string();
        let mut facts = Vec::with_capacity(content.facts.len());
        for (ordinal, fact) in (0_u32..).zip(&content.facts) {
            let place = ["Fact", resource_type, id, &number, &ordinal.to_string()];
            let sealed = self.vault.seal(&patient, &place, fact, self.now)?;
            let row = values![self.tenant, resource_type, id, version, ordinal, &patient, sealed];
            facts.push(row.to_vec());
        }
        self.executor.execute_all(sql::FACT_PUT, &facts)?;
        // A resource that moves to another patient is gone for the one it leaves.
        if let Some(left) = current.filter(|current| current.patient != patient) {
            self.feed(resource_type, id, version, &left.patient, true)?;
        }
        self.feed(resource_type, id, version, &patient, false)?;
        Ok(stored)
    }

    fn delete(
        &mut self,
        resource_type: &str,
        id: &str,
        current: &Current,
    ) -> Result<Stored, Failure> {
        let version = current.version + 1;
        let stored = self.version(resource_type, id, version, &current.patient, None)?;
        self.index(resource_type, id, &BTreeSet::new(), false)?;
        self.feed(resource_type, id, version, &current.patient, true)?;
        Ok(stored)
    }

    /// Writes a version and makes it the current one; no body is a deletion.
    fn version(
        &mut self,
        resource_type: &str,
        id: &str,
        version: u64,
        patient: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Stored, Failure> {
        let deleted = body.is_none();
        let body = body.unwrap_or_default();
        let digest = sha256(&body);
        let number = version.to_string();
        let sealed = if deleted {
            Vec::new()
        } else {
            self.vault.seal(patient, &[resource_type, id, &number], &body, self.now)?
        };
        // The number that the change of this version is about to take.
        let sequence = self.executor.one(sql::SEQUENCE_LAST, &[])?.count(0)? + 1;
        let micros = self.now.micros();
        let row = values![
            self.tenant,
            resource_type,
            id,
            version,
            patient,
            sequence,
            micros,
            deleted,
            &digest,
            self.raw,
            sealed
        ];
        self.executor.execute(sql::VERSION_PUT, row)?;
        let row = values![self.tenant, resource_type, id, version, patient, micros, deleted];
        self.executor.execute(sql::RESOURCE_PUT, row)?;
        if patient_of(patient).is_some() {
            self.patients.insert(patient.to_owned());
        }
        Ok(Stored {
            reference: ResourceRef {
                resource_type: resource_type.to_owned(),
                id: id.to_owned(),
                version,
            },
            patient: patient_of(patient),
            recorded: self.now,
            deleted,
            sha256: digest,
            body,
        })
    }

    /// Replaces the search values.
    fn index(
        &self,
        resource_type: &str,
        id: &str,
        entries: &BTreeSet<Indexed>,
        is_first: bool,
    ) -> Result<(), Failure> {
        search::put(self.executor, self.tenant, resource_type, id, entries, is_first)
    }

    fn feed(
        &self,
        resource_type: &str,
        id: &str,
        version: u64,
        patient: &str,
        deleted: bool,
    ) -> Result<(), Failure> {
        let kind = ChangeKind::Resource;
        let entry = FeedEntry { kind, resource_type, id, version, patient, deleted };
        feed::append(self.executor, self.tenant, &entry)
    }

    /// What points at other resources is in their compartment, if that is one.
    fn resolve(&self, compartment: &Compartment) -> Result<String, Failure> {
        let targets = match compartment {
            Compartment::Known(patient) => return Ok(patient.clone()),
            Compartment::OfTargets(targets) => targets,
        };
        let mut found = BTreeSet::new();
        for (resource_type, id) in targets {
            let key = values![self.tenant, resource_type, id];
            match self.executor.first(sql::RESOURCE_GET, key)? {
                _ if resource_type == "Patient" => found.insert(id.clone()),
                Some(row) => found.insert(row.text(1)?.to_owned()),
                None => found.insert(String::new()),
            };
        }
        let one = found.pop_first().unwrap_or_default();
        Ok(if found.is_empty() { one } else { String::new() })
    }

    /// Files the raw message, once, and notes whose it is.
    fn settle_raw(&self) -> Result<(), Failure> {
        let Some((id, state, problems)) = &self.filing.raw else { return Ok(()) };
        let found = archive::state_in_record(self.executor, self.tenant, id)?;
        if found.is_some_and(|(state, _)| state == RawState::Filed) {
            return Err(Failure::Conflict {
                place: format!("raw/{id}"),
                expected: "not filed".to_owned(),
                found: RawState::Filed.word().to_owned(),
            });
        }
        archive::put_state(self.executor, self.tenant, id, *state, problems, self.now)?;
        for patient in &self.patients {
            let row = values![self.tenant, id.as_str(), patient];
            self.executor.execute(sql::RAW_PATIENT_PUT, row)?;
        }
        Ok(())
    }
}

fn check(change: &Prepared, current: Option<&Current>) -> Result<(), Failure> {
    let live = current.filter(|current| !current.deleted).map(|current| current.version);
    let (holds, expected) = match change.condition {
        Condition::Any => (true, String::new()),
        Condition::Absent => (live.is_none(), "absent".to_owned()),
        Condition::Version(version) => (live == Some(version), format!("version {version}")),
    };
    if holds {
        return Ok(());
    }
    let found = live.map_or_else(|| "absent".to_owned(), |version| format!("version {version}"));
    Err(Failure::Conflict { place: change.place(), expected, found })
}
