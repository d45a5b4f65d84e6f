//! A block of calls in columns: what neighbours have in common is written once.

mod read;

pub use read::{decode_calls, decode_calls_where};

use super::column::{Column, pack};
use super::structural::Structural;
use super::{Alternate, Call, Genotype};
use std::collections::HashMap;
use std::hash::Hash;

/// Calls of one block.
pub const BLOCK_CALLS_MAX: usize = 4_096;

/// Version of the layout; another one is refused.
const VERSION: u8 = 1;
/// Columns of the layout.
const COLUMNS: usize = 12;

/// Values that stand in a block once, in the order in which they appear.
struct Dictionary<K> {
    places: HashMap<K, u64>,
    column: Column,
}

impl<K: Hash + Eq + Clone> Dictionary<K> {
    fn new() -> Self {
        Self { places: HashMap::new(), column: Column::default() }
    }

    fn place(&mut self, key: &K, write: impl FnOnce(&mut Column)) -> u64 {
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        let place = self.places.len() as u64;
        self.places.insert(key.clone(), place);
        write(&mut self.column);
        place
    }
}

/// Writes calls that are sorted by start, at most [`BLOCK_CALLS_MAX`].
pub fn encode_calls(calls: &[Call]) -> Vec<u8> {
    let [mut starts, mut alleles, mut repeats, mut structural, mut genotypes, mut numbers] =
        [(); 6].map(|()| Column::default());
    let [mut phases, mut qualities, mut filters] = [(); 3].map(|()| Column::default());
    let mut bases: Dictionary<(String, String)> = Dictionary::new();
    let mut kinds: Dictionary<Genotype> = Dictionary::new();
    let mut names: Dictionary<String> = Dictionary::new();
    let (mut start, mut phase_set, mut line) = (0_i64, 0_i64, 0_i64);
    starts.number(calls.len() as u64);
    for call in calls {
        let here = call.start.cast_signed();
        starts.signed(here.wrapping_sub(start));
        start = here;
        match &call.alternate {
            Alternate::Bases { deleted, inserted, repeat } => {
                let key = (deleted.clone(), inserted.clone());
                let place = bases.place(&key, |column| {
                    column.text(deleted);
                    column.text(inserted);
                });
                alleles.number(place.saturating_add(1));
                repeats.optional(repeat.map(u64::from));
            }
            Alternate::Structural(held) => {
                alleles.number(0);
                write_structural(&mut structural, held, call.end.wrapping_sub(call.start));
            }
        }
        genotypes
            .number(kinds.place(&call.genotype, |column| write_genotype(column, &call.genotype)));
        numbers.number(u64::from(call.number));
        let set = call.phase_set.map(u64::cast_signed);
        phases.number(u64::from(set.is_some()));
        if let Some(set) = set {
            phases.signed(set.wrapping_sub(phase_set));
            phase_set = set;
        }
        qualities.optional(call.quality.map(u64::from));
        qualities.optional(call.depth.map(u64::from));
        qualities.optional(call.allele_depths.map(|(reference, _)| u64::from(reference)));
        if let Some((_, own)) = call.allele_depths {
            qualities.number(u64::from(own));
        }
        let filter = call.filter.as_ref();
        let filter = filter.map(|name| names.place(name, |column| column.text(name)));
        filters.optional(filter);
        let at = call.line.cast_signed();
        filters.signed(at.wrapping_sub(line));
        line = at;
    }
    let columns = [
        starts,
        bases.column,
        alleles,
        repeats,
        structural,
        kinds.column,
        genotypes,
        numbers,
        phases,
        qualities,
        names.column,
        filters,
    ];
    pack(VERSION, &columns)
}

fn write_genotype(column: &mut Column, genotype: &Genotype) {
    column.number(genotype.alleles.len() as u64 * 2 + u64::from(genotype.is_phased));
    for allele in &genotype.alleles {
        column.optional(allele.map(u64::from));
    }
}

fn write_structural(column: &mut Column, held: &Structural, length: u64) {
    column.text(&held.alternate);
    column.number(length);
    for number in [
        held.length,
        held.start_bounds.map(|(low, _)| low),
        held.start_bounds.map(|(_, high)| high),
        held.end_bounds.map(|(low, _)| low),
        held.end_bounds.map(|(_, high)| high),
    ] {
        column.number(u64::from(number.is_some()));
        column.signed(number.unwrap_or(0));
    }
    column.optional(held.copies.map(u64::from));
}
