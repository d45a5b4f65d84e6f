//! What a reader of a call must see beside it.

use super::usable::{Usable, name};
use crate::observe::{Observation, observe};
use crate::pairs::DIPLOTYPES_MAX;
use crate::plan::{GenePlan, Strand};
use crate::{Settings, Sex};
use knowledge::pgx::{Copies, Gene, Undocumented};
use model::assay::AbsentPosition;
use model::genotype::GenotypeCell;
use model::statement::Callability;
use std::collections::BTreeSet;

/// Remarks that hold whatever the pair test gives.
pub(super) fn before(
    gene: &Gene,
    usable: &Usable,
    callability: &Callability,
    settings: Settings,
    notes: &mut Vec<String>,
) {
    if !usable.is_tested() {
        return;
    }
    let listed = |indices: &BTreeSet<usize>| {
        indices.iter().map(|index| name(gene, *index)).collect::<Vec<_>>().join(", ")
    };
    if !callability.tier1_missing.is_empty() {
        notes.push(format!(
            "positions that every test should cover were not tested: {}",
            callability.tier1_missing.join(", ")
        ));
    }
    let undocumented: BTreeSet<usize> = usable.undocumented.iter().map(|(at, _, _)| *at).collect();
    if !undocumented.is_empty() && gene.undocumented == Undocumented::ReferenceWithNote {
        notes.push(format!(
            "a variant that no known allele has was counted as reference at {}",
            listed(&undocumented)
        ));
    }
    if !usable.assumed.is_empty() {
        notes.push(format!(
            "reference is assumed at {}: only the base before the insertion or deletion was seen",
            listed(&usable.assumed.iter().copied().collect())
        ));
    }
    if gene.copies == Copies::BySex {
        let copies = if usable.sites.haploid { "one X chromosome" } else { "two X chromosomes" };
        notes.push(match settings.sex {
            None => format!("read as {copies}, as the file has it; the sex is not known"),
            Some(Sex::Female) => format!("read as {copies}: female"),
            Some(Sex::Male) => format!("read as {copies}: male"),
        });
    }
}

/// Positions that belong to no allele, where they were seen (rs12777823 for warfarin).
pub(super) fn extra(
    gene: &Gene,
    plan: &GenePlan,
    cells: &[GenotypeCell],
    absent: AbsentPosition,
    notes: &mut Vec<String>,
) {
    for (position, plan) in gene.extra_positions.iter().zip(&plan.extra) {
        let Observation::Known(known) = observe(plan, cells, absent) else { continue };
        let text = |strand: Strand| match strand {
            Strand::Reference => position.reference.clone(),
            Strand::Other(number) => {
                let text = plan.texts.get(usize::from(number));
                text.and_then(|text| text.rsplit('>').next()).unwrap_or("?").to_owned()
            }
            Strand::Base(_) | Strand::Deleted => "?".to_owned(),
        };
        let mut bases = [text(known.strands.0), text(known.strands.1)];
        bases.sort();
        notes.push(format!(
            "{} is {}; it belongs to no allele of the gene",
            position.name(&gene.chromosome),
            bases.join("/")
        ));
    }
}

/// Remarks about the diplotypes found.
pub(super) fn after(
    gene: &Gene,
    found: usize,
    truncated: bool,
    unassigned: &BTreeSet<&str>,
    without_rule: bool,
    notes: &mut Vec<String>,
) {
    if found > 1 {
        notes.push(format!("{found} diplotypes fit equally well"));
    }
    if truncated {
        notes.push(format!("only the first {DIPLOTYPES_MAX} diplotypes are listed"));
    }
    // A gene without any function speaks of none.
    if !gene.alleles.iter().any(|allele| allele.function.is_some()) {
        return;
    }
    for allele in unassigned {
        notes.push(format!("{}{}: function not assigned", gene.symbol, spaced(allele)));
    }
    if without_rule && !gene.phenotype_names().is_empty() {
        notes.push("no phenotype rule for a pair of these functions".into());
    }
}

/// `*6` goes right behind the symbol, `c.61C>T` after a blank.
pub(crate) fn spaced(allele: &str) -> String {
    if allele.starts_with('*') { allele.to_owned() } else { format!(" {allele}") }
}
