//! Follows what is filed, and reads the documents among it.

use super::{ReadDocument, attachments};
use crate::failure::Failure;
use model::{PatientId, Problem, TenantId};
use pdf::Reading;
use pdf::child::{ReadDocuments, ReadFailure};
use record::{
    Access, Change, ChangeKind, ExtractionState, Purpose, Record, Role, Scope, derived_id,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Changes that are looked at in one go.
const CHANGES_PER_READ: u32 = 200;
/// Pause when there is nothing to do, in milliseconds.
const IDLE_MILLISECONDS: u64 = 500;
/// Pause after a failure, in milliseconds.
const FAILED_MILLISECONDS: u64 = 5_000;
/// Where this follower has come to in the change feed.
const CURSOR: &str = "documents";

/// Reads documents after they were filed.
#[derive(Clone, Debug)]
pub struct Follower {
    record: Record,
    reader: Arc<dyn ReadDocuments>,
    tenant: TenantId,
}

impl Follower {
    /// A follower that reads with this.
    pub fn new(record: Record, reader: Arc<dyn ReadDocuments>, tenant: &TenantId) -> Self {
        Self { record, reader, tenant: tenant.clone() }
    }

    /// Reads until `stop` answers true. What fails is logged and tried again.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        while !stop() {
            let pause = match self.work_off() {
                Ok(_) => IDLE_MILLISECONDS,
                Err(error) => {
                    tracing::error!(%error, "documents are not read, and will be tried again");
                    FAILED_MILLISECONDS
                }
            };
            std::thread::sleep(Duration::from_millis(pause));
        }
    }

    /// Reads every document that was filed since; how many were new.
    ///
    /// # Errors
    /// When the record fails, or documents cannot be read on this machine.
    pub fn work_off(&self) -> Result<usize, Failure> {
        let engine = self.access(Role::Engine);
        let mut done = 0;
        loop {
            let (after, last) = self.record.cursor_and_last(&engine, CURSOR)?;
            if after >= last {
                return Ok(done);
            }
            let changes = self.record.changes(&engine, after, CHANGES_PER_READ)?;
            let Some(last) = changes.last() else { return Ok(done) };
            for change in &changes {
                done += self.look(change)?;
            }
            self.record.set_cursor(&engine, CURSOR, last.sequence)?;
        }
    }

    fn access(&self, role: Role) -> Access {
        Access::new(self.tenant.clone(), "documents", role, Purpose::Treatment, Scope::Tenant)
    }

    fn look(&self, change: &Change) -> Result<usize, Failure> {
        let holds =
            matches!(change.resource_type.as_str(), "DocumentReference" | "DiagnosticReport");
        let Some(patient) = change.patient.as_ref() else { return Ok(0) };
        if change.kind != ChangeKind::Resource || change.deleted || !holds {
            return Ok(0);
        }
        let door = self.access(Role::Interface);
        let stored = self.record.read(&door, &change.resource_type, &change.id)?;
        let Some(stored) = stored.filter(|stored| !stored.deleted) else { return Ok(0) };
        let resource: Value = serde_json::from_slice(&stored.body).unwrap_or_default();
        let mut done = 0;
        for (content, title, bytes) in attachments(&resource) {
            let digest = hex::encode(Sha256::digest(&bytes));
            let parts = [self.tenant.as_str(), patient.as_str(), "extraction", &digest];
            let id = derived_id(parts);
            if self.record.has_extraction(&door, &id)? {
                continue;
            }
            let mut document = ReadDocument {
                resource: (change.resource_type.clone(), change.id.clone()),
                content,
                title,
                reading: None,
                refused: None,
                differs: Vec::new(),
                answers: BTreeMap::new(),
            };
            match self.reader.read(&bytes) {
                Ok(reading) => {
                    document.differs = self.differs(&door, patient, &reading)?;
                    document.reading = Some(reading);
                }
                Err(failure @ ReadFailure::NotStarted(_)) => {
                    return Err(Failure::NoReader(failure));
                }
                Err(failure) => {
                    document.refused = Some((failure.word().to_owned(), failure.to_string()));
                }
            }
            let state = match &document.reading {
                Some(reading) if reading.proposals.is_empty() => ExtractionState::Nothing,
                // A document that cannot be read is for a person to look at, too.
                _ => ExtractionState::Open,
            };
            let body = document.body()?;
            done += usize::from(self.record.put_extraction(&door, &id, patient, state, body)?);
        }
        Ok(done)
    }

    /// Where what a document says of whom it is about is not what the record says.
    fn differs(
        &self,
        access: &Access,
        patient: &PatientId,
        reading: &Reading,
    ) -> Result<Vec<Problem>, Failure> {
        let stored = self.record.read(access, "Patient", patient.as_str())?;
        let body = stored.map(|stored| stored.body).unwrap_or_default();
        let known: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut differs = Vec::new();
        let numbers: Vec<&str> = known
            .get("identifier")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|identifier| identifier.get("value")?.as_str())
            .collect();
        let stated = &reading.stated;
        if !stated.numbers.is_empty()
            && !stated.numbers.iter().any(|place| numbers.contains(&place.text.trim()))
        {
            let text = "the document has another number of the patient than the record";
            differs.push(Problem::warning("other-number", "document", text));
        }
        let born = known.get("birthDate").and_then(Value::as_str);
        let year = born.and_then(|date| date.get(..4));
        if let (Some(place), Some(year)) = (&stated.birth_date, year)
            && !place.text.contains(year)
        {
            let text = "the document has another year of birth than the record";
            differs.push(Problem::warning("other-birth-date", "document", text));
        }
        Ok(differs)
    }
}
