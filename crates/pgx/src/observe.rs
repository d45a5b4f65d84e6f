//! What the records say about each position of a gene.

mod base;
mod indel;
mod merge;

use crate::normal_form::{self, NormalForm};
use knowledge::pgx::{Gene, Position};
use model::assay::AbsentPosition;
use model::genotype::{Evidence, GenotypeCall, GenotypeSet};

/// What one strand carries at a position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strand {
    /// The VCF REF of the position.
    Reference,
    /// These bases, spelled as VCF allele of the position.
    Bases(String),
    /// The base is gone, by a deletion or `*`.
    Deleted,
    /// Something that is no plain base, in words.
    Other(String),
}

/// Phase of a genotype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Order means nothing.
    Unphased,
    /// Order holds within the phase set; without one, within the sample.
    Phased(Option<u64>),
}

/// What is known about a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Observation {
    /// Nothing.
    Missing,
    /// Only records that failed a filter.
    Filtered,
    /// Something, but nothing that a call may be built on; why.
    Unusable(String),
    /// A genotype.
    Known(Known),
}

/// A usable genotype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// One entry per strand.
    pub(crate) strands: Vec<Strand>,
    pub(crate) phase: Phase,
    /// From a reference block or by the absent-position policy.
    pub(crate) from_block: bool,
    /// An insertion or deletion locus whose reference rests on its anchor base alone.
    pub(crate) assumed: bool,
}

impl Known {
    /// Reference on `ploidy` strands.
    fn reference(ploidy: usize) -> Self {
        Self {
            strands: vec![Strand::Reference; ploidy.max(1)],
            phase: Phase::Unphased,
            from_block: true,
            assumed: false,
        }
    }
}

/// Number of strands where a file does not say: autosomes have two.
const PLOIDY_USUAL: usize = 2;

/// The records of one chromosome that can speak about a gene.
pub(crate) struct Records<'s> {
    called: Vec<&'s GenotypeCall>,
    filtered: Vec<&'s GenotypeCall>,
    blocks: Vec<(&'s GenotypeCall, u64)>,
    absent: AbsentPosition,
}

impl<'s> Records<'s> {
    /// Records of the gene's chromosome.
    pub(crate) fn of(gene: &Gene, set: &'s GenotypeSet) -> Self {
        let mut records = Self {
            called: Vec::new(),
            filtered: Vec::new(),
            blocks: Vec::new(),
            absent: set.absent_position,
        };
        for call in set.calls.iter().filter(|call| call.chromosome == gene.chromosome) {
            match &call.evidence {
                Evidence::Called => records.called.push(call),
                // Without a carrier it says nothing about the bases it spans.
                Evidence::Structural { .. } => {
                    if call.alleles.iter().flatten().any(|allele| *allele > 0) {
                        records.called.push(call);
                    }
                }
                Evidence::Filtered { .. } => records.filtered.push(call),
                Evidence::ReferenceBlock { end } => records.blocks.push((call, *end)),
            }
        }
        records
    }

    /// What is known about a position.
    pub(crate) fn observe(&self, position: &Position) -> Observation {
        if normal_form::is_substitution(position) {
            base::observe(self, position)
        } else {
            indel::observe(self, position)
        }
    }

    /// What holds where no record speaks.
    fn absent(&self) -> Observation {
        match self.absent {
            AbsentPosition::NotTested => Observation::Missing,
            AbsentPosition::Reference => Observation::Known(Known::reference(PLOIDY_USUAL)),
        }
    }
}

/// Last base that a record speaks of: that of its REF, or its END.
fn last_base(call: &GenotypeCall) -> u64 {
    let reference = call.position.saturating_add(call.reference.len().max(1) as u64 - 1);
    match &call.evidence {
        Evidence::Called => reference,
        Evidence::Filtered { end, .. } => end.unwrap_or(reference),
        Evidence::ReferenceBlock { end } | Evidence::Structural { end } => *end,
    }
}

/// Whether the record speaks of a base in `start..=end`.
fn touches(call: &GenotypeCall, start: u64, end: u64) -> bool {
    call.position <= end && last_base(call) >= start
}

/// An allele of a record: reference, plain bases, or something else.
enum RecordAllele {
    Reference,
    /// The base is gone (`*`).
    Deleted,
    Change(NormalForm),
    Other(String),
}

fn record_allele(call: &GenotypeCall, number: u16) -> RecordAllele {
    let Some(index) = usize::from(number).checked_sub(1) else { return RecordAllele::Reference };
    let Some(alternate) = call.alternates.get(index) else {
        return RecordAllele::Other(format!("allele {number} without ALT"));
    };
    if alternate == "*" {
        return RecordAllele::Deleted;
    }
    let plain = alternate == "-" || alternate.bytes().all(|base| b"ACGT".contains(&base));
    if !plain || alternate.is_empty() {
        return RecordAllele::Other(alternate.clone());
    }
    RecordAllele::Change(NormalForm::trimmed(call.position, &call.reference, alternate))
}
