//! What an assay could see. Without it no absence can be stated.

use crate::variant::GenomeBuild;
use serde::{Deserialize, Serialize};

/// One run of one test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assay {
    /// The laboratory, as it names itself.
    pub laboratory: Option<String>,
    /// Method, as reported.
    pub method: Option<String>,
    /// Panel or test name with its version.
    pub panel: Option<String>,
    /// What it could see.
    pub coverage: Coverage,
}

/// What an assay looked at. Everything else is "not tested".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Genes studied, by HGNC symbol.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub genes: Vec<String>,
    /// Regions proven callable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// What a position that the file does not mention means.
    pub absent_position: AbsentPosition,
}

/// A half-open interval on a build, 0-based.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Build of the coordinates.
    pub build: GenomeBuild,
    /// Chromosome, `chr10`.
    pub chromosome: String,
    /// First base, counted from 0.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
}

/// What a position that a file does not mention means. It is stated per source, never guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsentPosition {
    /// Nobody looked, as far as we know. The default.
    #[default]
    NotTested,
    /// The operator has stated that this source reports every variant of every position.
    Reference,
}
