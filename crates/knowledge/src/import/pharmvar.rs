//! Haplotype tables and VCF files of PharmVar, on GRCh38, to positions and alleles.
//!
//! `GENE.haplotypes.tsv` has a row a variation: haplotype, gene, rsID, reference sequence, start,
//! stop, reference allele, variant allele, type; bases are those of the reference sequence, so on
//! the plus strand also for a gene on the minus strand. A row with `REFERENCE` for an rsID is the
//! haplotype of the reference sequence. Sub-alleles are folded into their core allele: `*2.001`
//! into `*2`, which has its own row or, without one, what all its sub-alleles share.

mod read;
mod resolve;

use super::draft::{Draft, DraftAllele, stands_for};
use super::{Imported, natural_key};
use crate::manifest::Source;
use crate::pack::Pack;
use crate::pgx::Gene;
use model::Problem;
use read::{Haplotypes, Variation};
use resolve::Resolver;
use std::collections::{BTreeMap, BTreeSet};

/// Id of the source in `pack.toml`.
const SOURCE: &str = "pharmvar";

/// Derives positions and alleles of the base's genes. `date` is the day the files were fetched.
/// Functions and rules stay those of the base; alleles that are new have none.
pub fn pharmvar(
    files: &BTreeMap<String, Vec<u8>>,
    base: &Pack,
    date: &str,
) -> (Imported, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut imported = Imported::default();
    let found = read::read(files, &base.pgx, &mut problems);
    for (symbol, haplotypes) in &found.genes {
        imported.genes.push(symbol.clone());
        let Some(gene) = base.pgx.gene(symbol) else { continue };
        let draft = draft(gene, haplotypes, &found.records(symbol), &mut problems);
        let (positions, mut alleles) = draft.rows(gene, &mut problems);
        let structural = gene
            .alleles
            .iter()
            .filter(|allele| allele.structural && !draft.alleles.contains_key(&allele.name));
        for allele in structural {
            let core = allele.core.as_deref().unwrap_or_default();
            let row = [symbol, allele.name.as_str(), "structural", core, ""];
            alleles.push(row.map(str::to_owned).to_vec());
        }
        for (table, rows) in [("positions.tsv", positions), ("alleles.tsv", alleles)] {
            imported.cover(symbol, table);
            imported.extend(table, rows);
        }
    }
    imported.sources = vec![Source {
        id: SOURCE.to_owned(),
        name: "PharmVar haplotypes".to_owned(),
        version: if found.version.is_empty() { date.to_owned() } else { found.version },
        date: date.to_owned(),
        licence: "CC-BY-SA-4.0 (PharmVar)".to_owned(),
        attribution: "Pharmacogene Variation Consortium, pharmvar.org".to_owned(),
        url: "https://www.pharmvar.org/".to_owned(),
        used_for: "positions, alleles".to_owned(),
    }];
    (imported, problems)
}

/// `*2` of `*2.001`; a name of another form is its own core.
fn core(name: &str) -> &str {
    match name.split_once('.') {
        Some((core, sub)) if name.starts_with('*') && sub.bytes().all(|b| b.is_ascii_digit()) => {
            core
        }
        _ => name,
    }
}

fn draft(
    gene: &Gene,
    haplotypes: &Haplotypes,
    records: &[read::Record],
    problems: &mut Vec<Problem>,
) -> Draft {
    let mut resolver = Resolver { gene, records, draft: Draft::default() };
    let mut by_core: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for name in haplotypes.keys() {
        by_core.entry(core(name)).or_default().push(name);
    }
    for (core, mut names) in by_core {
        names.sort_by_cached_key(|name| natural_key(name));
        let own: Vec<&String> = names.iter().copied().filter(|name| *name == core).collect();
        // The core allele's own row, else what its sub-alleles have in common.
        let names = if own.is_empty() { names } else { own };
        let place = format!("{} {core}", gene.symbol);
        let lists: Vec<&Vec<Variation>> =
            names.iter().filter_map(|name| haplotypes.get(*name)).collect();
        if lists.iter().any(|list| list.iter().any(|one| one.is_reference)) {
            let allele = DraftAllele { reference: true, ..DraftAllele::default() };
            resolver.draft.alleles.insert(core.to_owned(), allele);
            continue;
        }
        if lists.iter().all(|list| list.iter().all(|one| one.place.is_none())) {
            let text = "has no coordinates; it is taken to be structural, from reported calls only";
            problems.push(Problem::note("structural", place, text));
            let allele = DraftAllele { structural: true, ..DraftAllele::default() };
            resolver.draft.alleles.insert(core.to_owned(), allele);
            continue;
        }
        if names.len() > 1 {
            let text = format!("{} sub-alleles are folded into it", names.len());
            problems.push(Problem::note("folded", place.as_str(), text));
        }
        let mut shared: Option<BTreeSet<&Variation>> = None;
        for list in lists {
            let own: BTreeSet<&Variation> = list.iter().collect();
            shared = Some(match shared {
                Some(before) => before.intersection(&own).copied().collect(),
                None => own,
            });
        }
        let mut allele = DraftAllele::default();
        let mut whole = true;
        for variation in shared.into_iter().flatten() {
            match resolver.resolve(variation) {
                Ok((site, bases)) => {
                    allele.cells.entry(site).or_default().extend(bases);
                }
                Err((code, text)) => {
                    whole = false;
                    problems.push(Problem::warning(code, variation.source.as_str(), text));
                }
            }
        }
        if whole {
            resolver.draft.alleles.insert(core.to_owned(), allele);
        } else {
            let text = "is left out: one of its variations cannot be written down";
            problems.push(Problem::warning("allele-left-out", place, text));
        }
    }
    resolver.draft
}

/// The bases of a variant allele: itself, or those an ambiguity code stands for.
fn bases(allele: &str) -> Option<Vec<String>> {
    if allele.len() == 1 {
        return Some(stands_for(allele)?.chars().map(String::from).collect());
    }
    let plain =
        !allele.is_empty() && allele.bytes().all(|b| matches!(b, b'A' | b'C' | b'G' | b'T'));
    plain.then(|| vec![allele.to_owned()])
}
