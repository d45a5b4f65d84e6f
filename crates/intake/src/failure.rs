//! Why a door could not take something.

use model::{Problem, RawId};

/// Why something could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The record refused or failed. Nothing was acknowledged.
    #[error("the record failed: {0}")]
    Record(#[from] record::Failure),
    /// The content is unusable; the problems name the places.
    #[error("refused: {}", first(.0))]
    Refused(Vec<Problem>),
    /// A file was kept in quarantine; nothing was taken from it.
    #[error("quarantined as {raw}: {}", first(.problems))]
    Quarantined {
        /// Its id in the archive.
        raw: RawId,
        /// Why.
        problems: Vec<Problem>,
    },
    /// What a request names is not there, or the caller may not know that it is.
    #[error("{0} is not known")]
    NotFound(String),
    /// A condition of the request (If-Match, If-None-Exist) does not hold.
    #[error("{place}: {text}")]
    Precondition {
        /// Entry or header.
        place: String,
        /// What does not hold.
        text: String,
    },
    /// Documents cannot be read on this machine now; that is no fault of theirs.
    #[error("documents cannot be read: {0}")]
    NoReader(pdf::child::ReadFailure),
    /// A socket or a file failed.
    #[error("reading failed: {0}")]
    Reading(#[from] std::io::Error),
}

fn first(problems: &[Problem]) -> String {
    let first = model::problem::first_error(problems).or_else(|| problems.first());
    first.map_or_else(|| "no reason was given".to_owned(), ToString::to_string)
}
