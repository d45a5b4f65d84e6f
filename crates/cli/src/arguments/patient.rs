//! `cognate patient`

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate patient`
#[derive(Debug, Subcommand)]
pub(crate) enum PatientCommand {
    /// Erase a patient for good by destroying the keys of what is known of it, and write a signed
    /// certificate. Needs `--audit-checkpoint-key`, which signs it. Servers may go on meanwhile.
    Erase(Box<EraseArguments>),
    /// Check the signature of a certificate and print it. Ends with 1 if it does not hold.
    Certificate(CertificateArguments),
}

/// `cognate patient erase`
#[derive(Args, Debug)]
pub(crate) struct EraseArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Id of the patient.
    #[arg(value_name = "PATIENT")]
    pub(crate) patient: String,
    /// Why, in words: it stands on the certificate.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// New file for the certificate.
    #[arg(long, value_name = "FILE", requires = "audit_checkpoint_key")]
    pub(crate) certificate: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate patient certificate`
#[derive(Args, Debug)]
pub(crate) struct CertificateArguments {
    /// The certificate.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Key that it must be signed with, as `verifier` in the directory of checkpoints names it; may
    /// be given several times.
    #[arg(long = "verifier", value_name = "KEY", required = true)]
    pub(crate) verifiers: Vec<String>,
}
