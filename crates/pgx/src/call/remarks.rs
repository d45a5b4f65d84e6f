//! What a reader of a call must see beside it.

use super::usable::{Usable, name};
use crate::pairs::DIPLOTYPES_MAX;
use knowledge::pgx::Gene;
use model::statement::Callability;
use std::collections::BTreeSet;

/// Remarks that hold whatever the pair test gives.
pub(super) fn before(
    gene: &Gene,
    usable: &Usable,
    callability: &Callability,
    notes: &mut Vec<String>,
) {
    let listed = |indices: &[usize]| {
        indices.iter().map(|index| name(gene, *index)).collect::<Vec<_>>().join(", ")
    };
    if !usable.sites.is_empty() && !callability.tier1_missing.is_empty() {
        notes.push(format!(
            "positions that every test should cover were not tested: {}",
            callability.tier1_missing.join(", ")
        ));
    }
    if !usable.undocumented.is_empty() {
        notes.push(format!(
            "a variant that no known allele has was counted as reference at {}",
            listed(&usable.undocumented)
        ));
    }
    if !usable.assumed.is_empty() {
        notes.push(format!(
            "reference is assumed at {}: only the base before the insertion or deletion was seen",
            listed(&usable.assumed)
        ));
    }
    if gene.chromosome == "chrX" && !usable.sites.is_empty() {
        notes.push(if usable.haploid {
            "read as one X chromosome".into()
        } else {
            "read as two X chromosomes".into()
        });
    }
}

/// Remarks about the diplotypes found.
pub(super) fn after(
    gene: &Gene,
    found: usize,
    unassigned: &BTreeSet<&str>,
    without_rule: bool,
    notes: &mut Vec<String>,
) {
    if found > 1 {
        notes.push(format!("{found} diplotypes fit equally well"));
    }
    if found > DIPLOTYPES_MAX {
        notes.push(format!("only the first {DIPLOTYPES_MAX} diplotypes are listed"));
    }
    for allele in unassigned {
        notes.push(format!("{}{allele}: function not assigned", gene.symbol));
    }
    if without_rule && !gene.phenotypes.is_empty() {
        notes.push("no phenotype rule for a pair of these functions".into());
    }
}
