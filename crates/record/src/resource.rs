//! Versioned FHIR resources: kept as bytes, never overwritten.

use crate::RawState;
use crate::review::NewReview;
use model::{Fact, PatientId, Problem, RawId, ResourceRef, Timestamp};
use serde_json::Value;

/// What the stored version must be for a change to happen (FHIR `If-Match`, `If-None-Match`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Whatever it is.
    Any,
    /// Never stored, or deleted.
    Absent,
    /// Exactly this one.
    Version(u64),
}

/// One change of one resource.
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceChange {
    /// A new version.
    Put {
        /// The resource as JSON with `resourceType` and `id` set. `meta.versionId` and
        /// `meta.lastUpdated` are replaced.
        resource: Value,
        /// What it says, in the domain's types; kept beside exactly this version.
        facts: Vec<Fact>,
        /// What must be stored now.
        condition: Condition,
    },
    /// A deletion. History stays; deleting what is not there does nothing.
    Delete {
        /// FHIR type.
        resource_type: String,
        /// Logical id.
        id: String,
        /// What must be stored now.
        condition: Condition,
    },
}

/// Changes that happen together or not at all, in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commit {
    /// The changes, in order.
    pub changes: Vec<ResourceChange>,
    /// The raw message they came from, with its new state and what was noticed. A message that
    /// has been filed already gives [`crate::Failure::Conflict`]: nothing is filed twice.
    pub raw: Option<(RawId, RawState, Vec<Problem>)>,
    /// Entries for the review list.
    pub reviews: Vec<NewReview>,
}

/// What a commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Last sequence number of the commit; the record's last one if it changed nothing.
    pub sequence: u64,
    /// The new versions, one for each change in its order; `None` where nothing was to do.
    pub resources: Vec<Option<Stored>>,
    /// Ids of the review list entries, in the order given.
    pub reviews: Vec<String>,
}

/// A stored version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Which version of what.
    pub reference: ResourceRef,
    /// Whose compartment it is in.
    pub patient: Option<PatientId>,
    /// When it was committed; `meta.lastUpdated`.
    pub recorded: Timestamp,
    /// Whether this version is a deletion; then there is no body.
    pub deleted: bool,
    /// SHA-256 of the body, lower-case hex.
    pub sha256: String,
    /// FHIR JSON with `id`, `meta.versionId` and `meta.lastUpdated`.
    pub body: Vec<u8>,
}
