//! Many samples at once: the records on the sites, and a cell for each sample at each of them.
//!
//! The file is read record by record, but called sample by sample. The cells of a record go to a
//! store as they are read; [`Cohort::chunk`] turns a few samples at a time around. Beyond a budget
//! the store is an unnamed temporary file, so that memory does not grow with the number of samples
//! (but for their names and one line).

mod cells;
mod chunk;
mod store;

pub use chunk::Chunk;

use super::build::BuildEvidence;
use super::chromosome::karyotype_order;
use super::pass::{Pass, Seen};
use super::selection::Selection;
use super::sites::Sites;
use super::{CALLS_MAX, HEADER_LINES_MAX, RECORDS_MAX, Site, source};
use cells::Rows;
use model::Problem;
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCell, GenotypeRecord};
use model::variant::GenomeBuild;
use std::io::{self, Read};
use std::path::PathBuf;
use store::{CELL_BYTES, Store};

/// Longest line, in bytes, that of the column names included: two million samples with GT alone
/// need 8 MB, half a million with depths and likelihoods 30.
pub const COHORT_LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most samples of one file; twice the largest biobank of today.
pub const SAMPLES_MAX: usize = 2_000_000;
/// Most ALT alleles of one record on a site. With more, the file is refused.
pub const ALTERNATES_MAX: usize = 1_000;
/// Most bytes of REF and ALT of all records kept.
pub const ALLELE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most bytes of cells in memory; with more they are in a temporary file.
pub const CELL_BYTES_IN_MEMORY_MAX: u64 = 128 * 1024 * 1024;
/// Most bytes of cells, and so of the temporary file: two million samples at 2,000 records.
pub const CELL_BYTES_MAX: u64 = 32 * 1024 * 1024 * 1024;
/// Most samples of one chunk.
pub const CHUNK_SAMPLES_MAX: usize = 2_048;
/// Most bytes of one chunk's cells, unless one sample alone has more.
pub const CHUNK_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bounds on what one file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CohortLimits {
    /// Most records, on sites or off.
    pub records: u64,
    /// Longest line, in bytes without its line feed; of a BCF, the longest record and its line.
    pub line_bytes: usize,
    /// Most header lines.
    pub header_lines: u64,
    /// Most samples in the header, chosen or not.
    pub samples: usize,
    /// Most records kept.
    pub kept: usize,
    /// Most ALT alleles of a record that is kept.
    pub alternates: usize,
    /// Most bytes of REF and ALT of the records kept.
    pub allele_bytes: usize,
    /// Most bytes of cells in memory.
    pub cell_bytes_in_memory: u64,
    /// Most bytes of cells.
    pub cell_bytes: u64,
}

impl Default for CohortLimits {
    fn default() -> Self {
        Self {
            records: RECORDS_MAX,
            line_bytes: COHORT_LINE_BYTES_MAX,
            header_lines: HEADER_LINES_MAX,
            samples: SAMPLES_MAX,
            kept: CALLS_MAX,
            alternates: ALTERNATES_MAX,
            allele_bytes: ALLELE_BYTES_MAX,
            cell_bytes_in_memory: CELL_BYTES_IN_MEMORY_MAX,
            cell_bytes: CELL_BYTES_MAX,
        }
    }
}

/// How to read a file of many samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortSettings {
    /// Which samples; `None` = all. They come in the order of the file.
    pub samples: Option<Vec<String>>,
    /// What a position that the file does not mention means; stored with the result.
    pub absent_position: AbsentPosition,
    /// Whether a record that failed a filter is set aside (FILTER or FT other than `PASS`, `.`).
    pub honour_filter: bool,
    /// Bounds.
    pub limits: CohortLimits,
    /// Where the temporary file goes, if there must be one; `None` = where the system has them.
    /// A folder in memory (tmpfs) defeats its purpose.
    pub temporary_folder: Option<PathBuf>,
}

impl Default for CohortSettings {
    fn default() -> Self {
        Self {
            samples: None,
            absent_position: AbsentPosition::NotTested,
            honour_filter: true,
            limits: CohortLimits::default(),
            temporary_folder: None,
        }
    }
}

/// The genotypes of many samples at the positions that matter.
#[derive(Debug)]
pub struct Cohort {
    /// Proven build of the coordinates.
    pub build: GenomeBuild,
    /// How the build was proven, in words.
    pub build_proof: String,
    /// What a position that the file does not mention means.
    pub absent_position: AbsentPosition,
    /// Names of the samples, in the order of the file.
    pub samples: Vec<String>,
    /// The records on the sites, by chromosome (karyotype order), position and line. Records at
    /// one position are all kept, also where they disagree.
    pub records: Vec<GenotypeRecord>,
    store: Store,
    /// Row of the store for each record.
    order: Vec<usize>,
}

/// Reads the genotypes at `sites` of all or some samples from a VCF or BCF: plain, gzip or bgzf,
/// told apart by their first bytes.
///
/// What a record and a sample's fields mean is decided as by
/// [`read_genotypes`](super::read_genotypes), but a cell cannot hold all of it:
/// - [`GenotypeCell::ODD`], with no allele: more than two alleles, an allele
///   number over 254, a phase set of 0 or over 32 bits, an ALT in a block without variants.
/// - Quality and depth have done their work (0/0 with too little of them is no call) and are gone.
/// - A block whose `LEN` (VCF 4.5) differs between the chosen samples ends at the lowest; the rest
///   is as if the file did not mention it. Where that would mean reference, the file is refused.
///
/// A sample that is not chosen is not looked at, except to count columns. A genotype that cannot be
/// read, or with an allele number beyond ALT, refuses the file: nobody knows what else is wrong.
///
/// The cohort is `None` exactly when a problem of severity error is listed. Its codes are those of
/// [`read_genotypes`](super::read_genotypes), `length-differs` and `storage` (the temporary file).
pub fn read_cohort(
    reader: impl Read,
    sites: &[Site],
    settings: &CohortSettings,
) -> (Option<Cohort>, Vec<Problem>) {
    let mut problems = Vec::new();
    let cohort = match read(reader, sites, settings, &mut problems) {
        Ok(cohort) => Some(cohort),
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let failed = model::problem::first_error(&problems).is_some();
    (cohort.filter(|_| !failed), problems)
}

fn read(
    reader: impl Read,
    sites: &[Site],
    settings: &CohortSettings,
    problems: &mut Vec<Problem>,
) -> Result<Cohort, Problem> {
    let limits = &settings.limits;
    let (mut header, mut source) = source::open(reader, limits, problems)?;
    let chosen = header.choose_samples(settings.samples.as_deref())?;
    let selection = Selection::of(header.samples.len(), chosen);
    let mut evidence = BuildEvidence::from_header(&header)?;
    let index = Sites::new(sites);
    let store = Store::new(selection.len(), limits, settings.temporary_folder.clone());
    let mut rows = Rows::new(&selection, settings.honour_filter, store);
    let mut pass = Pass {
        header: &header,
        index: &index,
        limits,
        selection: &selection,
        absent_position: settings.absent_position,
        last_name: None,
        seen: Seen::default(),
    };
    pass.run(&mut source, &mut evidence, problems, &mut rows)?;
    if model::problem::first_error(problems).is_some() {
        evidence.give_up();
    }
    let build_proof = evidence.proof(problems)?;
    let (unsorted, mut store) = rows.finish();
    store.finish()?;
    let mut records: Vec<(usize, GenotypeRecord)> = unsorted.into_iter().enumerate().collect();
    records.sort_by_cached_key(|(_, record)| {
        (karyotype_order(&record.chromosome), record.position, record.line)
    });
    let (order, records) = records.into_iter().unzip();
    let mut names = std::mem::take(&mut header.samples).into_iter();
    let samples = selection.skips().filter_map(|skip| names.nth(skip)).collect();
    Ok(Cohort {
        build: GenomeBuild::GRCh38,
        build_proof,
        absent_position: settings.absent_position,
        samples,
        records,
        store,
        order,
    })
}

impl Cohort {
    /// Most samples of a chunk of this cohort.
    pub fn chunk_samples(&self) -> usize {
        let sample_bytes = (self.records.len() * CELL_BYTES).max(1);
        (CHUNK_BYTES_MAX / sample_bytes).clamp(1, CHUNK_SAMPLES_MAX)
    }

    /// Number of chunks.
    pub fn chunk_count(&self) -> usize {
        self.samples.len().div_ceil(self.chunk_samples())
    }

    /// Chunk number `index`, from 0: a few samples, each with its cells in the order of
    /// [`Cohort::records`]. May be called from several threads at once.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or there is no such chunk.
    pub fn chunk(&self, index: usize) -> io::Result<Chunk> {
        let first = index.saturating_mul(self.chunk_samples());
        let samples = self.samples.len().saturating_sub(first).min(self.chunk_samples());
        if samples == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no such chunk"));
        }
        Chunk::read(&self.store, &self.order, first, samples)
    }

    /// All chunks in order, each read when it is asked for.
    pub fn chunks(&self) -> impl Iterator<Item = io::Result<Chunk>> {
        (0..self.chunk_count()).map(|index| self.chunk(index))
    }

    /// Bytes of the temporary file; 0 while the cells are in memory.
    pub fn stored_bytes(&self) -> u64 {
        self.store.file_bytes()
    }
}

// The store and its bounds count in cells of this size.
const _: () = assert!(size_of::<GenotypeCell>() == CELL_BYTES);

#[cfg(test)]
mod tests;
