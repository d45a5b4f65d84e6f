//! A block of calls in columns: what neighbours have in common is written once.

use super::column::{BadBlock, Column, Reader, pack, unpack};
use super::structural::Structural;
use super::{Alternate, Call, Genotype, PLOIDY_MAX};
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

/// Reads a block of calls.
///
/// # Errors
/// When the bytes are no such block, or one beyond the limits.
pub fn decode_calls(packed: &[u8]) -> Result<Vec<Call>, BadBlock> {
    let plain = unpack(VERSION, packed)?;
    let (mut columns, count) = Columns::of(&plain)?;
    let mut calls = Vec::with_capacity(count);
    for _ in 0..count {
        calls.push(columns.call()?);
    }
    columns.end()?;
    Ok(calls)
}

const MISSING: BadBlock = BadBlock("an entry of a dictionary is missing");

/// The columns of a block while its calls are read, and what the last call leaves for the next.
struct Columns<'b> {
    starts: Reader<'b>,
    alleles: Reader<'b>,
    repeats: Reader<'b>,
    structural: Reader<'b>,
    genotypes: Reader<'b>,
    numbers: Reader<'b>,
    phases: Reader<'b>,
    qualities: Reader<'b>,
    filters: Reader<'b>,
    bases: Vec<(&'b str, &'b str)>,
    kinds: Vec<Genotype>,
    names: Vec<&'b str>,
    start: i64,
    phase_set: i64,
    line: i64,
}

impl<'b> Columns<'b> {
    /// The columns, and how many calls there are.
    fn of(plain: &'b [u8]) -> Result<(Self, usize), BadBlock> {
        let mut all = Reader(plain);
        let mut columns = [Reader(&[]); COLUMNS];
        for column in &mut columns {
            *column = all.column()?;
        }
        all.end()?;
        let [mut starts, bases, alleles, repeats, structural, kinds, ..] = columns;
        let [.., genotypes, numbers, phases, qualities, names, filters] = columns;
        let count = starts.size()?;
        if count > BLOCK_CALLS_MAX {
            return Err(BadBlock("it has too many calls"));
        }
        let columns = Self {
            bases: entries(bases, count, |column| Ok((column.text()?, column.text()?)))?,
            kinds: entries(kinds, count, read_genotype)?,
            names: entries(names, count, Reader::text)?,
            starts,
            alleles,
            repeats,
            structural,
            genotypes,
            numbers,
            phases,
            qualities,
            filters,
            start: 0,
            phase_set: 0,
            line: 0,
        };
        Ok((columns, count))
    }

    fn call(&mut self) -> Result<Call, BadBlock> {
        self.start = self.start.wrapping_add(self.starts.signed()?);
        let start = self.start.cast_unsigned();
        let (alternate, length) = self.alternate()?;
        let genotype = self.kinds.get(self.genotypes.size()?).cloned().ok_or(MISSING)?;
        let number = u16::try_from(self.numbers.number()?).map_err(|_| MISSING)?;
        let phase_set = if self.phases.number()? == 0 {
            None
        } else {
            self.phase_set = self.phase_set.wrapping_add(self.phases.signed()?);
            Some(self.phase_set.cast_unsigned())
        };
        let qualities = &mut self.qualities;
        let (quality, depth) = (qualities.optional_short()?, qualities.optional_short()?);
        let allele_depths = match qualities.optional_short()? {
            None => None,
            Some(reference) => {
                let own = qualities.number()?;
                Some((reference, u32::try_from(own).map_err(|_| MISSING)?))
            }
        };
        let filter = match self.filters.optional()? {
            None => None,
            Some(place) => {
                let name = usize::try_from(place).ok().and_then(|place| self.names.get(place));
                Some((*name.ok_or(MISSING)?).to_owned())
            }
        };
        self.line = self.line.wrapping_add(self.filters.signed()?);
        Ok(Call {
            start,
            end: start.checked_add(length).ok_or(BadBlock("a call ends nowhere"))?,
            alternate,
            genotype,
            number,
            phase_set,
            quality,
            depth,
            allele_depths,
            filter,
            line: self.line.cast_unsigned(),
        })
    }

    /// What stands there, and the length of what it stands in place of.
    fn alternate(&mut self) -> Result<(Alternate, u64), BadBlock> {
        let Some(place) = self.alleles.size()?.checked_sub(1) else {
            return read_structural(&mut self.structural);
        };
        let (deleted, inserted) = *self.bases.get(place).ok_or(MISSING)?;
        let repeat = self.repeats.optional_short()?;
        let length = deleted.len() as u64;
        let (deleted, inserted) = (deleted.to_owned(), inserted.to_owned());
        Ok((Alternate::Bases { deleted, inserted, repeat }, length))
    }

    /// Refuses what is left over.
    fn end(&self) -> Result<(), BadBlock> {
        let Self { starts, alleles, repeats, structural, genotypes, .. } = self;
        let Self { numbers, phases, qualities, filters, .. } = self;
        let left =
            [starts, alleles, repeats, structural, genotypes, numbers, phases, qualities, filters];
        left.into_iter().try_for_each(Reader::end)
    }
}

/// The entries of a dictionary; there are no more than calls.
fn entries<'b, T>(
    mut column: Reader<'b>,
    calls: usize,
    read: impl Fn(&mut Reader<'b>) -> Result<T, BadBlock>,
) -> Result<Vec<T>, BadBlock> {
    let mut found = Vec::new();
    while !column.0.is_empty() {
        if found.len() >= calls {
            return Err(BadBlock("a dictionary has too many entries"));
        }
        found.push(read(&mut column)?);
    }
    Ok(found)
}

fn read_genotype(column: &mut Reader<'_>) -> Result<Genotype, BadBlock> {
    let head = column.size()?;
    let (ploidy, is_phased) = (head / 2, head % 2 == 1);
    if ploidy > PLOIDY_MAX {
        return Err(BadBlock("a genotype has too many alleles"));
    }
    let mut alleles = Vec::with_capacity(ploidy);
    for _ in 0..ploidy {
        let allele = column.optional()?.map(u16::try_from).transpose();
        alleles.push(allele.map_err(|_| BadBlock("an allele number is too large"))?);
    }
    Ok(Genotype { alleles, is_phased })
}

fn read_structural(column: &mut Reader<'_>) -> Result<(Alternate, u64), BadBlock> {
    let alternate = column.text()?.to_owned();
    let length = column.number()?;
    let mut numbers = [None; 5];
    for number in &mut numbers {
        let is_there = column.number()? != 0;
        let value = column.signed()?;
        *number = is_there.then_some(value);
    }
    let [svlen, start_low, start_high, end_low, end_high] = numbers;
    let copies = column.optional_short()?;
    let structural = Structural {
        alternate,
        length: svlen,
        start_bounds: start_low.zip(start_high),
        end_bounds: end_low.zip(end_high),
        copies,
    };
    Ok((Alternate::Structural(structural), length))
}
