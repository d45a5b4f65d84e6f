//! What a gene result says.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A gene's call, phenotype and what the call rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Activity score, where the gene has one, as text; only if all diplotypes agree.
    pub activity_score: Option<String>,
    /// Every activity score the diplotypes lead to, where the gene has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activity_scores: Vec<String>,
    /// What each possibility comes to, where there are several; in the order of `diplotypes` if
    /// there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub possible: Vec<Outcome>,
    /// For genes that are read as variants (DPYD, RYR1): the variants found, a homozygous one
    /// twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// Whether it is known which variants lie on one strand: phased data, or at most one
    /// heterozygous position.
    #[serde(default, skip_serializing_if = "is_false")]
    pub phased: bool,
    /// Bases at known positions that no allele has, `rs1 G>C`; how they were counted is in `notes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unexplained: Vec<String>,
    /// Pairs that fit the data as well, but explain less of it by named positions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_possible: Vec<Diplotype>,
    /// Research only: such a call is shown, labelled, and never reaches advice.
    #[serde(default, skip_serializing_if = "is_false")]
    pub research: bool,
    /// What was seen and what was not.
    pub callability: Option<Callability>,
    /// Remarks a reader must see: undocumented variation, missing tier-1 positions, conflicts.
    pub notes: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What one possibility of a call comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Outcome {
    /// The diplotype, if the gene has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diplotype: Option<Diplotype>,
    /// Its phenotype; `None` if no rule gives one.
    pub phenotype: Option<String>,
    /// Its activity score, where the gene has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_score: Option<String>,
}

impl GeneStatement {
    /// Every possibility of a called gene; none for a gene that is not called.
    pub fn outcomes(&self) -> Vec<Outcome> {
        if self.state != GeneState::Called {
            return Vec::new();
        }
        if !self.possible.is_empty() {
            return self.possible.clone();
        }
        let outcome = |phenotype: Option<&String>| Outcome {
            diplotype: match self.diplotypes.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
            phenotype: phenotype.cloned(),
            activity_score: self.activity_score.clone(),
        };
        let mut outcomes: Vec<Outcome> =
            self.phenotypes.iter().map(|phenotype| outcome(Some(phenotype))).collect();
        if outcomes.is_empty() {
            outcomes.push(outcome(self.phenotype.as_ref()));
        } else if outcomes.len() == 1 && self.phenotype.is_none() {
            // Some diplotype has no phenotype.
            outcomes.push(outcome(None));
        }
        outcomes
    }
}

/// Whether a gene has a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    #[default]
    NotTested,
}

/// Who made the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Our caller, from genotypes.
    #[default]
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
    /// Phenotypes that those alleles would lead to and the call does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phenotypes_not_excluded: Vec<String>,
    /// Insertion or deletion loci whose reference rests on the base before them alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
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
