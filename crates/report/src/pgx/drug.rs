//! Drugs and what the genes say about them.

use super::Shown;
use model::statement::AdviceState;
use serde::{Deserialize, Serialize};

/// What the person takes now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "drugs", rename_all = "kebab-case")]
pub enum CurrentMedicines {
    /// No list of medicines was to be had, which the report says. It is not an empty list.
    NotAvailable,
    /// The list, the most cautious advice first; empty = recorded that there is none.
    Listed(Vec<DrugEntry>),
}

/// A drug with its advice in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrugEntry {
    /// Ingredient name; for a medicine the knowledge does not have, its own words.
    pub drug: String,
    /// RxNorm ingredient code.
    pub rxnorm: Option<String>,
    /// The orders in their own words, `Clopidogrel 75 mg tablet, 1 tablet once a day`; empty = not
    /// a current medicine, or not worded.
    pub orders: Vec<String>,
    /// The one word for the drug: the more cautious of what the genes say and what they say
    /// together with other medicines.
    pub state: AdviceState,
    /// What other medicines change about it, in words; beside the advice, never in its place.
    #[serde(default)]
    pub clinical: Option<String>,
    /// Why there is no advice, one sentence; only without recommendations.
    pub reason: Option<String>,
    /// The genes it rests on.
    pub genes: Vec<GeneUse>,
    /// Every recommendation, the most cautious first; sources stay apart.
    pub advice: Vec<Advice>,
    /// What guidance says while a gene is not known.
    pub test_first: Option<TestFirst>,
    /// Remarks a reader must see: `Normal by genotype; Intermediate with paroxetine`.
    pub notes: Vec<String>,
}

/// A gene as the advice uses it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GeneUse {
    /// HGNC symbol.
    pub gene: String,
    /// The call, or why there is none.
    pub call: Shown,
    /// The phenotype looked up; `None` where the call already says that nothing is known.
    pub phenotype: Option<Shown>,
    /// What other medicines make of it: `Poor Metabolizer with paroxetine (since 02-Apr-2026)`.
    #[serde(default)]
    pub clinical: Option<String>,
    /// `6 of 35 positions tested`, where not all of the gene was looked at, and what else it may
    /// be.
    pub partly: Option<String>,
}

/// One recommendation of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// `CPIC`, `DPWG`, `FDA`.
    pub source: String,
    /// For whom, in words.
    pub population: String,
    /// What to do, in words.
    pub action: String,
    /// How strong, in words; `None` where the source recommends nothing.
    pub strength: Option<String>,
    /// What to do, one or two sentences.
    pub text: String,
    /// Why.
    pub implication: String,
    /// Drugs to use instead.
    pub alternatives: Vec<String>,
    /// Number of the guideline in [`super::PgxReport::references`], from 1.
    pub reference: usize,
    /// Row of the pack.
    pub rule: String,
}

/// What guidance says while a gene is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestFirst {
    /// Genes to test.
    pub genes: Vec<String>,
    /// Why, or how.
    pub text: String,
    /// Number of the guideline, from 1.
    pub reference: usize,
}

/// Drugs that share one reason, by name only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrugGroup {
    /// The genes they share.
    pub genes: Vec<GeneUse>,
    /// What other medicines change about them, in words.
    #[serde(default)]
    pub clinical: Option<String>,
    /// What the group has in common, in words: why nothing is known, or a test to do first.
    pub reason: Option<String>,
    /// Ingredient names in order.
    pub drugs: Vec<String>,
    /// Remarks a reader must see.
    pub notes: Vec<String>,
    /// Numbers of the guidelines, from 1.
    pub references: Vec<usize>,
}
