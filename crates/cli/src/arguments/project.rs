//! `cognate project`

use super::StoreArguments;
use clap::{Args, Subcommand};

/// `cognate project`
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Make a project, whose owner may then ask for counts and de-identified exports.
    Create(ProjectCreateArguments),
    /// List projects.
    List {
        #[command(flatten)]
        store: StoreArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a project.
    Show {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the project.
        id: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a project at once.
    End {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the project.
        id: String,
    },
    /// Note that a recipient has attested to be no covered person (28 CFR 202) and to pass nothing
    /// on to one.
    Attest {
        #[command(flatten)]
        store: StoreArguments,
        /// The recipient.
        recipient: String,
        /// Where the attestation is kept.
        #[arg(long)]
        document: String,
        /// Whoever notes it, as an account: `account:olga`.
        #[arg(long, value_name = "ACCOUNT")]
        by: String,
    },
    /// Approve, as a second person, that a recipient has bulk data of so many persons in all.
    Approve {
        #[command(flatten)]
        store: StoreArguments,
        /// The recipient.
        recipient: String,
        /// `genomic`, `other-omic` or `health`.
        #[arg(long)]
        kind: String,
        /// Distinct persons over all exports, those of before included.
        #[arg(long)]
        persons: u64,
        /// Where the decision is kept.
        #[arg(long)]
        document: String,
        /// Whoever approves, as an account: `account:olga`; another one than whoever exports.
        #[arg(long, value_name = "ACCOUNT")]
        by: String,
    },
    /// List of how many persons each recipient has had data, over all exports.
    Received {
        #[command(flatten)]
        store: StoreArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `cognate project create`
#[derive(Args, Debug)]
pub(crate) struct ProjectCreateArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Name of the project.
    #[arg(long)]
    pub(crate) title: String,
    /// Whose it is: the login of a researcher.
    #[arg(long, value_name = "LOGIN")]
    pub(crate) owner: String,
    /// `registered` or `controlled`.
    #[arg(long, default_value = "registered")]
    pub(crate) tier: String,
    /// Who receives its exports; may be given several times.
    #[arg(long, required = true)]
    pub(crate) recipient: Vec<String>,
    /// Until when, as a date.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: String,
    /// Who has determined that the risk is very small with the variants of single people in it.
    #[arg(long, requires_all = ["determined", "document"])]
    pub(crate) expert: Option<String>,
    /// When the expert did, as a date.
    #[arg(long, requires = "expert", value_name = "DATE")]
    pub(crate) determined: Option<String>,
    /// Where methods and results of the determination are kept.
    #[arg(long, requires = "expert")]
    pub(crate) document: Option<String>,
}

/// `cognate count`
#[derive(Args, Debug)]
pub(crate) struct CountArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Searches as FHIR has them, `Observation?code=http://loinc.org|79716-7`; each counts the
    /// people of whom it finds something.
    #[arg(required = true, value_name = "SEARCH")]
    pub(crate) searches: Vec<String>,
    /// Counts each search by a table across `gender`, `age` (reached in this calendar year) or
    /// another search, of which something is found or not; repeat for up to three.
    #[arg(long, value_name = "WHAT")]
    pub(crate) across: Vec<String>,
    /// Id of the project.
    #[arg(long, value_name = "ID")]
    pub(crate) project: String,
    /// Whoever asks, as an account: the researcher whose project it is, `account:rita`.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) by: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
