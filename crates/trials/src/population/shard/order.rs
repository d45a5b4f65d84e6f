//! A filled shard put in order: patients with the same diagnoses stand together.

use super::{Shard, ShardBuilder};
use crate::Truth;
use crate::population::bits::Bits;
use crate::population::members::Members;
use std::collections::BTreeMap;
use std::ops::Range;

/// Patients with the same diagnoses.
struct Group<'a> {
    /// The places at which they were taken in.
    places: Vec<u16>,
    /// The positions that they have now.
    positions: Range<usize>,
    /// What their diagnoses say to atoms.
    answers: &'a [(usize, Truth)],
}

impl ShardBuilder<'_> {
    /// The shard.
    pub fn finish(self) -> Shard {
        let groups = self.groups();
        let places: Vec<u16> = groups.iter().flat_map(|group| &group.places).copied().collect();
        let met = self.members(&places, &groups, Truth::Yes);
        let open = self.members(&places, &groups, Truth::Unknown);
        let beside = self.tested_beside(&places);
        let mut shard = Shard {
            scope: Bits::none(),
            met,
            open,
            lacking: BTreeMap::new(),
            by_way: vec![Bits::none(); self.ways.len()],
            beside,
            positions: vec![0; places.len()],
            places,
            ways: self.ways,
        };
        for (position, place) in (0..=u16::MAX).zip(&shard.places) {
            let Some(person) = self.people.get(usize::from(*place)) else { continue };
            if let Some(found) = shard.positions.get_mut(usize::from(*place)) {
                *found = position;
            }
            if person.is_asked {
                shard.scope.insert(position);
            }
            for fact in &person.lacking {
                shard.lacking.entry(*fact).or_default().insert(position);
            }
            if let Some(who) = person.way.and_then(|way| shard.by_way.get_mut(way)) {
                who.insert(position);
            }
        }
        shard
    }

    /// Everybody by diagnoses, in the order of the tree.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut by_number: Vec<Vec<u16>> = vec![Vec::new(); self.diagnoses.len()];
        for (place, person) in (0..=u16::MAX).zip(&self.people) {
            if let Some(places) = by_number.get_mut(person.diagnosis) {
                places.push(place);
            }
        }
        let mut next = 0;
        let mut groups = Vec::with_capacity(by_number.len());
        for (number, answers) in self.diagnoses.values() {
            let places = by_number.get_mut(*number).map(std::mem::take).unwrap_or_default();
            let positions = next..next + places.len();
            next = positions.end;
            groups.push(Group { places, positions, answers });
        }
        groups
    }

    /// Of whom the atoms are true, or not known.
    fn members(&self, places: &[u16], groups: &[Group<'_>], wanted: Truth) -> Members {
        let of_groups = || {
            let all = groups.iter().flat_map(|group| {
                group.answers.iter().map(|(atom, truth)| (*atom, *truth, group.positions.clone()))
            });
            all.filter(|(_, truth, _)| *truth == wanted)
                .map(|(atom, _, positions)| (atom, positions))
        };
        let of_people = || {
            places.iter().enumerate().flat_map(|(position, place)| {
                let notes = self.notes.get(self.ends(*place, |ends| ends.0)).unwrap_or_default();
                let told = notes.iter().filter(|(_, truth)| *truth == wanted);
                told.map(move |(atom, _)| (*atom, position..position + 1))
            })
        };
        Members::new(self.plan.atoms.len(), || of_groups().chain(of_people()))
    }

    fn tested_beside(&self, places: &[u16]) -> Members {
        let tested = || {
            places.iter().enumerate().flat_map(|(position, place)| {
                let tests = self.beside.get(self.ends(*place, |ends| ends.1)).unwrap_or_default();
                tests.iter().map(move |test| (*test, position..position + 1))
            })
        };
        Members::new(self.plan.tests.len(), tested)
    }

    /// Where what was noted of a patient stands in a list.
    fn ends(&self, place: u16, of: impl Fn((usize, usize)) -> usize) -> Range<usize> {
        let place = usize::from(place);
        let before = place.checked_sub(1).and_then(|one| self.people.get(one));
        let from = before.map_or(0, |one| of(one.ends));
        from..self.people.get(place).map_or(from, |one| of(one.ends))
    }
}
