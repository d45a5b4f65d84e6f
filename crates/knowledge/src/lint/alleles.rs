//! Named alleles: one reference row, bases that exist, no two rows alike.

use super::expect;
use crate::pgx::{Allele, Gene};
use model::Problem;
use std::collections::{BTreeSet, HashMap};

pub(super) fn check(gene: &Gene, problems: &mut Vec<Problem>) {
    let references: Vec<&Allele> = gene.alleles.iter().filter(|a| a.reference).collect();
    let expected = usize::from(super::domain::has_definitions(gene));
    expect(references.len() == expected, problems, "reference-row", &gene.symbol, || {
        format!("has {} reference rows, must have {expected}", references.len())
    });
    let mut names = BTreeSet::new();
    for allele in &gene.alleles {
        let place = place(gene, allele);
        expect(names.insert(&allele.name), problems, "allele-twice", &place, || {
            "is there twice".into()
        });
        let core =
            allele.core.as_ref().is_some_and(|core| gene.alleles.iter().any(|a| a.name == *core));
        expect(!core, problems, "core", &place, || "is shown as another defined allele".into());
        cells(gene, allele, &place, problems);
    }
    if let [reference] = references.as_slice() {
        let complete = reference.cells.len() == gene.positions.len()
            && reference.cells.iter().all(|(_, bases)| !bases.is_empty());
        expect(complete, problems, "reference-row", &place(gene, reference), || {
            "must have a base at every position".into()
        });
        equal_rows(gene, reference, problems);
    }
}

fn place(gene: &Gene, allele: &Allele) -> String {
    format!("alleles {} {}", gene.symbol, allele.name)
}

fn cells(gene: &Gene, allele: &Allele, place: &str, problems: &mut Vec<Problem>) {
    expect(allele.structural == allele.cells.is_empty(), problems, "cells", place, || {
        "structural alleles have no cells, all others have some".into()
    });
    for (index, bases) in &allele.cells {
        let Some(at) = gene.positions.get(*index) else {
            problems.push(Problem::error("cells", place, "a cell at no position"));
            continue;
        };
        let known = |base: &String| *base == at.reference || at.alternates.contains(base);
        let good = !bases.is_empty() && bases.iter().all(known);
        expect(good, problems, "unknown-base", place, || {
            format!("`{}` at {} is neither REF nor ALT", bases.join(","), at.position)
        });
    }
}

/// Two alleles whose rows are equal could never be told apart. Blank cells count as the
/// reference row's base, so a row is what differs from that. Declared to be one allele, and
/// therefore allowed, are rows that are shown under the same core name.
fn equal_rows(gene: &Gene, reference: &Allele, problems: &mut Vec<Problem>) {
    let sorted = |bases: &'_ Vec<String>| -> Vec<String> {
        let mut bases = bases.clone();
        bases.sort_unstable();
        bases
    };
    let of_reference: HashMap<usize, Vec<String>> =
        reference.cells.iter().map(|(at, bases)| (*at, sorted(bases))).collect();
    let mut rows: HashMap<Vec<(usize, Vec<String>)>, &Allele> = HashMap::new();
    for allele in gene.alleles.iter().filter(|allele| !allele.structural) {
        let mut row: Vec<(usize, Vec<String>)> =
            allele.cells.iter().map(|(at, bases)| (*at, sorted(bases))).collect();
        row.retain(|(at, bases)| of_reference.get(at) != Some(bases));
        row.sort_unstable();
        if let Some(earlier) = rows.insert(row, allele)
            && (allele.core.is_none() || allele.core != earlier.core)
        {
            let text = format!("has the same bases as {}", earlier.name);
            problems.push(Problem::error("equal-alleles", place(gene, allele), text));
        }
    }
}
