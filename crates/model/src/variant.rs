//! Variants: the canonical form, and the form the laboratory reported.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A genome build. It must be proven, not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GenomeBuild {
    /// hg19.
    GRCh37,
    /// hg38.
    GRCh38,
}

impl fmt::Display for GenomeBuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GRCh37 => "GRCh37",
            Self::GRCh38 => "GRCh38",
        })
    }
}

/// Sequence, position, deletion, insertion (NCBI SPDI): 0-based, on a versioned sequence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Spdi {
    /// Accession with version, `NC_000010.11`.
    pub sequence: String,
    /// Position of the first deleted base, counted from 0.
    pub position: u64,
    /// Deleted bases.
    pub deleted: String,
    /// Inserted bases.
    pub inserted: String,
}

impl fmt::Display for Spdi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}", self.sequence, self.position, self.deleted, self.inserted)
    }
}

/// A variant as the laboratory reported it, with its canonical form where that is proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedVariant {
    /// Gene symbol, as reported.
    pub gene: Option<String>,
    /// Build the laboratory states or that its accession proves.
    pub build: Option<GenomeBuild>,
    /// Transcript with version, as reported.
    pub transcript: Option<String>,
    /// Coding HGVS, as reported.
    pub hgvs_coding: Option<String>,
    /// Protein HGVS, as reported.
    pub hgvs_protein: Option<String>,
    /// Genomic HGVS, as reported.
    pub hgvs_genomic: Option<String>,
    /// Identifiers in variant databases, as reported.
    pub identifiers: Vec<String>,
    /// Present, absent, no call … as the laboratory's answer code.
    pub assessment: Option<String>,
    /// Clinical significance in the laboratory's words.
    pub significance: Option<String>,
    /// Zygosity in the laboratory's words.
    pub allelic_state: Option<String>,
    /// Canonical form. `None`: unnormalised, and kept out of decision support.
    pub canonical: Option<Spdi>,
}
