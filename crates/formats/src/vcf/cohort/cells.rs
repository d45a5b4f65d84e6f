//! From the text of a record's samples to its row of cells.

use super::store::Store;
use crate::vcf::pass::Sink;
use crate::vcf::record::Head;
use crate::vcf::sample::{Sample, Texts, WEAK};
use crate::vcf::selection::Selection;
use crate::vcf::single::wrong_columns;
use crate::vcf::{REMARKS_MAX, place};
use model::Problem;
use model::genotype::{GenotypeCell, GenotypeRecord};

/// Highest ALT number that is one digit.
const DIGIT_MAX: usize = 9;

/// Records as they come, their cells going to the store.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    selection: &'a Selection,
    honour_filter: bool,
    store: Store,
    records: Vec<GenotypeRecord>,
    row: Vec<GenotypeCell>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(selection: &'a Selection, honour_filter: bool, store: Store) -> Self {
        Self { selection, honour_filter, store, records: Vec::new(), row: Vec::new() }
    }

    /// The records in the order of the file, and their rows.
    pub(super) fn finish(self) -> (Vec<GenotypeRecord>, Store) {
        (self.records, self.store)
    }
}

impl Sink for Rows<'_> {
    fn take(
        &mut self,
        head: Head,
        mut texts: Texts<'_>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        let line = head.record.line;
        let malformed = |text: String| Problem::error("malformed-record", place(line), text);
        let cells = Cells::new(&head, self.honour_filter);
        self.row.clear();
        let (mut column, mut weak) = (0_usize, 0_u64);
        for skip in self.selection.skips() {
            let Some(text) = texts.nth(skip) else { break };
            column += skip + 1;
            let cell = match cells.quick(text) {
                Some(cell) => cell,
                None => cells
                    .slow(text, &mut weak)
                    .map_err(|text| malformed(format!("sample column {column}: {text}")))?,
            };
            self.row.push(cell);
        }
        let columns = if self.row.len() == self.selection.len() {
            column + texts.count()
        } else {
            // The chosen columns end before the row does.
            column.max(self.row.len())
        };
        if self.row.len() != self.selection.len() || columns != self.selection.total {
            return Err(malformed(wrong_columns(columns, self.selection.total)));
        }
        if weak > 0 && problems.len() < REMARKS_MAX {
            let text = format!("{WEAK}, for {weak} samples");
            problems.push(Problem::note("weak-reference", place(line), text));
        }
        self.store.push(&self.row, &place(line))?;
        self.records.push(head.record);
        Ok(())
    }
}

/// What turns a sample's text into a cell.
struct Cells<'a> {
    head: &'a Head,
    honour_filter: bool,
    /// Flags of every sample.
    flags: u8,
    /// Highest digit that is an allele here.
    digit_max: u8,
    is_block: bool,
}

impl<'a> Cells<'a> {
    fn new(head: &'a Head, honour_filter: bool) -> Self {
        let filtered = honour_filter && head.filter.is_some();
        let alternates = u8::try_from(head.record.alternates.len().min(DIGIT_MAX)).unwrap_or(0);
        let is_block = head.block_end().is_some();
        let mut flags = 0;
        flags |= if filtered { GenotypeCell::FILTERED } else { 0 };
        Self {
            head,
            honour_filter,
            flags,
            digit_max: if is_block { b'0' } else { b'0' + alternates },
            is_block,
        }
    }

    /// The cell of `0/1` or `0|1`, if nothing else of the sample can matter.
    #[inline]
    fn quick(&self, text: &[u8]) -> Option<GenotypeCell> {
        let [first, separator @ (b'/' | b'|'), second, rest @ ..] = text else { return None };
        let format = &self.head.format;
        // Depth and quality are there to doubt 0/0 only.
        let variant = (*first, *second) != (b'0', b'0');
        let rest_is_idle = format.genotype_only || (variant && format.no_filter_or_phase_set);
        let alone = format.starts_with_genotype
            && (rest.is_empty() || (rest.first() == Some(&b':') && rest_is_idle));
        let allele = |digit: u8| (b'0'..=self.digit_max).contains(&digit);
        if !alone || !allele(*first) || !allele(*second) {
            return None;
        }
        let phased = if *separator == b'|' { GenotypeCell::PHASED } else { 0 };
        Some(GenotypeCell {
            first: first - b'0',
            second: second - b'0',
            flags: self.flags | phased,
            phase_set: 0,
        })
    }

    /// The cell of any text.
    fn slow(&self, text: &[u8], weak: &mut u64) -> Result<GenotypeCell, String> {
        let sample = Sample::of(text, self.head)?;
        *weak += u64::from(sample.weak);
        let mut cell = GenotypeCell { flags: self.flags, ..GenotypeCell::no_call() };
        if self.honour_filter && sample.filter().is_some() {
            cell.flags |= GenotypeCell::FILTERED;
        }
        let phase_set = sample.phase_set().map(u32::try_from);
        let alleles = match sample.genotype.alleles() {
            [only] => {
                cell.flags |= GenotypeCell::HAPLOID;
                self.allele(*only).map(|only| (only, GenotypeCell::NO_CALL))
            }
            [first, second] => self.allele(*first).zip(self.allele(*second)),
            _ => None,
        };
        match (alleles, phase_set) {
            (Some((first, second)), None) => {
                (cell.first, cell.second) = (first, second);
            }
            (Some((first, second)), Some(Ok(phase_set @ 1..))) => {
                (cell.first, cell.second) = (first, second);
                cell.phase_set = phase_set;
            }
            _ => cell.flags |= GenotypeCell::ODD,
        }
        if sample.genotype.phased {
            cell.flags |= GenotypeCell::PHASED;
        }
        Ok(cell)
    }

    /// An allele number as a cell has it; `None` if it cannot.
    fn allele(&self, number: Option<u16>) -> Option<u8> {
        match number {
            None => Some(GenotypeCell::NO_CALL),
            Some(number) if number > GenotypeCell::ALLELE_MAX || (self.is_block && number > 0) => {
                None
            }
            Some(number) => u8::try_from(number).ok(),
        }
    }
}
