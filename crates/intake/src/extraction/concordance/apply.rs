//! Holding what does not agree, and letting go what does.

use super::super::{ReadDocument, answered};
use super::beside::{Beside, Name, One};
use super::compare::{Compared, compare};
use crate::failure::Failure;
use crate::hold::{self, Hold};
use model::id::ResourceRef;
use model::{PatientId, Problem, Severity};
use record::{
    Access, Change, Commit, Condition, Extraction, ExtractionState, NewReview, Record,
    ResourceChange, Review,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// Stable word for the review list.
pub const WORD: &str = "document-disagrees";

/// Compares the documents of a patient with what came with them.
pub(in super::super) struct Comparer<'c> {
    pub(in super::super) record: &'c Record,
    /// Reads and files.
    pub(in super::super) door: &'c Access,
    /// Reads facts.
    pub(in super::super) engine: &'c Access,
    /// Settles entries of the review list.
    pub(in super::super) reviewer: &'c Access,
}

/// A document with what comparing it came to.
struct Document {
    kept: Extraction,
    read: ReadDocument,
    compared: Compared,
}

impl Comparer<'_> {
    /// Holds every result that a document of the patient contradicts, lets go what none does any
    /// more, and closes documents of which nothing is left to decide. Doing it again changes
    /// nothing.
    pub(in super::super) fn of_patient(&self, patient: &PatientId) -> Result<(), Failure> {
        let mut documents = Vec::new();
        let (mut seen, mut is_replaced) = (BTreeMap::<Name, One>::new(), false);
        for kept in self.record.extractions_of(self.door, patient)? {
            let read = ReadDocument::of(&kept)?;
            let beside = Beside::of(self.record, self.door, patient, &read)?;
            let is_as_read = read.is_as_read(self.record, self.door, &kept)?;
            is_replaced |= !is_as_read;
            let reading = read.reading.as_ref().filter(|_| is_as_read);
            let compared = reading.map(|reading| compare(reading, &beside)).unwrap_or_default();
            // What a document that is gone has held, nobody could let go any more.
            let left = if beside.is_there {
                Beside::default()
            } else {
                Beside::left(self.record, self.door, patient, &read)?
            };
            for beside in [left, beside] {
                seen.extend(beside.reports);
                seen.extend(beside.results);
            }
            documents.push(Document { kept, read, compared });
        }
        for (name, one) in &seen {
            self.settle(name, one, &documents)?;
        }
        // Of what came for the first time and agrees, nothing can be on the list.
        let is_old = is_replaced || seen.values().any(|one| one.version > 1);
        if is_old || documents.iter().any(|one| !one.compared.disagreements.is_empty()) {
            self.list(patient, &documents)?;
        }
        for document in &documents {
            self.close(document)?;
        }
        Ok(())
    }

    /// Lets go what waited for a document to be read, or for one that is gone; what it contradicts
    /// was held before.
    pub(in super::super) fn let_go(
        &self,
        patient: &PatientId,
        holder: &Change,
    ) -> Result<(), Failure> {
        let name = (holder.resource_type.clone(), holder.id.clone());
        let beside = if holder.deleted {
            Beside::before(self.record, self.door, patient, (name, holder.version))?
        } else {
            Beside::at(self.record, self.door, patient, name)?
        };
        for one in beside.reports.values().chain(beside.results.values()) {
            let read = (holder.resource_type.as_str(), holder.id.as_str());
            let Some(holds) = hold::when_read(&one.body, read) else { continue };
            let known = hold::holds(&one.body);
            let source = known.first().map(|hold| hold.source.clone()).unwrap_or_default();
            self.put(one, &hold::with(&one.body, &holds), &source)?;
        }
        Ok(())
    }

    /// Gives a resource the holds that it should have.
    fn settle(&self, (kind, id): &Name, one: &One, documents: &[Document]) -> Result<(), Failure> {
        let known = hold::holds(&one.body);
        let status = hold::status(&one.body);
        let name = (kind.clone(), id.clone());
        let mut wanted: Vec<Hold> = Vec::new();
        for document in documents {
            let own = document.compared.disagreements.iter();
            for found in own.filter(|found| found.concerns.contains(&name)) {
                let hold = Hold {
                    status: status.clone(),
                    document: document.kept.id.clone(),
                    word: found.word.to_owned(),
                    stated: found.stated.clone(),
                    read: found.read.clone(),
                    verdict: None,
                    source: (None, String::new()),
                };
                // What a person said of the same holds on.
                let before = known.iter().find(|before| before.is_about(&hold));
                let verdict = before.and_then(|before| before.verdict.clone());
                wanted.push(Hold { verdict, ..hold });
            }
        }
        if wanted.is_empty() && known.is_empty() || !hold::is_final(&status) {
            return Ok(());
        }
        let version = one.version;
        let reference = ResourceRef { resource_type: kind.clone(), id: id.clone(), version };
        let facts = self.record.facts_of_version(self.engine, &reference)?;
        let source = facts.first().map(|filed| filed.fact.source.clone());
        let source = source.map_or_else(
            || known.first().map(|hold| hold.source.clone()).unwrap_or_default(),
            |source| (source.raw.map(|raw| raw.to_string()), source.place),
        );
        for hold in &mut wanted {
            hold.source = source.clone();
        }
        self.put(one, &hold::with(&one.body, &wanted), &source)
    }

    /// Writes a result that is held or let go, unless it stands so.
    fn put(
        &self,
        one: &One,
        next: &Value,
        source: &(Option<String>, String),
    ) -> Result<(), Failure> {
        if *next == one.body {
            return Ok(());
        }
        let facts = hold::facts(next, source);
        let condition = Condition::Version(one.version);
        let change = ResourceChange::put(next.clone(), facts, condition);
        let commit = Commit { changes: vec![change], ..Commit::default() };
        match self.record.commit(self.door, commit) {
            // Its next version is compared when it comes along.
            Err(record::Failure::Conflict { .. }) => {
                tracing::info!("a result changed while it was compared");
                Ok(())
            }
            done => Ok(done.map(drop)?),
        }
    }

    /// One entry of the review list for a document that something is open of, and none otherwise.
    fn list(&self, patient: &PatientId, documents: &[Document]) -> Result<(), Failure> {
        let listed: Vec<Review> = self
            .record
            .reviews(self.door, true)?
            .into_iter()
            .filter(|review| review.entry.reason == WORD)
            .collect();
        for document in documents {
            let id = &document.kept.id;
            let own = listed.iter().find(|review| document_of(&review.entry) == Some(id.as_str()));
            let open = self.open_of(patient, document)?;
            match own {
                None if !open.is_empty() => {
                    let text = "a document and the laboratory's result that came with it do not \
                                say the same; the result is held until somebody has decided";
                    let review = NewReview {
                        reason: WORD.to_owned(),
                        patient: Some(patient.clone()),
                        text: text.to_owned(),
                        problems: crate::receive::bounded(open),
                        ..NewReview::default()
                    };
                    let commit = Commit { reviews: vec![review], ..Commit::default() };
                    self.record.commit(self.door, commit)?;
                }
                Some(review) if open.is_empty() => {
                    let words = "nothing of it is held any more";
                    match self.record.resolve_review(self.reviewer, &review.id, words) {
                        // A person was faster.
                        Ok(()) | Err(record::Failure::Conflict { .. }) => {}
                        Err(failure) => return Err(failure.into()),
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What of a document is still held, as it stands now.
    fn open_of(&self, patient: &PatientId, document: &Document) -> Result<Vec<Problem>, Failure> {
        let beside = Beside::of(self.record, self.door, patient, &document.read)?;
        let place = format!("extraction/{}", document.kept.id);
        let mut open: Vec<Hold> = Vec::new();
        for one in beside.reports.values().chain(beside.results.values()) {
            let own = hold::holds(&one.body).into_iter();
            for hold in own.filter(|hold| hold.is_open() && hold.document == document.kept.id) {
                if !open.iter().any(|known| known.is_about(&hold)) {
                    open.push(hold);
                }
            }
        }
        // Which values, is shown to those who may read both.
        let text = "the document and the result that came with it do not say the same";
        let told = open.into_iter().map(|hold| Problem::warning(&hold.word, &place, text));
        Ok(told.collect())
    }

    /// Closes a document of which a result says everything, with nothing else to look at.
    fn close(&self, Document { kept, read, compared }: &Document) -> Result<(), Failure> {
        let Some(reading) = read.reading.as_ref() else { return Ok(()) };
        let all = compared.agreed.len() == reading.proposals.len() && !compared.agreed.is_empty();
        let is_quiet = read.differs.is_empty()
            && reading.problems.iter().all(|problem| problem.severity == Severity::Note);
        let is_open = kept.state == ExtractionState::Open && !answered(read);
        if !is_open || !all || !is_quiet || !compared.disagreements.is_empty() {
            return Ok(());
        }
        let mut read = read.clone();
        let text = "everything that the document states stands in the result that came with it";
        read.differs.push(Problem::note("agrees", "document", text));
        match self.record.withdraw_extraction(self.door, kept, read.body()?) {
            // A person was faster.
            Err(record::Failure::Conflict { .. }) => Ok(()),
            done => Ok(done?),
        }
    }
}

/// The document that an entry of the review list is about.
pub(super) fn document_of(entry: &NewReview) -> Option<&str> {
    entry.problems.first()?.place.strip_prefix("extraction/").filter(|_| entry.reason == WORD)
}
