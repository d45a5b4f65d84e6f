//! Who was tested for what.

use crate::population::bits::Bits;
use crate::population::plan::Plan;
use crate::population::shard::Shard;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Those of a shard who were tested, by class of tests; worked out when it is first asked.
#[derive(Debug)]
pub(super) struct Tested<'a> {
    plan: &'a Plan,
    shard: &'a Shard,
    /// For each class of tests the place in `seen`.
    places: Vec<Option<usize>>,
    /// The ways of being tested that see the same classes, with everybody tested so.
    seen: Vec<Bits>,
    by_ways: BTreeMap<Vec<usize>, usize>,
}

impl<'a> Tested<'a> {
    pub(super) fn new(plan: &'a Plan, shard: &'a Shard) -> Self {
        let places = vec![None; plan.tests.len()];
        Self { plan, shard, places, seen: Vec::new(), by_ways: BTreeMap::new() }
    }

    /// Takes out those who were tested for a class of tests.
    pub(super) fn take_from(&mut self, test: usize, bits: &mut Bits) {
        let place = match self.places.get(test).copied().flatten() {
            Some(place) => place,
            None => self.place(test),
        };
        if let Some(seen) = self.seen.get(place) {
            bits.minus(seen);
        }
        self.shard.beside.of(test).take_from(bits);
    }

    fn place(&mut self, test: usize) -> usize {
        let ways = self.ways(test);
        let next = self.seen.len();
        let place = *self.by_ways.entry(ways).or_insert(next);
        if place == next {
            let ways = self.ways(test);
            let mut all = Bits::none();
            let who = ways.iter().filter_map(|way| self.shard.by_way.get(*way));
            who.for_each(|who| all.or(who));
            self.seen.push(all);
        }
        if let Some(known) = self.places.get_mut(test) {
            *known = Some(place);
        }
        place
    }

    /// The ways of being tested that see what a class of tests needs.
    fn ways(&self, test: usize) -> Vec<usize> {
        let Some(asked) = self.plan.tests.get(test) else { return Vec::new() };
        let sees = |way: &[Arc<tumor::CoveredGenes>]| {
            asked.tested(|gene, class, exon| {
                way.iter().any(|covered| covered.covers(gene, class, exon))
            })
        };
        let all = self.shard.ways.iter().enumerate();
        all.filter(|(_, way)| sees(way)).map(|(at, _)| at).collect()
    }
}
