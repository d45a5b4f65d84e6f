//! VCF, gVCF and BCF: the genotypes of one sample or of a cohort at the positions that matter.
//!
//! For: turning a variant file into the calls that overlap a list of [`Site`]s, in one pass, with
//! the genome build proven and every complaint tied to a line.
//! Never: treating a position the file does not mention as reference, repairing a REF, lifting
//! coordinates, or keeping what lies off the sites.
//! Rules come from the VCF specification 4.5 (hts-specs: §1.3 header, §1.6 data lines, §5.5 gVCF
//! blocks, §6 BCF); parsing of the header is that of noodles.

mod bcf;
mod build;
mod chromosome;
mod cohort;
mod decompress;
mod dictionary;
mod genome;
mod header;
pub(crate) mod lines;
mod pass;
mod record;
mod sample;
mod selection;
mod single;
mod sites;
mod source;

pub use chromosome::canonical_chromosome;
pub(crate) use chromosome::karyotype_order;
pub use cohort::{
    ALLELE_BYTES_MAX, ALTERNATES_MAX, CELL_BYTES_IN_MEMORY_MAX, CELL_BYTES_MAX, CHUNK_BYTES_MAX,
    CHUNK_SAMPLES_MAX, COHORT_LINE_BYTES_MAX, Chunk, Cohort, CohortLimits, CohortSettings,
    SAMPLES_MAX, read_cohort,
};
pub use genome::{
    BlockKind, CoverageSource, GenomeBlock, GenomeSettings, GenomeSummary, build_of_header,
    read_genome,
};
pub use sites::Site;

use lines::LineFailure;
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::GenotypeSet;
use std::io::Read;

/// Most records of one file.
pub const RECORDS_MAX: u64 = 200_000_000;
/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most header lines of one file.
pub const HEADER_LINES_MAX: u64 = 100_000;
/// Most bytes of the header's lines, its column names not counted.
pub const HEADER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most records kept because they overlap a site.
pub const CALLS_MAX: usize = 100_000;
/// Most REF disagreements that are listed before reading stops.
pub const MISMATCHES_MAX: usize = 20;
/// Most notes and warnings that are listed.
pub const REMARKS_MAX: usize = 200;

/// Bounds on what one file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most records, on sites or off.
    pub records: u64,
    /// Longest line, in bytes without its line feed.
    pub line_bytes: usize,
    /// Most header lines.
    pub header_lines: u64,
    /// Most records kept.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            records: RECORDS_MAX,
            line_bytes: LINE_BYTES_MAX,
            header_lines: HEADER_LINES_MAX,
            calls: CALLS_MAX,
        }
    }
}

/// How to read a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSettings {
    /// Which sample column; `None` only works when there is just one.
    pub sample: Option<String>,
    /// What a position that the file does not mention means; stored with the result.
    pub absent_position: AbsentPosition,
    /// Whether a record that failed a filter is set aside (FILTER or FT other than `PASS`, `.`).
    pub honour_filter: bool,
    /// Bounds.
    pub limits: Limits,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            sample: None,
            absent_position: AbsentPosition::NotTested,
            honour_filter: true,
            limits: Limits::default(),
        }
    }
}

/// Reads one sample's calls at `sites` from a VCF or BCF: plain, gzip or bgzf, told apart by their
/// first bytes.
///
/// The set is `None` exactly when a problem of severity error is listed: then nothing may be
/// called from the file. Places are `line 214`, or `file` for the whole. Codes of errors:
/// `unreadable`, `malformed-header`, `malformed-record`, `no-samples`, `unknown-sample`,
/// `sample-not-chosen`, `wrong-build`, `reference-mismatch`, `build-unproven`, `limit`.
pub fn read_genotypes(
    reader: impl Read,
    sites: &[Site],
    settings: &ReadSettings,
) -> (Option<GenotypeSet>, Vec<Problem>) {
    let mut problems = Vec::new();
    let set = match single::read(reader, sites, settings, &mut problems) {
        Ok(set) => Some(set),
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    // A list of mismatches is pushed as it grows; with any error there must be no set.
    let set = if model::problem::first_error(&problems).is_some() { None } else { set };
    (set, problems)
}

/// `line 214`.
fn place(line: u64) -> String {
    format!("line {line}")
}

/// What reading a line came to, as a problem.
fn line_problem(failure: &LineFailure, line: u64, bytes_max: usize) -> Problem {
    match failure {
        LineFailure::TooLong => Problem::error(
            "limit",
            place(line),
            format!("the line is longer than {bytes_max} bytes"),
        ),
        LineFailure::Io(error) => Problem::error(
            "unreadable",
            place(line),
            format!("the file cannot be read from here on: {error}"),
        ),
        LineFailure::Malformed(text) => {
            Problem::error("malformed-record", place(line), text.as_str())
        }
    }
}

#[cfg(test)]
mod tests;
