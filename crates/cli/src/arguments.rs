//! The command line. Every read command has `--json`.

mod access;
mod audit;
mod backup;
mod destination;
mod document;
mod ehr;
mod feed;
mod keys;
mod knowledge;
mod patient;
mod pgx;
mod policy;
mod project;
mod provider;
mod store;
mod trials;
mod tumor;
mod view;

pub(crate) use access::{AccountCommand, ClientCommand, RegisterArguments};
pub(crate) use audit::{
    AlertArguments, AuditCommand, AuditDiscloseArguments, AuditDisclosuresArguments,
    AuditProveArguments, AuditReviewArguments, AuditThinArguments, AuditVerifyArguments,
    AuditWitnessArguments, WatchArguments,
};
pub(crate) use backup::{
    BackupArguments, BackupCommand, BackupPruneArguments, BackupTakeArguments,
    BackupVerifyArguments, BucketArguments, DrillArguments, FromArguments, RestoreArguments,
    ShippingArguments, SnapshotArguments,
};
pub(crate) use destination::{
    DestinationCommand, DestinationListArguments, DestinationQueueArguments,
    DestinationTestArguments, DispatchArguments,
};
pub(crate) use document::{ExtractPdfArguments, OcrArguments};
pub(crate) use feed::{
    DoorArguments, FeedCommand, FeedDocumentsArguments, FeedListArguments, FeedReplayArguments,
    FeedTestArguments, ProfileArguments,
};
pub(crate) use keys::{KeysCommand, KeysRotateArguments, KeysShowArguments};
pub(crate) use knowledge::{
    AdoptArguments, ChangesArguments, DiffArguments, ImportArguments, ImportFormat,
    KnowledgeArguments, KnowledgeCommand, TrustArguments,
};

pub(crate) use ehr::EhrArguments;
pub(crate) use patient::{CertificateArguments, EraseArguments, PatientCommand};
pub(crate) use pgx::{PgxCallArguments, PgxCommand, Research, SexArgument};
pub(crate) use policy::{PolicyCommand, PolicyExplainArguments};
pub(crate) use project::{CountArguments, ProjectCommand, ProjectCreateArguments};
pub(crate) use provider::ProviderArguments;
pub(crate) use store::{
    Address, CopyArguments, PolicyTrust, StoreArguments, StoreCommand, TokenArguments,
};
pub(crate) use trials::{
    PatientOptions, Semantics, TrialFiles, TrialsAddArguments, TrialsCommand,
    TrialsExplainArguments, TrialsImportArguments, TrialsLintArguments, TrialsListArguments,
    TrialsMatchArguments, TrialsRetireArguments,
};
pub(crate) use tumor::{
    TumorBriefArguments, TumorChangesArguments, TumorCommand, TumorInterpretArguments,
    TumorLintArguments,
};
pub(crate) use view::{ViewCommand, ViewRunArguments};

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Cognate: molecular results in, decisions at the point of care out.
#[derive(Debug, Parser)]
#[command(name = "cognate", version)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a data directory with its master key.
    Init(InitArguments),
    /// Serve FHIR, CDS Hooks and the pages, and listen for laboratory messages.
    Serve(Box<ServeArguments>),
    /// Take in a file: VCF or gVCF (plain or gzip), HL7 v2 message, FHIR Bundle, a report in its
    /// laboratory's own format (Foundation Medicine, Tempus, Caris, QIAGEN Clinical Insight,
    /// Guardant), MAF, or the folder of a cBioPortal study.
    Ingest(IngestArguments),
    /// Feeds: how each sender's messages are read, tried before it is used.
    #[command(subcommand)]
    Feed(FeedCommand),
    /// Destinations: where results are sent on to, how each stands, and what waits.
    #[command(subcommand)]
    Destination(DestinationCommand),
    /// File FHIR resources in bulk from NDJSON, as a bulk export writes it; goes on where an import
    /// of the same file was broken off.
    Import(BulkArguments),
    /// Pharmacogenomics without a store.
    #[command(subcommand)]
    Pgx(PgxCommand),
    /// Clinical trials: match patients, say why, read and check trials.
    #[command(subcommand)]
    Trials(TrialsCommand),
    /// Tumours: what their alterations mean by an evidence pack.
    #[command(subcommand)]
    Tumor(TumorCommand),
    /// Show how a statement came about.
    Explain(StatementArguments),
    /// Make a statement again from its inputs and compare the bytes.
    Replay(StatementArguments),
    /// Knowledge packs.
    #[command(subcommand)]
    Knowledge(KnowledgeCommand),
    /// Views of SQL on FHIR: resources as tables.
    #[command(subcommand)]
    View(ViewCommand),
    /// Access policies: who may read what for which purpose, and why.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Projects of research: what leaves for them, to whom, and until when.
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Count people for a project of research: none of 1 to 20 is told, everything else is rounded
    /// up to a multiple of 20, and every question is written down.
    Count(CountArguments),
    /// The store as a whole.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Backups: take one while a server runs, list, check and let go of them.
    Backup(Box<BackupArguments>),
    /// Make a data directory again out of a backup, whole and checked, or nothing.
    Restore(RestoreArguments),
    /// Restore a backup in a place of its own, look through it, and write a signed report. Ends
    /// with 1 if the backup is no good.
    Drill(DrillArguments),
    /// Erase a patient, and check the certificate of it.
    #[command(subcommand)]
    Patient(PatientCommand),
    /// The keys: what there is, and new ones.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The audit log: who did what with whose data.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Add people who log in.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Add services that call with a token.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Load the demonstration through the real doors, and stay or check it.
    Demo(DemoArguments),
    /// Look for what is wrong with an installation.
    Doctor(DoctorArguments),
    /// Print the HTTP interfaces as OpenAPI 3.1, as the server tells them at `/openapi.json`.
    Openapi {
        /// Address under which callers reach the server.
        #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
        base_url: String,
    },
    /// Print completions for a shell.
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: clap_complete::Shell,
    },
    /// Read one document in PDF from standard input, within limits, for the server.
    #[command(hide = true)]
    ExtractPdf(ExtractPdfArguments),
    /// Print this reference as markdown.
    #[command(hide = true)]
    Reference,
}

/// `cognate init`
#[derive(Args, Debug)]
pub(crate) struct InitArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
}

/// `cognate serve`
#[derive(Args, Debug)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Address for HTTP. Without a certificate only on loopback, for a TLS proxy before it.
    #[arg(long, env = "COGNATE_HTTP", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) http: SocketAddr,
    /// Address for HL7 v2 over MLLP. Without a certificate only on loopback.
    #[arg(long, env = "COGNATE_MLLP", default_value = "127.0.0.1:2575", value_name = "ADDRESS")]
    pub(crate) mllp: SocketAddr,
    #[command(flatten)]
    pub(crate) tls: TlsArguments,
    /// Address under which callers reach this server; links begin with it.
    #[arg(long, env = "COGNATE_BASE_URL", value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Ask everybody for a second factor: who has none is led to set one up and can do nothing
    /// else. Who logs in at the identity provider has to be asked for it there.
    #[arg(long, env = "COGNATE_REQUIRE_SECOND_FACTOR")]
    pub(crate) require_second_factor: bool,
    /// Directory for the certificates of patients that are erased by the page, signed by the key of
    /// checkpoints. Without it patients are erased by the command only.
    #[arg(
        long,
        env = "COGNATE_ERASURE_CERTIFICATES",
        value_name = "DIR",
        requires = "audit_checkpoint_key"
    )]
    pub(crate) erasure_certificates: Option<PathBuf>,
    /// Name of the feed behind the MLLP listener.
    #[arg(long, default_value = "mllp", value_name = "NAME")]
    pub(crate) feed: String,
    #[command(flatten)]
    pub(crate) doors: DoorArguments,
    #[command(flatten)]
    pub(crate) ocr: OcrArguments,
    /// Chain file between GRCh37 and GRCh38, plain or gzip: by it a question about one build finds
    /// results of the other. Without it such a question is refused.
    #[arg(long, env = "COGNATE_LIFT_OVER", value_name = "FILE")]
    pub(crate) lift_over: Option<PathBuf>,
    /// Address under which subscribers may be notified, such as `https://ehr.example/hooks`; may be
    /// given several times. Without one nobody can subscribe. Plain HTTP only on this machine.
    #[arg(
        long,
        env = "COGNATE_SUBSCRIPTION_ENDPOINT",
        value_name = "PREFIX",
        value_delimiter = ','
    )]
    pub(crate) subscription_endpoint: Vec<String>,
    /// PEM file with the authorities whose certificates subscribers may show, in place of those
    /// that this machine trusts.
    #[arg(long, env = "COGNATE_SUBSCRIPTION_AUTHORITIES", value_name = "FILE")]
    pub(crate) subscription_authorities: Option<PathBuf>,
    /// Directory of an evidence pack (`cognate knowledge import civic`): what alterations of
    /// tumours mean. Without it pages say nothing of therapies.
    #[arg(long, env = "COGNATE_EVIDENCE", value_name = "DIR")]
    pub(crate) evidence: Option<PathBuf>,
    /// Rule of decision support that fires without being shown, as the page `/cards` names it; it
    /// is counted there. May be given several times.
    #[arg(long, env = "COGNATE_SILENT_RULE", value_name = "RULE", value_delimiter = ',')]
    pub(crate) silent_rule: Vec<String>,
    /// Panels that reports on tumours name, so that what they do not report counts as tested: a
    /// registry of the site (docs/KNOWLEDGE.md), or lists of genes as cBioPortal has them, which
    /// count for small variants alone; may be given several times. Commands with `--store` need
    /// the same.
    #[arg(long, env = "COGNATE_PANELS", value_name = "FILE")]
    pub(crate) panels: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reference: ReferenceArguments,
    /// `igv.min.js` of igv.js (MIT; tried with 3.8.10): with it, and with a reference of the build,
    /// the page of a place of the genome opens a browser. It is served from here under its digest,
    /// which is printed at the start; nothing is fetched from elsewhere.
    #[arg(long, env = "COGNATE_IGV", value_name = "FILE")]
    pub(crate) igv: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) provider: ProviderArguments,
    #[command(flatten)]
    pub(crate) ehr: EhrArguments,
    #[command(flatten)]
    pub(crate) shipping: ShippingArguments,
    #[command(flatten)]
    pub(crate) watch: WatchArguments,
    #[command(flatten)]
    pub(crate) alerting: AlertArguments,
}

/// What the listeners show, and what they ask for.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TlsArguments {
    /// PEM file with this server's certificate and those between it and an authority. With it
    /// HTTP and MLLP are served by TLS 1.2 and 1.3 only.
    #[arg(long, env = "COGNATE_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// PEM file with its private key.
    #[arg(long, env = "COGNATE_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// PEM file with authorities: who sends over MLLP must show a certificate of one of them. Its
    /// digest is kept with every message.
    #[arg(
        long,
        env = "COGNATE_MLLP_CLIENT_AUTHORITIES",
        value_name = "FILE",
        requires = "tls_certificate"
    )]
    pub(crate) mllp_client_authorities: Option<PathBuf>,
}

/// Where the reference sequences are.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReferenceArguments {
    /// Reference sequence, .2bit or FASTA with its .fai beside it; may be given once for each
    /// build. Which build it is of is proven by the lengths of its chromosomes. With it REF is
    /// checked, and one insertion or deletion in a repeat is found by each of its spellings.
    #[arg(long = "reference", value_name = "FILE")]
    pub(crate) references: Vec<PathBuf>,
}

/// `cognate ingest`
#[derive(Args, Debug)]
pub(crate) struct IngestArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Files to take in.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reference: ReferenceArguments,
    /// BED file of the regions that a variant file's test looked at, on the build of its variants.
    /// A gVCF says it itself. Without either, what a file does not mention is not known.
    #[arg(long, value_name = "FILE")]
    pub(crate) regions: Option<PathBuf>,
    /// Id of the patient a variant file belongs to. Needed for VCF, MAF and study folders, refused
    /// for the others.
    #[arg(long, value_name = "ID")]
    pub(crate) patient: Option<String>,
    /// Sample to take from a file with several.
    #[arg(long, value_name = "NAME")]
    pub(crate) sample: Option<String>,
    /// Identifier system of the patient numbers that a facility gives, `4711=urn:oid:2.999.7`. A
    /// laboratory's report names the facility; without its system nobody is matched for sure.
    #[arg(long, value_name = "FACILITY=SYSTEM")]
    pub(crate) facility: Vec<String>,
    /// The day on which somebody answered for what a MAF or a study folder says. Without it its
    /// findings are preliminary, and no decision support sees them.
    #[arg(long, value_name = "DATE")]
    pub(crate) signed_on: Option<String>,
    /// State that a position the file does not mention is reference. Only for files that report
    /// every variant of every position; it is stamped on the result.
    #[arg(long)]
    pub(crate) absent_is_reference: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate import`
#[derive(Args, Debug)]
pub(crate) struct BulkArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// NDJSON files, patients before what is about them.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate explain` and `cognate replay`
#[derive(Args, Debug)]
pub(crate) struct StatementArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Id of the statement.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Version; the current one if not given.
    #[arg(long, value_name = "N")]
    pub(crate) version: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate demo`
#[derive(Args, Debug)]
pub(crate) struct DemoArguments {
    /// New directory for the demonstration's data; a temporary one if not given.
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Directory with the demonstration's messages.
    #[arg(long, default_value = "demo", value_name = "DIR")]
    pub(crate) messages: PathBuf,
    /// Address for HTTP, on loopback.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) http: SocketAddr,
    /// Address for MLLP, on loopback.
    #[arg(long, default_value = "127.0.0.1:2575", value_name = "ADDRESS")]
    pub(crate) mllp: SocketAddr,
    /// Address under which subscribers may be notified, as of `cognate serve`.
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub(crate) subscription_endpoint: Vec<String>,
    #[command(flatten)]
    pub(crate) reference: ReferenceArguments,
    /// `igv.min.js`, as of `cognate serve`.
    #[arg(long, value_name = "FILE")]
    pub(crate) igv: Option<PathBuf>,
    /// Fire the order, check the card, print what happened and end.
    #[arg(long)]
    pub(crate) check: bool,
    /// Write addresses, logins and tokens to this file when ready; for scripts.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
}

/// `cognate doctor`
#[derive(Args, Debug)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
