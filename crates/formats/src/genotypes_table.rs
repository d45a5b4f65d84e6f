//! Tables of an array or a laboratory: one row for each rsID, with a genotype in letters.
//!
//! For: turning `rsid chromosome position genotype` into the calls at known sites.
//! Never: believing a build that the positions do not prove, turning a strand around, or taking a
//! position that is not in the table for reference unless the operator says so.
//! There is no standard for these files; the rules are ours, and each is written at its place.

mod genotype;
mod row;

use crate::vcf::Site;
use crate::vcf::lines::{LineFailure, Lines};
use genotype::Reading;
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::{Evidence, GenotypeCall, GenotypeSet};
use model::variant::GenomeBuild;
use row::{Layout, Row};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read};

/// Most lines of one file; the largest arrays have five million markers.
pub const TABLE_LINES_MAX: u64 = 20_000_000;
/// Longest line, in bytes.
pub const TABLE_LINE_BYTES_MAX: usize = 64 * 1024;
/// Rows that must lie at their site's position before the build is proven.
pub const AGREEING_ROWS_MIN: usize = 3;
/// Most problems with single rows that are listed.
const REMARKS_MAX: usize = 200;

/// A site and its name in dbSNP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSite {
    /// `rs4244285`; none where the site has none.
    pub rsid: Option<String>,
    /// Where it is and which alleles are known.
    pub site: Site,
}

/// The build that the operator states for a table's positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatedBuild {
    /// The positions must agree with the sites.
    GRCh38,
    /// The positions are not used: rows are found by rsID, and stand at their site's position.
    GRCh37,
}

/// What the operator states about a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSettings {
    /// Whose genotypes these are; the table does not say.
    pub sample: String,
    /// The build of its positions.
    pub build: StatedBuild,
    /// The source states that its genotypes are on the plus strand. If not, SNVs that look the
    /// same from both strands (A/T, C/G) are left out.
    pub plus_strand: bool,
    /// What a position that is not in the table means.
    pub absent_position: AbsentPosition,
    /// Most lines.
    pub lines_max: u64,
    /// Longest line, in bytes.
    pub line_bytes_max: usize,
}

impl TableSettings {
    /// With nothing stated but what must be.
    pub fn new(sample: impl Into<String>, build: StatedBuild) -> Self {
        Self {
            sample: sample.into(),
            build,
            plus_strand: false,
            absent_position: AbsentPosition::NotTested,
            lines_max: TABLE_LINES_MAX,
            line_bytes_max: TABLE_LINE_BYTES_MAX,
        }
    }
}

/// Reads the genotypes at `sites`. Columns are told by their names, or are rsID, chromosome,
/// position and genotype (or two alleles), separated by tabs or commas.
///
/// The set is `None` exactly when a problem of severity error is listed: `unreadable`, `limit`,
/// `malformed`, `wrong-build`, `build-unproven`, `wrong-strand`. Rows that cannot be used are
/// warnings with their line: `malformed-row`, `allele-does-not-fit`, `strand-ambiguous`,
/// `contradiction`.
pub fn read_genotype_table(
    reader: impl Read,
    sites: &[NamedSite],
    settings: &TableSettings,
) -> (Option<GenotypeSet>, Vec<Problem>) {
    let mut table = Table::new(sites, settings);
    let outcome = table.read(reader).and_then(|()| table.proof());
    let Table { calls, mut problems, .. } = table;
    match outcome {
        Ok(build_proof) => {
            let set = GenotypeSet {
                build: GenomeBuild::GRCh38,
                build_proof,
                sample: settings.sample.clone(),
                absent_position: settings.absent_position,
                calls: sorted(calls),
            };
            (Some(set), problems)
        }
        Err(problem) => {
            problems.push(problem);
            (None, problems)
        }
    }
}

fn sorted(calls: BTreeMap<usize, GenotypeCall>) -> Vec<GenotypeCall> {
    let mut calls: Vec<GenotypeCall> = calls.into_values().collect();
    calls.sort_by_cached_key(|call| {
        (crate::vcf::karyotype_order(&call.chromosome), call.position, call.line)
    });
    calls
}

/// A table while it is read.
struct Table<'a> {
    sites: &'a [NamedSite],
    settings: &'a TableSettings,
    by_rsid: HashMap<&'a str, usize>,
    /// SNVs only: an insertion or deletion may be written at a neighbouring base.
    by_place: HashMap<(&'a str, u64), usize>,
    calls: BTreeMap<usize, GenotypeCall>,
    problems: Vec<Problem>,
    /// SNV rows found by rsID whose position is, and is not, that of their site.
    agreeing: usize,
    disagreeing: Vec<u64>,
    fitting: usize,
    not_fitting: usize,
}

impl<'a> Table<'a> {
    fn new(sites: &'a [NamedSite], settings: &'a TableSettings) -> Self {
        let mut by_rsid = HashMap::new();
        let mut by_place = HashMap::new();
        for (index, named) in sites.iter().enumerate() {
            if let Some(rsid) = &named.rsid {
                by_rsid.entry(rsid.as_str()).or_insert(index);
            }
            if genotype::is_snv(&named.site) {
                let place = (named.site.chromosome.as_str(), named.site.position);
                by_place.entry(place).or_insert(index);
            }
        }
        Self {
            sites,
            settings,
            by_rsid,
            by_place,
            calls: BTreeMap::new(),
            problems: Vec::new(),
            agreeing: 0,
            disagreeing: Vec::new(),
            fitting: 0,
            not_fitting: 0,
        }
    }

    fn read(&mut self, reader: impl Read) -> Result<(), Problem> {
        let bytes_max = self.settings.line_bytes_max;
        let mut lines = Lines::new(BufReader::new(reader), bytes_max);
        let mut layout: Option<Layout> = None;
        loop {
            let number = lines.number() + 1;
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(()),
                Err(failure) => return Err(line_problem(&failure, number, bytes_max)),
            };
            if number > self.settings.lines_max {
                let text = format!("the table has more than {} lines", self.settings.lines_max);
                return Err(Problem::error("limit", place(number), text));
            }
            let Ok(line) = std::str::from_utf8(line) else {
                return Err(Problem::error("malformed", place(number), "the line is not UTF-8"));
            };
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            if line.trim().is_empty() {
                continue;
            }
            // The names of the columns may be a comment.
            let named = Layout::of_names(line.trim_start_matches('#'));
            if line.starts_with('#') || (named.is_some() && layout.is_none()) {
                layout = named.or(layout);
                continue;
            }
            let columns = layout.get_or_insert_with(|| Layout::usual(line));
            match columns.row(line) {
                Some(row) => self.take(&row, number),
                None => self.warn("malformed-row", number, "the row has too few columns"),
            }
        }
    }

    /// The site of a row.
    fn find(&mut self, row: &Row<'_>, number: u64) -> Option<usize> {
        let chromosome = row.chromosome();
        let here = chromosome.as_deref().zip(row.position);
        if let Some(index) = self.by_rsid.get(row.rsid).copied() {
            let site = &self.sites.get(index)?.site;
            // Insertions and deletions may stand at the base before or behind.
            let agrees = here.is_some_and(|(chromosome, position)| {
                let last = site.span_end + u64::from(!genotype::is_snv(site));
                chromosome == site.chromosome && (site.position..=last).contains(&position)
            });
            match (agrees, genotype::is_snv(site)) {
                (true, true) => self.agreeing += 1,
                (false, true) => self.disagreeing.push(number),
                (false, false) if self.settings.build == StatedBuild::GRCh38 => {
                    self.warn("malformed-row", number, "the position is not that of the rsID");
                    return None;
                }
                _ => {}
            }
            return Some(index);
        }
        // A name of the array's own, or one that dbSNP has merged into another.
        let by_place = here.filter(|_| self.settings.build == StatedBuild::GRCh38)?;
        self.by_place.get(&by_place).copied()
    }

    fn take(&mut self, row: &Row<'_>, number: u64) {
        let Some(index) = self.find(row, number) else { return };
        let Some(site) = self.sites.get(index).map(|named| &named.site) else { return };
        let alleles = match genotype::read(&row.genotype, site) {
            Reading::Alleles(alleles) => {
                self.fitting += usize::from(alleles.iter().any(Option::is_some));
                alleles
            }
            Reading::DoesNotFit => {
                self.not_fitting += 1;
                let text = "the genotype has an allele that is not known here";
                self.warn("allele-does-not-fit", number, text);
                return;
            }
            Reading::Unreadable => {
                self.warn("malformed-row", number, "the genotype cannot be read");
                return;
            }
        };
        if !self.settings.plus_strand && genotype::is_strand_ambiguous(site) {
            let text = "the alleles look the same from both strands, and the strand is not stated";
            self.warn("strand-ambiguous", number, text);
            return;
        }
        let call = GenotypeCall {
            chromosome: site.chromosome.clone(),
            position: site.position,
            reference: site.reference.clone(),
            alternates: site.alternates.clone(),
            alleles,
            phased: false,
            phase_set: None,
            evidence: Evidence::Called,
            genotype_quality: None,
            depth: None,
            line: number,
        };
        let Some(before) = self.calls.get_mut(&index) else {
            self.calls.insert(index, call);
            return;
        };
        let same = |call: &GenotypeCall| {
            let mut alleles = call.alleles.clone();
            alleles.sort_unstable();
            alleles
        };
        if same(before) != same(&call) {
            // Arrays measure some positions twice; nobody knows which one is right.
            before.alleles.fill(None);
            self.warn("contradiction", number, "an earlier row has another genotype here");
        }
    }

    /// What proved the build, in words.
    fn proof(&self) -> Result<String, Problem> {
        let (agreeing, disagreeing) = (self.agreeing, self.disagreeing.len());
        if self.not_fitting > 2 && self.not_fitting * 10 > self.fitting + self.not_fitting {
            let text = format!(
                "the genotypes of {} rows do not fit the alleles known there: not the plus strand",
                self.not_fitting
            );
            return Err(Problem::error("wrong-strand", "file", text));
        }
        match self.settings.build {
            StatedBuild::GRCh38 => {
                if let Some(first) = self.disagreeing.first() {
                    let text = format!(
                        "the position is not that of the rsID on GRCh38, in {disagreeing} rows \
                         ({agreeing} agree)"
                    );
                    return Err(Problem::error("wrong-build", place(*first), text));
                }
                if agreeing < AGREEING_ROWS_MIN {
                    return Err(unproven());
                }
                Ok(format!("stated as GRCh38, with {agreeing} rsIDs at their positions"))
            }
            StatedBuild::GRCh37 => {
                // A few positions are the same on both builds.
                if agreeing > disagreeing {
                    let text = "the table is stated as GRCh37, but its positions are of GRCh38";
                    return Err(Problem::error("wrong-build", "file", text));
                }
                if self.fitting < AGREEING_ROWS_MIN {
                    return Err(unproven());
                }
                Ok(format!(
                    "positions of GRCh38 by rsID, with known alleles in {} rows; the table's own \
                     positions, stated as GRCh37, were not used",
                    self.fitting
                ))
            }
        }
    }

    fn warn(&mut self, code: &str, line: u64, text: &str) {
        if self.problems.len() < REMARKS_MAX {
            self.problems.push(Problem::warning(code, place(line), text));
        }
    }
}

fn unproven() -> Problem {
    let text = format!("fewer than {AGREEING_ROWS_MIN} rows with a known rsID prove the build");
    Problem::error("build-unproven", "file", text)
}

fn place(line: u64) -> String {
    format!("line {line}")
}

fn line_problem(failure: &LineFailure, line: u64, bytes_max: usize) -> Problem {
    match failure {
        LineFailure::TooLong => {
            let text = format!("the line is longer than {bytes_max} bytes");
            Problem::error("limit", place(line), text)
        }
        LineFailure::Io(error) => Problem::error("unreadable", place(line), error.to_string()),
        LineFailure::Malformed(text) => Problem::error("malformed", place(line), text.as_str()),
    }
}

#[cfg(test)]
mod tests;
