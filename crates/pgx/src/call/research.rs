//! Combination and partial alleles, for research only.
//!
//! Where no pair of named alleles fits, a strand may carry what two named alleles have together
//! (`[*2 + *9]`), or a named allele and something more (`[*2 + g.94781859G>A]`). Such a call shows
//! what is there; nobody has assigned it a function, so it has no phenotype and reaches no advice.

use super::usable::Usable;
use super::{UNKNOWN, View, outcome};
use crate::pairs::{self, Fit};
use crate::phenotype::{self, shown_name};
use crate::plan::{GenePlan, Strand};
use crate::table::{DELETED, REFERENCE, Table};
use crate::{natural, phenotype::Meaning};
use knowledge::pgx::Gene;
use model::statement::{Callability, Diplotype, GeneState, Outcome};
use std::collections::BTreeSet;

/// Most calls of a research answer.
const CALLS_MAX: usize = 1_000;

/// Calls with combinations and partial alleles; every pair that fits is given, not only the best.
pub(super) fn conclude(
    view: &mut View<'_>,
    plan: &GenePlan,
    callability: &mut Callability,
) -> GeneState {
    let fit = pairs::fit(view.table, &view.usable.sites);
    let undocumented = !view.usable.undocumented.is_empty();
    let reach = pairs::reach(view.gene, view.table, &view.usable.sites, &fit);
    callability.not_excluded = view.names(&reach.rows);
    let outcomes =
        if fit.best.is_empty() || undocumented { composed(view, plan) } else { named(view, &fit) };
    view.statement.research = true;
    let note = "research mode: combinations and partial alleles are shown; no advice follows";
    view.statement.notes.push(note.to_owned());
    if outcomes.is_empty() {
        return GeneState::NotCalled {
            why: "no combination of known alleles fits the genotypes".to_owned(),
        };
    }
    view.record(outcomes);
    GeneState::Called
}

fn named(view: &View<'_>, fit: &Fit) -> Vec<Outcome> {
    let mut found = Vec::new();
    for pair in fit.all().take(CALLS_MAX) {
        let (Some(first), Some(second)) = (view.allele(pair.0), view.allele(pair.1)) else {
            continue;
        };
        let reading = |allele| phenotype::read(view.gene, allele);
        let second = (!view.usable.sites.haploid).then(|| reading(second));
        let meaning = phenotype::of(view.gene, reading(first), second);
        found.push(outcome(view.diplotype(*pair), meaning));
    }
    found.dedup();
    found
}

/// Every way to read the strands: one strand is what some named allele allows, the other what then
/// remains. The cost is that of alleles times positions.
fn composed(view: &View<'_>, plan: &GenePlan) -> Vec<Outcome> {
    let mut strands: BTreeSet<(String, String)> = BTreeSet::new();
    let [first, second] = undocumented(view.usable, view.gene, plan);
    for (one, other) in readings(view) {
        // Which strand has a base that no allele has is not looked at: both ways are given.
        for extra in [[&first, &second], [&second, &first]] {
            let mut names = [
                name(view.gene, view.table, view.usable, &one, extra[0]),
                name(view.gene, view.table, view.usable, &other, extra[1]),
            ];
            names.sort_by(|a, b| natural::compare(view.gene, a, b));
            let [first, second] = names;
            strands.insert((first, second));
        }
        if strands.len() >= CALLS_MAX {
            break;
        }
    }
    let haploid = view.usable.sites.haploid;
    let of = |(first, second): (String, String)| {
        let meaning = Meaning { phenotype: None, score: UNKNOWN.activity };
        let second = (!haploid).then_some(second);
        outcome(Some(Diplotype { first, second }), meaning)
    };
    strands.into_iter().map(of).collect()
}

/// Bits at the varying sites, per strand.
type Strands = (Vec<u64>, Vec<u64>);

fn readings(view: &View<'_>) -> Vec<Strands> {
    let sites = &view.usable.sites;
    if sites.are_phased() {
        let bits = |second: bool| {
            let of = |site: &pairs::Site| if second { site.strands.1 } else { site.strands.0 };
            sites.varying.iter().map(of).collect()
        };
        return vec![(bits(false), bits(true))];
    }
    let mut found: Vec<Strands> = Vec::new();
    for row in &view.table.rows {
        let mut strands = (Vec::new(), Vec::new());
        let fits = sites.varying.iter().all(|site| {
            let (a, b) = site.strands;
            // The allele takes the base that is its own; where it may have both, the reference
            // goes to it and the variant to the other strand.
            let takes_first = row.mask(site.index) & a != 0;
            let takes_second = row.mask(site.index) & b != 0;
            let (one, other) = match (takes_first, takes_second) {
                (true, true) if b == REFERENCE => (b, a),
                (true, _) => (a, b),
                (false, true) => (b, a),
                (false, false) => return false,
            };
            strands.0.push(one);
            strands.1.push(other);
            true
        });
        if fits && !found.contains(&strands) {
            found.push(strands);
        }
    }
    found
}

/// Bases that no allele has, in genomic HGVS: those of one strand, and those of the other.
fn undocumented(usable: &Usable, gene: &Gene, plan: &GenePlan) -> [Vec<String>; 2] {
    let text = |index: usize, strand: Strand| {
        let texts = plan.positions.get(index).map(|position| &position.texts);
        let what = match strand {
            Strand::Other(number) => texts.and_then(|texts| texts.get(usize::from(number))),
            _ => None,
        };
        let position = gene.positions.get(index).map_or(0, |position| position.position);
        format!("g.{position}{}", what.map_or("del", String::as_str))
    };
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for (index, strand, both) in &usable.undocumented {
        other.push(text(*index, *strand));
        if *both || usable.sites.haploid {
            one.push(text(*index, *strand));
        }
    }
    [one, other]
}

/// Names what a strand carries: the alleles that explain most of it, then what is left.
fn name(gene: &Gene, table: &Table, usable: &Usable, bits: &[u64], extra: &[String]) -> String {
    let sites = &usable.sites;
    let mut left: BTreeSet<usize> = sites
        .varying
        .iter()
        .zip(bits)
        .filter(|(_, bits)| **bits != REFERENCE && **bits != DELETED)
        .map(|(site, _)| site.index)
        .collect();
    let mut parts: Vec<String> = Vec::new();
    loop {
        let explains = |row: &crate::table::Row| {
            let own: Vec<usize> = sites
                .varying
                .iter()
                .zip(bits)
                .filter(|(site, bits)| {
                    row.own.has(site.index) && row.mask(site.index) & **bits != 0
                })
                .map(|(site, _)| site.index)
                .filter(|index| left.contains(index))
                .collect();
            // Everything that defines the allele and is not reference must be there.
            let whole = !row.not_reference.meets(&sites.reference)
                && sites.varying.iter().zip(bits).all(|(site, bits)| {
                    !row.not_reference.has(site.index) || row.mask(site.index) & *bits != 0
                });
            (whole && !own.is_empty()).then_some(own)
        };
        let best = table.rows.iter().filter_map(|row| Some((explains(row)?, row))).max_by(
            |(a, one), (b, other)| a.len().cmp(&b.len()).then(other.allele.cmp(&one.allele)),
        );
        let Some((own, row)) = best else { break };
        let Some(allele) = gene.alleles.get(row.allele) else { break };
        parts.push(shown_name(allele).to_owned());
        for index in own {
            left.remove(&index);
        }
    }
    if parts.is_empty() {
        let reference = gene.alleles.iter().find(|allele| allele.reference);
        parts.extend(reference.map(|allele| shown_name(allele).to_owned()));
    }
    parts.sort_by(|a, b| natural::compare(gene, a, b));
    for index in left {
        let Some(position) = gene.positions.get(index) else { continue };
        let place = sites.varying.iter().position(|site| site.index == index);
        let bit = place.and_then(|place| bits.get(place)).copied().unwrap_or_default();
        let base = table.base(index, bit).unwrap_or("?");
        parts.push(format!("g.{}{}>{base}", position.position, position.reference));
    }
    parts.extend(extra.iter().cloned());
    match parts.as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(" + ")),
    }
}
