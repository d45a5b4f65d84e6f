//! How well reports of one template are read: what was proposed, held against what people say that
//! the reports state. Pure.

use crate::reading::{FieldName, Proposal, Reading};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a report states, by a person who has read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Name of the template: a laboratory's layout.
    pub template: String,
    /// Each finding with its fields in their normal form.
    pub findings: Vec<BTreeMap<FieldName, String>>,
}

/// How often a field was read how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// As the report states it.
    pub right: usize,
    /// Otherwise: the gravest.
    pub wrong: usize,
    /// Left blank, or the whole finding not proposed.
    pub missed: usize,
    /// Proposed, and not stated.
    pub extra: usize,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
        self.extra += other.extra;
    }

    /// Whether everything was read as it is stated, and nothing else.
    pub fn is_perfect(&self) -> bool {
        self.wrong + self.missed + self.extra == 0
    }
}

/// Holds a reading against what is expected of it, field by field.
pub fn of(reading: &Reading, expected: &Expected) -> BTreeMap<FieldName, Counts> {
    let mut counts = BTreeMap::<FieldName, Counts>::new();
    let mut free: BTreeSet<usize> = (0..reading.proposals.len()).collect();
    for finding in &expected.findings {
        let at = best(&reading.proposals, &free, finding);
        let proposal = at.and_then(|at| reading.proposals.get(at));
        if let Some(at) = at {
            free.remove(&at);
        }
        for (name, value) in finding {
            let count = counts.entry(*name).or_default();
            match proposal.and_then(|proposal| proposal.value(*name)) {
                Some(read) if read == value => count.right += 1,
                Some(_) => count.wrong += 1,
                None => count.missed += 1,
            }
        }
        for name in proposal.into_iter().flat_map(valued) {
            if !finding.contains_key(&name) {
                counts.entry(name).or_default().extra += 1;
            }
        }
    }
    for proposal in free.iter().filter_map(|at| reading.proposals.get(*at)) {
        for name in valued(proposal) {
            counts.entry(name).or_default().extra += 1;
        }
    }
    counts
}

fn valued(proposal: &Proposal) -> impl Iterator<Item = FieldName> {
    proposal.fields.iter().filter(|field| field.value.is_some()).map(|field| field.name)
}

/// The proposal about the same thing with the most fields as expected, of those that are free.
fn best(
    proposals: &[Proposal],
    free: &BTreeSet<usize>,
    finding: &BTreeMap<FieldName, String>,
) -> Option<usize> {
    let same = |at: usize, name: FieldName| {
        let value = finding.get(&name).map(String::as_str);
        value.is_some() && proposals.get(at).and_then(|one| one.value(name)) == value
    };
    let about = free
        .iter()
        .copied()
        .filter(|at| same(*at, FieldName::Gene) || same(*at, FieldName::Measure));
    let right = |at: usize| finding.keys().filter(|name| same(at, **name)).count();
    // Of those that are as good, the first one of the document.
    about.reduce(|best, next| if right(next) > right(best) { next } else { best })
}
