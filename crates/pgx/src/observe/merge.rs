//! Several records about one position become one genotype.

use super::{Known, Observation, Phase, Testimony, Why};
use crate::plan::Strand;

type Pair = (Strand, Strand);

/// One genotype of all records; where a caller splits alleles over records, a `0` only means
/// "another allele", so what is not reference wins its strand.
pub(super) fn merge(testimonies: &[Testimony]) -> Observation {
    let mut merged: Option<(Pair, bool, Phase)> = None;
    for testimony in testimonies.iter().filter(|testimony| !testimony.is_no_call()) {
        let (Some(first), Some(second)) = testimony.strands else { return testimony.alone() };
        let next = ((first, second), testimony.single, testimony.phase);
        merged = match merged {
            None => Some(next),
            Some(before) => match merge_two(before, next) {
                Some(both) => Some(both),
                None => return Observation::Unusable(Why::Contradiction),
            },
        };
    }
    match merged {
        None => Observation::Missing,
        Some((strands, single, phase)) => {
            Observation::Known(Known { strands, single, phase, from_block: false, assumed: false })
        }
    }
}

fn merge_two(
    before: (Pair, bool, Phase),
    next: (Pair, bool, Phase),
) -> Option<(Pair, bool, Phase)> {
    const REFERENCE: Pair = (Strand::Reference, Strand::Reference);
    let ((strands, single, phase), (other, other_single, other_phase)) = (before, next);
    if single != other_single {
        return None;
    }
    if other == REFERENCE {
        return Some(before);
    }
    if strands == REFERENCE {
        return Some(next);
    }
    if phase == other_phase && phase != Phase::Unphased {
        let both = (strand(strands.0, other.0)?, strand(strands.1, other.1)?);
        return Some((both, single, phase));
    }
    if strands == other {
        return Some((strands, single, Phase::Unphased));
    }
    if single {
        return None;
    }
    // Without common phase: each variation as often as the record that has it most often.
    let varied = |pair: Pair| -> Vec<Strand> {
        [pair.0, pair.1].into_iter().filter(|strand| *strand != Strand::Reference).collect()
    };
    let mut variations = varied(strands);
    let mut left = variations.clone();
    for strand in varied(other) {
        match left.iter().position(|known| *known == strand) {
            Some(index) => {
                left.swap_remove(index);
            }
            None => variations.push(strand),
        }
    }
    let both = match variations.as_slice() {
        [one] => (Strand::Reference, *one),
        [one, two] => (*one, *two),
        _ => return None,
    };
    Some((both, single, Phase::Unphased))
}

fn strand(first: Strand, second: Strand) -> Option<Strand> {
    match (first, second) {
        (Strand::Reference, other) | (other, Strand::Reference) => Some(other),
        (a, b) if a == b => Some(a),
        _ => None,
    }
}
