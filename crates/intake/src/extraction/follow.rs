//! Follows what is filed, and reads the documents among it.

use super::concordance::Comparer;
use super::{ReadDocument, attachments, id_of};
use crate::failure::Failure;
use model::{PatientId, Problem, Severity, TenantId};
use pdf::child::{ReadDocuments, ReadFailure};
use pdf::{Class, Reading};
use record::limit::DOCUMENT_BYTES_MAX;
use record::{Access, Change, ChangeKind, ExtractionState, Purpose, Record, Role, Scope};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
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
/// Bytes of what is kept of a document when it was read: half of what the record takes.
const READING_BYTES_MAX: usize = DOCUMENT_BYTES_MAX / 2;
/// Bytes of a title, and of a reason.
const TEXT_BYTES_MAX: usize = 300;

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
            let pause = match self.work_off_until(stop) {
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
        self.work_off_until(&|| false)
    }

    /// The same, until `stop` answers true: one document may take seconds.
    fn work_off_until(&self, stop: &dyn Fn() -> bool) -> Result<usize, Failure> {
        let engine = self.access(Role::Engine);
        let mut done = 0;
        loop {
            let (after, last) = self.record.cursor_and_last(&engine, CURSOR)?;
            if after >= last {
                return Ok(done);
            }
            let changes = self.record.changes(&engine, after, CHANGES_PER_READ)?;
            let (mut seen, mut touched) = (None, BTreeSet::new());
            for change in changes.iter().take_while(|_| !stop()) {
                done += self.look(change)?;
                seen = Some(change.sequence);
                if is_compared(change) {
                    touched.extend(change.patient.as_ref());
                }
            }
            let Some(seen) = seen else { return Ok(done) };
            let all = changes.iter().take_while(|change| change.sequence <= seen);
            self.compare(&engine, &touched, all)?;
            self.record.set_cursor(&engine, CURSOR, seen)?;
        }
    }

    /// Compares the documents of patients with the results that came with them.
    fn compare<'c>(
        &self,
        engine: &Access,
        patients: &BTreeSet<&PatientId>,
        read: impl Iterator<Item = &'c Change>,
    ) -> Result<(), Failure> {
        let door = &self.access(Role::Interface);
        let reviewer = &self.access(Role::LaboratoryReviewer);
        let comparer = Comparer { record: &self.record, door, engine, reviewer };
        for patient in patients {
            // Most people have no document that is read.
            if self.record.has_extractions(door, patient)? {
                comparer.of_patient(patient)?;
            }
        }
        let holders = read.filter(|change| is_compared(change));
        for change in holders.filter(|change| change.resource_type != "Observation") {
            let Some(patient) = &change.patient else { continue };
            // A report that never had a document has one version, of a person without documents.
            let is_holder = change.resource_type == "DocumentReference"
                || change.version > 1
                || self.record.has_extractions(door, patient)?;
            if is_holder {
                comparer.let_go(patient, change)?;
            }
        }
        Ok(())
    }

    fn access(&self, role: Role) -> Access {
        Access::new(self.tenant.clone(), "documents", role, Purpose::Treatment, Scope::Tenant)
    }

    fn look(&self, change: &Change) -> Result<usize, Failure> {
        let holds =
            matches!(change.resource_type.as_str(), "DocumentReference" | "DiagnosticReport");
        let Some(patient) = change.patient.as_ref() else { return Ok(0) };
        if change.kind != ChangeKind::Resource || !holds {
            return Ok(0);
        }
        let door = self.access(Role::Interface);
        let stored = self.record.read(&door, &change.resource_type, &change.id)?;
        let stored = stored.filter(|stored| !stored.deleted);
        let stored = stored.filter(|stored| stored.patient.as_ref() == Some(patient));
        let Some(stored) = stored else {
            self.withdraw(&door, change, patient, &BTreeSet::new())?;
            return Ok(0);
        };
        let resource: Value = serde_json::from_slice(&stored.body).unwrap_or_default();
        let (mut done, mut there) = (0, BTreeSet::new());
        for (content, title, bytes) in attachments(&resource) {
            let id = id_of(&self.tenant, patient, &bytes);
            there.insert(id.clone());
            if self.record.has_extraction(&door, &id)? {
                continue;
            }
            let mut document = ReadDocument {
                resource: (change.resource_type.clone(), change.id.clone()),
                content,
                title: title.map(|title| shortened(&title)),
                reading: None,
                refused: None,
                differs: Vec::new(),
                answers: BTreeMap::new(),
            };
            self.read(&door, patient, &bytes, &mut document)?;
            let body = bounded(&mut document)?;
            let state = match &document.reading {
                Some(reading) if is_for_nobody(reading) => ExtractionState::Nothing,
                // A document that cannot be read is for a person to look at, too.
                _ => ExtractionState::Open,
            };
            done += usize::from(self.record.put_extraction(&door, &id, patient, state, body)?);
        }
        if change.version > 1 {
            self.withdraw(&door, change, patient, &there)?;
        }
        Ok(done)
    }

    fn read(
        &self,
        door: &Access,
        patient: &PatientId,
        bytes: &[u8],
        document: &mut ReadDocument,
    ) -> Result<(), Failure> {
        match self.reader.read(bytes) {
            Ok(reading) => {
                document.differs = self.differs(door, patient, &reading)?;
                document.reading = Some(reading);
            }
            Err(failure @ (ReadFailure::NotStarted(_) | ReadFailure::Stopped)) => {
                return Err(Failure::NoReader(failure));
            }
            Err(failure) => {
                document.refused =
                    Some((failure.word().to_owned(), shortened(&failure.to_string())));
            }
        }
        Ok(())
    }

    /// Closes what waits of a resource that was deleted or is another patient's now, or of a
    /// document that it has no more; `there` are those that it has.
    fn withdraw(
        &self,
        door: &Access,
        change: &Change,
        patient: &PatientId,
        there: &BTreeSet<String>,
    ) -> Result<(), Failure> {
        for kept in self.record.extractions_of(door, patient)? {
            if kept.state != ExtractionState::Open {
                continue;
            }
            let mut document = ReadDocument::of(&kept)?;
            let (kind, id) = &document.resource;
            if (kind, id) != (&change.resource_type, &change.id) || there.contains(&kept.id) {
                continue;
            }
            let text = "the document was deleted, replaced or filed to somebody else; nothing of \
                        what was read from it is filed";
            document.differs.push(Problem::warning("not-there", "document", text));
            let body = document.body()?;
            let is_kept = body.len() <= DOCUMENT_BYTES_MAX;
            let body = if is_kept { body } else { kept.body.clone() };
            // If somebody decides at this moment, all of it is tried again.
            self.record.withdraw_extraction(door, &kept, body)?;
        }
        Ok(())
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

/// Whether a change may make a document and a result agree, or not any more.
fn is_compared(change: &Change) -> bool {
    let types = ["DocumentReference", "DiagnosticReport", "Observation"];
    change.kind == ChangeKind::Resource && types.contains(&change.resource_type.as_str())
}

/// What is kept of a document, with room for what people will say of it. A reading that is larger
/// is not kept; a person is told.
fn bounded(document: &mut ReadDocument) -> Result<Vec<u8>, Failure> {
    let body = document.body()?;
    if body.len() <= READING_BYTES_MAX {
        return Ok(body);
    }
    let text = "what the document says is more than is kept; nothing of it is proposed";
    document.reading = None;
    document.refused = Some(("too-much".to_owned(), text.to_owned()));
    Ok(document.body()?)
}

/// Whether nobody has to look at what was read: it is no report, and all of it could be read.
fn is_for_nobody(reading: &Reading) -> bool {
    let is_whole = reading.problems.iter().all(|problem| problem.severity == Severity::Note);
    reading.class == Class::NotAReport && is_whole
}

fn shortened(text: &str) -> String {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default().to_owned()
}
