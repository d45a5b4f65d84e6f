//! From what was found out of a message to what became of it.

use crate::failure::Failure;
use model::PatientId;
use record::{Committed, RawState, Ready};

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Filed for this patient.
    Filed(PatientId),
    /// A person has to look at it, for this reason.
    Review(String),
    /// There is nothing to do, for this reason.
    Noted(String),
    /// It cannot be read as a result.
    Unreadable,
}

/// What was found out of a message.
pub(crate) enum Settled {
    /// It was dealt with.
    Done(Outcome),
    /// It is filed for this patient by a commit that waits for its turn.
    Ready(Box<Ready>, PatientId),
}

impl Settled {
    /// Commits what waits for that.
    pub(crate) fn finish(self) -> Result<Outcome, Failure> {
        match self {
            Self::Done(outcome) => Ok(outcome),
            Self::Ready(ready, patient) => filed(ready.commit(), patient),
        }
    }
}

/// Commits what waits for that, all with one wait for the disk.
pub(super) fn finish_each(
    settled: impl Iterator<Item = Result<Settled, Failure>>,
) -> Vec<Result<Outcome, Failure>> {
    let mut ready = Vec::new();
    let found_out = settled.map(|one| match one? {
        Settled::Done(outcome) => Ok(Known::Outcome(outcome)),
        Settled::Ready(commit, patient) => {
            ready.push(*commit);
            Ok(Known::Patient(patient))
        }
    });
    let found_out: Vec<Result<Known, Failure>> = found_out.collect();
    let mut committed = Ready::commit_each(ready).into_iter();
    let none = || Err(record::Failure::Storage("the commit was not tried".to_owned()));
    let outcome = |one: Result<Known, Failure>| match one? {
        Known::Outcome(outcome) => Ok(outcome),
        Known::Patient(patient) => filed(committed.next().unwrap_or_else(none), patient),
    };
    found_out.into_iter().map(outcome).collect()
}

/// What is known of a message while its commit is on its way.
enum Known {
    Outcome(Outcome),
    Patient(PatientId),
}

/// What a commit has come to.
fn filed(
    committed: Result<Committed, record::Failure>,
    patient: PatientId,
) -> Result<Outcome, Failure> {
    match committed {
        // Another process has just filed it.
        Err(failure) if is_filed_already(&failure) => {}
        done => drop(done?),
    }
    Ok(Outcome::Filed(patient))
}

/// Whether a message is not filed because it is filed already; one that a person put aside is not.
pub(crate) fn is_filed_already(failure: &record::Failure) -> bool {
    matches!(failure, record::Failure::Conflict { place, found, .. }
        if place.starts_with("raw/") && found == RawState::Filed.word())
}
