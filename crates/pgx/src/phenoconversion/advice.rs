//! The second look-up: a drug's advice under the clinical phenotypes.

use super::convert;
use crate::advise::{advise, rank};
use knowledge::pgx::{Drug, PgxKnowledge};
use model::conversion::{ClinicalAdvice, Conversion, Medicine};
use model::statement::{Action, AdviceState, DrugStatement, GeneStatement};
use model::time::PartialDate;

/// What a patient's medicines make of the advice about a drug on a day, beside the advice by
/// genotype. The drug itself is no cause: guidance about it counts its own effect already.
/// `medicines`: those taken and those being ordered; `None` = the list could not be had.
pub fn advise_clinically(
    knowledge: &PgxKnowledge,
    drug: &Drug,
    genes: &[GeneStatement],
    medicines: Option<&[Medicine]>,
    day: PartialDate,
) -> ClinicalAdvice {
    let others: Option<Vec<Medicine>> = medicines.map(|list| {
        list.iter().filter(|medicine| medicine.rxnorm != drug.rxnorm).cloned().collect()
    });
    let look_up = |list: Option<&[Medicine]>| look_up(knowledge, drug, genes, list, day);
    let (conversions, advice) = look_up(others.as_deref());
    let mut clinical = ClinicalAdvice {
        rxnorm: drug.rxnorm.clone(),
        conversions,
        advice,
        more_cautious: false,
        by_order: false,
    };
    let Some(advice) = &clinical.advice else { return clinical };
    let by_genotype = advise(knowledge, drug, genes);
    clinical.more_cautious = is_more_cautious(advice, &by_genotype);
    let is_ordered = clinical.conversions.iter().flat_map(Conversion::deciding).any(|c| c.ordered);
    if is_ordered {
        let taken: Option<Vec<Medicine>> =
            others.map(|list| list.into_iter().filter(|medicine| !medicine.ordered).collect());
        let before = look_up(taken.as_deref()).1.unwrap_or(by_genotype);
        clinical.by_order = is_more_cautious(advice, &before);
    }
    clinical
}

fn look_up(
    knowledge: &PgxKnowledge,
    drug: &Drug,
    genes: &[GeneStatement],
    medicines: Option<&[Medicine]>,
    day: PartialDate,
) -> (Vec<Conversion>, Option<DrugStatement>) {
    let mut conversions = Vec::new();
    let mut clinical = Vec::with_capacity(genes.len());
    for gene in genes {
        let conversion =
            convert(knowledge, gene, medicines, day).filter(|_| drug.genes.contains(&gene.gene));
        clinical.push(match &conversion {
            Some(conversion) if conversion.is_converted() => converted(gene, conversion),
            _ => gene.clone(),
        });
        conversions.extend(conversion);
    }
    let is_converted = conversions.iter().any(Conversion::is_converted);
    let advice = is_converted.then(|| advise(knowledge, drug, &clinical));
    (conversions, advice)
}

/// The gene's statement with the clinical possibilities in place of its own, for the look-up only.
fn converted(gene: &GeneStatement, conversion: &Conversion) -> GeneStatement {
    let mut phenotypes: Vec<String> = Vec::new();
    let mut scores: Vec<Option<&String>> = Vec::new();
    for outcome in &conversion.clinical {
        if let Some(phenotype) = &outcome.phenotype
            && !phenotypes.contains(phenotype)
        {
            phenotypes.push(phenotype.clone());
        }
        scores.push(outcome.activity_score.as_ref());
    }
    scores.dedup();
    let is_one = conversion.clinical.iter().all(|one| one.phenotype.is_some());
    GeneStatement {
        phenotype: match phenotypes.as_slice() {
            [only] if is_one => Some(only.clone()),
            _ => None,
        },
        activity_score: match scores.as_slice() {
            [only] => only.cloned(),
            _ => None,
        },
        activity_scores: scores.into_iter().flatten().cloned().collect(),
        possible: conversion.clinical.clone(),
        phenotypes,
        ..gene.clone()
    }
}

/// Whether advice asks for more care than other advice: by its state, then by its hardest action.
/// A higher dose is given for an activity that an inhibitor takes away, so that its going counts
/// as more care, too.
fn is_more_cautious(advice: &DrugStatement, than: &DrugStatement) -> bool {
    let hardest = |advice: &DrugStatement| {
        let ranks = advice.recommendations.iter().map(|one| rank(one.action));
        (advice.state, ranks.max().unwrap_or_default())
    };
    let raises = |advice: &DrugStatement| {
        let is_raise = |action| matches!(action, Action::Increase { .. });
        advice.recommendations.iter().any(|one| is_raise(one.action))
    };
    let is_lost = raises(than) && !raises(advice) && advice.state != AdviceState::NotKnown;
    is_lost || hardest(advice) > hardest(than)
}
