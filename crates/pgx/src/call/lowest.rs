//! Genes that are read as variants: the two of lowest function decide (DPYD, RYR1).
//!
//! CPIC fluoropyrimidine guideline 2017 (PMID 29152729) for DPYD: with several variants of unknown
//! phase the two lowest activity values are added. RYR1 likewise, with malignant-hyperthermia
//! variants first (CPIC guideline for volatile anaesthetics, PMID 30499100). HapB3 of DPYD is
//! decided by the intronic rs75017182; the exonic rs56038477 only stands in for it.

use super::remarks::spaced;
use super::{View, outcome};
use crate::natural;
use crate::pairs::Block;
use crate::phenotype::{self, Reading};
use crate::table::{DELETED, REFERENCE};
use knowledge::pgx::{Allele, Gene, Proxy};
use model::statement::{Callability, Diplotype, GeneState};
use std::collections::BTreeSet;

/// Alleles per strand, by index, which is their natural order; with unknown phase the strand of a
/// heterozygous one means nothing.
type Strands = [Vec<usize>; 2];

pub(super) fn conclude(view: &mut View<'_>, callability: &mut Callability) -> GeneState {
    let phased = is_phased(view);
    let (mut strands, unknown) = found(view);
    for (index, bits) in unknown {
        let base = view.table.base(index, bits).unwrap_or("?");
        let position = super::usable::name(view.gene, index);
        view.statement.notes.push(format!(
            "a variant that no known allele has was counted as reference at {position}"
        ));
        let reference = view.table.base(index, REFERENCE).unwrap_or("?");
        view.statement.unexplained.push(format!("{position} {reference}>{base}"));
    }
    proxy(view, &mut strands);
    for strand in &mut strands {
        strand.sort_unstable();
    }
    let reference = view.gene.alleles.iter().find(|allele| allele.reference);
    let Some(reference) = reference else {
        return GeneState::NotCalled { why: "the gene has no reference allele".into() };
    };
    let mut all: Vec<usize> = strands.iter().flatten().copied().collect();
    all.sort_unstable();
    let strands = strands.map(|strand| alleles(view.gene, &strand));
    let all = alleles(view.gene, &all);
    let pair = if phased {
        [&strands[0], &strands[1]].map(|strand| worst(view, strand).unwrap_or(reference))
    } else {
        let mut ranked = all.clone();
        ranked.sort_by_key(|allele| rank(view.gene, phenotype::read(view.gene, allele)));
        let mut ranked = ranked.into_iter();
        [ranked.next().unwrap_or(reference), ranked.next().unwrap_or(reference)]
    };
    let reading = pair.map(|allele| phenotype::read(view.gene, allele));
    let meaning = phenotype::of(view.gene, reading[0], Some(reading[1]));
    view.statement.variants = all.iter().map(|allele| allele.name.clone()).collect();
    view.statement.phased = phased;
    let diplotype = phased.then(|| diplotype(view, &strands, &reference.name));
    let unassigned: BTreeSet<&str> = all
        .iter()
        .filter(|allele| phenotype::read(view.gene, allele).function.is_none())
        .map(|allele| allele.name.as_str())
        .collect();
    for name in unassigned {
        let text = format!("{}{}: function not assigned", view.gene.symbol, spaced(name));
        view.statement.notes.push(text);
    }
    view.record(vec![outcome(diplotype, meaning)]);
    not_excluded(view, reading, callability);
    GeneState::Called
}

fn alleles<'g>(gene: &'g Gene, indices: &[usize]) -> Vec<&'g Allele> {
    indices.iter().filter_map(|index| gene.alleles.get(*index)).collect()
}

/// At most one heterozygous position, or one phase block. The two positions of a proxy count as
/// one: they travel together.
fn is_phased(view: &View<'_>) -> bool {
    let proxy = view.gene.proxy.as_ref();
    let is_tag = |index: usize| proxy.is_some_and(|proxy| proxy.tag == index);
    let deciding_varies = proxy.is_some_and(|proxy| {
        view.usable.sites.varying.iter().any(|site| site.index == proxy.deciding)
    });
    let blocks: Vec<Block> = view
        .usable
        .sites
        .varying
        .iter()
        .filter(|site| site.block != Block::Homozygous)
        .filter(|site| !(deciding_varies && site.block == Block::Own && is_tag(site.index)))
        .map(|site| site.block)
        .collect();
    match blocks.as_slice() {
        [] | [_] => true,
        [first, rest @ ..] => *first != Block::Own && rest.iter().all(|block| block == first),
    }
}

/// Alleles whose own bases are there, but for those of the proxy, and bases that no allele has.
/// Every allele of these genes but the reference and the proxy's has one cell.
fn found(view: &View<'_>) -> (Strands, BTreeSet<(usize, u64)>) {
    let mut strands: Strands = [Vec::new(), Vec::new()];
    let mut unknown = BTreeSet::new();
    let proxy = view.gene.proxy.as_ref();
    let of_proxy = |index: usize| proxy.is_some_and(|p| [p.deciding, p.tag].contains(&index));
    for site in &view.usable.sites.varying {
        if of_proxy(site.index) {
            continue;
        }
        for bits in [site.strands.0, site.strands.1] {
            if bits != REFERENCE && bits != DELETED {
                unknown.insert((site.index, bits));
            }
        }
        for (_, row) in view.table.own_rows(site.index) {
            if row.own_count != 1 {
                continue;
            }
            let mask = row.mask(site.index);
            for (bits, strand) in [site.strands.0, site.strands.1].into_iter().zip(&mut strands) {
                if mask & bits != 0 && bits != REFERENCE {
                    strand.push(row.allele);
                    unknown.remove(&(site.index, bits));
                }
            }
        }
    }
    (strands, unknown)
}

/// Adds the alleles of the proxy to the strands.
fn proxy(view: &mut View<'_>, strands: &mut Strands) {
    let Some(proxy) = &view.gene.proxy else { return };
    let carried = |index: usize| {
        let bits = view.usable.strands(index)?;
        Some([bits.0 != REFERENCE, bits.1 != REFERENCE])
    };
    let (deciding, tag) = (carried(proxy.deciding), carried(proxy.tag));
    let Some(deciding) = deciding else {
        if let Some(tag) = tag.filter(|tag| tag.contains(&true)) {
            push(view, proxy, strands, tag, [true, true]);
            let (tag, deciding) = names(view, proxy);
            view.statement.notes.push(format!(
                "{deciding} was not tested; {tag} stands in for it, which is wrong for some people"
            ));
        }
        return;
    };
    let mut tag = tag.unwrap_or_default();
    let shared = [proxy.deciding, proxy.tag].map(|index| {
        let site = view.usable.sites.varying.iter().find(|site| site.index == index);
        site.map(|site| site.block)
    });
    let in_phase = matches!(shared, [Some(Block::Shared(a)), Some(Block::Shared(b))] if a == b);
    if !in_phase && deciding != tag && count(deciding) == 1 && count(tag) == 1 {
        // Of unknown phase they are taken to lie together, as they mostly do.
        tag = deciding;
    }
    if !in_phase && count(tag) == 1 && count(deciding) == 2 {
        push(view, proxy, strands, [true, true], tag);
    } else {
        push(view, proxy, strands, deciding, tag);
    }
    if tag.iter().zip(deciding).any(|(tag, deciding)| *tag && !deciding) {
        let (tag, deciding) = names(view, proxy);
        view.statement.notes.push(format!(
            "{tag} is there without {deciding}, which decides: it is not counted as {}",
            proxy.both
        ));
    }
}

fn count(carried: [bool; 2]) -> usize {
    carried.into_iter().filter(|carried| *carried).count()
}

fn names(view: &View<'_>, proxy: &Proxy) -> (String, String) {
    let name = |index| super::usable::name(view.gene, index);
    (name(proxy.tag), name(proxy.deciding))
}

fn push(
    view: &View<'_>,
    proxy: &Proxy,
    strands: &mut Strands,
    deciding: [bool; 2],
    tag: [bool; 2],
) {
    for ((strand, deciding), tag) in strands.iter_mut().zip(deciding).zip(tag) {
        if deciding {
            let name = if tag { &proxy.both } else { &proxy.deciding_only };
            strand.extend(view.gene.alleles.iter().position(|allele| allele.name == *name));
        }
    }
}

/// How bad an allele is: the worst comes first.
pub(crate) fn rank(gene: &Gene, reading: Reading<'_>) -> (u32, u8) {
    if gene.has_scores() {
        // A value that is not known is worse than any that is: it leaves the sum open.
        return (reading.activity.map_or(0, |value| value.in_hundredths() + 1), 0);
    }
    let order = match reading.function {
        Some(function) if function.contains("associated") => 0,
        None => 1,
        Some(function) if function.starts_with("Normal") => 3,
        Some(_) => 2,
    };
    (0, order)
}

fn worst<'g>(view: &View<'_>, strand: &[&'g Allele]) -> Option<&'g Allele> {
    // The first of equals, which is the first in natural order.
    let rank = |allele: &&Allele| rank(view.gene, phenotype::read(view.gene, allele));
    strand.iter().copied().min_by_key(rank)
}

/// `[a + b]/c`.
fn diplotype(view: &View<'_>, strands: &[Vec<&Allele>; 2], reference: &str) -> Diplotype {
    let name = |strand: &Vec<&Allele>| match strand.as_slice() {
        [] => reference.to_owned(),
        [only] => only.name.clone(),
        several => {
            let names: Vec<&str> = several.iter().map(|allele| allele.name.as_str()).collect();
            format!("[{}]", names.join(" + "))
        }
    };
    let mut names = strands.each_ref().map(name);
    names.sort_by(|a, b| natural::compare(view.gene, a, b));
    let [first, second] = names;
    Diplotype { first, second: Some(second) }
}

/// Alleles of positions that were not seen, and the phenotypes that they could make.
fn not_excluded(view: &mut View<'_>, found: [Reading<'_>; 2], callability: &mut Callability) {
    let mut open: Vec<usize> = view
        .usable
        .unknown()
        .flat_map(|position| view.table.own_rows(position).map(|(index, _)| index))
        .collect();
    if open.is_empty() {
        return;
    }
    open.sort_unstable();
    open.dedup();
    callability.not_excluded = view.names(&open);
    let readings: BTreeSet<Reading<'_>> = open
        .iter()
        .filter_map(|row| view.allele(*row))
        .map(|allele| phenotype::read(view.gene, allele))
        .collect();
    let mut phenotypes = BTreeSet::new();
    for reading in &readings {
        let beside = found.into_iter().chain(readings.iter().copied());
        phenotypes.extend(
            beside.filter_map(|other| phenotype::of(view.gene, *reading, Some(other)).phenotype),
        );
    }
    callability.phenotypes_not_excluded =
        phenotypes.into_iter().filter(|name| !view.statement.phenotypes.contains(name)).collect();
}
