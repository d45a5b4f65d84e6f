//! View of the page for one statement.

use super::identity::{Identity, Known, Session};
use super::patient::{DrugRow, GeneRow};
use model::id::PatientId;
use model::time::PartialDate;

/// One statement in full; what a card's source link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// Id of the `Patient` resource.
    pub patient: PatientId,
    /// Who it is about.
    pub identity: Identity,
    /// Allergies in words; `Known::Value(vec![])` = recorded that there are none.
    pub allergies: Known<Vec<String>>,
    /// The statement.
    pub subject: Subject,
    /// The gene results that a drug statement rests on; empty for a gene.
    pub genes: Vec<GeneRow>,
}

/// What the statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A drug. The row must have advice; without it the page says that there is none.
    Drug(Box<DrugRow>),
    /// A gene.
    Gene(Box<GeneRow>),
}
