//! What other programs and laboratories called: star alleles, phenotypes, scores.
//!
//! For: tables and reports of genotype callers, told apart by their content, as calls with their
//! lines. Names stay as given; `pgx` makes them one.
//! Never: dropping a gene that was reported but not called, choosing among several solutions, or
//! guessing a gene.
//! Rules come from the public documentation of the formats: PharmCAT (outside call format), Cyrius,
//! StellarPGx and Aldy (their read-mes), PyPGx (`data.tsv` of its results), pb-StarPhase (its
//! user guide). Nothing is taken from their sources.

mod aldy;
mod pharmcat;
mod starphase;
mod stellarpgx;
mod table;

use model::Problem;
use model::reported::ReportedGeneResult;
use std::io::Read;

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most calls of one file: 10,000 samples with 100 genes.
pub const CALLS_MAX: usize = 1_000_000;
/// Longest name, diplotype or phenotype, in bytes.
pub const CELL_BYTES_MAX: usize = 1_024;
/// Most cells of a row that are looked at; what lies behind is ignored.
pub const ROW_CELLS_MAX: usize = 64;
/// Most warnings and notes that are listed.
const REMARKS_MAX: usize = 200;

/// Bounds on what one file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideLimits {
    /// Largest file, in bytes.
    pub file_bytes: usize,
    /// Most calls.
    pub calls: usize,
    /// Longest cell that is kept, in bytes.
    pub cell_bytes: usize,
}

impl Default for OutsideLimits {
    fn default() -> Self {
        Self { file_bytes: FILE_BYTES_MAX, calls: CALLS_MAX, cell_bytes: CELL_BYTES_MAX }
    }
}

/// What the operator states about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutsideSettings {
    /// The gene, where the file does not name one (PyPGx keeps it in another file).
    pub gene: Option<String>,
    /// Bounds.
    pub limits: OutsideLimits,
}

/// Whose output a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutsideFormat {
    /// Tab-separated: gene, diplotype, phenotype, activity score.
    PharmCat,
    /// Tab-separated: Sample, Genotype, Filter; CYP2D6.
    Cyrius,
    /// A report with a `Result:` block.
    StellarPgx,
    /// `data.tsv`: Genotype, Phenotype, Haplotype1, … by sample.
    PyPgx,
    /// JSON with `gene_details`.
    StarPhase,
    /// Tab-separated: `#Sample`, Gene, SolutionID, Major, …
    Aldy,
}

impl OutsideFormat {
    /// All, for people.
    const SUPPORTED: &str = "an outside call table (gene, diplotype, phenotype, activity score), \
        Cyrius, StellarPGx, PyPGx (data.tsv), pb-StarPhase (JSON), Aldy";

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PharmCat => "outside call table",
            Self::Cyrius => "Cyrius",
            Self::StellarPgx => "StellarPGx",
            Self::PyPgx => "PyPGx",
            Self::StarPhase => "pb-StarPhase",
            Self::Aldy => "Aldy",
        }
    }

    /// Looks at the content.
    fn of(text: &str) -> Option<Self> {
        if text.trim_start().starts_with('{') {
            return text.contains("\"gene_details\"").then_some(Self::StarPhase);
        }
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let cells: Vec<&str> = line.split('\t').take(ROW_CELLS_MAX).map(str::trim).collect();
            match cells.as_slice() {
                ["#Sample", "Gene", "SolutionID", "Major", ..] => return Some(Self::Aldy),
                ["Sample", "Genotype", "Filter", ..] => return Some(Self::Cyrius),
                ["" | "Sample", rest @ ..]
                    if rest.contains(&"Genotype") && rest.contains(&"Haplotype1") =>
                {
                    return Some(Self::PyPgx);
                }
                [only] if stellarpgx::is_mark(only) => return Some(Self::StellarPgx),
                // Comments may come first; a rule of dashes begins a report of StellarPGx.
                [first, ..] if first.starts_with('#') || first.starts_with("--") => {}
                _ if pharmcat::is_row(line) => return Some(Self::PharmCat),
                _ => return None,
            }
        }
        None
    }
}

/// A gene result that somebody else called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideCall {
    /// The sample, if the file names it.
    pub sample: Option<String>,
    /// What was called, as given. Nothing but the gene: reported, but not called; the notes say
    /// why. Several calls of one gene and sample: the caller could not decide.
    pub result: ReportedGeneResult,
    /// Whose output it is, [`OutsideFormat::name`].
    pub source: String,
    /// Line of the file, counted from 1; 0 in JSON, which has none to speak of.
    pub line: u64,
    /// What else the caller said of it: filters, several solutions.
    pub notes: Vec<String>,
}

/// Reads the calls of a file. A note `outside-format` says whose output it was taken for.
///
/// With a problem of severity error there are no calls: `unreadable`, `unknown-format` (lists what
/// is supported), `malformed`, `gene-not-stated`, `no-calls`, `limit`. Places are `line 3`, or
/// `line 3, column 2`, or a path into JSON.
pub fn read_outside_calls(
    reader: impl Read,
    settings: &OutsideSettings,
) -> (Vec<OutsideCall>, Vec<Problem>) {
    let mut found = Found::default();
    match read(reader, settings, &mut found) {
        Ok(()) => (found.calls, found.problems),
        Err(problem) => {
            found.problems.push(problem);
            (Vec::new(), found.problems)
        }
    }
}

fn read(reader: impl Read, settings: &OutsideSettings, found: &mut Found) -> Result<(), Problem> {
    let file_bytes = settings.limits.file_bytes;
    let mut bytes = Vec::new();
    reader
        .take(file_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Problem::error("unreadable", "file", error.to_string()))?;
    if bytes.len() > file_bytes {
        let text = format!("the file has more than {file_bytes} bytes");
        return Err(Problem::error("limit", "file", text));
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::error("malformed", "file", "the file is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(format) = OutsideFormat::of(text) else {
        let text = format!("this is no output we know; we read {}", OutsideFormat::SUPPORTED);
        return Err(Problem::error("unknown-format", "file", text));
    };
    found.source = format.name();
    found.limits = settings.limits;
    let taken_for = format!("read as {}", format.name());
    found.problems.push(Problem::note("outside-format", "file", taken_for));
    let gene = settings.gene.as_deref();
    match format {
        OutsideFormat::PharmCat => pharmcat::read(text, found)?,
        OutsideFormat::Cyrius => table::read_cyrius(text, found)?,
        OutsideFormat::PyPgx => table::read_pypgx(text, gene, found)?,
        OutsideFormat::StellarPgx => stellarpgx::read(text, gene, found)?,
        OutsideFormat::StarPhase => starphase::read(text, found)?,
        OutsideFormat::Aldy => aldy::read(text, found)?,
    }
    if found.calls.is_empty() {
        return Err(Problem::error("no-calls", "file", "the file holds no call"));
    }
    Ok(())
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Found {
    source: &'static str,
    limits: OutsideLimits,
    calls: Vec<OutsideCall>,
    problems: Vec<Problem>,
}

impl Found {
    /// Keeps a call.
    fn push(
        &mut self,
        sample: Option<&str>,
        result: ReportedGeneResult,
        line: u64,
        notes: Vec<String>,
    ) -> Result<(), Problem> {
        if self.calls.len() >= self.limits.calls {
            let text = format!("the file holds more than {} calls", self.limits.calls);
            return Err(Problem::error("limit", place(line), text));
        }
        self.calls.push(OutsideCall {
            sample: sample.map(str::to_owned),
            result,
            source: self.source.to_owned(),
            line,
            notes,
        });
        Ok(())
    }

    /// A cell that is kept: not too long, and text.
    fn checked<'t>(&self, cell: &'t str, place: impl Fn() -> String) -> Result<&'t str, Problem> {
        let cell = cell.trim();
        if cell.len() > self.limits.cell_bytes {
            let text = format!("the cell is longer than {} bytes", self.limits.cell_bytes);
            return Err(Problem::error("limit", place(), text));
        }
        if cell.chars().any(char::is_control) {
            return Err(Problem::error("malformed", place(), "the cell holds a control character"));
        }
        Ok(cell)
    }

    fn warn(&mut self, code: &str, place: String, text: &str) {
        if self.problems.len() < REMARKS_MAX {
            self.problems.push(Problem::warning(code, place, text));
        }
    }
}

/// A gene and nothing else: reported, but not called.
fn not_called(gene: &str) -> ReportedGeneResult {
    ReportedGeneResult { gene: gene.to_owned(), ..ReportedGeneResult::default() }
}

/// A gene with a diplotype.
fn with_diplotype(gene: &str, diplotype: &str) -> ReportedGeneResult {
    ReportedGeneResult { diplotype: Some(diplotype.to_owned()), ..not_called(gene) }
}

/// Whether a caller's word for a genotype says that there is none.
fn is_no_call(text: &str) -> bool {
    const WORDS: [&str; 10] =
        ["", ".", "-", "na", "nan", "none", "no_call", "no call", "not called", "indeterminate"];
    WORDS.contains(&text.trim().to_ascii_lowercase().as_str())
}

/// Whether a cell can be the name of a gene: `CYP2D6`, `HLA-B`, `MT-RNR1`.
fn is_gene(cell: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (2..=20).contains(&cell.len())
        && cell.bytes().all(inner)
        && cell.starts_with(|first: char| first.is_ascii_uppercase())
}

/// `line 3`, or `file` where lines say nothing.
fn place(line: u64) -> String {
    if line == 0 { "file".into() } else { format!("line {line}") }
}

/// `line 3, column 2`, both counted from 1.
fn cell_place(line: u64, index: usize) -> String {
    format!("line {line}, column {}", index + 1)
}

/// Lines with their numbers, without their ends.
fn numbered(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1_u64..).zip(text.lines())
}
