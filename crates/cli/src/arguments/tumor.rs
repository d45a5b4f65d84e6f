//! `cognate tumor`

use super::{PatientOptions, StoreArguments};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate tumor`
#[derive(Debug, Subcommand)]
pub(crate) enum TumorCommand {
    /// Say what the alterations of tumours mean: oncogenicity, tiers, therapies with what speaks
    /// for and against them, and what a test would open.
    Interpret(Box<TumorInterpretArguments>),
    /// Say which therapies another evidence pack changes for whom, and by which evidence.
    Changes(Box<TumorChangesArguments>),
    /// Write the brief of a patient of the record for a tumour board, as a page, a PDF or JSON.
    Brief(Box<TumorBriefArguments>),
    /// Say which names of an evidence pack are not understood.
    Lint(TumorLintArguments),
}

/// `cognate tumor interpret`
#[derive(Args, Debug)]
pub(crate) struct TumorInterpretArguments {
    /// Directory of an evidence pack, as `cognate knowledge import civic` makes it.
    #[arg(long, value_name = "DIR")]
    pub(crate) evidence: PathBuf,
    /// Samples or patients; without one, all.
    #[arg(value_name = "SAMPLE")]
    pub(crate) samples: Vec<String>,
    #[command(flatten)]
    pub(crate) patients: PatientOptions,
    /// JSON: one object a sample.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate tumor changes`
#[derive(Args, Debug)]
pub(crate) struct TumorChangesArguments {
    /// Directory of the evidence pack that was in use.
    #[arg(long, value_name = "DIR")]
    pub(crate) before: PathBuf,
    /// Directory of the evidence pack that is to be.
    #[arg(long, value_name = "DIR")]
    pub(crate) after: PathBuf,
    #[command(flatten)]
    pub(crate) patients: PatientOptions,
    /// JSON: one object a tumour.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate tumor brief`
#[derive(Args, Debug)]
pub(crate) struct TumorBriefArguments {
    /// Id of the `Patient` resource.
    #[arg(value_name = "PATIENT")]
    pub(crate) patient: String,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Directory of an evidence pack, as `serve --evidence`. Without one nothing is said of
    /// therapies.
    #[arg(long, value_name = "DIR")]
    pub(crate) evidence: Option<PathBuf>,
    /// The version that was issued, in place of the brief as of now.
    #[arg(long, value_name = "VERSION")]
    pub(crate) issued: Option<u64>,
    #[command(flatten)]
    pub(crate) format: BriefFormat,
}

/// What a brief is written as.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct BriefFormat {
    /// A page that stands alone.
    #[arg(long)]
    pub(crate) html: bool,
    /// A tagged PDF (PDF/UA-1).
    #[arg(long)]
    pub(crate) pdf: bool,
    /// The statements as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate tumor lint`
#[derive(Args, Debug)]
pub(crate) struct TumorLintArguments {
    /// Directory of an evidence pack.
    #[arg(value_name = "DIR")]
    pub(crate) evidence: PathBuf,
    /// JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
