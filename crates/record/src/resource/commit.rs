//! One commit: resources, facts, search values, changes, the raw message's state and the review
//! list in one transaction.

mod guard;

use super::compartment::Compartment;
use super::pending::Pending;
use super::prepare::{Content, Prepared, prepare};
use super::ready::Ready;
use super::{Commit, Committed, Condition, Stored, patient_of};
use crate::access::EVERYBODY;
use crate::audit::Touched;
use crate::feed::{self, ChangeKind, Entry as FeedEntry};
use crate::key::{Keys, Packed};
use crate::label::Following;
use crate::record::{Clock, uuid_at};
use crate::search::Entry;
use crate::search::follow::{Fresh, Waiting};
use crate::sql::record as sql;
use crate::store::{Executor, row, values};
use crate::vault::{Vault, sha256};
use crate::{
    Access, Action, Extraction, ExtractionState, Failure, NewReview, RawState, Record, Scope,
    archive, care, consent, extraction, label, review,
};
use model::{Problem, RawId, ResourceRef, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Record {
    /// Does all of a commit, or nothing of it. A condition that does not hold, and a raw message
    /// that was filed before, is [`Failure::Conflict`]; what lies outside the caller's scope is
    /// [`Failure::NotFound`].
    pub fn commit(&self, access: &Access, commit: Commit) -> Result<Committed, Failure> {
        self.ready(access, commit)?.commit()
    }

    /// Does what can be done of a commit beforehand: checks it, takes out of it what is searched,
    /// and notes it in the audit log. Nothing is stored before [`Ready::commit`].
    pub fn ready(&self, access: &Access, commit: Commit) -> Result<Ready, Failure> {
        self.ready_with(access, Vec::new(), commit, None)
    }

    /// As [`Record::commit`], for what people confirmed of a document: it is filed and the document
    /// is closed together or not at all. If somebody else has decided since `of` was read, it is
    /// [`Failure::Conflict`].
    pub fn file_extraction(
        &self,
        access: &Access,
        (of, body): (&Extraction, Vec<u8>),
        commit: Commit,
    ) -> Result<Committed, Failure> {
        self.permit(access, Action::ResolveReview)?;
        extraction::check_body(&body)?;
        self.ready_with(access, Vec::new(), commit, Some((of.clone(), body)))?.commit()
    }

    /// `prepared` are changes before those of the commit.
    pub(super) fn ready_with(
        &self,
        access: &Access,
        mut prepared: Vec<Prepared>,
        mut commit: Commit,
        document: Option<(Extraction, Vec<u8>)>,
    ) -> Result<Ready, Failure> {
        self.permit(access, Action::Commit)?;
        let tenant = access.tenant().as_str();
        prepare(&mut commit, &mut prepared, tenant, &self.inner.keys)?;
        if let Some((id, _, problems)) = &commit.raw {
            archive::check_problems(problems)?;
            self.require_raw(access, id)?;
        }
        let mut named = touched(&prepared, commit.raw.as_ref());
        named.entities.extend(document.iter().map(|(of, _)| extraction::place(&of.id)));
        self.note(access, Action::Commit, &named)?;
        let filing = Filing {
            access: access.clone(),
            keys: Arc::clone(&self.inner.keys),
            clock: Arc::clone(&self.inner.clock),
            waiting: Arc::clone(&self.inner.waiting),
            raw: commit.raw,
            reading: commit.reading,
            reviews: commit.reviews,
            cursor: commit.cursor,
            document,
        };
        Ok(Ready::new(self.clone(), filing, prepared))
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

/// All that a commit is filed by.
pub(super) struct Filing {
    pub(super) access: Access,
    keys: Arc<Keys>,
    clock: Clock,
    waiting: Arc<Waiting>,
    pub(super) raw: Option<(RawId, RawState, Vec<Problem>)>,
    reading: Option<Vec<u8>>,
    reviews: Vec<NewReview>,
    cursor: Option<(String, u64)>,
    /// The document that people confirmed this of, and all that they said.
    document: Option<(Extraction, Vec<u8>)>,
}

/// What is stored now.
pub(super) struct Current {
    pub(super) version: u64,
    pub(super) patient: String,
    pub(super) deleted: bool,
    pub(super) number: u64,
}

/// A new version, with the number of its resource.
#[derive(Clone, Copy)]
struct Key<'a> {
    resource_type: &'a str,
    id: &'a str,
    version: u64,
    resource: u64,
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
    fresh: Vec<Fresh>,
    pending: Pending<'a>,
    /// Labels that follow from what is filed.
    following: Following,
    /// The last number of the change feed.
    sequence: u64,
}

impl Filing {
    /// Does all of it in one transaction; with what it comes to, what waits to be searched, to be
    /// let go of where the writer need not wait for that.
    pub(super) fn run(
        &self,
        executor: &dyn Executor,
        prepared: Vec<Prepared>,
    ) -> Result<(Committed, Vec<Arc<Fresh>>), Failure> {
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
            fresh: Vec::new(),
            pending: Pending::new(executor),
            following: Following::default(),
            sequence: executor.one(sql::SEQUENCE_TAKE, &[])?.count(0)?,
        };
        let resources = prepared.into_iter().map(|change| transaction.change(change));
        let resources = resources.collect::<Result<_, _>>()?;
        transaction.pending.flush()?;
        std::mem::take(&mut transaction.following).settle(executor, &self.keys, tenant)?;
        transaction.settle_raw()?;
        let sequence = transaction.sequence;
        executor.execute(sql::SEQUENCE_PUT, values![sequence])?;
        let mut reviews = Vec::new();
        for entry in &self.reviews {
            let id = uuid_at(transaction.now);
            review::insert(executor, &vault, tenant, &id, entry, transaction.now)?;
            reviews.push(id);
        }
        if let Some((name, place)) = &self.cursor {
            feed::move_cursor(executor, tenant, name, *place)?;
        }
        if let Some((of, body)) = &self.document {
            let decided = (of, ExtractionState::Filed, body.as_slice());
            extraction::decide(executor, &vault, tenant, decided, transaction.now)?;
        }
        let fresh: Vec<_> = transaction.fresh.into_iter().map(Arc::new).collect();
        self.waiting.file(tenant, fresh.iter().cloned());
        Ok((Committed { sequence, resources, reviews }, fresh))
    }
}

impl Transaction<'_> {
    fn change(&mut self, change: Prepared) -> Result<Option<Stored>, Failure> {
        // What the same commit has put already must be there to be read.
        if self.pending.patient_of(&change.resource_type, &change.id).is_some() {
            self.pending.flush()?;
        }
        let current = self.current(&change.resource_type, &change.id)?;
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

    fn current(&self, resource_type: &str, id: &str) -> Result<Option<Current>, Failure> {
        let key = values![self.tenant, resource_type, id];
        let Some(row) = self.executor.first(sql::RESOURCE_GET, key)? else { return Ok(None) };
        Ok(Some(Current {
            version: row.count(0)?,
            patient: row.text(1)?.to_owned(),
            deleted: row.flag(2)?,
            number: row.count(3)?,
        }))
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
        // A resource is known by the change that it came with.
        let resource = current.map_or(self.sequence + 1, |current| current.number);
        let key = Key { resource_type, id, version, resource };
        let place = format!("{resource_type}/{id}");
        let body = content.text.filled(version, self.now, &place)?;
        let stored = self.version(key, &patient, Some((body, &content.packed)))?;
        self.question(key, &content)?;
        self.fresh(key, content.entries);
        self.label(key, &patient, &content.labels)?;
        if label::is_linked(resource_type) && (version > 1 || !content.links.is_empty()) {
            let name = (resource_type, id);
            label::replace_links(self.executor, self.tenant, name, &content.links)?;
            self.following.linked(resource_type, id);
        }
        if resource_type == "Consent" {
            consent::replace(self.executor, self.tenant, &patient, (id, version), &content.rules)?;
        }
        // What a first version does not say, nobody has said before.
        if care::is_source(resource_type) && (version > 1 || !content.said.is_empty()) {
            self.care((resource_type, id), &patient, &content.said)?;
        }
        let number = version.to_string();
        for (ordinal, fact) in (0_u32..).zip(&content.facts) {
            let place = ["Fact", resource_type, id, &number, &ordinal.to_string()];
            let sealed = self.vault.seal_packed(&patient, &place, fact, self.now)?;
            let row = row![self.tenant, resource_type, id, version, ordinal, &patient, sealed];
            self.pending.add(sql::FACT_PUT, row);
        }
        // A resource that moves to another patient is gone for the one it leaves.
        if let Some(left) = current.filter(|current| current.patient != patient) {
            self.feed(resource_type, id, version, &left.patient, true);
        }
        self.feed(resource_type, id, version, &patient, false);
        Ok(stored)
    }

    fn delete(
        &mut self,
        resource_type: &str,
        id: &str,
        current: &Current,
    ) -> Result<Stored, Failure> {
        let version = current.version + 1;
        let key = Key { resource_type, id, version, resource: current.number };
        let stored = self.version(key, &current.patient, None)?;
        self.fresh(key, BTreeSet::new());
        let before = values![self.tenant, resource_type, id, current.version];
        self.label(key, &current.patient, &label::kept(self.executor, before)?)?;
        if resource_type == "Consent" {
            consent::replace(self.executor, self.tenant, &current.patient, (id, version), &[])?;
        }
        if care::is_source(resource_type) {
            self.care((resource_type, id), &current.patient, &care::Said::default())?;
        }
        self.feed(resource_type, id, version, &current.patient, true);
        Ok(stored)
    }

    /// Writes a version and makes it the current one; no body is a deletion.
    fn version(
        &mut self,
        key: Key<'_>,
        patient: &str,
        body: Option<(Vec<u8>, &Packed)>,
    ) -> Result<Stored, Failure> {
        let Key { resource_type, id, version, resource } = key;
        if version > 1 {
            // What was read into the version before is not what stands any more.
            let before = values![self.tenant, resource_type, id, version - 1];
            self.executor.execute(sql::RAW_READING_END, before)?;
        }
        let deleted = body.is_none();
        let place = [resource_type, id, &version.to_string()];
        let seal = |packed| self.vault.seal_packed(patient, &place, packed, self.now);
        let (body, sealed) = match body {
            None => Default::default(),
            Some((body, packed)) => (body, seal(packed)?),
        };
        let digest = sha256(&body);
        // The number that the change of this version is about to take.
        let sequence = self.sequence + 1;
        let micros = self.now.micros();
        let row = row![
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
        self.pending.add(sql::VERSION_PUT, row);
        let row = row![self.tenant, resource_type, resource, id, version, patient, micros, deleted];
        self.pending.add(sql::RESOURCE_PUT, row);
        self.pending.put(resource_type, id, patient);
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

    /// Keeps the search values of a version, which its change is about to follow.
    fn fresh(&mut self, key: Key<'_>, entries: BTreeSet<Entry>) {
        let Key { resource_type, id, version, resource } = key;
        let name = (resource_type.to_owned(), id.to_owned());
        let sequence = self.sequence + 1;
        self.fresh.push(Fresh { name, version, sequence, number: resource, entries });
    }

    fn feed(&mut self, resource_type: &str, id: &str, version: u64, patient: &str, deleted: bool) {
        let kind = ChangeKind::Resource;
        let entry = FeedEntry { kind, resource_type, id, version, patient, deleted };
        self.sequence += 1;
        self.pending.add(sql::CHANGE_PUT, feed::row(self.tenant, self.sequence, &entry).into());
    }

    /// What points at other resources is in their compartment, if that is one.
    fn resolve(&self, compartment: &Compartment) -> Result<String, Failure> {
        let targets = match compartment {
            Compartment::Known(patient) => return Ok(patient.clone()),
            Compartment::OfTargets(targets) => targets,
        };
        let mut found = BTreeSet::new();
        for (resource_type, id) in targets {
            let pending = self.pending.patient_of(resource_type, id);
            let patient = match pending {
                _ if resource_type == "Patient" => id.clone(),
                Some(patient) => patient.to_owned(),
                None => self.current(resource_type, id)?.map(|it| it.patient).unwrap_or_default(),
            };
            found.insert(patient);
        }
        let one = found.pop_first().unwrap_or_default();
        Ok(if found.is_empty() { one } else { String::new() })
    }

    /// Files the raw message, once and not when a person put it aside, and notes whose it is.
    fn settle_raw(&self) -> Result<(), Failure> {
        let Some((id, state, problems)) = &self.filing.raw else { return Ok(()) };
        let found =
            archive::state_in_record(self.executor, self.tenant, id)?.map(|(state, _)| state);
        if let Some(found @ (RawState::Filed | RawState::Dismissed)) = found {
            return Err(Failure::Conflict {
                place: format!("raw/{id}"),
                expected: "neither filed nor dismissed".to_owned(),
                found: found.word().to_owned(),
            });
        }
        let reading = self.filing.reading.as_deref();
        archive::put_state(self.executor, (self.tenant, id), *state, problems, reading, self.now)?;
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
