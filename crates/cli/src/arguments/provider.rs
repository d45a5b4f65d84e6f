//! The external identity provider of `cognate serve`

use clap::Args;
use std::path::PathBuf;

/// An external identity provider (OpenID Connect) beside local accounts.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProviderArguments {
    /// Issuer of the identity provider, such as `https://login.example/realms/hospital`; what it
    /// says of itself is looked up under it.
    #[arg(
        long = "provider-issuer",
        env = "COGNATE_PROVIDER_ISSUER",
        value_name = "URL",
        requires = "client_id"
    )]
    pub(crate) issuer: Option<String>,
    /// What this server is at the provider.
    #[arg(
        long = "provider-client-id",
        env = "COGNATE_PROVIDER_CLIENT_ID",
        value_name = "ID",
        requires = "issuer"
    )]
    pub(crate) client_id: Option<String>,
    /// File with this server's secret at the provider.
    #[arg(
        long = "provider-secret-file",
        env = "COGNATE_PROVIDER_SECRET_FILE",
        value_name = "FILE",
        requires = "issuer"
    )]
    pub(crate) secret_file: Option<PathBuf>,
    /// Name of the provider on the log-in page.
    #[arg(
        long = "provider-name",
        env = "COGNATE_PROVIDER_NAME",
        default_value = "your organisation",
        value_name = "NAME"
    )]
    pub(crate) name: String,
    /// Claim that says what a person is; dots lead into objects.
    #[arg(
        long = "provider-role-claim",
        env = "COGNATE_PROVIDER_ROLE_CLAIM",
        default_value = "roles",
        value_name = "CLAIM"
    )]
    pub(crate) role_claim: String,
    /// Which value of the claim is which role, `physicians=prescriber`; may be given several times,
    /// parted by semicolons in the environment. Who has no role by it does not get in.
    #[arg(
        long = "provider-role",
        env = "COGNATE_PROVIDER_ROLE",
        value_name = "VALUE=ROLE",
        value_delimiter = ';'
    )]
    pub(crate) role: Vec<String>,
    /// Algorithm that the provider signs with: RS256, ES256, RS384 or ES384.
    #[arg(
        long = "provider-algorithm",
        env = "COGNATE_PROVIDER_ALGORITHM",
        default_value = "RS256",
        value_name = "ALGORITHM",
        value_delimiter = ','
    )]
    pub(crate) algorithm: Vec<String>,
    /// PEM file with the authorities whose certificate the provider may show, in place of those
    /// that this machine trusts.
    #[arg(
        long = "provider-authorities",
        env = "COGNATE_PROVIDER_AUTHORITIES",
        value_name = "FILE"
    )]
    pub(crate) authorities: Option<PathBuf>,
}
