//! Arguments of pharmacogenomics without a store.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `cognate pgx`
#[derive(Debug, Subcommand)]
pub(crate) enum PgxCommand {
    /// Call star alleles and phenotypes from a VCF or gVCF file.
    Call(PgxCallArguments),
}

/// `cognate pgx call`
#[derive(Args, Debug)]
pub(crate) struct PgxCallArguments {
    /// VCF, gVCF or BCF, plain, gzip or bgzf; with `--table`, a genotype table.
    #[arg(value_name = "INPUT")]
    pub(crate) input: PathBuf,
    /// Sample to call; may be given several times. Without it, every sample of the file.
    #[arg(long, value_name = "NAME")]
    pub(crate) sample: Vec<String>,
    /// Calls of a laboratory or another caller: a table of gene, diplotype, phenotype and activity
    /// score, or the output of Cyrius, StellarPGx, PyPGx, pb-StarPhase or Aldy.
    #[arg(long, value_name = "FILE")]
    pub(crate) outside: Vec<PathBuf>,
    /// Gene of an outside file that does not name it (PyPGx).
    #[arg(long, value_name = "GENE")]
    pub(crate) outside_gene: Option<String>,
    /// Research modes, separated by commas. Their calls are labelled and never advised on.
    #[arg(long, value_name = "MODE", value_enum, value_delimiter = ',')]
    pub(crate) research: Vec<Research>,
    /// Sex of the sample, for genes on the X chromosome. Without it, as the genotypes have it.
    #[arg(long, value_name = "SEX", value_enum)]
    pub(crate) sex: Option<SexArgument>,
    /// The day on which somebody answered for what a MAF or a study folder says. Without it its
    /// findings are preliminary, and no decision support sees them.
    #[arg(long, value_name = "DATE")]
    pub(crate) signed_on: Option<String>,
    /// State that a position the file does not mention is reference. Only for files that report
    /// every variant of every position; it is stamped on the result.
    #[arg(long)]
    pub(crate) absent_is_reference: bool,
    /// Use records that failed a filter, too.
    #[arg(long)]
    pub(crate) ignore_filter: bool,
    /// Read a genotype table of an array or a laboratory whose positions are of this build; it is
    /// proven, not believed.
    #[arg(long, value_name = "BUILD", value_enum)]
    pub(crate) table: Option<TableBuild>,
    /// State that the genotype table is on the plus strand; else A/T and C/G are left out.
    #[arg(long, requires = "table")]
    pub(crate) plus_strand: bool,
    /// Knowledge pack directory to use in place of the built-in pack.
    #[arg(long, value_name = "DIR")]
    pub(crate) pack: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: super::TrustArguments,
    /// Show what the calls mean for drugs, too, when printing for people.
    #[arg(long)]
    pub(crate) drugs: bool,
    /// A medicine taken now, by RxNorm ingredient code, for `--html` and `--pdf`; may be given
    /// several times.
    #[arg(long, value_name = "RXCUI")]
    pub(crate) taking: Vec<String>,
    /// Day printed on the document, YYYY-MM-DD. Without it, today.
    #[arg(long, value_name = "DAY")]
    pub(crate) printed: Option<String>,
    #[command(flatten)]
    pub(crate) format: PgxFormat,
}

/// What `cognate pgx call` prints.
#[derive(Args, Debug)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "one flag a format, of which one is set")]
pub(crate) struct PgxFormat {
    /// Print JSON: one object with every sample.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print a table: one row a sample and gene.
    #[arg(long)]
    pub(crate) tsv: bool,
    /// Print FHIR Genomics Reporting: a Bundle, or one a line for several samples.
    #[arg(long)]
    pub(crate) fhir: bool,
    /// Print a page of one sample.
    #[arg(long)]
    pub(crate) html: bool,
    /// Print a PDF of one sample.
    #[arg(long)]
    pub(crate) pdf: bool,
}

impl PgxFormat {
    /// Whether nothing was chosen: then a person reads.
    pub(crate) fn is_none(&self) -> bool {
        !(self.json || self.tsv || self.fhir || self.html || self.pdf)
    }
}

/// A research mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Research {
    /// Combinations of named alleles and partial alleles; no advice at all.
    Combinations,
    /// CYP2D6 from genotypes that cannot show its deletions, copies and hybrids.
    Cyp2d6,
}

/// A sex, as far as the X chromosome goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SexArgument {
    /// Two X chromosomes.
    Female,
    /// One X chromosome.
    Male,
}

/// Build of a genotype table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableBuild {
    /// GRCh38.
    #[value(name = "GRCh38", alias = "grch38")]
    GRCh38,
    /// GRCh37: rows are then found by rsID alone.
    #[value(name = "GRCh37", alias = "grch37")]
    GRCh37,
}

impl From<TableBuild> for formats::genotypes_table::StatedBuild {
    fn from(build: TableBuild) -> Self {
        match build {
            TableBuild::GRCh38 => Self::GRCh38,
            TableBuild::GRCh37 => Self::GRCh37,
        }
    }
}
