//! Views of what waits for a privacy officer.

use super::emergency::EmergencyRow;
use super::identity::Session;
use model::id::PatientId;
use model::time::{PartialDate, Timestamp};

/// Everything that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivacyView {
    /// Who is looking.
    pub session: Session,
    /// Now, for deadlines.
    pub now: Timestamp,
    /// Emergencies, the one that is due first at first.
    pub emergencies: Vec<EmergencyRow>,
    /// Findings that nobody has answered, the one that is due first at first.
    pub findings: Vec<FindingRow>,
}

/// Findings of the review of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingListView {
    /// Who is looking.
    pub session: Session,
    /// Now, for deadlines.
    pub now: Timestamp,
    /// Those that nobody has answered.
    pub open: Vec<FindingRow>,
    /// Those that were answered, the latest first.
    pub answered: Vec<FindingRow>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Its id.
    pub id: String,
    /// What was found, in words.
    pub what: String,
    /// Who, as the audit log names it.
    pub actor: String,
    /// On which day.
    pub day: PartialDate,
    /// Whom it is about, the first ones.
    pub patients: Vec<PatientId>,
    /// The first event, by its id in the audit log.
    pub first_event: Option<String>,
    /// How many events there are.
    pub events_total: u64,
    /// Whether one before it, about the same, was answered.
    pub is_again: bool,
    /// When it has to be answered.
    pub due: Timestamp,
    /// What became of it.
    pub answer: Option<AnswerRow>,
    /// Whether the alert about it arrived.
    pub alert: AlertRow,
}

/// How far the alert about an entry got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertRow {
    /// It has not been tried yet, or nobody is named to be told.
    NotSent,
    /// It arrived.
    Told(Timestamp),
    /// It did not arrive so far.
    Failed {
        /// How often it was tried.
        failures: u32,
        /// Why the last attempt failed.
        why: String,
        /// When it is tried again.
        retry_at: Timestamp,
    },
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// When.
    pub at: Timestamp,
    /// By whom, as the audit log names it.
    pub actor: String,
    /// Whether it was snooping.
    pub is_confirmed: bool,
    /// In words.
    pub text: String,
}
