//! What the alterations of one patient say.

use super::plan::Plan;
use crate::Truth;
use crate::criteria::Criterion;
use crate::patient::Patient;
use tumor::{Alteration, Event, Gene};

/// The atoms that events of a patient meet or may meet, in order; of an atom the best answer comes
/// last.
pub(super) fn found(plan: &Plan, patient: &Patient, found: &mut Vec<(usize, Truth)>) {
    found.clear();
    for event in &patient.tumor.events {
        let mut judged = |atom: usize| {
            if let Some(Criterion::Event(asked)) = plan.atoms.get(atom) {
                let truth = asked.judge(event);
                if truth != Truth::No {
                    found.push((atom, truth));
                }
            }
        };
        plan.of_any_gene.iter().copied().for_each(&mut judged);
        for gene in event.each_gene().flat_map(Gene::candidates) {
            let Some(atoms) = plan.by_gene.of(*gene) else { continue };
            atoms.anywhere.iter().copied().for_each(&mut judged);
            match &event.alteration {
                Alteration::Short(_) if !is_placed(event) => atoms.at_any().for_each(&mut judged),
                Alteration::Short(short) => {
                    for start in short.changes.iter().filter_map(|change| change.start) {
                        atoms.at(start.position).for_each(&mut judged);
                    }
                }
                // What asks for a position asks for a change of the protein.
                Alteration::Copy(_) | Alteration::Rearrangement(_) => {}
            }
        }
    }
    found.sort_unstable();
}

/// Whether a small variant says of all that it does where it starts.
fn is_placed(event: &Event) -> bool {
    let Alteration::Short(short) = &event.alteration else { return false };
    !short.changes.is_empty() && short.changes.iter().all(|change| change.start.is_some())
}
