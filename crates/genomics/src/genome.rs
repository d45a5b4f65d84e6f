//! The genome of one sample as a variant file states it: calls, and what was looked at.
//!
//! Calls are one alternate allele each, trimmed, and shifted left where the reference's bases are
//! at hand, with the number of bases by which the repeat around it lets it move to the right: the
//! fully justified form (PMID 31738401) follows from that without the reference. Structural
//! variants are kept as they are written, with their bounds (VCF 4.5 §1.4.7, §5.4).

mod block;
mod column;
mod coverage;
mod finding;
mod normal;
mod structural;

pub use block::{BLOCK_CALLS_MAX, decode_calls, decode_calls_where, encode_calls};
pub use column::BadBlock;
pub use coverage::{
    BLOCK_RUNS_MAX, Band, Run, Seen, decode_coverage, encode_coverage, push_run, seen,
};
pub use finding::{add_coverage, begin_coverage, finding, run_of};
pub use normal::{Normal, normal};
pub use structural::Structural;

use crate::allele::{Allele, Change, Form, Inserted};
use crate::range::Range;

/// Copies of a chromosome that one genotype may have.
pub const PLOIDY_MAX: usize = 16;
/// Bases of one allele; longer ones are kept as structural variants without their bases.
pub const ALLELE_BASES_MAX: usize = 100_000;

/// The alleles of one sample at a place, by their number in its record; `None` is `.`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Genotype {
    /// In the order written.
    pub alleles: Vec<Option<u16>>,
    /// Whether their strands are known relative to others of the phase set.
    pub is_phased: bool,
}

/// What stands in place of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alternate {
    /// These bases in place of those, both trimmed.
    Bases {
        /// Bases of the reference.
        deleted: String,
        /// Bases in their place.
        inserted: String,
        /// Bases by which an insertion or deletion can move right without being another variant;
        /// `None` where the reference was not at hand. 0 for what has one place only.
        repeat: Option<u32>,
    },
    /// A structural variant as written.
    Structural(Structural),
}

/// One alternate allele that a sample has, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// First base replaced, from 0.
    pub start: u64,
    /// One past the last base replaced.
    pub end: u64,
    /// What stands there.
    pub alternate: Alternate,
    /// The record's genotype.
    pub genotype: Genotype,
    /// Number of this allele in it.
    pub number: u16,
    /// Name of the set in which phase holds (PS).
    pub phase_set: Option<u64>,
    /// Quality of the genotype (GQ), Phred.
    pub quality: Option<u32>,
    /// Reads (DP).
    pub depth: Option<u32>,
    /// Reads with the reference and with this allele (AD).
    pub allele_depths: Option<(u32, u32)>,
    /// The filters that the record or sample failed; `None` if it passed.
    pub filter: Option<String>,
    /// Line of the file, from 1.
    pub line: u64,
}

/// How surely a sample has an allele.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It has it.
    Yes,
    /// The record failed a filter: nothing is derived from it.
    NotSure,
}

/// The widest place of bases that are replaced, as far as their repeat goes.
fn extent_of_bases(start: u64, end: u64, repeat: Option<u32>) -> (u64, u64) {
    let start = if start == end { start.saturating_sub(1) } else { start };
    let end = end.saturating_add(u64::from(repeat.unwrap_or(0)));
    (start, end.max(start.saturating_add(1)))
}

impl Call {
    /// Copies of this allele.
    pub fn copies(&self) -> usize {
        self.genotype.alleles.iter().filter(|allele| **allele == Some(self.number)).count()
    }

    /// How surely the sample has it.
    pub fn carried(&self) -> Carried {
        if self.filter.is_none() && self.copies() > 0 { Carried::Yes } else { Carried::NotSure }
    }

    /// Heterozygous and so on; `None` if an allele is not known. An allele beside another
    /// alternate one is heterozygous, too.
    pub fn state(&self, is_mitochondrial: bool) -> Option<&'static str> {
        if self.genotype.alleles.iter().any(Option::is_none) {
            return None;
        }
        match (self.genotype.alleles.len(), self.copies()) {
            (1, 1) | (2, 2) if is_mitochondrial => Some("Homoplasmic"),
            (1, 1) => Some("Hemizygous"),
            (2, 1) if is_mitochondrial => Some("Heteroplasmic"),
            (2, 1) => Some("Heterozygous"),
            (2, 2) => Some("Homozygous"),
            _ => None,
        }
    }

    /// The widest place that the call may be at, from 0, half-open, never empty: what is inserted
    /// belongs to the base before it.
    pub fn extent(&self) -> (u64, u64) {
        match &self.alternate {
            Alternate::Bases { repeat, .. } => extent_of_bases(self.start, self.end, *repeat),
            Alternate::Structural(structural) => structural.extent(self.start, self.end),
        }
    }

    /// The allele on a sequence, justified where the repeat is known; `None` for a structural
    /// variant.
    pub fn allele(&self, sequence: &str) -> Option<Allele> {
        let Alternate::Bases { deleted, inserted, repeat } = &self.alternate else { return None };
        let mut change = Change {
            sequence: sequence.to_owned(),
            start: self.start,
            end: self.end,
            deleted: Some(deleted.clone()),
            inserted: Inserted::Bases(inserted.clone()),
        };
        let moved = match (deleted.is_empty(), inserted.is_empty()) {
            (true, _) => inserted,
            (_, true) => deleted,
            _ => return Some(Allele { change, form: Form::Justified }),
        };
        let Some(repeat) = repeat else { return Some(Allele { change, form: Form::Trimmed }) };
        let after: String = moved.chars().cycle().take(*repeat as usize).collect();
        change.end += u64::from(*repeat);
        change.deleted = Some(format!("{deleted}{after}"));
        change.inserted = Inserted::Bases(format!("{inserted}{after}"));
        Some(Allele { change, form: Form::Justified })
    }

    /// Where it is at most, on a sequence.
    pub fn range(&self, sequence: &str) -> Range {
        let (start, end) = self.extent();
        Range::new(sequence, start, end)
    }
}

#[cfg(test)]
mod tests;
