//! Genotype calls at loci, as a variant file states them.

mod matrix;

pub use matrix::{GenotypeCell, GenotypeRecord, RecordKind};

use crate::assay::AbsentPosition;
use crate::variant::GenomeBuild;
use serde::{Deserialize, Serialize};

/// One sample's calls at the loci that matter, with what proves them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenotypeSet {
    /// Proven build of the coordinates.
    pub build: GenomeBuild,
    /// How the build was proven, in words.
    pub build_proof: String,
    /// The sample's name in the file.
    pub sample: String,
    /// What a position that the file does not mention means.
    pub absent_position: AbsentPosition,
    /// Calls, ordered by chromosome and position.
    pub calls: Vec<GenotypeCall>,
}

/// One record of a variant file for one sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenotypeCall {
    /// Chromosome with its `chr`, `chr10`, whatever the file called it.
    pub chromosome: String,
    /// VCF POS, counted from 1.
    pub position: u64,
    /// VCF REF, upper case.
    pub reference: String,
    /// VCF ALT alleles, upper case; symbolic ones in angle brackets.
    pub alternates: Vec<String>,
    /// Allele numbers of GT: 0 = REF, 1 = first ALT; `None` = `.`.
    pub alleles: Vec<Option<u16>>,
    /// Whether GT is phased (`|`).
    pub phased: bool,
    /// Phase set (`PS`), if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase_set: Option<u64>,
    /// What kind of record it was.
    pub evidence: Evidence,
    /// Genotype quality (`GQ`), if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genotype_quality: Option<u32>,
    /// Read depth (`DP`), if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// Line of the file, counted from 1.
    pub line: u64,
}

/// What kind of record a call is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// An ordinary record.
    Called,
    /// A block of a gVCF without variants, through this last position (1-based, included):
    /// reference where `alleles` are 0, not callable where they are `None`.
    ReferenceBlock {
        /// Last position of the block.
        end: u64,
    },
    /// A record that failed these filters; not used for calling, and said so.
    Filtered {
        /// FILTER column.
        filter: String,
        /// Last position, if the record speaks of bases beyond its REF (END).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<u64>,
    },
    /// A record with a symbolic allele, such as `<DEL>`, through this last position (1-based,
    /// included). It proves nothing about the bases it spans, but may take them away.
    Structural {
        /// Last position of the record.
        end: u64,
    },
}
