//! What can go wrong in the record. No text in here ever holds a patient's data.

/// A failed call. Hidden and absent are the same: `NotFound`, or `None` where a value is optional.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The role may not do that for that purpose, whatever it concerns.
    #[error("role `{role}` may not {action} for purpose `{purpose}`")]
    Denied {
        /// What was tried.
        action: &'static str,
        /// By which role.
        role: &'static str,
        /// For which purpose.
        purpose: &'static str,
    },
    /// The stored version is not the one expected.
    #[error("{place}: expected {expected}, found {found}")]
    Conflict {
        /// `Observation/123`.
        place: String,
        /// `version 2`, `absent`.
        expected: String,
        /// `version 3`.
        found: String,
    },
    /// It is not there, or the caller may not know that it is.
    #[error("not found")]
    NotFound,
    /// What the caller gave cannot be stored or searched.
    #[error("{place}: {text}")]
    Invalid {
        /// Which argument or parameter, or which element of a resource.
        place: String,
        /// One sentence.
        text: String,
    },
    /// More than a limit of [`crate::limit`] allows.
    #[error("{place}: more than {limit}")]
    TooMuch {
        /// Which argument.
        place: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The file was written under another master key, or is no encrypted database at all.
    #[error("{place}: the master key does not open this file")]
    KeyMismatch {
        /// File name.
        place: String,
    },
    /// The database file is not encrypted, or the build cannot encrypt.
    #[error("{place}: {text}")]
    NotEncrypted {
        /// File name.
        place: String,
        /// What was seen.
        text: String,
    },
    /// The master key file cannot be used.
    #[error("{place}: {text}")]
    KeyFile {
        /// File name.
        place: String,
        /// What is wrong with it.
        text: String,
    },
    /// A sealed body does not open: it was altered, moved, or its key was destroyed.
    #[error("{place}: the sealed body cannot be opened")]
    Sealed {
        /// `Observation/123/_history/2`.
        place: String,
    },
    /// More of a recipient's bulk data than may go as it stands; the text names count and rule.
    #[error("{0}")]
    Held(deidentify::bulk::Held),
    /// The database refuses.
    #[error("storage: {0}")]
    Storage(String),
    /// The audit event could not be made durable, so nothing was done or returned.
    #[error("audit: {0}")]
    Audit(String),
}
