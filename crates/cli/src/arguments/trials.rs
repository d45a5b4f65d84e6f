//! `cognate trials`

use super::{Address, PolicyTrust, StoreArguments, TokenArguments};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `cognate trials`
#[derive(Debug, Subcommand)]
pub(crate) enum TrialsCommand {
    /// Say for each cohort who is eligible, who needs data, and who nearly is.
    Match(TrialsMatchArguments),
    /// Say why a cohort takes a patient or not, leaf by leaf.
    Explain(TrialsExplainArguments),
    /// Read trials of any known form and write them in ours.
    Import(TrialsImportArguments),
    /// Say what a curator has to decide before patients are matched.
    Lint(TrialsLintArguments),
    /// Keep trials in the record: the documents as they are, then what was made of them. A trial
    /// that is there already gets a new version if anything changed.
    Add(TrialsAddArguments),
    /// List the trials of the record.
    List(TrialsListArguments),
    /// Take a trial of the record out of use; its versions are kept. `add` brings it back.
    Retire(TrialsRetireArguments),
}

/// Where trials are.
#[derive(Args, Debug)]
pub(crate) struct TrialFiles {
    /// Directory with trials, or one file: CTML, ClinicalTrials.gov (API version 2), FHIR
    /// `ResearchStudy`, or our own form; told apart by their content. With `--store`, those of the
    /// record where none are named.
    #[arg(long, value_name = "DIR", required_unless_present = "in_store")]
    pub(crate) trials: Option<PathBuf>,
}

/// Where patients are.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct PatientFiles {
    /// Study as cBioPortal loads it, or archives of TCGA (`*.clin.tsv`, `*.mut.tsv`).
    #[arg(long, value_name = "DIR")]
    pub(crate) study: Option<PathBuf>,
    /// Clinical and genomic documents of MatchMiner.
    #[arg(long, num_args = 2, value_names = ["CLINICAL.json", "GENOMIC.json"])]
    pub(crate) matchminer: Option<Vec<PathBuf>>,
    /// Patients of the record with a tumour: in the data directory, or in the PostgreSQL database
    /// of this address. Without one it stands last.
    #[arg(long = "store", num_args = 0..=1, default_missing_value = "", value_name = "URL")]
    pub(crate) in_store: Option<Address>,
}

/// Where the record is, beside `--store`.
#[derive(Args, Debug)]
pub(crate) struct RecordFiles {
    /// Data directory of the record.
    #[arg(long, env = "COGNATE_DIRECTORY", default_value = "cognate-data", value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// File with the master key; by default the systemd credential `cognate-master-key`, or else
    /// `master.key` in the data directory.
    #[arg(long, env = "COGNATE_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// File with the keyring; by default `keyring` in the data directory.
    #[arg(long, env = "COGNATE_KEYRING", value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// File with the password of the PostgreSQL role, if the address has none.
    #[arg(long, env = "COGNATE_STORE_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) store_password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy_trust: PolicyTrust,
}

impl PatientOptions {
    /// The store that is asked for, if one is.
    pub(crate) fn store(&self) -> Option<StoreArguments> {
        let address = self.files.in_store.as_ref()?;
        let RecordFiles {
            directory,
            master_key_file,
            keyring,
            token,
            store_password_file,
            policy_trust,
        } = &self.record;
        Some(StoreArguments {
            directory: directory.clone(),
            master_key_file: master_key_file.clone(),
            keyring: keyring.clone(),
            token: token.clone(),
            postgres: Some(address.clone()).filter(|address| !address.text().is_empty()),
            store_password_file: store_password_file.clone(),
            audit_checkpoints: None,
            audit_checkpoint_key: None,
            policy_trust: policy_trust.clone(),
            upgrade_without_backup: false,
        })
    }
}

/// What patients are read with.
#[derive(Args, Debug)]
pub(crate) struct PatientOptions {
    #[command(flatten)]
    pub(crate) files: PatientFiles,
    #[command(flatten)]
    pub(crate) record: RecordFiles,
    /// Gene panels: a registry of the site (docs/KNOWLEDGE.md), JSON of cBioPortal or
    /// `data_gene_panel_*.txt`, plain or gzip; may be given several times. Those in the study are
    /// read anyhow. With `--store`, those that the server has.
    #[arg(long, env = "COGNATE_PANELS", value_name = "FILE")]
    pub(crate) panels: Vec<PathBuf>,
    /// Day that ages are counted to, YYYY-MM-DD. Without it, today.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Ask about the dead as well.
    #[arg(long)]
    pub(crate) deceased: bool,
}

/// `cognate trials match`
#[derive(Args, Debug)]
pub(crate) struct TrialsMatchArguments {
    #[command(flatten)]
    pub(crate) trials: TrialFiles,
    #[command(flatten)]
    pub(crate) patients: PatientOptions,
    /// What is not known: left open, or taken for a no as matchengine-V2 does.
    #[arg(long, value_enum, default_value = "three-valued", value_name = "SEMANTICS")]
    pub(crate) semantics: Semantics,
    /// Match closed trials and levels as well.
    #[arg(long)]
    pub(crate) closed: bool,
    /// With ctml-compat: every clinical key is a reason.
    #[arg(long)]
    pub(crate) all_clinical_reasons: bool,
    /// With ctml-compat: field of a trial that has its status where there is no `_summary`.
    #[arg(long, value_name = "FIELD")]
    pub(crate) status_field: Option<String>,
    /// With ctml-compat: JSON object of diagnoses, each with the list of those that count as it.
    #[arg(long, value_name = "FILE")]
    pub(crate) name_map: Option<PathBuf>,
    /// JSON: one object a trial.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How what is not known counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Semantics {
    /// Met, failed, or not known.
    ThreeValued,
    /// As matchengine-V2: what is not there is no.
    CtmlCompat,
    /// Both, and which samples' answers differ and why: what to look through before moving from
    /// matchengine-V2. `both` counts samples that both take, `neither` those that neither takes.
    Both,
}

/// `cognate trials explain`
#[derive(Args, Debug)]
pub(crate) struct TrialsExplainArguments {
    /// Sample, or patient with one sample.
    pub(crate) patient: String,
    /// Trial, by protocol or registry number.
    pub(crate) trial: String,
    #[command(flatten)]
    pub(crate) trials: TrialFiles,
    #[command(flatten)]
    pub(crate) patients: PatientOptions,
    /// JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate trials import`
#[derive(Args, Debug)]
pub(crate) struct TrialsImportArguments {
    /// Files or directories with trials.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Directory to write to, one file a trial. Without it, standard output, one object a line.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// `cognate trials lint`
#[derive(Args, Debug)]
pub(crate) struct TrialsLintArguments {
    /// Files or directories with trials.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// JSON: one object a trial.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate trials add`
#[derive(Args, Debug)]
pub(crate) struct TrialsAddArguments {
    /// Files or directories with trials of any known form.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate trials list`
#[derive(Args, Debug)]
pub(crate) struct TrialsListArguments {
    /// Every version of this trial, by protocol or registry number.
    #[arg(value_name = "TRIAL")]
    pub(crate) trial: Option<String>,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate trials retire`
#[derive(Args, Debug)]
pub(crate) struct TrialsRetireArguments {
    /// The trial, by protocol or registry number.
    #[arg(value_name = "TRIAL")]
    pub(crate) trial: String,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
}
