//! What a reader of foreign data noticed, and where.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How much of the input a problem costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing lost; worth knowing.
    Note,
    /// Something was read differently from how it was written, or left out; the rest stands.
    Warning,
    /// The input as a whole must not be used.
    Error,
}

/// One thing wrong with foreign data. It never holds the patient's data itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// Where, in the input's own terms: `OBX[3]-5.1`, `line 214`, `entry[2].resource.status`.
    pub place: String,
    /// A stable word for the kind, `bad-escape`.
    pub code: String,
    /// One sentence for the person who has to mend it.
    pub text: String,
}

impl Problem {
    /// A problem of any severity.
    pub fn new(
        severity: Severity,
        code: &str,
        place: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self { severity, place: place.into(), code: code.into(), text: text.into() }
    }

    /// Nothing lost.
    pub fn note(code: &str, place: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, place, text)
    }

    /// Something left out or read differently.
    pub fn warning(code: &str, place: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, place, text)
    }

    /// The input must not be used.
    pub fn error(code: &str, place: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, place, text)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.text, self.code)
    }
}

/// The first problem that forbids using the input.
pub fn first_error(problems: &[Problem]) -> Option<&Problem> {
    problems.iter().find(|p| p.severity == Severity::Error)
}
