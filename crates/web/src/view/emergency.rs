//! Views of emergencies: opening one patient, and the list of the privacy officer.

use super::identity::Session;
use super::privacy::AlertRow;
use model::id::PatientId;
use model::time::Timestamp;

/// The form that opens one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyFormView {
    /// Who is asking.
    pub session: Session,
    /// Whom.
    pub patient: PatientId,
    /// Minutes that it lasts.
    pub minutes: i64,
    /// Reasons: code, words.
    pub reasons: Vec<(String, String)>,
    /// Whether the password is asked for.
    pub needs_password: bool,
    /// Where a passkey is shown in its place, if there is one.
    pub step_up: Option<String>,
    /// Why the last attempt was not taken, one sentence.
    pub error: Option<String>,
    /// What was written then.
    pub text: String,
}

/// Emergencies that nobody has looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyListView {
    /// Who is looking.
    pub session: Session,
    /// Now, for deadlines.
    pub now: Timestamp,
    /// The one that is due first at first.
    pub emergencies: Vec<EmergencyRow>,
}

/// One emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmergencyRow {
    /// Its id.
    pub id: String,
    /// Whom.
    pub patient: PatientId,
    /// By whom, as the audit log names it.
    pub actor: String,
    /// Why, a code in words.
    pub reason: String,
    /// Why, as it was written.
    pub text: String,
    /// From when.
    pub begins: Timestamp,
    /// Until when.
    pub ends: Timestamp,
    /// When it has to be looked at.
    pub due: Timestamp,
    /// Whether the alert about it arrived.
    pub alert: AlertRow,
}
