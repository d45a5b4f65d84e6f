//! Arguments of the EHR that launches the patient page.

use clap::Args;
use std::path::PathBuf;

/// The EHR that launches the patient page (SMART App Launch), if there is one.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct EhrArguments {
    /// FHIR base of the EHR that launches the patient page at `/smart/launch`, such as
    /// `https://ehr.example/fhir`; what it says of itself is looked up under it.
    #[arg(
        long = "ehr-iss",
        env = "COGNATE_EHR_ISS",
        value_name = "URL",
        requires = "ehr_client_id"
    )]
    pub(crate) ehr_iss: Option<String>,
    /// What this server is registered as at the EHR.
    #[arg(
        long = "ehr-client-id",
        env = "COGNATE_EHR_CLIENT_ID",
        value_name = "ID",
        requires = "ehr_iss"
    )]
    pub(crate) ehr_client_id: Option<String>,
    /// File with this server's secret at the EHR.
    #[arg(
        long = "ehr-secret-file",
        env = "COGNATE_EHR_SECRET_FILE",
        value_name = "FILE",
        requires = "ehr_iss"
    )]
    pub(crate) ehr_secret_file: Option<PathBuf>,
    /// Role of people whom the EHR sends and no account is linked to. Without it only those get in
    /// whose account is linked: `cognate account link-provider`.
    #[arg(long = "ehr-role", env = "COGNATE_EHR_ROLE", value_name = "ROLE", requires = "ehr_iss")]
    pub(crate) ehr_role: Option<String>,
    /// Algorithm that the EHR signs ID tokens with: RS256, ES256, RS384 or ES384.
    #[arg(
        long = "ehr-algorithm",
        env = "COGNATE_EHR_ALGORITHM",
        default_value = "RS256",
        value_name = "ALGORITHM",
        value_delimiter = ','
    )]
    pub(crate) ehr_algorithm: Vec<String>,
    /// PEM file with the authorities whose certificate the EHR may show, in place of those that
    /// this machine trusts.
    #[arg(long = "ehr-authorities", env = "COGNATE_EHR_AUTHORITIES", value_name = "FILE")]
    pub(crate) ehr_authorities: Option<PathBuf>,
    /// Origin of an EHR whose frames may show pages about patients, such as `https://ehr.example`;
    /// may be given several times.
    #[arg(
        long = "frame-ancestor",
        env = "COGNATE_FRAME_ANCESTOR",
        value_name = "ORIGIN",
        value_delimiter = ','
    )]
    pub(crate) frame_ancestor: Vec<String>,
}
