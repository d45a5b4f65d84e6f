//! `cognate audit`

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate audit`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check every line of the audit log against its chain and, with `--audit-checkpoints`, against
    /// what was signed. Ends with 1 if something was altered, removed, reordered or cut.
    Verify(AuditVerifyArguments),
    /// Write a proof for a witness: that the log is the one of the checkpoints that the witness
    /// has, with more at its end (RFC 6962). It holds no event.
    Prove(AuditProveArguments),
    /// Check a proof as a witness does, with earlier checkpoints, the proof and the key, and
    /// nothing of the log. Prints the checkpoints to keep until the next proof. Ends with 1 if it
    /// does not hold.
    Witness(AuditWitnessArguments),
    /// Take events away that are older than they have to be kept, never those about policies, keys,
    /// exports, disclosures, emergencies and erasures. The log can be verified as before, and says
    /// that they went.
    Thin(AuditThinArguments),
    /// Look for snooping by rules with thresholds: oneself, family, colleagues, watched patients,
    /// volume, nights, ids in a row, no relationship, exports, denials. Ends with 1 if there is
    /// something to look at.
    Review(AuditReviewArguments),
    /// Note a disclosure that has to be accounted for: not for treatment, payment or operations.
    Disclose(AuditDiscloseArguments),
    /// Account for the disclosures of a patient's data (45 CFR 164.528).
    Disclosures(AuditDisclosuresArguments),
}

/// `cognate audit verify`
#[derive(Args, Debug)]
pub(crate) struct AuditVerifyArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Key that the checkpoints must be signed with, as the first run of the server wrote it to
    /// `verifier` in their directory; may be given several times. Without one that file is
    /// believed.
    #[arg(long = "verifier", value_name = "KEY", requires = "audit_checkpoints")]
    pub(crate) verifiers: Vec<String>,
    /// Earlier checkpoints, as `witness` prints them or as they stand in their directory: the log
    /// has to be what it was then, with more at its end.
    #[arg(long, value_name = "FILE", requires = "audit_checkpoints")]
    pub(crate) since: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate audit prove`
#[derive(Args, Debug)]
pub(crate) struct AuditProveArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Checkpoints that the witness has; none at first.
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
    /// Key that the checkpoints must be signed with, as of `verify`.
    #[arg(long = "verifier", value_name = "KEY")]
    pub(crate) verifiers: Vec<String>,
}

/// `cognate audit witness`
#[derive(Args, Debug)]
pub(crate) struct AuditWitnessArguments {
    /// File with the proof.
    #[arg(value_name = "PROOF")]
    pub(crate) proof: PathBuf,
    /// Checkpoints that were kept the last time; none at first.
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
    /// Key that the checkpoints must be signed with; may be given several times.
    #[arg(long = "verifier", value_name = "KEY", required = true)]
    pub(crate) verifiers: Vec<String>,
}

/// `cognate audit thin`
#[derive(Args, Debug)]
pub(crate) struct AuditThinArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// How many years everything is kept; 6 or more (45 CFR 164.316(b)(2)).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(6..=100))]
    pub(crate) years: u16,
    /// Patient about whom nothing goes (legal hold); may be given several times.
    #[arg(long = "hold", value_name = "ID")]
    pub(crate) held: Vec<String>,
    /// Only say what would go.
    #[arg(long)]
    pub(crate) trial: bool,
    /// Whoever decides, as an account: `account:olga`.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) by: String,
}

/// `cognate audit review`
#[derive(Args, Debug)]
pub(crate) struct AuditReviewArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// First day, `YYYY-MM-DD`.
    #[arg(long, value_name = "DAY")]
    pub(crate) since: String,
    /// The day after the last one; without it, everything since.
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
    /// Thresholds as JSON, in place of the built-in ones: `{"patientsPerDayMax": 80}`.
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
    /// What is known about people, as JSON: `{"patientOfActor": {"account:ana": "p1"},
    /// "watchedPatients": ["p2"]}`. Family names are those of accounts and patients.
    #[arg(long, value_name = "FILE")]
    pub(crate) people: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate audit disclose`
#[derive(Args, Debug)]
pub(crate) struct AuditDiscloseArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Id of the patient.
    #[arg(value_name = "PATIENT")]
    pub(crate) patient: String,
    /// Who received it, with the address if it is known.
    #[arg(long, value_name = "TEXT")]
    pub(crate) recipient: String,
    /// What for, briefly.
    #[arg(long, value_name = "TEXT")]
    pub(crate) purpose: String,
    /// On which legal basis: `45 CFR 164.512(b)`.
    #[arg(long, value_name = "TEXT")]
    pub(crate) legal_basis: String,
    /// What was disclosed, briefly.
    #[arg(long, value_name = "TEXT")]
    pub(crate) what: String,
}

/// `cognate audit disclosures`
#[derive(Args, Debug)]
pub(crate) struct AuditDisclosuresArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Id of the patient.
    #[arg(value_name = "PATIENT")]
    pub(crate) patient: String,
    /// How many years back.
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub(crate) years: u16,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the server does for the review of the audit log.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "they are options of `serve`, by their names")]
pub(crate) struct WatchArguments {
    /// Seconds from one look through the audit log to the next; what is found waits for the privacy
    /// officer.
    #[arg(
        long,
        env = "COGNATE_AUDIT_REVIEW_EVERY",
        default_value_t = 600,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub(crate) audit_review_every: u64,
    /// Thresholds as JSON, as of `audit review --rules`.
    #[arg(long, env = "COGNATE_AUDIT_REVIEW_RULES", value_name = "FILE")]
    pub(crate) audit_review_rules: Option<PathBuf>,
    /// What is known about people, as JSON, as of `audit review --people`.
    #[arg(long, env = "COGNATE_AUDIT_REVIEW_PEOPLE", value_name = "FILE")]
    pub(crate) audit_review_people: Option<PathBuf>,
}

/// Who is told of emergencies and findings while the server runs.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "they are options of `serve`, by their names")]
pub(crate) struct AlertArguments {
    /// Address that is told at once of each emergency and finding, by a signed POST (Standard
    /// Webhooks) without a word about whom or why, until it has arrived or somebody has looked.
    /// Plain HTTP only on this machine.
    #[arg(
        long,
        env = "COGNATE_ALERT_ENDPOINT",
        value_name = "URL",
        requires = "alert_secret_file"
    )]
    pub(crate) alert_endpoint: Option<String>,
    /// File with the secret that alerts are signed with, `whsec_` and 24 to 64 bytes as base64;
    /// nobody but its owner can read it.
    #[arg(
        long,
        env = "COGNATE_ALERT_SECRET_FILE",
        value_name = "FILE",
        requires = "alert_endpoint"
    )]
    pub(crate) alert_secret_file: Option<PathBuf>,
    /// PEM file with the authorities whose certificate the address may show, in place of those
    /// that this machine trusts.
    #[arg(
        long,
        env = "COGNATE_ALERT_AUTHORITIES",
        value_name = "FILE",
        requires = "alert_endpoint"
    )]
    pub(crate) alert_authorities: Option<PathBuf>,
}
