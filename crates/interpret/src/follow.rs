//! Following the change feed: what changed is interpreted again, and only that.

use crate::conclude::{Conclusion, conclude_with, is_relevant};
use crate::differing;
use crate::identity::statement_id;
use crate::person::{changed, those_who_stay};
use knowledge::Pack;
use model::fact::FiledFact;
use model::statement::{EngineRef, Statement};
use model::{PatientId, StatementId, TenantId};
use record::{Access, ChangeKind, Purpose, Record, Role, Scope};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Name of the follower's place in the change feed.
const CURSOR: &str = "interpret";
/// Name of the cursor that holds what was interpreted with last, as a number: see `mark`.
const LAST_USED: &str = "interpret-last-used";
/// Bytes of a digest in that number, few enough for every database's integers.
const MARK_BYTES: usize = 6;
/// Changes read from the feed at a time.
const CHANGES_PER_READ_MAX: u32 = 1_000;
/// Patients whose facts are read before the statements about them are written.
const PATIENTS_READ_TOGETHER_MAX: usize = 50;
/// How long changes are gathered before they are interpreted together. An order does not wait for
/// it: whoever is not interpreted yet is interpreted then.
const GATHER_MILLISECONDS: u64 = 50;
/// How many times as long as it worked it rests while others file, and for how long at most: the
/// processor is left to them, and who is changed again meanwhile is interpreted once.
const RESTS_WHILE_FILED: u32 = 9;
const REST_SECONDS_MAX: u64 = 30;
/// How long nobody files until the rest is over.
const QUIET_MILLISECONDS: u64 = 100;
/// How long one wait for a change lasts before the stop signal is looked at again.
const WAIT_MILLISECONDS: u64 = 500;

/// Why interpretation stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The record refused or failed.
    #[error("the record failed: {0}")]
    Record(#[from] record::Failure),
    /// A knowledge pack kept in the record cannot be loaded.
    #[error("the knowledge pack cannot be loaded: {0}")]
    Knowledge(String),
    /// An input named in a capsule is gone or has changed.
    #[error("{resource}: {reason}")]
    Input {
        /// The resource version of the capsule.
        resource: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A statement cannot be written as bytes.
    #[error("the statement cannot be written: {0}")]
    Bytes(#[from] serde_json::Error),
}

/// What one pass over the feed did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Changes read.
    pub changes: u64,
    /// Patients interpreted.
    pub patients: u64,
    /// Statements whose content changed and were written.
    pub statements_written: u64,
}

/// Keeps statements true to facts and knowledge.
#[derive(Clone, Debug)]
pub struct Interpreter {
    record: Record,
    pack: Arc<Pack>,
    caller: Arc<pgx::Caller>,
    tenant: TenantId,
    access: Access,
    /// Who lists what a person has to look at.
    door: Access,
}

impl Interpreter {
    /// An interpreter with this pack, which is kept in the record so that what it concludes can
    /// be replayed after the pack has changed. A pack or engine other than the last one used
    /// starts the feed anew, so that every patient is interpreted with it.
    ///
    /// # Errors
    /// When the record fails.
    pub fn new(record: Record, pack: Arc<Pack>, tenant: &TenantId) -> Result<Self, Failure> {
        let interpreter = Self::not_begun(record, pack, tenant)?;
        interpreter.begin()?;
        Ok(interpreter)
    }

    /// As [`Interpreter::new`], without starting anything anew: for an adoption, which interprets
    /// everybody itself.
    pub(crate) fn not_begun(
        record: Record,
        pack: Arc<Pack>,
        tenant: &TenantId,
    ) -> Result<Self, Failure> {
        let access = Access::new(
            tenant.clone(),
            "interpret",
            Role::Engine,
            Purpose::Treatment,
            Scope::Tenant,
        );
        record.keep_pack(&access, &pack.reference(), &pack.files)?;
        let caller = Arc::new(pgx::Caller::new(&pack.pgx));
        let door = differing::access(tenant);
        Ok(Self { record, pack, caller, tenant: tenant.clone(), access, door })
    }

    /// Takes up the feed behind what has been filed so far.
    pub(crate) fn follow_from_here(&self) -> Result<(), Failure> {
        let (_, last) = self.record.cursor_and_last(&self.access, &self.cursor())?;
        Ok(self.record.set_cursor(&self.access, &self.cursor(), last)?)
    }

    /// Notes that everybody's statements are this pack's and engine's.
    pub(crate) fn note_used(&self) -> Result<(), Failure> {
        Ok(self.record.set_cursor(&self.access, LAST_USED, self.mark())?)
    }

    /// Starts the feed anew if another pack or engine was used last, also when this one was used
    /// before that: the statements that stand are the other one's.
    fn begin(&self) -> Result<(), Failure> {
        let mark = self.mark();
        if self.record.cursor(&self.access, LAST_USED)? != mark {
            // In this order: a crash in between starts anew once more.
            self.record.set_cursor(&self.access, &self.cursor(), 0)?;
            self.record.set_cursor(&self.access, LAST_USED, mark)?;
        }
        Ok(())
    }

    /// A number that differs for every pack and engine; never zero, which is a cursor not set.
    fn mark(&self) -> u64 {
        let engine = pgx::engine();
        let parts = [self.pack.reference().digest, engine.name, engine.version];
        let digest = Sha256::digest(parts.join("\n").as_bytes());
        let bytes = digest.iter().take(MARK_BYTES);
        bytes.fold(0, |mark, byte| mark << 8 | u64::from(*byte)).max(1)
    }

    /// The id of the statement about a subject: `("gene", "CYP2C19")`, `("drug", "32968")`.
    pub fn statement_id(&self, patient: &PatientId, kind: &str, subject: &str) -> StatementId {
        statement_id(&self.tenant, patient, kind, subject)
    }

    /// The pack in use.
    pub fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    /// The engine that pharmacogenomic statements are made with.
    pub fn engine(&self) -> EngineRef {
        pgx::engine()
    }

    /// Reads the feed to its end and interprets every patient whose facts changed.
    ///
    /// # Errors
    /// When the record fails; the place in the feed is kept, so nothing is skipped.
    pub fn catch_up(&self) -> Result<Progress, Failure> {
        let mut progress = Progress::default();
        while self.step(&mut progress)? {}
        Ok(progress)
    }

    /// Reads the next changes of the feed and interprets those they are about; whether there were
    /// any.
    fn step(&self, progress: &mut Progress) -> Result<bool, Failure> {
        let cursor = self.cursor();
        let place = self.record.cursor(&self.access, &cursor)?;
        let changes = self.record.changes(&self.access, place, CHANGES_PER_READ_MAX)?;
        let Some(last) = changes.last() else { return Ok(false) };
        progress.changes += changes.len() as u64;
        let mut patients = changed(&changes);
        let stay = those_who_stay(&self.record, &self.access, &changes)?;
        patients.extend(stay.into_iter().map(|(one, _)| one));
        let patients: Vec<PatientId> = patients.into_iter().collect();
        for group in patients.chunks(PATIENTS_READ_TOGETHER_MAX) {
            // Their reads wait for the audit log once.
            let concluded = self.record.read_together(|record| {
                group.iter().map(|patient| self.concluded(record, patient)).collect()
            });
            let concluded: Vec<Option<Vec<Statement>>> = concluded?;
            for (patient, statements) in group.iter().zip(concluded) {
                progress.patients += 1;
                let Some(statements) = statements else { continue };
                progress.statements_written += self.write(patient, statements)?;
            }
        }
        // Only after every patient of the batch: a crash before this repeats work, and repeating
        // it changes nothing.
        self.record.set_cursor(&self.access, &cursor, last.sequence)?;
        Ok(true)
    }

    /// Follows the feed until `stop` answers true. A failure is logged and tried again: facts
    /// already filed stay filed, and the lag shows in the health page.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        let wait = Duration::from_millis(WAIT_MILLISECONDS);
        while !stop() {
            let begun = Instant::now();
            match self.step(&mut Progress::default()) {
                Ok(true) => rest(&self.record, begun.elapsed(), stop),
                Ok(false) => {
                    let cursor = self.cursor();
                    let place = self.record.cursor(&self.access, &cursor).unwrap_or(0);
                    // Commits that change no resource (shown cards, sessions) wake nobody.
                    while self.record.wait_for_change(place, wait) <= place && !stop() {}
                }
                Err(error) => {
                    tracing::error!(%error, "interpretation failed and will be tried again");
                    std::thread::sleep(wait);
                }
            }
        }
    }

    /// Interprets one patient now and returns how many statements changed. A patient about whom
    /// there is nothing to interpret gets no statements.
    ///
    /// # Errors
    /// When the record fails.
    pub fn interpret(&self, patient: &PatientId) -> Result<u64, Failure> {
        match self.concluded(&self.record, patient)? {
            Some(statements) => self.write(patient, statements),
            None => Ok(0),
        }
    }

    /// What is to be said of a patient, out of all records that were merged into one; `None` where
    /// there is nothing to interpret, and was not before.
    fn concluded(
        &self,
        record: &Record,
        patient: &PatientId,
    ) -> Result<Option<Vec<Statement>>, Failure> {
        let facts = record.facts_of_person(&self.access, patient)?;
        if !facts.iter().any(is_relevant) && record.statements(&self.access, patient)?.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.conclude(patient, &facts).statements))
    }

    fn conclude(&self, patient: &PatientId, facts: &[FiledFact]) -> Conclusion {
        conclude_with(&self.caller, &self.tenant, patient, &self.pack, facts)
    }

    /// As [`Interpreter::interpret`], and also for a patient about whom nothing is known: an order
    /// asks, so "not tested" becomes a statement that can be explained.
    ///
    /// # Errors
    /// When the record fails.
    pub fn interpret_always(&self, patient: &PatientId) -> Result<u64, Failure> {
        let facts = self.record.facts_of_person(&self.access, patient)?;
        self.write(patient, self.conclude(patient, &facts).statements)
    }

    /// Whether every change of a patient's resources has been interpreted. With a long way behind
    /// it is not known, and the answer is no: nobody may be told of yesterday's result as today's.
    ///
    /// # Errors
    /// When the record fails.
    pub fn is_current(&self, patient: &PatientId) -> Result<bool, Failure> {
        let (place, last) = self.record.cursor_and_last(&self.access, &self.cursor())?;
        if last <= place {
            return Ok(true);
        }
        let changes = self.record.changes(&self.access, place, CHANGES_PER_READ_MAX)?;
        // Also those that this record alone still names: a merge that ended changes what is known.
        let mut records = self.record.records_of_person(&self.access, patient)?;
        records.extend(self.record.links_of_patient(&self.access, patient)?.replaces);
        let is_of_patient = |change: &record::Change| {
            let of = change.patient.as_ref();
            change.kind == ChangeKind::Resource && of.is_some_and(|one| records.contains(one))
        };
        Ok(changes.len() < CHANGES_PER_READ_MAX as usize && !changes.iter().any(is_of_patient))
    }

    /// How many changes of the feed are not yet interpreted.
    ///
    /// # Errors
    /// When the record fails.
    pub fn behind(&self) -> Result<u64, Failure> {
        let (place, last) = self.record.cursor_and_last(&self.access, &self.cursor())?;
        Ok(last.saturating_sub(place))
    }

    fn write(&self, patient: &PatientId, statements: Vec<Statement>) -> Result<u64, Failure> {
        differing::list(&self.record, (&self.access, &self.door), patient, &statements)?;
        let put = self.record.put_statements(&self.access, patient, statements, None)?;
        Ok(u64::from(put.written))
    }

    /// One place in the feed per pack: new knowledge is new work.
    fn cursor(&self) -> String {
        Self::cursor_of(&self.pack.reference().digest)
    }

    /// The name of the place in the feed of a pack.
    pub(crate) fn cursor_of(digest: &str) -> String {
        format!("{CURSOR}:{digest}")
    }
}

/// Rests after work: a moment, and longer as long as others file.
pub(crate) fn rest(record: &Record, worked: Duration, stop: &dyn Fn() -> bool) {
    std::thread::sleep(Duration::from_millis(GATHER_MILLISECONDS));
    let quiet = Duration::from_millis(QUIET_MILLISECONDS);
    let rest = (worked * RESTS_WHILE_FILED).min(Duration::from_secs(REST_SECONDS_MAX));
    let begun = Instant::now();
    let mut last = record.wait_for_change(0, Duration::ZERO);
    while begun.elapsed() + quiet < rest && !stop() {
        std::thread::sleep(quiet);
        let now = record.wait_for_change(0, Duration::ZERO);
        if now == last {
            return;
        }
        last = now;
    }
}
