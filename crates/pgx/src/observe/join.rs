//! Neighbouring single bases that a caller wrote as records of their own.
//!
//! Two definitions of RYR1 replace two bases at once; most callers write such a change as two
//! records. They are joined again where they lie on one strand.

use super::{Known, Phase, cell};
use crate::plan::{PositionPlan, Strand};
use model::genotype::{GenotypeCell, RecordKind};

/// The genotype of a position of several bases from one record per base; `None` if there is not
/// one for each, or if they need no joining.
pub(super) fn joined(plan: &PositionPlan, cells: &[GenotypeCell]) -> Option<Known> {
    let (reference, _) = plan.words.first()?;
    let mut strands = (Vec::new(), Vec::new());
    let mut phases = Vec::new();
    let mut single = false;
    for place in 0..reference.len() {
        let ((first, second), phase, haploid) = base(plan, cells, place)?;
        strands.0.push(first);
        strands.1.push(second);
        single |= haploid;
        if first != second {
            phases.push(phase);
        }
    }
    let known =
        |word: &[u8]| plan.words.iter().find(|(bases, _)| bases == word).map(|(_, strand)| *strand);
    let in_phase = match phases.as_slice() {
        [] | [_] => true,
        [first, rest @ ..] => *first != Phase::Unphased && rest.iter().all(|p| p == first),
    };
    let phase = phases.first().copied().unwrap_or(Phase::Unphased);
    let known_pair = |first: &[u8], second: &[u8]| Some((known(first)?, known(second)?));
    let pair = if in_phase {
        let other = Strand::Other(u16::MAX);
        (known(&strands.0).unwrap_or(other), known(&strands.1).unwrap_or(other))
    } else {
        // Of unknown phase: the arrangement that the definitions know, if there is just one.
        let arrangements = arrangements(&strands.0, &strands.1);
        let mut explained = arrangements.iter().filter_map(|(a, b)| known_pair(a, b));
        let pair = explained.next()?;
        if explained.next().is_some() {
            return None;
        }
        pair
    };
    let phase = if in_phase { phase } else { Phase::Unphased };
    Some(Known { strands: pair, single, phase, from_block: false, assumed: false })
}

/// The bases of both strands at one place, with their phase and whether there is one strand only.
type Base = ((u8, u8), Phase, bool);

fn base(plan: &PositionPlan, cells: &[GenotypeCell], place: usize) -> Option<Base> {
    let mut found = None;
    for witness in &plan.witnesses {
        let Some((at, alleles)) = &witness.single else { continue };
        let cell = cell(cells, witness);
        let usable = witness.kind == RecordKind::Variant
            && !cell.has(GenotypeCell::FILTERED | GenotypeCell::ODD);
        if *at != place || !usable {
            continue;
        }
        let allele = |number: u8| alleles.get(usize::from(number)).copied().flatten();
        let pair = (allele(cell.first)?, allele(cell.second)?);
        let phased = cell.has(GenotypeCell::PHASED);
        let phase = if phased { Phase::Phased(cell.phase_set) } else { Phase::Unphased };
        if found.replace((pair, phase, cell.has(GenotypeCell::HAPLOID))).is_some() {
            // Two records about one base: the usual weighing decides.
            return None;
        }
    }
    found
}

/// Every way to lay the bases on two strands, the first base staying where it is.
fn arrangements(first: &[u8], second: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = vec![(Vec::new(), Vec::new())];
    for (place, (a, b)) in first.iter().zip(second).enumerate() {
        let mut next = Vec::new();
        for (one, other) in &all {
            let push = |a: u8, b: u8| {
                let (mut one, mut other): (Vec<u8>, Vec<u8>) = (one.clone(), other.clone());
                one.push(a);
                other.push(b);
                (one, other)
            };
            next.push(push(*a, *b));
            if place > 0 && a != b {
                next.push(push(*b, *a));
            }
        }
        all = next;
    }
    all
}
