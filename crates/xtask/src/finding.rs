//! One thing that a check found wrong, with its place.

use std::fmt;

/// A broken rule: where it is and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the workspace root, with forward slashes.
    pub path: String,
    /// Line from 1, or 0 when the finding is about the whole file.
    pub line: usize,
    /// What is wrong, without a full stop.
    pub message: String,
}

impl Finding {
    /// A finding about a whole file (or about `path` as a thing, such as a crate).
    pub fn file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: 0, message: message.into() }
    }

    /// A finding on one line, counted from 1.
    pub fn line(path: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.into(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.path, self.message),
            line => write!(formatter, "{}:{line}: {}", self.path, self.message),
        }
    }
}
