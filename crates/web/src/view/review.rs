//! View of the messages that wait for a person.

use super::identity::{Identity, Session};
use model::id::{PatientId, RawId};
use model::problem::Problem;
use model::provenance::Door;
use model::time::{PartialDate, Timestamp};

/// The messages that wait for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewListView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// The messages, oldest first.
    pub messages: Vec<ReviewRow>,
}

/// One message that could not be filed without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// The archived message or file.
    pub raw: RawId,
    /// When it came in.
    pub received: Timestamp,
    /// The door it came in by.
    pub door: Door,
    /// The sender, as it names itself.
    pub sender: Option<String>,
    /// Why it was not filed, one sentence.
    pub reason: String,
    /// Whom the message says it is about.
    pub stated: Option<Identity>,
    /// Patients of the record it may be about, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// What reading it noticed.
    pub problems: Vec<Problem>,
}

/// A patient that a message may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Who it is in the record.
    pub identity: Identity,
    /// What agrees with the message, in words: `MRN`, `birth date`.
    pub agrees: Vec<String>,
    /// What does not, in words: `family name`.
    pub differs: Vec<String>,
}
