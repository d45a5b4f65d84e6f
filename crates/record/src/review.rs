//! The review list: what a person has to decide.

use model::{PatientId, Problem, RawId, Timestamp};

/// An entry for the review list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewReview {
    /// Stable word for why, `patient-not-found`.
    pub reason: String,
    /// The raw message it is about.
    pub raw: Option<RawId>,
    /// The patient it is about, if that is certain.
    pub patient: Option<PatientId>,
    /// Patients that come into question.
    pub candidates: Vec<PatientId>,
    /// One sentence for the reviewer; may name the patient, so it is sealed.
    pub text: String,
    /// What was noticed, with the places.
    pub problems: Vec<Problem>,
}

/// A stored entry of the review list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// What was given.
    pub entry: NewReview,
    /// When, by whom and how it was resolved.
    pub resolved: Option<Resolution>,
}

/// How a review was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// How, in words.
    pub text: String,
}
