//! What was read of patients, kept as long as nothing of it has changed, so that a trial that
//! changes is put to everybody without reading everybody again.
//!
//! What is kept counts only while the reader sees the same versions of the same resources, which
//! the record is asked each time, with policies, labels and consents as they are then.

use super::facts::{PatientFacts, Seen, types};
use super::matcher::Matcher;
use crate::follow::Failure;
use model::{PatientId, ResourceRef};
use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};
use trials::Patient;
use trials::patient::{Day, Sources};
use tumor::CoveredGenes;

/// Room for what is remembered, as far as it can be estimated. What comes when it is full is read
/// each time.
const BYTES_MAX: usize = 160 << 20;
/// What a patient takes beside findings, and a finding, about.
const PATIENT_BYTES: usize = 1_024;
const FINDING_BYTES: usize = 400;
const EXTENT_BYTES: usize = 32;
/// Forms of what the assays of one panel see that patients share; the rest is kept with each.
const FORMS_MAX: usize = 16;
/// Panels of which they share it.
const PANELS_MAX: usize = 1_024;

/// What is known of each of several patients, and of how many it had to be read.
type Known = (Vec<Option<Arc<Patient>>>, u64);

/// What was read of patients.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    patients: BTreeMap<PatientId, Kept>,
    bytes: usize,
    /// By the name of the panel.
    coverages: BTreeMap<String, Vec<Arc<CoveredGenes>>>,
}

/// What was read of one.
#[derive(Debug)]
struct Kept {
    seen: Seen,
    /// The day on which it was read, and that on which a fact counts no more.
    read: Day,
    expires: Option<Day>,
    bytes: usize,
    patient: Arc<Patient>,
}

impl Remembered {
    /// What is remembered of a patient, if the reader sees what it saw and nothing is out of date.
    fn of(&self, patient: &PatientId, seen: Seen, today: Day) -> Option<Arc<Patient>> {
        let kept = self.patients.get(patient)?;
        let counts = kept.read <= today && kept.expires.is_none_or(|day| today < day);
        (kept.seen == seen && counts).then(|| Arc::clone(&kept.patient))
    }

    fn forget(&mut self, patient: &PatientId) {
        if let Some(kept) = self.patients.remove(patient) {
            self.bytes = self.bytes.saturating_sub(kept.bytes);
        }
    }

    /// Remembers what was read on a day, while there is room for it.
    fn keep(&mut self, of: &PatientId, facts: PatientFacts, today: Day) -> Arc<Patient> {
        self.forget(of);
        let (seen, mut patient) = (facts.seen, facts.patient);
        let expires = patient.sources.take().and_then(|sources| sources.expires);
        // Where facts come from is asked when somebody looks, and read then.
        patient.sources = Some(Box::new(Sources { expires, ..Sources::default() }));
        let mut bytes = PATIENT_BYTES;
        for covered in &mut patient.tumor.coverages {
            bytes += self.share(covered);
        }
        let tumor = &patient.tumor;
        let findings = tumor.events.len() + tumor.biomarkers.len() + patient.labs.len();
        bytes += findings * FINDING_BYTES;
        bytes += (tumor.negatives.len() + tumor.unclear.len()) * EXTENT_BYTES;
        let patient = Arc::new(patient);
        if let Some(seen) = seen.filter(|_| self.bytes + bytes <= BYTES_MAX) {
            self.bytes += bytes;
            let kept = Kept { seen, read: today, expires, bytes, patient: Arc::clone(&patient) };
            self.patients.insert(of.clone(), kept);
        }
        patient
    }

    /// Lets patients who were tested alike share what the assay sees; what it takes if it is not
    /// shared yet.
    fn share(&mut self, covered: &mut Arc<CoveredGenes>) -> usize {
        let has_room = self.coverages.len() < PANELS_MAX;
        let alike = self.coverages.get(&covered.panel).map_or(&[][..], Vec::as_slice);
        if let Some(known) = alike.iter().find(|known| *known == covered) {
            *covered = Arc::clone(known);
            return 0;
        }
        if alike.len() < FORMS_MAX && (has_room || !alike.is_empty()) {
            self.coverages.entry(covered.panel.clone()).or_default().push(Arc::clone(covered));
        }
        covered.extents() * EXTENT_BYTES
    }
}

impl Matcher {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the matcher may know of patients today, and of how many it had to be read. `None` for
    /// those who have no tumour or are not there.
    pub(super) fn known(&self, patients: &[PatientId], today: Day) -> Result<Known, Failure> {
        let types: Vec<&str> = types().into_iter().collect();
        let versions = match self.record.compartment_versions(&self.reader, patients, &types) {
            // Too many to be told at once are read one by one.
            Err(record::Failure::TooMuch { .. }) => BTreeMap::new(),
            told => told?,
        };
        let seen = |of: &PatientId| versions.get(of).map(|all: &Vec<ResourceRef>| Seen::of(all));
        let known: Vec<Option<Arc<Patient>>> = {
            let remembered = self.remembered();
            patients.iter().map(|of| remembered.of(of, seen(of)?, today)).collect()
        };
        let missing: Vec<&PatientId> = patients
            .iter()
            .zip(&known)
            .filter(|(_, one)| one.is_none())
            .map(|(of, _)| of)
            .collect();
        let read: Vec<Option<PatientFacts>> = self.record.read_together(|record| {
            missing.iter().map(|of| self.facts(record, of, today)).collect::<Result<_, Failure>>()
        })?;
        let count = missing.len() as u64;
        let mut remembered = self.remembered();
        let mut read = missing.into_iter().zip(read).map(|(of, facts)| {
            if facts.is_none() {
                remembered.forget(of);
            }
            facts.map(|facts| remembered.keep(of, facts, today))
        });
        let all = known.into_iter().map(|one| one.or_else(|| read.next().flatten())).collect();
        Ok((all, count))
    }
}
