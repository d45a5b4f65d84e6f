//! Views of what left for research, and of what was erased.

use super::identity::Session;
use model::id::PatientId;
use model::time::Timestamp;

/// What left for research, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasesView {
    /// Who is looking.
    pub session: Session,
    /// What each recipient has had.
    pub received: Vec<ReceivedRow>,
    /// Projects, also those that are over.
    pub projects: Vec<ProjectRow>,
    /// Kinds of data: code, words.
    pub kinds: Vec<(String, String)>,
    /// Why the last form was not taken, one sentence.
    pub error: Option<String>,
}

/// What one recipient has had of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedRow {
    /// Who.
    pub recipient: String,
    /// Data of which kind, in words.
    pub kind: String,
    /// Of how many distinct persons, over all exports.
    pub persons: u64,
    /// More than this are bulk data.
    pub persons_max: u64,
    /// Whether it is that many.
    pub is_bulk: bool,
    /// The first export.
    pub first: Timestamp,
    /// The last one with somebody new in it.
    pub last: Timestamp,
}

/// A project of research.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Whose it is, as the audit log names it.
    pub owner: String,
    /// How closely its data is kept.
    pub tier: String,
    /// Who receives its exports.
    pub recipients: Vec<String>,
    /// Until when.
    pub ends: Timestamp,
    /// Whether it is in force.
    pub is_open: bool,
}

/// The form that erases a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureFormView {
    /// Who is asking.
    pub session: Session,
    /// Whether this server has a place for the certificates.
    pub is_offered: bool,
    /// Why the last form was not taken, one sentence.
    pub error: Option<String>,
    /// The id that was written then.
    pub patient: String,
    /// The reason that was written then.
    pub reason: String,
}

/// A patient that was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedView {
    /// Who has asked.
    pub session: Session,
    /// Whom.
    pub patient: PatientId,
    /// Keys that were destroyed.
    pub keys: usize,
    /// Rows that were taken away, by what they held.
    pub removed: Vec<(String, u64)>,
    /// What remains, and until when.
    pub remains: Vec<(String, String)>,
    /// The file of the certificate.
    pub file: String,
    /// The certificate as it stands there.
    pub signed: String,
}
