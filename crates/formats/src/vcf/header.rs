//! The header: contigs with their lengths, the sample columns, claims about the build.

use super::dictionary::Dictionaries;
use super::lines::{LineFailure, Lines};
use super::{HEADER_BYTES_MAX, REMARKS_MAX, line_problem, place};
use crate::vcf::cohort::CohortLimits;
use model::Problem;
use noodles_vcf::header::Parser;
use noodles_vcf::header::parser::Entry;
use std::collections::{HashMap, HashSet};
use std::io::BufRead;

/// Most sample names that a complaint lists.
const NAMES_SHOWN_MAX: usize = 20;
/// Columns before the samples.
const COLUMNS: [&str; 9] =
    ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"];

/// What the header says.
#[derive(Debug)]
pub(super) struct Header {
    /// Names of the samples, in the order of their columns.
    pub(super) samples: Vec<String>,
    /// Contigs with their lines.
    pub(super) contigs: Vec<Contig>,
    /// Major and minor version of VCF.
    pub(super) version: (u32, u32),
    /// What the numbers of a BCF stand for.
    pub(super) dictionaries: Dictionaries,
    /// First line that speaks of GRCh37 or hg19, if any. A claim, not a proof.
    pub(super) claims_grch37: Option<u64>,
    /// Line of the column names.
    columns_line: u64,
}

/// A `##contig` line.
#[derive(Debug)]
pub(super) struct Contig {
    pub(super) line: u64,
    pub(super) name: String,
    pub(super) length: Option<usize>,
}

impl Header {
    /// Reads through the column names. A line of meta information that breaks the rules is left
    /// out with a warning, since real files hold many; a bad first or last line is an error.
    pub(super) fn read<R: BufRead>(
        lines: &mut Lines<R>,
        limits: &CohortLimits,
        problems: &mut Vec<Problem>,
    ) -> Result<Self, Problem> {
        let mut parser = Parser::default();
        let mut header = Self {
            samples: Vec::new(),
            contigs: Vec::new(),
            version: (0, 0),
            dictionaries: Dictionaries::default(),
            claims_grch37: None,
            columns_line: 0,
        };
        let mut bytes = 0;
        loop {
            let number = lines.number() + 1;
            let fail = |failure: LineFailure| line_problem(&failure, number, limits.line_bytes);
            if lines.peek().map_err(fail)? != Some(b'#') {
                break;
            }
            if number > limits.header_lines {
                let text = format!("the header has more than {} lines", limits.header_lines);
                return Err(Problem::error("limit", place(number), text));
            }
            let Some(line) = lines.next().map_err(fail)? else { break };
            if number == 1 && !line.starts_with(b"##fileformat=VCF") {
                return Err(malformed(number, "the first line is not `##fileformat=VCFv4.x`"));
            }
            if header.columns_line > 0 {
                return Err(malformed(number, "a header line follows the column names"));
            }
            if line.starts_with(b"#CHROM") {
                header.samples = sample_names(line, number, limits.samples)?;
                header.columns_line = number;
                continue;
            }
            bytes += line.len();
            if bytes > HEADER_BYTES_MAX {
                let text = format!("the header has more than {HEADER_BYTES_MAX} bytes");
                return Err(Problem::error("limit", place(number), text));
            }
            header.take(&mut parser, line, number, problems)?;
        }
        if header.columns_line == 0 {
            let text = "the line with the column names, `#CHROM`, is missing";
            return Err(malformed(lines.number() + 1, text));
        }
        Ok(header)
    }

    /// Takes in a line of meta information.
    fn take(
        &mut self,
        parser: &mut Parser,
        line: &[u8],
        number: u64,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        if line.starts_with(b"##") && claims(line) {
            self.claims_grch37 = self.claims_grch37.or(Some(number));
        }
        self.dictionaries.take(line);
        match parser.parse_partial(line) {
            Ok(Entry::Contig(name, contig)) => self.contigs.push(Contig {
                line: number,
                name: name.to_owned(),
                length: contig.length(),
            }),
            Ok(Entry::FileFormat(version)) => self.version = (version.major(), version.minor()),
            Ok(_) => {}
            Err(error) if number == 1 => return Err(malformed(number, &error.to_string())),
            Err(error) => {
                if problems.len() < REMARKS_MAX {
                    let text = format!("this header line was left out: {error}");
                    problems.push(Problem::warning("header-line", place(number), text));
                }
            }
        }
        Ok(())
    }

    /// Index of the wanted sample, or of the only one.
    pub(super) fn choose_sample(&self, wanted: Option<&str>) -> Result<usize, Problem> {
        self.require_samples()?;
        let at = place(self.columns_line);
        match wanted {
            Some(name) => self.samples.iter().position(|known| known == name).ok_or_else(|| {
                Problem::error(
                    "unknown-sample",
                    at,
                    format!("there is no such sample; the file has {}", listed(&self.samples)),
                )
            }),
            None if self.samples.len() == 1 => Ok(0),
            None => Err(Problem::error(
                "sample-not-chosen",
                at,
                format!(
                    "the file has {} samples, choose one of {}",
                    self.samples.len(),
                    listed(&self.samples)
                ),
            )),
        }
    }

    /// Indices of the wanted samples, or of all; an error names those that are not there.
    pub(super) fn choose_samples(&self, wanted: Option<&[String]>) -> Result<Vec<usize>, Problem> {
        self.require_samples()?;
        let at = place(self.columns_line);
        if self.samples.iter().any(String::is_empty) {
            return Err(malformed(self.columns_line, "a sample has no name"));
        }
        let Some(wanted) = wanted else { return Ok((0..self.samples.len()).collect()) };
        if wanted.is_empty() {
            let text = "the list of samples to read is empty";
            return Err(Problem::error("sample-not-chosen", at, text));
        }
        let known: HashMap<&str, usize> =
            self.samples.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let mut unknown = Vec::new();
        let mut chosen = Vec::with_capacity(wanted.len());
        for name in wanted {
            match known.get(name.as_str()) {
                Some(index) => chosen.push(*index),
                None => unknown.push(name.clone()),
            }
        }
        if unknown.is_empty() {
            return Ok(chosen);
        }
        Err(Problem::error(
            "unknown-sample",
            at,
            format!("the file has {} samples, but not {}", self.samples.len(), listed(&unknown)),
        ))
    }

    fn require_samples(&self) -> Result<(), Problem> {
        if self.samples.is_empty() {
            let text = "the file has no sample column, so it holds no genotypes";
            return Err(Problem::error("no-samples", place(self.columns_line), text));
        }
        Ok(())
    }
}

/// Some of the names, and how many more there are.
fn listed(names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(NAMES_SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(NAMES_SHOWN_MAX);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

/// The names after FORMAT, each once (VCF 4.5 §1.5).
fn sample_names(line: &[u8], number: u64, samples_max: usize) -> Result<Vec<String>, Problem> {
    let text = std::str::from_utf8(line)
        .map_err(|_| malformed(number, "the column names are not UTF-8"))?;
    let mut names = text.split('\t');
    for expected in COLUMNS {
        match names.next() {
            Some(name) if name == expected => {}
            None if expected == "FORMAT" => return Ok(Vec::new()),
            _ => return Err(malformed(number, &format!("the column {expected} is missing"))),
        }
    }
    let mut samples = Vec::new();
    for name in names {
        if samples.len() >= samples_max {
            let text = format!("the file has more than {samples_max} samples");
            return Err(Problem::error("limit", place(number), text));
        }
        samples.push(name.to_owned());
    }
    let mut seen = HashSet::with_capacity(samples.len());
    if let Some(twice) = samples.iter().find(|name| !seen.insert(name.as_str())) {
        return Err(malformed(number, &format!("the sample `{twice}` is there twice")));
    }
    Ok(samples)
}

fn malformed(line: u64, text: &str) -> Problem {
    Problem::error("malformed-header", place(line), text)
}

/// Whether the line names GRCh37 by one of its usual names.
fn claims(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line).to_lowercase();
    let about_build = ["##reference", "##contig", "##assembly", "##genome"];
    about_build.iter().any(|key| text.starts_with(key))
        && ["grch37", "hg19", "hs37", "b37"].iter().any(|name| text.contains(name))
}
