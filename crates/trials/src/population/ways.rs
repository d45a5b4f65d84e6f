//! Ways of being tested: the same assays for many patients.

use std::collections::BTreeMap;
use std::sync::Arc;
use tumor::CoveredGenes;

/// Most ways of being tested that are told apart in a shard; more are kept patient by patient.
pub(super) const WAYS_MAX: usize = 1_024;

/// The ways of a shard, by number.
#[derive(Debug, Default)]
pub(super) struct Ways {
    assays: Vec<Vec<Arc<CoveredGenes>>>,
    /// By the addresses of what the assays see, all of which are held in `assays`.
    known: BTreeMap<Vec<usize>, usize>,
    key: Vec<usize>,
}

impl Ways {
    /// The number of a way; `None` for no assay at all, and when there are too many ways.
    pub(super) fn of(&mut self, coverages: &[Arc<CoveredGenes>]) -> Option<usize> {
        if coverages.is_empty() {
            return None;
        }
        self.key.clear();
        self.key.extend(coverages.iter().map(|one| Arc::as_ptr(one).addr()));
        if let Some(known) = self.known.get(&self.key) {
            return Some(*known);
        }
        let number = self.assays.len();
        if number >= WAYS_MAX {
            return None;
        }
        self.known.insert(self.key.clone(), number);
        self.assays.push(coverages.to_vec());
        Some(number)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.assays.len()
    }

    /// What the assays of each see.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Arc<CoveredGenes>]> {
        self.assays.iter().map(Vec::as_slice)
    }
}
