//! Views of what people make of trial options: a decision for a patient and a trial, and what has
//! to be found out.

use super::identity::{Identity, Known, Session};
use super::trials::{TrialHead, TrialOffer};
use model::id::PatientId;
use model::time::{PartialDate, Timestamp};

/// One trial and one patient, for who works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialWorkView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages and for what is overdue.
    pub today: PartialDate,
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Who it is.
    pub identity: Identity,
    /// Allergies in words; `Known::Value(vec![])` = recorded that there are none.
    pub allergies: Known<Vec<String>>,
    /// The trial.
    pub trial: TrialHead,
    /// What its cohorts say today, by rank; empty for one that is not open.
    pub offers: Vec<TrialOffer>,
    /// The cohorts, by their place in the trial.
    pub cohorts: Vec<String>,
    /// What is decided.
    pub decision: Option<TrialDecisionRow>,
    /// What was decided under records that were merged into this one.
    pub beside: Vec<TrialDecisionRow>,
    /// What may be decided: code and words.
    pub choices: Vec<(String, String)>,
    /// What has to be found out, the open ones first.
    pub tasks: Vec<TaskRow>,
    /// What the criteria miss and nobody was asked for.
    pub unasked: Vec<String>,
    /// Whether the reader may write.
    pub may_decide: bool,
    /// Why a form was not taken, with what was typed.
    pub refused: Option<RefusedForm>,
}

/// A form that was not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedForm {
    /// Why, in words.
    pub error: String,
    /// What was typed, by the name of the field.
    pub typed: Vec<(String, String)>,
}

impl RefusedForm {
    /// What was typed into a field.
    pub fn typed(&self, field: &str) -> Option<&str> {
        self.typed.iter().find(|(name, _)| name == field).map(|(_, text)| text.as_str())
    }
}

/// What is decided for a patient and a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialDecisionRow {
    /// Whom it is about.
    pub patient: PatientId,
    /// Who it is; `None` for one whose name may not be seen.
    pub identity: Option<Identity>,
    /// Code of what is decided.
    pub code: String,
    /// In words.
    pub words: String,
    /// The cohort that was looked at.
    pub cohort: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// Who decided; `None` where another system wrote it.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What the criteria said then: a status of the trial options.
    pub answer: Option<String>,
    /// The version of the trial then.
    pub trial_version: Option<u64>,
    /// The version of the decision.
    pub version: u64,
}

/// Something that has to be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Id of the `Task` resource.
    pub id: String,
    /// Its version.
    pub version: u64,
    /// For whom.
    pub patient: PatientId,
    /// Who it is; `None` for one whose name may not be seen.
    pub identity: Option<Identity>,
    /// The trial.
    pub trial: String,
    /// What.
    pub fact: String,
    /// What became of it, in words.
    pub state: String,
    /// Whether it is still to be found out.
    pub is_open: bool,
    /// Whether the criteria do not miss it any more, so that it may be over.
    pub is_answered: bool,
    /// Who finds it out.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<PartialDate>,
    /// Who asked.
    pub asked_by: Option<String>,
    /// How it ended.
    pub note: Option<String>,
    /// When it was written last.
    pub at: Timestamp,
}
