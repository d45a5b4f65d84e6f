//! Genotypes of many samples at the same records, in little memory.

use std::hash::{Hash, Hasher};

/// One record of a variant file, without any sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenotypeRecord {
    /// Chromosome with its `chr`, `chr10`, whatever the file called it.
    pub chromosome: String,
    /// VCF POS, counted from 1.
    pub position: u64,
    /// VCF REF, upper case.
    pub reference: String,
    /// VCF ALT alleles, upper case; symbolic ones in angle brackets.
    pub alternates: Vec<String>,
    /// What kind of record it is for a sample that passes its filters.
    pub kind: RecordKind,
    /// Line of the file, counted from 1.
    pub line: u64,
}

/// What kind of record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// An ordinary record.
    Variant,
    /// A block without variants through this last position (1-based, included).
    ReferenceBlock {
        /// Last position of the block.
        end: u64,
    },
    /// A record with a symbolic allele through this last position (1-based, included).
    Structural {
        /// Last position of the record.
        end: u64,
    },
}

/// One sample's genotype at one record.
///
/// It is as small as it can be: a cohort has many millions of them. What it cannot hold (more
/// than two strands, allele numbers over [`GenotypeCell::ALLELE_MAX`]) is [`GenotypeCell::ODD`],
/// which no call is ever built on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GenotypeCell {
    /// Allele number of the first strand, or [`GenotypeCell::NO_CALL`].
    pub first: u8,
    /// Allele number of the second strand, or [`GenotypeCell::NO_CALL`].
    pub second: u8,
    /// [`GenotypeCell::HAPLOID`], [`GenotypeCell::PHASED`] and the others, added up.
    pub flags: u8,
    /// Phase set (`PS`); 0 = none given.
    pub phase_set: u32,
}

impl Hash for GenotypeCell {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.bits());
    }
}

impl GenotypeCell {
    /// `.` in GT.
    pub const NO_CALL: u8 = u8::MAX;
    /// Highest allele number that a cell holds.
    pub const ALLELE_MAX: u16 = 254;
    /// One strand only; `second` says nothing.
    pub const HAPLOID: u8 = 1;
    /// GT is phased (`|`).
    pub const PHASED: u8 = 2;
    /// The sample's record failed a filter.
    pub const FILTERED: u8 = 4;
    /// A GT that no cell can hold. Without any GT a cell is a no-call.
    pub const ODD: u8 = 8;

    /// Nothing known: `./.`.
    pub const fn no_call() -> Self {
        Self { first: Self::NO_CALL, second: Self::NO_CALL, flags: 0, phase_set: 0 }
    }

    /// All of the cell in one word; equal for equal cells and for no others.
    pub const fn bits(self) -> u64 {
        let small = u32::from_le_bytes([self.first, self.second, self.flags, 0]);
        (small as u64) << 32 | self.phase_set as u64
    }

    /// Whether a flag is set.
    pub const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}
