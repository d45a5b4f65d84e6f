//! Statements: what the engines concluded, every version of it.

use model::{Statement, Timestamp};

/// What a call of `put_statements` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatementsPut {
    /// Statements with a new version.
    pub written: u32,
    /// Statements whose bytes are those of the current version.
    pub unchanged: u32,
    /// Statements that no longer hold.
    pub withdrawn: u32,
}

/// A stored version of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredStatement {
    /// What it says; for a withdrawn one, what it last said.
    pub statement: Statement,
    /// Version, counted from 1.
    pub version: u64,
    /// When it was committed.
    pub recorded: Timestamp,
    /// Whether this version takes the statement back.
    pub withdrawn: bool,
    /// SHA-256 of its JSON, lower-case hex.
    pub sha256: String,
}
