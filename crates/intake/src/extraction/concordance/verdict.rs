//! What a person says of a disagreement.

use super::super::ReadDocument;
use super::beside::Beside;
use super::compare::{Compared, Disagreement};
use crate::failure::Failure;
use crate::hold::{self, Hold, Verdict};
use model::Problem;
use record::{Access, Commit, Condition, Extraction, NewReview, Record, ResourceChange};

/// Bytes of a reason.
const REASON_BYTES_MAX: usize = 1_000;

/// What somebody says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Which one: what the result says, and what the document says.
    pub about: (&'a str, &'a str),
    /// Whether the result holds; if not, it stays held until its laboratory corrects it.
    pub is_released: bool,
    /// Why.
    pub reason: &'a str,
}

/// A disagreement, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What is said differently.
    pub disagreement: Disagreement,
    /// Whether the result is kept from decisions just now.
    pub is_held: bool,
    /// What a person said of it last.
    pub verdict: Option<Verdict>,
}

/// What a document and the results that came with it say, and what people said of that, as far as
/// the caller may read it.
///
/// # Errors
/// When the record fails.
pub fn held(
    record: &Record,
    access: &Access,
    kept: &Extraction,
    document: &ReadDocument,
) -> Result<(Compared, Vec<Held>), Failure> {
    let compared = super::compared(record, access, &kept.patient, document)?;
    if compared.disagreements.is_empty() {
        return Ok((compared, Vec::new()));
    }
    let beside = Beside::of(record, access, &kept.patient, document)?;
    let holds: Vec<Hold> = beside
        .reports
        .values()
        .chain(beside.results.values())
        .flat_map(|one| hold::holds(&one.body))
        .filter(|hold| hold.document == kept.id)
        .collect();
    let all = compared.disagreements.iter().map(|disagreement| {
        let is_of_it = |hold: &&Hold| {
            (hold.word.as_str(), &hold.stated, &hold.read)
                == (disagreement.word, &disagreement.stated, &disagreement.read)
        };
        let own: Vec<&Hold> = holds.iter().filter(is_of_it).collect();
        Held {
            disagreement: disagreement.clone(),
            is_held: own.iter().any(|hold| hold.is_open()),
            verdict: own.iter().find_map(|hold| hold.verdict.clone()),
        }
    });
    let all = all.collect();
    Ok((compared, all))
}

/// The document that an entry of the review list is about.
pub fn document_of(entry: &NewReview) -> Option<&str> {
    super::apply::document_of(entry)
}

/// Notes what a person says of a disagreement on every resource that it holds: all or none.
///
/// # Errors
/// When there is no reason, nothing of it is held, somebody changed a result meanwhile, or the
/// record fails.
pub fn answer(
    record: &Record,
    access: &Access,
    kept: &Extraction,
    said: &Answer<'_>,
) -> Result<(), Failure> {
    let reason = said.reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return refused("no-reason", "say in a few words why");
    }
    let document = ReadDocument::of(kept)?;
    let beside = Beside::of(record, access, &kept.patient, &document)?;
    let verdict = Verdict {
        is_released: said.is_released,
        by: access.actor().to_owned(),
        at: record.now().to_string(),
        reason: reason.to_owned(),
    };
    let mut changes = Vec::new();
    for one in beside.reports.values().chain(beside.results.values()) {
        let mut holds = hold::holds(&one.body);
        let mut is_meant = false;
        for hold in &mut holds {
            let about = (hold.stated.as_str(), hold.read.as_str()) == said.about;
            if about && hold.document == kept.id && hold.is_open() {
                hold.verdict = Some(verdict.clone());
                is_meant = true;
            }
        }
        let Some(source) = holds.first().map(|hold| hold.source.clone()).filter(|_| is_meant)
        else {
            continue;
        };
        let next = hold::with(&one.body, &holds);
        let facts = hold::facts(&next, &source);
        changes.push(ResourceChange::put(next, facts, Condition::Version(one.version)));
    }
    if changes.is_empty() {
        return refused("not-held", "nothing of this is held any more; look at it again");
    }
    record.commit(access, Commit { changes, ..Commit::default() })?;
    Ok(())
}

fn refused(code: &str, text: &str) -> Result<(), Failure> {
    Err(Failure::Refused(vec![Problem::error(code, "document", text)]))
}
