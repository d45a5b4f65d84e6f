//! What other medicines make of the results: a layer beside the genes, handed in as words.

use model::conversion::{ClinicalAdvice, Conversion};
use model::statement::AdviceState;
use std::collections::BTreeMap;

/// What the other medicines of a person make of the results. It stands beside what the genes say
/// and replaces nothing; whoever knows of no such effect hands in an empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clinical {
    /// By HGNC symbol, the clinical phenotype and its cause: `Poor Metabolizer with paroxetine
    /// (since 02-Apr-2026)`.
    pub genes: BTreeMap<String, String>,
    /// By RxNorm ingredient code.
    pub drugs: BTreeMap<String, ClinicalUse>,
}

/// What they change about one drug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClinicalUse {
    /// By HGNC symbol, the clinical phenotype for this drug: a drug is no cause for itself.
    pub genes: BTreeMap<String, String>,
    /// What follows for the drug, in words.
    pub words: Option<String>,
    /// The state looked up with it. It is shown where it is more cautious than that of the genes;
    /// where it is less so, the genes' stands.
    pub state: Option<AdviceState>,
}

impl Clinical {
    /// Of what the engine concluded: one advice a drug, one conversion a gene. What changes nothing
    /// is left out.
    pub fn of(advice: &[ClinicalAdvice], conversions: &[Conversion]) -> Self {
        let words = |one: &Conversion| {
            let text = format!("{} with {}", one.clinical_words(), one.because());
            (one.gene.clone(), text)
        };
        let changed = conversions.iter().filter(|one| one.is_changed());
        let drugs = advice.iter().filter(|one| one.changed().next().is_some()).map(|one| {
            let what = one.advice.as_ref().map(|advice| {
                let texts = advice.recommendations.iter();
                texts.map(|one| format!("{}: {}", one.source, one.text)).collect::<Vec<_>>()
            });
            let used = ClinicalUse {
                genes: one.changed().map(words).collect(),
                words: what.filter(|texts| !texts.is_empty()).map(|texts| texts.join(" ")),
                state: one.advice.as_ref().map(|advice| advice.state),
            };
            (one.rxnorm.clone(), used)
        });
        Self { genes: changed.map(words).collect(), drugs: drugs.collect() }
    }
}
