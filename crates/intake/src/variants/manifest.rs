//! What is filed beside the blocks of a genome.

use formats::vcf::{CoverageSource, GenomeSummary};
use model::variant::GenomeBuild;
use serde::{Deserialize, Serialize};

/// How it is known what was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// The file says it of every base (gVCF): what it does not mention was not looked at.
    Blocks,
    /// The operator named the regions.
    Regions,
    /// The operator stated that the file reports every variant of every position.
    Stated,
    /// Only bases with a record are known.
    Unknown,
}

/// What is known of a genome without reading its blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenomeManifest {
    /// Proven build of the coordinates.
    pub build: GenomeBuild,
    /// How it was proven, in words.
    pub build_proof: String,
    /// The sample's name in the file.
    pub sample: String,
    /// Name of the file.
    pub name: String,
    /// Calls with bases.
    pub calls: u64,
    /// Structural variants.
    pub structural: u64,
    /// Runs of coverage.
    pub runs: u64,
    /// How it is known what was looked at.
    pub coverage: Coverage,
    /// Accessions of the sequences that have records.
    pub sequences: Vec<String>,
    /// Whether REF was checked and indels were shifted by a reference sequence.
    pub is_normalised: bool,
}

impl GenomeManifest {
    pub(super) fn of(name: &str, summary: GenomeSummary) -> Self {
        Self {
            build: summary.build,
            build_proof: summary.build_proof,
            sample: summary.sample,
            name: name.to_owned(),
            calls: summary.calls,
            structural: summary.structural,
            runs: summary.runs,
            coverage: match summary.coverage {
                CoverageSource::Blocks => Coverage::Blocks,
                CoverageSource::Regions => Coverage::Regions,
                CoverageSource::Stated => Coverage::Stated,
                CoverageSource::Unknown => Coverage::Unknown,
            },
            sequences: summary.sequences,
            is_normalised: summary.is_normalised,
        }
    }

    /// For a person: what the test's coverage and coordinates rest on.
    pub(super) fn note(&self) -> String {
        let coverage = match self.coverage {
            Coverage::Blocks => "what was looked at is what the file's blocks say",
            Coverage::Regions => "what was looked at are the regions that the operator named",
            Coverage::Stated => {
                "the operator stated that the file reports every variant of every position"
            }
            Coverage::Unknown => "what was looked at beside the file's records is not known",
        };
        let indels = if self.is_normalised {
            "insertions and deletions were shifted to the left by the reference sequence"
        } else {
            "insertions and deletions are where the file has them"
        };
        format!("{}; {coverage}; {indels}", self.build_proof)
    }
}
