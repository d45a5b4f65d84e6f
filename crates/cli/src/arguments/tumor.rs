//! `cognate tumor`

use super::PatientOptions;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate tumor`
#[derive(Debug, Subcommand)]
pub(crate) enum TumorCommand {
    /// Say what the alterations of tumours mean: oncogenicity, tiers, therapies with what speaks
    /// for and against them, and what a test would open.
    Interpret(Box<TumorInterpretArguments>),
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
