//! `cognate knowledge`

use super::StoreArguments;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `cognate knowledge`
#[derive(Debug, Subcommand)]
pub(crate) enum KnowledgeCommand {
    /// List packs, their dates, sources and digests.
    List(KnowledgeArguments),
    /// Look for faults in packs.
    Lint(KnowledgeArguments),
    /// Write the digests of a pack's files into its manifest, after an edit.
    Seal {
        /// Pack directory.
        directory: PathBuf,
    },
    /// Make a key to sign packs with; the public key is printed.
    Key {
        /// New file for the key. Keep it secret.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sign a pack without faults: adds a line to its `pack.sig`.
    Sign {
        /// Pack directory.
        directory: PathBuf,
        /// File with the key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Make a new pack from a base and the files of another source.
    Import(ImportArguments),
    /// Tell what changed from one pack to another.
    Diff(DiffArguments),
    /// Interpret everybody with a pack, put it into use and list whom it concerns.
    Adopt(AdoptArguments),
    /// Show for whom an adopted pack changed a phenotype or advice.
    Changes(ChangesArguments),
}

/// Whose packs are trusted.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TrustArguments {
    /// Public keys, one of which must have signed a pack directory; repeat for several. The
    /// built-in pack needs no signature.
    #[arg(
        long = "trusted-key",
        env = "COGNATE_TRUSTED_KEYS",
        value_delimiter = ',',
        value_name = "KEY"
    )]
    pub(crate) trusted_keys: Vec<String>,
}

/// `cognate knowledge list` and `lint`
#[derive(Args, Debug)]
pub(crate) struct KnowledgeArguments {
    /// Pack directories; the built-in pack if none is given.
    #[arg(value_name = "DIR")]
    pub(crate) directories: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The sources that packs are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// Allele definitions, exemptions and phenotype tables as published for PharmCAT.
    Pharmcat,
    /// Tables of the CPIC API as JSON arrays, each in a file of its name.
    Cpic,
    /// Haplotype tables and VCF files of PharmVar on GRCh38.
    Pharmvar,
    /// Evidence summaries of CIViC (tab-separated).
    Civic,
    /// Biomarkers and medicines of OncoKB (tab-separated), by its licensees.
    Oncokb,
    /// Assertions of the Molecular Oncology Almanac (JSON), where its terms permit.
    Moalmanac,
    /// Cancer Hotspots (JSON or tab-separated).
    Hotspots,
}

/// `cognate knowledge import`
#[derive(Args, Debug)]
pub(crate) struct ImportArguments {
    /// What the files are.
    pub(crate) format: ImportFormat,
    /// Directory with the files, of which those of other sources are left alone; or, for evidence
    /// (civic, oncokb, moalmanac, hotspots), the files themselves.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// New directory for the pack.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Pack that everything else is taken from: a directory or `built-in`, which is the default.
    /// For evidence, the directory of an evidence pack, of which other sources are kept.
    #[arg(long, value_name = "PACK")]
    pub(crate) base: Option<String>,
    /// Version of the new pack; by default the next minor version of the base.
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// Day the files were published or fetched, YYYY-MM-DD; also the day of the pack.
    #[arg(long, value_name = "DAY")]
    pub(crate) date: String,
    /// Take over the source's sentences where they fit. Only with a licence to do so.
    #[arg(long)]
    pub(crate) with_text: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate knowledge diff`
#[derive(Args, Debug)]
pub(crate) struct DiffArguments {
    /// Pack directory or `built-in`.
    pub(crate) old: String,
    /// Pack directory or `built-in`.
    pub(crate) new: String,
    /// Show the rows that came and went, too.
    #[arg(long)]
    pub(crate) rows: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate knowledge adopt`
#[derive(Args, Debug)]
pub(crate) struct AdoptArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Pack directory or `built-in`.
    pub(crate) pack: String,
    /// Tell the list and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate knowledge changes`
#[derive(Args, Debug)]
pub(crate) struct ChangesArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Id of an adoption; the latest one if not given.
    #[arg(long, value_name = "ID")]
    pub(crate) adoption: Option<String>,
    /// Only patients who take a medicine that is concerned.
    #[arg(long)]
    pub(crate) current: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
