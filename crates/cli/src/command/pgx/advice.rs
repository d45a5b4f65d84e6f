//! What the calls of a sample mean for drugs.

use super::Job;
use model::PartialDate;
use model::conversion::{ClinicalAdvice, Conversion, Medicine};
use model::statement::{DrugStatement, GeneStatement};
use report::pgx::Clinical;

/// Advice about every drug of the pack. Research calls are shown and never advised on; with
/// combinations asked for there is no advice at all.
pub(super) fn drugs(job: &Job<'_>, genes: &[GeneStatement]) -> Vec<DrugStatement> {
    if job.input.settings.research_combinations {
        return Vec::new();
    }
    let knowledge = &job.pack.pgx;
    let advise = |drug| pgx::advise(knowledge, drug, genes);
    let mut drugs: Vec<DrugStatement> = knowledge.drugs.iter().map(advise).collect();
    for drug in &mut drugs {
        for recommendation in &mut drug.recommendations {
            // A population is shown by its name in the pack.
            if let Some(name) = knowledge.population(&drug.rxnorm, &recommendation.population) {
                name.clone_into(&mut recommendation.population);
            }
        }
    }
    drugs
}

/// What the medicines taken now make of the results: a layer of its own, beside the advice.
pub(super) fn clinical(job: &Job<'_>, genes: &[GeneStatement], day: PartialDate) -> Clinical {
    let knowledge = &job.pack.pgx;
    let taking: Vec<Medicine> =
        job.arguments.taking.iter().map(|code| medicine(job, code)).collect();
    let medicines = (!taking.is_empty()).then_some(taking.as_slice());
    let convert = |gene| pgx::convert(knowledge, gene, medicines, day);
    let conversions: Vec<Conversion> = genes.iter().filter_map(convert).collect();
    let advise = |drug| pgx::advise_clinically(knowledge, drug, genes, medicines, day);
    let advice: Vec<ClinicalAdvice> = knowledge.drugs.iter().map(advise).collect();
    Clinical::of(&advice, &conversions)
}

fn medicine(job: &Job<'_>, code: &str) -> Medicine {
    let knowledge = &job.pack.pgx;
    let inhibitors = knowledge.inhibitors.iter();
    let inhibitor = || inhibitors.clone().find(|one| one.rxnorm == code).map(|one| &one.name);
    let name = knowledge.drug(code).map(|drug| &drug.name).or_else(inhibitor);
    Medicine {
        rxnorm: code.to_owned(),
        name: name.cloned().unwrap_or_else(|| format!("RxNorm {code}")),
        status: "active".into(),
        matched_by: "RxNorm ingredient code".into(),
        ..Medicine::default()
    }
}
