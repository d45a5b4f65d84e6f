//! What the calls of a sample mean for drugs.

use super::Job;
use model::statement::{DrugStatement, GeneStatement};

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
