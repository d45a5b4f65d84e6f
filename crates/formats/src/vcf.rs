//! VCF and gVCF: one sample's genotypes at the positions that matter.
//!
//! For: turning a variant file into the calls that overlap a list of [`Site`]s, in one pass, with
//! the genome build proven and every complaint tied to a line.
//! Never: treating a position the file does not mention as reference, repairing a REF, lifting
//! coordinates, or keeping what lies off the sites.
//! Rules come from the VCF specification 4.5 (hts-specs: §1.3 header, §1.6 data lines, §5.5 gVCF
//! blocks); parsing of header and records is that of noodles.

mod build;
mod chromosome;
mod decompress;
mod header;
mod lines;
mod record;
mod sites;

pub use chromosome::canonical_chromosome;
pub use sites::Site;

use build::{Agreement, BuildEvidence};
use header::Header;
use lines::{LineFailure, Lines};
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCall, GenotypeSet};
use model::variant::GenomeBuild;
use sites::Sites;
use std::io::{BufReader, Read};

/// Most records of one file.
pub const RECORDS_MAX: u64 = 200_000_000;
/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most header lines of one file.
pub const HEADER_LINES_MAX: u64 = 100_000;
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

/// Reads one sample's calls at `sites` from a VCF: plain, gzip or bgzf, told apart by their first
/// bytes.
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
    let set = match read(reader, sites, settings, &mut problems) {
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
fn line_problem(failure: &LineFailure, line: u64, limits: &Limits) -> Problem {
    match failure {
        LineFailure::TooLong => Problem::error(
            "limit",
            place(line),
            format!("the line is longer than {} bytes", limits.line_bytes),
        ),
        LineFailure::Io(error) => Problem::error(
            "unreadable",
            place(line),
            format!("the file cannot be read from here on: {error}"),
        ),
    }
}

fn read(
    reader: impl Read,
    sites: &[Site],
    settings: &ReadSettings,
    problems: &mut Vec<Problem>,
) -> Result<GenotypeSet, Problem> {
    let limits = &settings.limits;
    let plain = decompress::open(BufReader::new(reader))
        .map_err(|error| line_problem(&LineFailure::Io(error), 1, limits))?;
    let mut lines = Lines::new(plain, limits.line_bytes);
    let header = Header::read(&mut lines, limits, problems)?;
    let sample = header.choose_sample(settings.sample.as_deref())?;
    let mut evidence = BuildEvidence::from_header(&header)?;
    let index = Sites::new(sites);
    let mut state = Reading { header: &header, index: &index, settings, sample: sample.index };
    let calls = state.records(&mut lines, &mut evidence, problems)?;
    if model::problem::first_error(problems).is_some() {
        // The mismatches already listed forbid the file; the caller drops the set.
        evidence.give_up();
    }
    let build_proof = evidence.proof(problems)?;
    Ok(GenotypeSet {
        build: GenomeBuild::GRCh38,
        build_proof,
        sample: sample.name,
        absent_position: settings.absent_position,
        calls,
    })
}

/// What stays the same from record to record.
struct Reading<'a> {
    header: &'a Header,
    index: &'a Sites<'a>,
    settings: &'a ReadSettings,
    sample: usize,
}

impl Reading<'_> {
    fn records<R: std::io::BufRead>(
        &mut self,
        lines: &mut Lines<R>,
        evidence: &mut BuildEvidence,
        problems: &mut Vec<Problem>,
    ) -> Result<Vec<GenotypeCall>, Problem> {
        let limits = &self.settings.limits;
        let mut calls: Vec<GenotypeCall> = Vec::new();
        let mut records = 0_u64;
        let mut mismatches = 0_usize;
        loop {
            let number = lines.number() + 1;
            let Some(line) = lines.next().map_err(|f| line_problem(&f, number, limits))? else {
                break;
            };
            if line.is_empty() {
                continue;
            }
            records += 1;
            if records > limits.records {
                let text = format!("the file has more than {} records", limits.records);
                return Err(Problem::error("limit", place(number), text));
            }
            let Some(call) = self.record(line, number, evidence, problems)? else { continue };
            mismatches += self.check_reference(&call, evidence, problems);
            if mismatches >= MISMATCHES_MAX {
                break;
            }
            if calls.len() >= limits.calls {
                let text = format!("more than {} records lie on known positions", limits.calls);
                return Err(Problem::error("limit", place(number), text));
            }
            calls.push(call);
        }
        calls.sort_by(|a, b| {
            let order = |call: &GenotypeCall| chromosome::karyotype_order(&call.chromosome);
            (order(a), a.position, a.line).cmp(&(order(b), b.position, b.line))
        });
        Ok(calls)
    }

    /// The call of a line, if it overlaps a site.
    fn record(
        &self,
        line: &[u8],
        number: u64,
        evidence: &mut BuildEvidence,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<GenotypeCall>, Problem> {
        let malformed = |text: String| Problem::error("malformed-record", place(number), text);
        let span = record::span(line, self.sample).map_err(malformed)?;
        let Some(name) = canonical_chromosome(span.chromosome) else { return Ok(None) };
        evidence.see_accession(span.chromosome, number)?;
        if !self.index.overlaps(&name, span.start, span.end) {
            return Ok(None);
        }
        let context = record::Context {
            header: &self.header.parsed,
            sample: self.sample,
            honour_filter: self.settings.honour_filter,
            chromosome: name,
            end: span.end,
            line: number,
        };
        let (call, remark) = record::call(line, &context).map_err(malformed)?;
        if let Some(text) = remark
            && problems.len() < REMARKS_MAX
        {
            problems.push(Problem::note("weak-reference", place(number), text));
        }
        Ok(Some(call))
    }

    /// Compares REF with every site the record overlaps; gives the number of disagreements.
    fn check_reference(
        &self,
        call: &GenotypeCall,
        evidence: &mut BuildEvidence,
        problems: &mut Vec<Problem>,
    ) -> usize {
        let mut mismatches = 0;
        let end = call.position + call.reference.len() as u64 - 1;
        for site in self.index.overlapping(&call.chromosome, call.position, end) {
            match build::compare(call, site) {
                Agreement::Unknown => {}
                Agreement::Agrees { alternate } => evidence.agree(site, alternate),
                Agreement::Disagrees => {
                    mismatches += 1;
                    problems.push(Problem::error(
                        "reference-mismatch",
                        place(call.line),
                        format!(
                            "REF is not the GRCh38 base at {}:{}",
                            site.chromosome, site.position
                        ),
                    ));
                }
            }
        }
        mismatches
    }
}

#[cfg(test)]
mod tests;
