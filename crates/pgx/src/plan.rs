//! What each record of a file can say about each position of a gene, whatever the sample.
//!
//! A cohort's file has thousands of samples at the same records. The texts of REF and ALT are
//! looked at once, here; a sample then is a few numbers per position ([`crate::observe`]).

mod base;
mod indel;
mod records;

pub(crate) use records::split;

use crate::normal_form::NormalForm;
use crate::table::Table;
use knowledge::pgx::{Gene, Position};
use model::genotype::{GenotypeRecord, RecordKind};

/// What one strand carries at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strand {
    /// The VCF REF of the position.
    Reference,
    /// A base that some allele or ALT of the position has, by its bit.
    Base(u64),
    /// The base is gone, by a deletion or `*`.
    Deleted,
    /// Something that no allele has, by its number among the position's texts.
    Other(u16),
}

/// One record that can speak about a position.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Index into the records.
    pub(crate) record: usize,
    pub(crate) kind: RecordKind,
    /// By allele number, REF first.
    pub(crate) strands: Vec<Strand>,
    /// First and last base that it speaks of.
    pub(crate) span: (u64, u64),
    /// Its reference alleles say something about the position: for a base, it is not an insertion
    /// or deletion of another locus; for an insertion or deletion, it lies on the base before it.
    pub(crate) addresses: bool,
    /// For replacements of several bases: the one base that the record is about, by its place in
    /// REF, and what each of its alleles has there.
    pub(crate) single: Option<(usize, Vec<Option<u8>>)>,
    /// For insertions and deletions: it offers a known form as ALT, so that its reference means it.
    pub(crate) knows_form: bool,
}

/// A position with everything that can speak about it.
#[derive(Debug)]
pub(crate) struct PositionPlan {
    pub(crate) witnesses: Vec<Witness>,
    /// Bases that must be known: those of REF, for an insertion or deletion all that can spell it.
    pub(crate) span: (u64, u64),
    pub(crate) is_indel: bool,
    /// The record that alone speaks of the position, if there is one, is its own and no block.
    pub(crate) alone: Option<usize>,
    /// For replacements of several bases: what some allele has, and what that is.
    pub(crate) words: Vec<(Vec<u8>, Strand)>,
    /// Texts of what no allele has, `C>G`.
    pub(crate) texts: Vec<String>,
}

/// A gene with what its positions can be told by.
#[derive(Debug)]
pub(crate) struct GenePlan {
    pub(crate) positions: Vec<PositionPlan>,
    pub(crate) extra: Vec<PositionPlan>,
    /// Per position: the record that alone speaks of it (see [`PositionPlan::alone`]), close
    /// together for the look at what is plain reference; `usize::MAX` = none.
    pub(crate) alone: Vec<usize>,
    /// Records that speak about any of them, ascending.
    pub(crate) records: Vec<usize>,
}

impl PositionPlan {
    fn new(witnesses: Vec<Witness>, span: (u64, u64), is_indel: bool, texts: Vec<String>) -> Self {
        let alone = match witnesses.as_slice() {
            [only] if only.kind == RecordKind::Variant && only.addresses => {
                (!is_indel || only.knows_form).then_some(only.record)
            }
            _ => None,
        };
        Self { witnesses, span, is_indel, alone, words: Vec::new(), texts }
    }
}

impl GenePlan {
    /// `records` may hold other chromosomes' records, too.
    pub(crate) fn new(gene: &Gene, table: &Table, records: &[GenotypeRecord]) -> Self {
        let mut own: Vec<(usize, &GenotypeRecord, u64)> = records
            .iter()
            .enumerate()
            .filter(|(_, record)| record.chromosome == gene.chromosome)
            .map(|(index, record)| (index, record, last_base(record)))
            .collect();
        own.sort_by_key(|(index, record, _)| (record.position, *index));
        let longest = own.iter().map(|(_, r, last)| last.saturating_sub(r.position)).max();
        let finder = Finder { records: own, longest: longest.unwrap_or_default() };
        let known = known_forms(gene);
        let plan = |index: usize, position: &Position| {
            if position.is_substitution() {
                base::plan(&finder, table, index, position)
            } else {
                indel::plan(&finder, table, index, position, &known)
            }
        };
        let positions: Vec<PositionPlan> =
            gene.positions.iter().enumerate().map(|(index, at)| plan(index, at)).collect();
        // No allele has cells there, so no index of the table fits.
        let extra: Vec<PositionPlan> =
            gene.extra_positions.iter().map(|at| plan(usize::MAX, at)).collect();
        let mut used: Vec<usize> = positions
            .iter()
            .chain(&extra)
            .flat_map(|position| position.witnesses.iter().map(|witness| witness.record))
            .collect();
        used.sort_unstable();
        used.dedup();
        let alone = positions.iter().map(|at| at.alone.unwrap_or(usize::MAX)).collect();
        Self { positions, extra, alone, records: used }
    }
}

/// Trimmed forms of every insertion and deletion of the gene.
fn known_forms(gene: &Gene) -> Vec<NormalForm> {
    let of = |position: &Position| {
        let form = |alternate: &String| {
            NormalForm::trimmed(position.position, &position.reference, alternate)
        };
        position.alternates.iter().map(form).collect::<Vec<_>>()
    };
    gene.positions.iter().filter(|position| !position.is_substitution()).flat_map(of).collect()
}

/// Records of one chromosome by position.
struct Finder<'r> {
    records: Vec<(usize, &'r GenotypeRecord, u64)>,
    /// Bases by which the longest record reaches beyond its POS.
    longest: u64,
}

impl<'r> Finder<'r> {
    /// Records that speak of a base in `start..=end`.
    fn touching(
        &self,
        start: u64,
        end: u64,
    ) -> impl Iterator<Item = (usize, &'r GenotypeRecord, u64)> {
        let from = start.saturating_sub(self.longest);
        let first = self.records.partition_point(|(_, record, _)| record.position < from);
        self.records
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(move |(_, record, _)| record.position <= end)
            .filter(move |(_, _, last)| *last >= start)
            .copied()
    }
}

/// Last base that a record speaks of: that of its REF, or its END.
fn last_base(record: &GenotypeRecord) -> u64 {
    match record.kind {
        RecordKind::Variant => {
            record.position.saturating_add(record.reference.len().max(1) as u64 - 1)
        }
        RecordKind::ReferenceBlock { end } | RecordKind::Structural { end } => end,
    }
}

/// An allele of a record: reference, plain bases, or something else.
enum RecordAllele {
    Reference,
    /// The base is gone (`*`).
    Deleted,
    Change(NormalForm),
    Other(String),
}

fn record_allele(record: &GenotypeRecord, number: usize) -> RecordAllele {
    let Some(index) = number.checked_sub(1) else { return RecordAllele::Reference };
    let Some(alternate) = record.alternates.get(index) else {
        return RecordAllele::Other(format!("allele {number} without ALT"));
    };
    if alternate == "*" {
        return RecordAllele::Deleted;
    }
    let plain = alternate == "-" || alternate.bytes().all(|base| b"ACGT".contains(&base));
    if !plain || alternate.is_empty() {
        return RecordAllele::Other(alternate.clone());
    }
    RecordAllele::Change(NormalForm::trimmed(record.position, &record.reference, alternate))
}

/// Numbers for texts.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    fn other(&mut self, text: String) -> Strand {
        let known = self.0.iter().position(|known| *known == text);
        let number = known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        });
        Strand::Other(u16::try_from(number).unwrap_or(u16::MAX))
    }
}
