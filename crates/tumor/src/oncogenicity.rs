//! Whether a small variant drives a tumour: the points of ClinGen, CGC and VICC.
//!
//! Source: Horak P et al., Genetics in Medicine 24:986 (2022), PMID 35101336. Each criterion is
//! met, not met, or not assessed and why; what was not assessed never counts as met, and the
//! result says which those were. The procedure is for small variants: copies and rearrangements
//! have none.

mod criterion;
mod distance;
mod judge;
mod sources;

pub use criterion::{Assessed, OncogenicityCriterion, State};
pub use distance::distance;
pub use judge::assess;
pub use sources::Sources;

use crate::event::Function;
use crate::{Consequence, Hgnc};
use knowledge::evidence::GeneRole;

/// What the points come to. Source: table 3 of the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OncogenicityClass {
    /// -7 points and less.
    Benign,
    /// -6 to -1.
    LikelyBenign,
    /// 0 to 5.
    UncertainSignificance,
    /// 6 to 9.
    LikelyOncogenic,
    /// 10 and more.
    Oncogenic,
}

impl OncogenicityClass {
    /// The class of so many points.
    pub fn of_points(points: i32) -> Self {
        match points {
            10.. => Self::Oncogenic,
            6..=9 => Self::LikelyOncogenic,
            0..=5 => Self::UncertainSignificance,
            -6..=-1 => Self::LikelyBenign,
            _ => Self::Benign,
        }
    }

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Benign => "benign",
            Self::LikelyBenign => "likely benign",
            Self::UncertainSignificance => "of uncertain significance",
            Self::LikelyOncogenic => "likely oncogenic",
            Self::Oncogenic => "oncogenic",
        }
    }

    /// Whether it is taken for a driver.
    pub fn is_oncogenic(self) -> bool {
        matches!(self, Self::LikelyOncogenic | Self::Oncogenic)
    }

    /// Whether it is taken for none.
    pub fn is_benign(self) -> bool {
        matches!(self, Self::LikelyBenign | Self::Benign)
    }
}

/// The assessment of one variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oncogenicity {
    /// Every criterion once, in the order of the procedure.
    pub criteria: Vec<Assessed>,
    /// The points of those that count.
    pub points: i32,
    /// What they come to.
    pub class: OncogenicityClass,
}

impl Oncogenicity {
    /// The result for people. Where no criterion counts and some could not be assessed, that is
    /// what is said: nothing looked up is not a variant without significance.
    pub fn words(&self) -> &'static str {
        let is_open = self.counted().next().is_none() && self.not_assessed().next().is_some();
        if is_open { "could not be assessed" } else { self.class.words() }
    }

    /// The criteria nobody could assess.
    pub fn not_assessed(&self) -> impl Iterator<Item = &Assessed> {
        self.criteria.iter().filter(|one| one.state == State::NotAssessed)
    }

    /// The criteria that count, `OS3 +4`.
    pub fn counted(&self) -> impl Iterator<Item = &Assessed> {
        self.criteria.iter().filter(|one| one.state == State::Met)
    }
}

/// What an oncogenic variant does to its gene, out of the part the gene plays; `None` for one that
/// is not oncogenic, a gene without a part or with both.
pub fn function(
    gene: Hgnc,
    consequences: &[Consequence],
    class: OncogenicityClass,
    sources: &Sources,
) -> Option<Function> {
    if !class.is_oncogenic() {
        return None;
    }
    match sources.role(gene)?.0 {
        GeneRole::TumorSuppressor => Some(Function::Inactivating),
        GeneRole::Oncogene if consequences.iter().all(|one| !one.is_null()) => {
            Some(Function::Activating)
        }
        GeneRole::Oncogene | GeneRole::Both => None,
    }
}
