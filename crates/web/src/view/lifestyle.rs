//! View of how somebody lives, as far as anybody asked.

use super::identity::{Identity, Session};
use super::scale::ScaleRow;
use model::id::PatientId;
use model::lifestyle::{Answer, SaidBy, Topic};
use model::problem::Problem;
use model::time::PartialDate;

/// Risk and exposures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifestyleView {
    /// Every answer, in any order; a topic without one was not asked.
    pub answers: Vec<Answer>,
    /// Current medicines that a habit bears on.
    pub bearings: Vec<BearingRow>,
    /// Prevention that rests on the answers.
    pub prevention: Vec<PreventionRow>,
    /// Figures of the answers that have a published threshold.
    pub figures: Vec<ScaleRow>,
    /// Whether the reader may write answers down.
    pub may_enter: bool,
    /// Days whose answers were written down here, the latest first: they can be corrected.
    pub entered: Vec<String>,
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

/// What a rule of prevention says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreventionRow {
    /// What may be offered.
    pub title: String,
    /// `Criteria met`, `Criteria not met`, `Not known`.
    pub standing: String,
    /// What it rests on.
    pub basis: Vec<String>,
    /// What is missing to say.
    pub needs: Vec<String>,
    /// The figures that it asks for.
    pub figures: Vec<ScaleRow>,
    /// For whom it is meant, and what it cannot see.
    pub validity: String,
    /// Where it says so.
    pub source: String,
}

/// The form that takes answers, as it was opened or as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifestyleFormView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Who it is.
    pub identity: Identity,
    /// The day of the answers, as typed.
    pub on: String,
    /// Who gave them.
    pub said_by: SaidBy,
    /// The day that the form was opened for, and the version of its answers then; 0 if there were
    /// none.
    pub opened: (String, u64),
    /// What is wrong with the form as a whole.
    pub notice: Option<String>,
    /// What is wrong with the day.
    pub day_fault: Option<String>,
    /// The questions.
    pub questions: Vec<LifestyleQuestion>,
}

/// A question with what stands in its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifestyleQuestion {
    /// Its name in the form.
    pub link_id: String,
    /// What it is about.
    pub topic: Topic,
    /// What is asked.
    pub asked: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// What was typed, or the code that was chosen; empty for nothing.
    pub value: String,
    /// Whether somebody asked and came to no answer.
    pub is_not_known: bool,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// One of some answers: code and words.
    Choice(Vec<(String, String)>),
    /// A number, in a unit.
    Number(String),
    /// A day, as far as it is known.
    Day,
    /// Words.
    Words,
}
