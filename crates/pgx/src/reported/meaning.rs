//! What reported diplotypes come to.

use super::statuses;
use crate::call::spaced;
use crate::phenotype::{self, INDETERMINATE, Reading};
use knowledge::pgx::{Copies, Gene, Method};
use model::score::ActivityScore;
use model::statement::{Diplotype, Outcome};
use std::collections::BTreeSet;

/// What the tables know of the names of a call.
#[derive(Default)]
struct Remarks {
    unknown: BTreeSet<String>,
    unassigned: BTreeSet<String>,
    tandem: BTreeSet<String>,
}

/// Phenotype and activity score of each diplotype.
pub(super) fn of(gene: &Gene, diplotypes: Vec<Diplotype>, notes: &mut Vec<String>) -> Vec<Outcome> {
    let mut remarks = Remarks::default();
    let outcomes =
        diplotypes.into_iter().map(|diplotype| outcome(gene, diplotype, &mut remarks)).collect();
    let of_gene = |name: &String| format!("{}{}", gene.symbol, spaced(name));
    notes.extend(remarks.unknown.iter().map(|name| {
        format!("{} is not in the tables; its function counts as unknown", of_gene(name))
    }));
    notes.extend(
        remarks.unassigned.iter().map(|name| format!("{}: function not assigned", of_gene(name))),
    );
    notes.extend(
        remarks
            .tandem
            .iter()
            .map(|name| format!("{} is read as the sum of its parts", of_gene(name))),
    );
    outcomes
}

fn outcome(gene: &Gene, diplotype: Diplotype, remarks: &mut Remarks) -> Outcome {
    if !gene.statuses.is_empty() {
        let phenotype = Some(statuses::of(gene, &diplotype));
        return Outcome { diplotype: Some(diplotype), phenotype, activity_score: None };
    }
    let first = strand(gene, &diplotype.first, remarks);
    let second = diplotype.second.as_deref().map(|name| strand(gene, name, remarks));
    // One allele of a gene that may come in one copy is a call of one copy.
    let second = if gene.copies == Copies::Two { Some(second.unwrap_or(first)) } else { second };
    let meaning = phenotype::of(gene, first, second);
    // A gene with rules says at least that nothing can be said.
    let fallback = (!gene.phenotypes.is_empty()).then(|| INDETERMINATE.to_owned());
    Outcome {
        phenotype: meaning.phenotype.or(fallback),
        activity_score: meaning.score.map(|score| score.to_string()),
        diplotype: Some(diplotype),
    }
}

/// One strand: an allele, several in brackets of which the worst counts, or a tandem whose parts
/// add up (CYP2D6 `*36+*10`; CPIC/DPWG consensus on CYP2D6 scores, PMID 31647186).
fn strand<'g>(gene: &'g Gene, name: &str, remarks: &mut Remarks) -> Reading<'g> {
    let unknown = Reading { function: None, activity: None };
    if let Some(allele) = gene.allele(name) {
        let reading = phenotype::read(gene, allele);
        if reading.function.is_none() && gene.alleles.iter().any(|known| known.function.is_some()) {
            remarks.unassigned.insert(name.to_owned());
        }
        return reading;
    }
    if let Some(list) = name.strip_prefix('[').and_then(|text| text.strip_suffix(']'))
        && gene.method == Method::LowestFunction
    {
        let readings = list.split(" + ").map(|part| strand(gene, part, remarks));
        return readings.min_by_key(|reading| crate::call::rank(gene, *reading)).unwrap_or(unknown);
    }
    if gene.has_scores() && name.contains('+') {
        let parts: Vec<Option<ActivityScore>> = name
            .split('+')
            .map(|part| gene.allele(part.trim()).and_then(|allele| allele.activity))
            .collect();
        let sum = parts.into_iter().reduce(|sum, part| Some(sum?.plus(part?))).flatten();
        if let Some(sum) = sum {
            remarks.tandem.insert(name.to_owned());
            return Reading { function: None, activity: Some(sum) };
        }
    }
    remarks.unknown.insert(name.to_owned());
    unknown
}
