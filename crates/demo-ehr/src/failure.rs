//! What may go wrong between the two systems.

/// Why the EHR cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No answer came.
    #[error("{what} did not answer: {why}")]
    NoAnswer {
        /// Method and address.
        what: String,
        /// What the connection said.
        why: String,
    },
    /// An answer that is an error.
    #[error("{what} answered {status}: {text}")]
    Refused {
        /// Method and address.
        what: String,
        /// HTTP status.
        status: u16,
        /// The beginning of the answer.
        text: String,
    },
    /// An answer that cannot be read.
    #[error("{what} did not answer with {expected}")]
    Unreadable {
        /// Method and address.
        what: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Something that the EHR does not have.
    #[error("there is no such {0} here")]
    Unknown(&'static str),
    /// A form that is not complete.
    #[error("{0}")]
    Form(String),
    /// More than the demonstration keeps.
    #[error("the demonstration keeps at most {0}")]
    TooMuch(&'static str),
}
