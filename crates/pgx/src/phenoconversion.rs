//! Phenoconversion: the phenotype that current medicines leave, beside the genotype's own.
//!
//! An inhibitor can make a normal metabolizer a poor one for as long as it is taken. The layer is
//! separate: the genotype's phenotype and its advice stay as they are, and the second look-up is
//! given next to them. Rules:
//! - Which drug changes which enzyme how strongly: the pack's `inhibitors` (FDA table).
//! - CYP2D6: the activity score × 0 with a strong, × 0.5 with a moderate, × 1 with a weak inhibitor
//!   (composite score, PMC3816977; used by CPIC for opioids, PMID 33387367), then the ranges of
//!   CPIC and DPWG (PMID 31647186). Of several inhibitors the strongest counts, not the product.
//! - Genes without an agreed factor (CYP2B6, CYP2C9, CYP2C19, CYP3A4, CYP3A5): strong = poor,
//!   moderate = one step down, weak = unchanged (as in doi 10.1007/s00702-018-1922-0): a
//!   convention of studies, no guideline, and marked as lower evidence.
//! - Inducers never make advice less cautious: they are named, and nothing is converted.

mod active;
mod advice;
mod lower;

pub use advice::advise_clinically;

use active::Active;
use knowledge::pgx::PgxKnowledge;
use lower::Lowering;
use model::conversion::{Conversion, Effect, EffectStrength, Evidence, Medicine, NOT_ASSESSED};
use model::statement::{GeneStatement, Outcome};
use model::time::PartialDate;
use std::cmp::Reverse;

/// What a patient's medicines make of a gene result on a day; `None` if the knowledge names no
/// drug that changes the gene's enzyme. `medicines`: `None` = the list could not be had.
///
/// Every possibility of an ambiguous call is converted. A gene without a call stays without one.
pub fn convert(
    knowledge: &PgxKnowledge,
    gene: &GeneStatement,
    medicines: Option<&[Medicine]>,
    day: PartialDate,
) -> Option<Conversion> {
    if !knowledge.inhibitors.iter().any(|inhibitor| inhibitor.gene == gene.gene) {
        return None;
    }
    // What is for research only must not be prescribed by.
    let genotype = if gene.research { Vec::new() } else { gene.outcomes() };
    let mut conversion = Conversion {
        gene: gene.gene.clone(),
        clinical: genotype.clone(),
        genotype,
        ..Conversion::default()
    };
    let Some(medicines) = medicines else {
        conversion.notes.push(NOT_ASSESSED.to_owned());
        return Some(conversion);
    };
    conversion.assessed = true;
    let active = active::on_gene(knowledge, &gene.gene, medicines, day, &mut conversion.notes);
    let strongest = active.iter().filter(|one| one.inhibits()).map(|one| one.cause.strength).max();
    if let Some(strongest) = strongest {
        lower(knowledge, &active, strongest, &mut conversion);
    }
    let is_converted = conversion.is_converted();
    conversion.causes = active
        .into_iter()
        .map(|one| {
            let decides = is_converted && one.inhibits() && Some(one.cause.strength) == strongest;
            model::conversion::Cause { decides, ..one.cause }
        })
        .collect();
    let order =
        |cause: &model::conversion::Cause| (!cause.decides, cause.effect, Reverse(cause.strength));
    conversion.causes.sort_by_key(order);
    remark(&mut conversion, strongest);
    Some(conversion)
}

/// Converts every possibility by the strongest inhibitor.
fn lower(
    knowledge: &PgxKnowledge,
    active: &[Active],
    strongest: EffectStrength,
    conversion: &mut Conversion,
) {
    let Some(gene) = knowledge.gene(&conversion.gene) else { return };
    let factors = active
        .iter()
        .filter(|one| one.inhibits() && one.cause.strength == strongest)
        .filter_map(|one| one.factor_percent);
    let lowering = Lowering::of(gene, strongest, factors.min());
    let mut clinical: Vec<Outcome> = Vec::new();
    for outcome in &conversion.genotype {
        for lowered in lower::outcomes(gene, lowering, outcome, &mut conversion.notes) {
            if !clinical.contains(&lowered) {
                clinical.push(lowered);
            }
        }
    }
    conversion.clinical = clinical;
    if conversion.is_converted() {
        conversion.evidence = Some(match lowering {
            Lowering::Score { .. } => Evidence::ActivityScore,
            Lowering::Poor | Lowering::StepDown | Lowering::Unchanged => Evidence::StepDown,
        });
    }
}

/// Says what is not converted, and why.
fn remark(conversion: &mut Conversion, strongest: Option<EffectStrength>) {
    let Conversion { gene, causes, notes, genotype, .. } = &mut *conversion;
    let mut said = Vec::new();
    for cause in causes.iter() {
        let (drug, strength) = (&cause.drug, cause.strength.word());
        if cause.effect == Effect::Inducer {
            said.push(format!(
                "{drug}, a {strength} inducer: {gene} activity may be higher; not assessed"
            ));
        } else if genotype.is_empty() && cause.strength == EffectStrength::Strong {
            said.push(format!(
                "{drug}, a strong inhibitor: {gene} activity is likely poor whatever the genotype"
            ));
        } else if !cause.decides && Some(cause.strength) == strongest {
            said.push(format!("{drug}, a {strength} inhibitor: the phenotype is not changed"));
        }
    }
    notes.extend(said);
}

#[cfg(test)]
mod tests;
