//! `cognate policy`

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate policy`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Print the policies in use, or a set that comes with the program, as text.
    Show {
        #[command(flatten)]
        store: StoreArguments,
        /// `standard` or `care-team`; without it those in use.
        set: Option<String>,
    },
    /// Say what the policies make of a question, and which of them decide.
    Explain(PolicyExplainArguments),
    /// List every account and client that can see something of a patient.
    WhoCanSee {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the patient.
        patient: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Put what was asked lately to other policies, and list what they would decide otherwise.
    Shadow {
        #[command(flatten)]
        store: StoreArguments,
        /// Policies in Cedar, or `standard` or `care-team`.
        #[arg(value_name = "FILE")]
        policies: PathBuf,
        /// How many days of the audit log.
        #[arg(long, default_value_t = 7, value_name = "N")]
        days: u32,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check policies without a store: the schema, and what looks wrong.
    Lint {
        /// Policies in Cedar, or `standard` or `care-team`.
        #[arg(value_name = "FILE")]
        policies: PathBuf,
    },
    /// Put policies into use. Where the set in use asks for two persons, they are proposed first.
    Adopt {
        #[command(flatten)]
        store: StoreArguments,
        /// Policies in Cedar, or `standard` or `care-team`.
        #[arg(value_name = "FILE", required_unless_present = "proposal")]
        policies: Option<PathBuf>,
        /// What another person has proposed, by its id.
        #[arg(long, value_name = "ID", requires = "by", conflicts_with = "policies")]
        proposal: Option<String>,
        /// Whoever adopts, as an account: `account:per`; another one than whoever proposed.
        #[arg(long, value_name = "ACTOR")]
        by: Option<String>,
    },
    /// Sign policies with a key (`knowledge key`), for installations that demand it
    /// (`--trusted-policy-key`). Prints the signed text; what does not fit the schema is not
    /// signed.
    Sign {
        /// Policies in Cedar, or `standard` or `care-team`.
        #[arg(value_name = "FILE")]
        policies: PathBuf,
        /// File with the key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Propose policies, for another person to put into use.
    Propose {
        #[command(flatten)]
        store: StoreArguments,
        /// Policies in Cedar, or `standard` or `care-team`.
        #[arg(value_name = "FILE")]
        policies: PathBuf,
        /// Whoever proposes, as an account: `account:olga`.
        #[arg(long, value_name = "ACTOR")]
        by: String,
    },
    /// List what was proposed in place of the policies in use.
    Proposed {
        #[command(flatten)]
        store: StoreArguments,
    },
    /// Note that somebody cares for a patient, from now on.
    Care {
        #[command(flatten)]
        store: StoreArguments,
        /// Id of the patient.
        patient: String,
        /// Who, as the audit log names it: `account:ana`.
        #[arg(long)]
        actor: String,
        /// For how many days.
        #[arg(long, default_value_t = 30, value_name = "N")]
        days: u32,
        /// Where it is known from.
        #[arg(long, default_value = "command line", value_name = "TEXT")]
        source: String,
    },
    /// Say what consents call somebody.
    Actor {
        #[command(flatten)]
        store: StoreArguments,
        /// Who, as the audit log names it: `account:ana`.
        actor: String,
        /// `Practitioner/p1`, as in `Consent.provision.actor.reference`.
        reference: String,
        /// That it is so no longer.
        #[arg(long)]
        remove: bool,
    },
}

/// `cognate policy explain`
#[derive(Args, Debug)]
pub(crate) struct PolicyExplainArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Who asks: `account:ana`, `client:ehr`.
    #[arg(long)]
    pub(crate) actor: String,
    /// In which role.
    #[arg(long)]
    pub(crate) role: String,
    /// For what.
    #[arg(long, default_value = "treatment")]
    pub(crate) purpose: String,
    /// To do what.
    #[arg(long, default_value = "read-clinical")]
    pub(crate) action: String,
    /// With which resource, `Observation/o1`.
    #[arg(long, value_name = "TYPE/ID")]
    pub(crate) resource: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
