//! Reading a block of calls: all of them, or those in some places.

use super::{BLOCK_CALLS_MAX, COLUMNS, VERSION};
use crate::genome::column::{BadBlock, Reader, unpack};
use crate::genome::structural::Structural;
use crate::genome::{Alternate, Call, Genotype, PLOIDY_MAX, extent_of_bases};

/// Reads a block of calls.
///
/// # Errors
/// When the bytes are no such block, or one beyond the limits.
pub fn decode_calls(packed: &[u8]) -> Result<Vec<Call>, BadBlock> {
    decode_calls_where(packed, |_, _| true)
}

/// Reads those calls of a block whose [`Call::extent`] is wanted; of the others no more than is
/// needed to pass them.
///
/// # Errors
/// When the bytes are no such block, or one beyond the limits.
pub fn decode_calls_where(
    packed: &[u8],
    mut is_wanted: impl FnMut(u64, u64) -> bool,
) -> Result<Vec<Call>, BadBlock> {
    let plain = unpack(VERSION, packed)?;
    let (mut columns, count) = Columns::of(&plain)?;
    let mut calls = Vec::new();
    for _ in 0..count {
        let head = columns.head()?;
        let (start, end) = head.extent();
        if is_wanted(start, end) {
            calls.push(columns.call(head)?);
        } else {
            columns.pass()?;
        }
    }
    columns.end()?;
    Ok(calls)
}

/// What a call changes, in the block's own bytes.
struct Head<'b> {
    start: u64,
    end: u64,
    written: Written<'b>,
}

enum Written<'b> {
    Bases { deleted: &'b str, inserted: &'b str, repeat: Option<u32> },
    Structural(Structural),
}

impl Head<'_> {
    fn extent(&self) -> (u64, u64) {
        match &self.written {
            Written::Bases { repeat, .. } => extent_of_bases(self.start, self.end, *repeat),
            Written::Structural(structural) => structural.extent(self.start, self.end),
        }
    }
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

    /// The next call's place and bases. What else there is of it follows from the other columns,
    /// by [`Self::call`] or [`Self::pass`].
    fn head(&mut self) -> Result<Head<'b>, BadBlock> {
        self.start = self.start.wrapping_add(self.starts.signed()?);
        let start = self.start.cast_unsigned();
        let (written, length) = match self.alleles.size()?.checked_sub(1) {
            None => {
                let (structural, length) = read_structural(&mut self.structural)?;
                (Written::Structural(structural), length)
            }
            Some(place) => {
                let (deleted, inserted) = *self.bases.get(place).ok_or(MISSING)?;
                let repeat = self.repeats.optional_short()?;
                (Written::Bases { deleted, inserted, repeat }, deleted.len() as u64)
            }
        };
        let end = start.checked_add(length).ok_or(BadBlock("a call ends nowhere"))?;
        Ok(Head { start, end, written })
    }

    /// Passes the rest of a call that is not wanted.
    fn pass(&mut self) -> Result<(), BadBlock> {
        self.genotypes.number()?;
        self.numbers.number()?;
        if self.phases.number()? != 0 {
            self.phase_set = self.phase_set.wrapping_add(self.phases.signed()?);
        }
        self.qualities.number()?;
        self.qualities.number()?;
        if self.qualities.number()? != 0 {
            self.qualities.number()?;
        }
        self.filters.number()?;
        self.line = self.line.wrapping_add(self.filters.signed()?);
        Ok(())
    }

    /// The rest of a call.
    fn call(&mut self, head: Head<'_>) -> Result<Call, BadBlock> {
        let Head { start, end, written } = head;
        let alternate = match written {
            Written::Structural(structural) => Alternate::Structural(structural),
            Written::Bases { deleted, inserted, repeat } => {
                let (deleted, inserted) = (deleted.to_owned(), inserted.to_owned());
                Alternate::Bases { deleted, inserted, repeat }
            }
        };
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
            end,
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

fn read_structural(column: &mut Reader<'_>) -> Result<(Structural, u64), BadBlock> {
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
    Ok((structural, length))
}
