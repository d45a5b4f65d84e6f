//! The header: contigs with their lengths, the sample column, claims about the build.

use super::lines::{LineFailure, Lines};
use super::{Limits, REMARKS_MAX, line_problem, place};
use model::Problem;
use noodles_vcf::header::Parser;
use noodles_vcf::header::parser::Entry;
use std::io::BufRead;

/// Most sample names that a complaint lists.
const NAMES_SHOWN_MAX: usize = 20;

/// What the header says.
#[derive(Debug)]
pub(super) struct Header {
    /// The header as noodles knows it.
    pub(super) parsed: noodles_vcf::Header,
    /// Contigs with their lines.
    pub(super) contigs: Vec<Contig>,
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

/// The sample to read.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) index: usize,
    pub(super) name: String,
}

impl Header {
    /// Reads through the column names. A line of meta information that breaks the rules is left
    /// out with a warning, since real files hold many; a bad first or last line is an error.
    pub(super) fn read<R: BufRead>(
        lines: &mut Lines<R>,
        limits: &Limits,
        problems: &mut Vec<Problem>,
    ) -> Result<Self, Problem> {
        let mut parser = Parser::default();
        let mut contigs = Vec::new();
        let mut claims_grch37 = None;
        let mut columns_line = None;
        loop {
            let number = lines.number() + 1;
            let fail = |failure: LineFailure| line_problem(&failure, number, limits);
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
            if line.starts_with(b"##") && claims(line) {
                claims_grch37 = claims_grch37.or(Some(number));
            }
            let is_columns = line.starts_with(b"#CHROM");
            match parser.parse_partial(line) {
                Ok(Entry::Contig(name, contig)) => contigs.push(Contig {
                    line: number,
                    name: name.to_owned(),
                    length: contig.length(),
                }),
                Ok(_) if is_columns => columns_line = Some(number),
                Ok(_) => {}
                Err(error) if number == 1 || is_columns || columns_line.is_some() => {
                    return Err(malformed(number, &error.to_string()));
                }
                Err(error) => {
                    if problems.len() < REMARKS_MAX {
                        let text = format!("this header line was left out: {error}");
                        problems.push(Problem::warning("header-line", place(number), text));
                    }
                }
            }
        }
        let Some(columns_line) = columns_line else {
            let text = "the line with the column names, `#CHROM`, is missing";
            return Err(malformed(lines.number() + 1, text));
        };
        let parsed =
            parser.finish().map_err(|error| malformed(columns_line, &error.to_string()))?;
        Ok(Self { parsed, contigs, claims_grch37, columns_line })
    }

    /// The wanted sample, or the only one.
    pub(super) fn choose_sample(&self, wanted: Option<&str>) -> Result<Sample, Problem> {
        let names = self.parsed.sample_names();
        let at = place(self.columns_line);
        let Some(first) = names.first() else {
            let text = "the file has no sample column, so it holds no genotypes";
            return Err(Problem::error("no-samples", at, text));
        };
        match wanted {
            Some(name) => match names.get_index_of(name) {
                Some(index) => Ok(Sample { index, name: name.to_owned() }),
                None => Err(Problem::error(
                    "unknown-sample",
                    at,
                    format!("there is no such sample; the file has {}", self.listed()),
                )),
            },
            None if names.len() == 1 => Ok(Sample { index: 0, name: first.clone() }),
            None => Err(Problem::error(
                "sample-not-chosen",
                at,
                format!("the file has {} samples, choose one of {}", names.len(), self.listed()),
            )),
        }
    }

    fn listed(&self) -> String {
        let names = self.parsed.sample_names();
        let shown: Vec<String> =
            names.iter().take(NAMES_SHOWN_MAX).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(NAMES_SHOWN_MAX);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{rest}", shown.join(", "))
    }
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
