//! `cognate view`

use super::StoreArguments;
use clap::{Args, Subcommand, ValueEnum};
use cohort::Format;
use std::path::PathBuf;

/// `cognate view`
#[derive(Debug, Subcommand)]
pub(crate) enum ViewCommand {
    /// Make a table of a view, from the store or from files.
    Run(ViewRunArguments),
}

/// `cognate view run`
#[derive(Args, Debug)]
pub(crate) struct ViewRunArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// ViewDefinition (SQL on FHIR v2) as JSON.
    #[arg(value_name = "VIEW")]
    pub(crate) view: PathBuf,
    /// NDJSON, Bundle or single resource to read in place of the store; may be given several
    /// times.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Vec<PathBuf>,
    /// Format of the table.
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "csv")]
    pub(crate) format: FormatArgument,
    /// File to write. Without it, standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Leave the line with the names of the columns out of CSV.
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Most rows.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

/// Format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArgument {
    /// Comma-separated values.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// A JSON array.
    Json,
    /// Apache Parquet.
    Parquet,
}

impl From<FormatArgument> for Format {
    fn from(format: FormatArgument) -> Self {
        match format {
            FormatArgument::Csv => Self::Csv,
            FormatArgument::Ndjson => Self::Ndjson,
            FormatArgument::Json => Self::Json,
            FormatArgument::Parquet => Self::Parquet,
        }
    }
}
