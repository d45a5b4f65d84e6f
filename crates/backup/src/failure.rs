//! What can go wrong. No text in here holds a patient's data or a key.

use std::fmt;

/// What is wrong with a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is not at the destination.
    Missing,
    /// What is there does not open, or is not what it was.
    Altered,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Altered => "damaged",
        })
    }
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The destination cannot be reached, read or written.
    #[error("{place}: {text}")]
    Destination {
        /// Directory or address, without credentials.
        place: String,
        /// One sentence.
        text: String,
    },
    /// There is no repository at the destination.
    #[error("{place}: there are no backups here")]
    NoRepository {
        /// Directory or address.
        place: String,
    },
    /// The repository was made under another master key.
    #[error("{place}: these backups were made under another master key")]
    KeyMismatch {
        /// Directory or address.
        place: String,
    },
    /// The form of the repository or of a snapshot is not known to this program.
    #[error("{place}: form {found} is not known to this program; a newer one wrote it")]
    Form {
        /// Which object.
        place: String,
        /// The number found.
        found: u32,
    },
    /// A chunk is not what was written.
    #[error("`{file}`: the chunk {chunk} is {wrong}")]
    Damaged {
        /// Path of the file in the snapshot.
        file: String,
        /// Name of the chunk.
        chunk: String,
        /// What is wrong with it.
        wrong: Wrong,
    },
    /// The description of a snapshot is not what was written.
    #[error("the snapshot {snapshot} is {wrong}")]
    Snapshot {
        /// Its id.
        snapshot: String,
        /// What is wrong with it.
        wrong: Wrong,
    },
    /// There is no such snapshot.
    #[error("there is no snapshot {0}")]
    NotFound(String),
    /// Somebody else is at work in the repository.
    #[error("{place}: {text}")]
    Busy {
        /// Directory or address.
        place: String,
        /// Who, and since when.
        text: String,
    },
    /// What the caller gave cannot be used.
    #[error("{place}: {text}")]
    Invalid {
        /// Which argument.
        place: String,
        /// One sentence.
        text: String,
    },
    /// What was restored is not what was saved, or of no use to this program.
    #[error("{text}")]
    Restored {
        /// One sentence.
        text: String,
    },
    /// A file of this machine cannot be read or written.
    #[error("{place}: {text}")]
    File {
        /// Its path.
        place: String,
        /// What the system says.
        text: String,
    },
    /// Encryption failed, which it does not do.
    #[error("sealing failed")]
    Sealing,
    /// The record refuses.
    #[error(transparent)]
    Record(#[from] record::Failure),
}
