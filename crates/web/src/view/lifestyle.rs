//! View of how somebody lives, as far as anybody asked.

use model::lifestyle::Answer;
use model::problem::Problem;

/// Risk and exposures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifestyleView {
    /// Every answer, in any order; a topic without one was not asked.
    pub answers: Vec<Answer>,
    /// Current medicines that a habit bears on.
    pub bearings: Vec<BearingRow>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// A current medicine that a habit bears on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BearingRow {
    /// The medicine, as it was sent.
    pub medicine: String,
    /// What is known of the habit.
    pub known: String,
    /// What it means.
    pub words: String,
    /// By what.
    pub why: String,
    /// Where it says so.
    pub source: String,
}
