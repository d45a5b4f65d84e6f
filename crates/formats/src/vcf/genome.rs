//! A whole genome out of one file, as blocks: calls, structural variants, what was looked at.
//!
//! For: filing exomes and genomes in one pass, in memory that does not grow with them.
//! Never: a base taken as reference because the file does not mention it, unless the operator has
//! stated so or named the regions that were looked at; a record out of order.
//! Records of sequences that are no chromosome of the build are counted, not kept.

mod blocks;
mod record;

use super::build::{self, BuildName};
use super::chromosome::{build_of_accession, canonical_chromosome};
use super::cohort::CohortLimits;
use super::header::Header;
use super::record::Columns;
use super::selection::Selection;
use super::single::{self, File, Single};
use super::sites::Sites;
use super::source::{self, Source};
use super::{LINE_BYTES_MAX, MISMATCHES_MAX, REMARKS_MAX, ReadSettings, Site, line_problem, place};
use blocks::Blocks;
use genomics::allele::Reference;
use genomics::range::Range;
use genomics::sequence::{MITOCHONDRION, accession_of, known};
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::GenotypeSet;
use model::variant::GenomeBuild;
use record::{Reader, Remark};
use std::collections::BTreeSet;
use std::io::Read;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockKind {
    /// Calls with their bases.
    Call,
    /// Structural variants.
    Structural,
    /// What was looked at.
    Coverage,
}

impl BlockKind {
    /// The stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Structural => "structural",
            Self::Coverage => "coverage",
        }
    }
}

/// Neighbours of one sequence, encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenomeBlock {
    /// What it holds.
    pub kind: BlockKind,
    /// Accession of the sequence with version.
    pub sequence: String,
    /// First base of any, from 0.
    pub first: u64,
    /// One past the last base of any.
    pub last: u64,
    /// How many there are.
    pub count: usize,
    /// `genomics::genome::encode_calls` or `encode_coverage` of it.
    pub body: Vec<u8>,
}

/// How it is known what was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverageSource {
    /// The file's own blocks say it of every base (gVCF): what has none was not looked at.
    Blocks,
    /// The operator named the regions.
    Regions,
    /// The operator stated that the file reports every variant of every position.
    Stated,
    /// Only bases with a record are known; of all others nobody said.
    Unknown,
}

/// How to read a genome.
#[derive(Clone, Default)]
pub struct GenomeSettings<'a> {
    /// Which sample column; `None` only works when there is just one.
    pub sample: Option<String>,
    /// The build, where something other than the header has proven it, with the proof.
    pub proven: Option<(GenomeBuild, String)>,
    /// What a position that the file does not mention means.
    pub absent_position: AbsentPosition,
    /// What was looked at, where somebody said so; on the build of the file.
    pub regions: Option<&'a [Range]>,
    /// Bases of the reference, for the check of REF and for shifting to the left.
    pub reference: Option<&'a dyn Reference>,
    /// Sites whose genotypes are read in the same pass, if the header proves GRCh38.
    pub genotypes: Option<(&'a [Site], &'a ReadSettings)>,
}

impl std::fmt::Debug for GenomeSettings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GenomeSettings").field("sample", &self.sample).finish_non_exhaustive()
    }
}

/// What a file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenomeSummary {
    /// Proven build of the coordinates.
    pub build: GenomeBuild,
    /// How it was proven, in words.
    pub build_proof: String,
    /// The sample's name in the file.
    pub sample: String,
    /// Calls with bases.
    pub calls: u64,
    /// Structural variants.
    pub structural: u64,
    /// Runs of coverage.
    pub runs: u64,
    /// How it is known what was looked at.
    pub coverage: CoverageSource,
    /// Accessions of the sequences that have records.
    pub sequences: Vec<String>,
    /// Whether indels were shifted by the reference.
    pub is_normalised: bool,
    /// The genotypes at the sites that were asked for; none of another build.
    pub genotypes: Option<GenotypeSet>,
}

/// Why reading stops.
enum Stop<E> {
    File(Problem),
    Taker(E),
}

impl<E> From<Problem> for Stop<E> {
    fn from(problem: Problem) -> Self {
        Self::File(problem)
    }
}

/// Reads a genome and gives its blocks as they are full.
///
/// The summary is `None` exactly when a problem of severity error is listed: then what was given
/// is to be thrown away. Codes of errors are those of
/// [`read_genotypes`](super::read_genotypes), and `not-sorted`, `binary-genome`.
///
/// # Errors
/// That of whoever takes the blocks.
pub fn read_genome<E>(
    reader: impl Read,
    settings: &GenomeSettings<'_>,
    take: &mut dyn FnMut(GenomeBlock) -> Result<(), E>,
) -> Result<(Option<GenomeSummary>, Vec<Problem>), E> {
    let mut problems = Vec::new();
    let summary = match read(reader, settings, take, &mut problems) {
        Ok(summary) => Some(summary),
        Err(Stop::File(problem)) => {
            problems.push(problem);
            None
        }
        Err(Stop::Taker(error)) => return Err(error),
    };
    let is_bad = model::problem::first_error(&problems).is_some();
    Ok((summary.filter(|_| !is_bad), problems))
}

fn read<E>(
    reader: impl Read,
    settings: &GenomeSettings<'_>,
    take: &mut dyn FnMut(GenomeBlock) -> Result<(), E>,
    problems: &mut Vec<Problem>,
) -> Result<GenomeSummary, Stop<E>> {
    let limits =
        CohortLimits { line_bytes: LINE_BYTES_MAX, samples: usize::MAX, ..CohortLimits::default() };
    let (header, source) = source::open(reader, &limits, problems)?;
    let Source::Text(mut lines) = source else {
        let text = "the genome of a BCF is not filed; convert it to VCF (`bcftools view`)";
        return Err(Problem::error("binary-genome", "file", text).into());
    };
    let column = header.choose_sample(settings.sample.as_deref())?;
    let selection = Selection::of(header.samples.len(), vec![column]);
    let build = build::of_header(&header)?;
    let is_read = build.as_ref().is_some_and(|(build, _)| *build == GenomeBuild::GRCh38);
    let wanted = settings.genotypes.filter(|_| is_read);
    let index = Sites::new(wanted.map(|(sites, _)| sites).unwrap_or_default());
    let own = wanted.map(|(_, read)| single::limits(&read.limits)).unwrap_or_default();
    let file = File { header: &header, index: &index, limits: &own, selection: &selection };
    let single = wanted.map(|(_, read)| Single::begin(file, column, read)).transpose()?;
    let mut pass = Pass {
        header: &header,
        settings,
        single,
        build: build.or_else(|| settings.proven.clone()),
        selection: &selection,
        reader: Reader::new(column, header.samples.len(), settings.reference),
        here: None,
        done: BTreeSet::new(),
        last_name: Vec::new(),
        last_start: 0,
        left_out: 0,
        mismatches: 0,
    };
    let mut blocks = Blocks::new(take);
    let mut records = 0_u64;
    loop {
        let number = lines.number() + 1;
        let fail = |failure| line_problem(&failure, number, limits.line_bytes);
        let Some(line) = lines.next().map_err(fail)? else { break };
        records += 1;
        if records > limits.records {
            let text = format!("the file has more than {} records", limits.records);
            return Err(Problem::error("limit", place(number), text).into());
        }
        if let Some(single) = &mut pass.single
            && single.line(line, number, problems)?.is_break()
        {
            break;
        }
        pass.line(line, number, &mut blocks, problems)?;
        if pass.mismatches >= MISMATCHES_MAX {
            break;
        }
    }
    pass.finish(blocks, problems)
}

/// The build that the header of a file proves by its contigs, if it proves one. For what has to be
/// known before the file is read.
pub fn build_of_header(reader: impl Read) -> Option<GenomeBuild> {
    let limits = CohortLimits { samples: usize::MAX, ..CohortLimits::default() };
    let (header, _) = source::open(reader, &limits, &mut Vec::new()).ok()?;
    build::of_header(&header).ok()?.map(|(build, _)| build)
}

/// What stays from line to line.
struct Pass<'a> {
    header: &'a Header,
    settings: &'a GenomeSettings<'a>,
    single: Option<Single<'a>>,
    build: Option<(GenomeBuild, String)>,
    selection: &'a Selection,
    reader: Reader<'a>,
    /// The sequence that the records are on now; none off the chromosomes.
    here: Option<String>,
    /// Sequences that have records.
    done: BTreeSet<String>,
    last_name: Vec<u8>,
    last_start: u64,
    left_out: u64,
    mismatches: usize,
}

impl Pass<'_> {
    fn line<E>(
        &mut self,
        line: &[u8],
        number: u64,
        blocks: &mut Blocks<'_, E>,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Stop<E>> {
        let malformed = |text: String| Problem::error("malformed-record", place(number), text);
        let columns = Columns::of(line).map_err(malformed)?;
        if columns.chromosome.as_bytes() != self.last_name {
            self.enter(columns.chromosome, number, problems)?;
            blocks.enter(self.here.as_deref()).map_err(Stop::Taker)?;
        }
        let Some(sequence) = &self.here else {
            self.left_out += 1;
            return Ok(());
        };
        if columns.start < self.last_start {
            let text = "the record lies before the one above it; sort the file by position \
                        (`bcftools sort`)";
            return Err(Problem::error("not-sorted", place(number), text).into());
        }
        self.last_start = columns.start;
        let (end, _) = columns.end(self.selection).map_err(malformed)?;
        if known(sequence).is_some_and(|known| end > known.length) {
            let text = format!("the record ends behind the end of {}", columns.chromosome);
            return Err(malformed(text).into());
        }
        let (is_block, remark) = self.reader.take(sequence, &columns, end, number, blocks)?;
        blocks.states_coverage |= is_block;
        match remark {
            Some(Remark::Mismatch) => {
                self.mismatches += 1;
                let text = format!("REF is not what the reference has at {}", columns.start);
                problems.push(Problem::error("reference-mismatch", place(number), text));
            }
            Some(Remark::Note(code, text)) if problems.len() < REMARKS_MAX => {
                problems.push(Problem::note(code, place(number), text));
            }
            _ => {}
        }
        Ok(())
    }

    /// The records go on to another sequence.
    fn enter(
        &mut self,
        name: &str,
        number: u64,
        problems: &mut Vec<Problem>,
    ) -> Result<(), Problem> {
        self.last_name = name.as_bytes().to_vec();
        self.last_start = 0;
        self.here = None;
        let Some(chromosome) = canonical_chromosome(name) else { return Ok(()) };
        let by_name = match build_of_accession(name) {
            None => None,
            Some(BuildName::GRCh38) => Some(GenomeBuild::GRCh38),
            Some(BuildName::GRCh37) => Some(GenomeBuild::GRCh37),
            Some(BuildName::Other) => {
                let text = format!("the chromosome is {name}, of neither GRCh38 nor GRCh37");
                return Err(Problem::error("wrong-build", place(number), text));
            }
        };
        if let (Some((build, _)), Some(other)) = (&self.build, by_name)
            && *build != other
        {
            let text = format!("the chromosome is {name}, of {other}, in a file of {build}");
            return Err(Problem::error("wrong-build", place(number), text));
        }
        if self.build.is_none() {
            self.build = by_name.map(|b| (b, format!("{b} by accessions of chromosomes")));
        }
        let Some((build, _)) = &self.build else {
            let text = "neither contig lengths nor REF at known positions prove GRCh38, and no \
                        contig length proves GRCh37";
            return Err(Problem::error("build-unproven", "file", text));
        };
        let Some(sequence) = accession_of(*build, &chromosome) else { return Ok(()) };
        if sequence == MITOCHONDRION && self.is_other_mitochondrion(name) {
            let text = "the mitochondrial sequence is not the one of NC_012920.1 (GRCh37 of UCSC \
                        has another); its records are not kept";
            problems.push(Problem::warning("other-mitochondrion", place(number), text));
            return Ok(());
        }
        if !self.done.insert(sequence.clone()) {
            let text = format!(
                "records of {name} are in two places of the file; sort it (`bcftools sort`)"
            );
            return Err(Problem::error("not-sorted", place(number), text));
        }
        self.here = Some(sequence);
        Ok(())
    }

    /// Whether the header gives the mitochondrion a length that is not that of rCRS.
    fn is_other_mitochondrion(&self, name: &str) -> bool {
        let length = known(MITOCHONDRION).map(|known| known.length);
        let own = self.header.contigs.iter().find(|contig| contig.name == name);
        own.and_then(|contig| contig.length).is_some_and(|held| Some(held as u64) != length)
    }

    fn finish<E>(
        self,
        mut blocks: Blocks<'_, E>,
        problems: &mut Vec<Problem>,
    ) -> Result<GenomeSummary, Stop<E>> {
        if self.left_out > 0 {
            let text = format!(
                "{} records of sequences that are no chromosome are not kept",
                self.left_out
            );
            problems.push(Problem::note("other-sequences", "file", text));
        }
        let Some((build, build_proof)) = self.build else {
            let text = "the file has no record on a chromosome of a proven build";
            return Err(Problem::error("build-unproven", "file", text).into());
        };
        blocks.enter(None).map_err(Stop::Taker)?;
        let genotypes = self.single.map(|single| single.finish(problems)).transpose()?;
        let sequences: Vec<String> = self.done.into_iter().collect();
        let coverage = match (self.settings.absent_position, self.settings.regions) {
            (AbsentPosition::Reference, _) => {
                let whole = |sequence: &String| {
                    let length = known(sequence).map_or(0, |known| known.length);
                    Range::new(sequence, 0, length)
                };
                let ranges: Vec<Range> = sequences.iter().map(whole).collect();
                blocks.studied(&ranges).map_err(Stop::Taker)?;
                CoverageSource::Stated
            }
            // The file's own blocks know better what was seen in the regions.
            _ if blocks.states_coverage => CoverageSource::Blocks,
            (_, Some(regions)) => {
                blocks.studied(regions).map_err(Stop::Taker)?;
                CoverageSource::Regions
            }
            _ => CoverageSource::Unknown,
        };
        Ok(GenomeSummary {
            build,
            build_proof,
            sample: self.header.samples.get(self.reader.column).cloned().unwrap_or_default(),
            calls: blocks.calls,
            structural: blocks.structural,
            runs: blocks.runs,
            coverage,
            sequences,
            is_normalised: self.settings.reference.is_some() && !self.reader.lacks_bases,
            genotypes,
        })
    }
}

#[cfg(test)]
mod tests;
