//! What a gene result says.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A gene's call, phenotype and what the call rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneStatement {
    /// HGNC symbol.
    pub gene: String,
    /// HGNC id, `HGNC:2621`.
    pub hgnc: String,
    /// Whether there is a call.
    pub state: GeneState,
    /// Who called it.
    pub basis: Basis,
    /// Every diplotype that fits best; more than one when the data cannot tell them apart.
    pub diplotypes: Vec<Diplotype>,
    /// The phenotype, if all diplotypes agree on one.
    pub phenotype: Option<String>,
    /// Every phenotype the diplotypes lead to; more than one means ambiguous.
    pub phenotypes: Vec<String>,
    /// Activity score, where the gene has one, as text.
    pub activity_score: Option<String>,
    /// What was seen and what was not.
    pub callability: Option<Callability>,
    /// Remarks a reader must see: undocumented variation, missing tier-1 positions, conflicts.
    pub notes: Vec<String>,
}

/// Whether a gene has a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeneState {
    /// One or more diplotypes, or a reported phenotype.
    Called,
    /// Tested, but no call can be made.
    NotCalled {
        /// Why, in one sentence.
        why: String,
    },
    /// No usable position was tested.
    NotTested,
}

/// Who made the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Our caller, from genotypes.
    Genotypes,
    /// The laboratory.
    Reported,
    /// One position that stands in for the diplotype.
    SinglePosition,
}

/// Two alleles in natural order; one for a haploid gene.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Diplotype {
    /// First allele, `*1`.
    pub first: String,
    /// Second allele; `None` if haploid.
    pub second: Option<String>,
}

impl fmt::Display for Diplotype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.second {
            Some(second) => write!(f, "{}/{second}", self.first),
            None => f.write_str(&self.first),
        }
    }
}

/// What a gene's call rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callability {
    /// Positions the gene's alleles are defined by.
    pub positions: u32,
    /// Positions with a usable call, blocks included.
    pub seen: u32,
    /// Of those, the ones known from a reference block or stated by the absent-position policy.
    pub from_block: u32,
    /// Positions that nothing is known about, by rsID or `chr:pos`.
    pub missing: Vec<String>,
    /// Positions whose record failed a filter, by rsID or `chr:pos`.
    pub filtered: Vec<String>,
    /// Alleles that the missing positions leave possible.
    pub not_excluded: Vec<String>,
    /// Missing positions of the AMP tier-1 recommendation.
    pub tier1_missing: Vec<String>,
}

impl Callability {
    /// `6 of 35 positions tested`.
    pub fn words(&self) -> String {
        format!("{} of {} positions tested", self.seen, self.positions)
    }

    /// Whether every position was seen.
    pub fn is_complete(&self) -> bool {
        self.seen == self.positions
    }
}
