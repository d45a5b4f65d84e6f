//! View of a patient's access log.

use super::identity::Session;
use model::id::PatientId;
use model::time::Timestamp;

/// Who did what with one patient's record, the latest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLogView {
    /// Who is looking.
    pub session: Session,
    /// Whose record.
    pub patient: PatientId,
    /// Events of this page.
    pub rows: Vec<AccessRow>,
    /// Where older events go on, if there are any.
    pub older: Option<String>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// When.
    pub at: Timestamp,
    /// Who, by name where one is known.
    pub who: String,
    /// In which role, in words.
    pub role: String,
    /// Through which application, if it was one.
    pub application: Option<String>,
    /// What was done, in words.
    pub what: String,
    /// What for, in words.
    pub purpose: String,
    /// Whether it was refused.
    pub is_refused: bool,
    /// To whom data was given, and on which legal basis.
    pub disclosed: Option<(String, String)>,
}
