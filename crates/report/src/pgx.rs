//! The pharmacogenomic report of one person, or of one sample without a person.
//!
//! The view is everything the document shows, in the order it shows it. It holds words where the
//! document shows words, so that a reader of the view (a test, another program) reads the report.

mod build;
mod clinical;
mod drug;
mod gene;
mod head;

pub use build::{Material, Medicine};
pub use clinical::{Clinical, ClinicalUse};
pub use drug::{Advice, CurrentMedicines, DrugEntry, DrugGroup, GeneUse, TestFirst};
pub use gene::{Gap, GeneEntry};
pub use head::{Head, Person, Source};

use model::statement::{EngineRef, KnowledgeRef};
use serde::{Deserialize, Serialize};

/// The whole report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PgxReport {
    /// Whom or what it is about, and where the data came from.
    pub head: Head,
    /// The knowledge that was applied.
    pub knowledge: KnowledgeRef,
    /// The engine that applied it.
    pub engine: EngineRef,
    /// What the person takes now, first of all.
    pub current: CurrentMedicines,
    /// Other drugs to avoid.
    pub avoid: Vec<DrugEntry>,
    /// Other drugs to adjust.
    pub adjust: Vec<DrugEntry>,
    /// Other drugs with standard use, by what that rests on.
    pub standard: Vec<DrugGroup>,
    /// Other drugs about which nothing can be said, by the reason.
    pub not_known: Vec<DrugGroup>,
    /// The gene results that advice rests on: called, not callable, not tested.
    pub genes: Vec<GeneEntry>,
    /// Research-only calls, shown apart and never the basis of advice.
    pub research: Vec<GeneEntry>,
    /// What was not tested, or not in full, and which drugs that leaves open.
    pub gaps: Vec<Gap>,
    /// What such a report cannot say, one sentence each.
    pub limits: Vec<String>,
    /// The guidelines cited, numbered from 1 in this order.
    pub references: Vec<Reference>,
}

/// Text, or the fixed word for why there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "kebab-case")]
pub enum Shown {
    /// What was found.
    Value(String),
    /// Nothing was: `not tested`, `tested, not callable`, `not recorded`.
    Absent(String),
}

impl Shown {
    /// The text, whichever it is.
    pub fn text(&self) -> &str {
        match self {
            Self::Value(text) | Self::Absent(text) => text,
        }
    }
}

/// A guideline that is cited.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// Guideline in short, `CPIC CYP2C19 and clopidogrel, 2022 update`.
    pub title: String,
    /// PubMed id.
    pub pmid: Option<String>,
    /// Page of the guideline.
    pub url: String,
}
