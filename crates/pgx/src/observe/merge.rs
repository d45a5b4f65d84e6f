//! Several records about one position become one genotype.

use super::{Known, Observation, Phase, Strand};
use model::genotype::GenotypeCall;

/// What one record says about a position: one entry per strand, `None` = no call.
#[derive(Debug)]
pub(super) struct Testimony {
    pub(super) strands: Vec<Option<Strand>>,
    pub(super) phase: Phase,
}

impl Testimony {
    /// Of a record, with the meaning of each allele number.
    pub(super) fn of(call: &GenotypeCall, meaning: impl Fn(u16) -> Strand) -> Self {
        let strands = call.alleles.iter().map(|allele| allele.map(&meaning)).collect();
        let phase = if call.phased { Phase::Phased(call.phase_set) } else { Phase::Unphased };
        Self { strands, phase }
    }

    fn is_no_call(&self) -> bool {
        self.strands.iter().all(Option::is_none)
    }

    /// Whether some strand is known not to be reference.
    pub(super) fn has_variation(&self) -> bool {
        self.strands.iter().flatten().any(|strand| *strand != Strand::Reference)
    }
}

/// One genotype of all records; where a caller splits alleles over records, a `0` only means
/// "another allele", so what is not reference wins its strand.
pub(super) fn merge(testimonies: &[Testimony]) -> Observation {
    let mut whole: Vec<(Vec<Strand>, Phase)> = Vec::new();
    for testimony in testimonies.iter().filter(|testimony| !testimony.is_no_call()) {
        if testimony.strands.iter().any(Option::is_none) {
            if testimony.has_variation() {
                return Observation::Unusable("only half of the genotype was called".into());
            }
            // `0/.`: the other half may be anything.
            return Observation::Missing;
        }
        whole.push((testimony.strands.iter().flatten().cloned().collect(), testimony.phase));
    }
    let Some(((strands, phase), rest)) = whole.split_first() else { return Observation::Missing };
    let mut merged = (strands.clone(), *phase);
    for (strands, phase) in rest {
        let Some(next) = merge_two(&merged, (strands, *phase)) else {
            return Observation::Unusable("its records contradict each other".into());
        };
        merged = next;
    }
    let (strands, phase) = merged;
    Observation::Known(Known { strands, phase, from_block: false, assumed: false })
}

fn merge_two(
    first: &(Vec<Strand>, Phase),
    (second, phase): (&Vec<Strand>, Phase),
) -> Option<(Vec<Strand>, Phase)> {
    let (strands, first_phase) = first;
    if strands.len() != second.len() {
        return None;
    }
    let is_reference = |strands: &[Strand]| strands.iter().all(|s| *s == Strand::Reference);
    if is_reference(second) {
        return Some(first.clone());
    }
    if is_reference(strands) {
        return Some((second.clone(), phase));
    }
    if *first_phase == phase && phase != Phase::Unphased {
        let merged: Option<Vec<Strand>> = strands
            .iter()
            .zip(second)
            .map(|pair| match pair {
                (Strand::Reference, other) | (other, Strand::Reference) => Some(other.clone()),
                (a, b) if a == b => Some(a.clone()),
                _ => None,
            })
            .collect();
        return Some((merged?, phase));
    }
    if strands == second {
        return Some((strands.clone(), Phase::Unphased));
    }
    // Without common phase: each variation as often as the record that has it most often.
    let mut variations: Vec<Strand> =
        strands.iter().filter(|strand| **strand != Strand::Reference).cloned().collect();
    let mut left = variations.clone();
    for strand in second.iter().filter(|strand| **strand != Strand::Reference) {
        match left.iter().position(|other| other == strand) {
            Some(index) => {
                left.swap_remove(index);
            }
            None => variations.push(strand.clone()),
        }
    }
    if variations.len() > strands.len() {
        return None;
    }
    let mut merged = vec![Strand::Reference; strands.len() - variations.len()];
    merged.extend(variations);
    Some((merged, Phase::Unphased))
}
