//! Which ways a sample meets a clause: each a list of leaves that all hold.

use super::clause::Clause;
use super::genomic::{Asked, Found};
use serde_json::{Map, Value};

/// Most ways of one sample through one clause that are told.
pub(super) const ALTERNATIVES_MAX: usize = 2_000;

/// A leaf that holds for the sample.
#[derive(Clone, Copy, Debug)]
pub(super) enum Held<'a> {
    /// A clinical leaf.
    Clinical(&'a Map<String, Value>),
    /// A genomic leaf, by its place among the clause's genomic leaves.
    Genomic(usize),
    /// A leaf of prior treatments.
    Treatments,
}

/// What a clause needs to be put to a sample: how its leaves come out.
pub(super) trait Leaves {
    /// Whether a clinical leaf holds.
    fn clinical(&mut self, keys: &Map<String, Value>) -> bool;
    /// Whether the genomic leaf at a place holds.
    fn genomic(&mut self, place: usize) -> bool;
    /// Whether a leaf of prior treatments holds.
    fn treatments(&mut self, keys: &Map<String, Value>) -> bool;
}

/// The ways, or `None` if there is none. `place` counts genomic leaves in the order of reading;
/// ways over the limit are dropped and `cut` is set.
pub(super) fn ways<'a>(
    clause: &'a Clause,
    leaves: &mut impl Leaves,
    place: &mut usize,
    cut: &mut bool,
) -> Vec<Vec<Held<'a>>> {
    match clause {
        Clause::Broken => Vec::new(),
        Clause::Clinical(keys) => held(leaves.clinical(keys), Held::Clinical(keys)),
        Clause::Treatments(keys) => held(leaves.treatments(keys), Held::Treatments),
        Clause::Genomic(_) => {
            let at = *place;
            *place += 1;
            held(leaves.genomic(at), Held::Genomic(at))
        }
        Clause::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(ways(part, leaves, place, cut));
                *cut |= all.len() > ALTERNATIVES_MAX;
                all.truncate(ALTERNATIVES_MAX);
            }
            all
        }
        Clause::And(parts) => {
            let mut all = vec![Vec::new()];
            for part in parts {
                let next = ways(part, leaves, place, cut);
                let mut joined = Vec::new();
                'joining: for one in &all {
                    for other in &next {
                        if joined.len() == ALTERNATIVES_MAX {
                            *cut = true;
                            break 'joining;
                        }
                        joined.push(one.iter().chain(other).copied().collect());
                    }
                }
                all = joined;
            }
            all
        }
    }
}

fn held(holds: bool, leaf: Held<'_>) -> Vec<Vec<Held<'_>>> {
    if holds { vec![vec![leaf]] } else { Vec::new() }
}

/// The genomic leaves of a clause, in the order of reading.
pub(super) fn genomic_leaves<'a>(clause: &'a Clause, out: &mut Vec<&'a Map<String, Value>>) {
    match clause {
        Clause::Genomic(keys) => out.push(keys),
        Clause::And(parts) | Clause::Or(parts) => {
            for part in parts {
                genomic_leaves(part, out);
            }
        }
        Clause::Clinical(_) | Clause::Treatments(_) | Clause::Broken => {}
    }
}

/// A genomic leaf put to a sample.
#[derive(Debug)]
pub(super) struct Put<'a> {
    pub(super) keys: &'a Map<String, Value>,
    pub(super) asked: &'a Asked,
    pub(super) found: Vec<Found<'a>>,
}

impl Put<'_> {
    /// Whether it holds: such a row, or none such.
    pub(super) fn holds(&self) -> bool {
        self.found.is_empty() == self.asked.excluded
    }
}
