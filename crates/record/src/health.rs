//! Whether the record works. Nothing in here tells anything about a patient.

use crate::RawState;
use std::collections::BTreeMap;

/// Whether the record works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Whether both databases and the audit log take writes.
    pub writable: bool,
    /// Schema version of `record.db`.
    pub schema_version: u32,
    /// SQLCipher's version.
    pub cipher_version: String,
    /// Last sequence number of the change feed.
    pub last_sequence: u64,
    /// Raw messages by state, over all tenants.
    pub raw_states: BTreeMap<RawState, u64>,
    /// Reviews nobody has resolved, over all tenants.
    pub reviews_open: u64,
    /// Jobs that wait for a writer of this process.
    pub jobs_waiting: usize,
}

/// What the check of the audit log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditVerification {
    /// Segment files read.
    pub segments: u64,
    /// Events read.
    pub events: u64,
    /// What is wrong, by file and line; empty if every chain holds.
    pub problems: Vec<model::Problem>,
}

impl AuditVerification {
    /// Whether every chain holds.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}
