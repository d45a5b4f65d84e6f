//! Gene results and what is missing from them.

use super::Shown;
use serde::{Deserialize, Serialize};

/// One gene result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneEntry {
    /// HGNC symbol.
    pub gene: String,
    /// Every call that fits, or the word for why there is none.
    pub calls: Vec<Shown>,
    /// Why no call can be made, one sentence.
    pub why: Option<String>,
    /// The phenotype, all of them if several are possible, or why there is none.
    pub phenotype: Shown,
    /// What other medicines make of it: `Poor Metabolizer with paroxetine (since 02-Apr-2026)`. It
    /// stands beside the phenotype, which is the genotype's, and never replaces it.
    #[serde(default)]
    pub clinical: Option<String>,
    /// Activity score, where the gene has one; all of them if several are possible.
    pub activity_score: Option<String>,
    /// Pairs that fit the data as well, but explain less of it by named positions.
    #[serde(default)]
    pub also_possible: Vec<String>,
    /// Bases at known positions that no allele has.
    #[serde(default)]
    pub unexplained: Vec<String>,
    /// Said of our own call where it is not known which variants lie on one strand.
    #[serde(default)]
    pub phase: Option<String>,
    /// Who called it, in words.
    pub basis: String,
    /// `6 of 35 positions tested`, or why that is not known.
    pub tested: Shown,
    /// Whether every position was seen.
    pub complete: bool,
    /// Positions taken from reference blocks or by the stated policy.
    pub from_block: u32,
    /// Positions that nothing is known about; empty for a gene that was not tested at all, as are
    /// the five lists after it.
    pub missing: Vec<String>,
    /// Of those, the ones that laboratories are recommended to test (AMP tier 1).
    pub tier1_missing: Vec<String>,
    /// Positions whose record failed a filter.
    pub filtered: Vec<String>,
    /// Alleles that the missing positions leave possible.
    pub not_excluded: Vec<String>,
    /// Phenotypes that those alleles would lead to and the call does not.
    #[serde(default)]
    pub would_be: Vec<String>,
    /// Insertions and deletions whose reference rests on the base before them alone.
    #[serde(default)]
    pub assumed: Vec<String>,
    /// Remarks a reader must see.
    pub notes: Vec<String>,
}

/// A gene that was not tested, or not in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// HGNC symbol.
    pub gene: String,
    /// What is missing, in words.
    pub words: String,
    /// Drugs that it leaves without advice.
    pub drugs: Vec<String>,
}
