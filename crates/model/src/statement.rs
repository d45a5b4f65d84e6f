//! Statements: what the engines conclude, each in a capsule that lets anyone replay it.

mod drug;
mod gene;

pub use drug::{
    Action, AdviceState, Citation, DrugStatement, GeneKey, PreTest, Recommendation, Strength,
};
pub use gene::{Basis, Callability, Diplotype, GeneState, GeneStatement, Outcome};

use crate::id::{PatientId, ResourceRef, StatementId};
use serde::{Deserialize, Serialize};

/// One interpretation about one patient. It holds no time of its own: the same inputs and the
/// same knowledge give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Stays the same over versions.
    pub id: StatementId,
    /// About whom.
    pub patient: PatientId,
    /// What it says.
    pub content: StatementContent,
    /// How it came about.
    pub capsule: Capsule,
}

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "statements are few at a time; a box helps nobody")]
pub enum StatementContent {
    /// A gene's diplotype and phenotype.
    Gene(GeneStatement),
    /// What that means for a drug.
    Drug(DrugStatement),
}

impl StatementContent {
    /// The kind, as stored and searched: `gene` or `drug`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Gene(_) => "gene",
            Self::Drug(_) => "drug",
        }
    }

    /// The subject, unique within a patient and kind: gene symbol or RxNorm ingredient code.
    pub fn subject(&self) -> &str {
        match self {
            Self::Gene(gene) => &gene.gene,
            Self::Drug(drug) => &drug.rxnorm,
        }
    }
}

/// How a statement came about: enough to explain it and to make it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capsule {
    /// What it was made from.
    pub inputs: Vec<InputRef>,
    /// With which knowledge.
    pub knowledge: KnowledgeRef,
    /// By which rule of that knowledge, `action:clopidogrel/poor-metabolizer`.
    pub rule: String,
    /// By which engine.
    pub engine: EngineRef,
    /// What was missing, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

/// A resource version that was used, and its digest at that time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InputRef {
    /// The resource version.
    pub resource: ResourceRef,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// A knowledge pack, exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KnowledgeRef {
    /// Pack id, `pgx`.
    pub pack: String,
    /// Semantic version.
    pub version: String,
    /// Day of the pack.
    pub date: String,
    /// SHA-256 over the pack's files, lower-case hex.
    pub digest: String,
}

/// An engine, exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EngineRef {
    /// Crate name, `pgx`.
    pub name: String,
    /// Its version.
    pub version: String,
}
