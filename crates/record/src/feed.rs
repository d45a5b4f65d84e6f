//! The change feed: every change of a resource or statement, in the order of its commit.

use model::PatientId;

crate::access::words! {
    /// What changed.
    ChangeKind {
        /// A resource.
        Resource => "resource",
        /// A statement.
        Statement => "statement",
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Place in the order of all changes; without gaps over the tenants together.
    pub sequence: u64,
    /// What changed.
    pub kind: ChangeKind,
    /// FHIR type, or `Statement`.
    pub resource_type: String,
    /// Logical id.
    pub id: String,
    /// The new version.
    pub version: u64,
    /// Whose compartment it is in. When a new version moves a resource to another patient, there
    /// are two changes: one as deleted for the patient it left, one for the patient it went to.
    pub patient: Option<PatientId>,
    /// Whether it is gone, for this patient.
    pub deleted: bool,
}
