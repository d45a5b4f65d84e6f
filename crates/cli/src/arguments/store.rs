//! Where the data is, and `cognate store`

use clap::{Args, Subcommand};
use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub(crate) struct StoreArguments {
    /// Data directory.
    #[arg(long, env = "COGNATE_DIRECTORY", default_value = "cognate-data", value_name = "DIR")]
    pub(crate) directory: PathBuf,
    /// File with the master key; by default the systemd credential `cognate-master-key`, or else
    /// `master.key` in the data directory. Keep it apart from backups.
    #[arg(long, env = "COGNATE_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// File with the keyring that the master key seals; by default `keyring` in the data directory.
    /// Keep it apart from backups of the data. The service has to be able to write it.
    #[arg(long, env = "COGNATE_KEYRING", value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// PostgreSQL database that keeps the record in place of files in the data directory, which
    /// then holds the audit log: `postgres://USER@HOST/DATABASE`.
    #[arg(long = "store", env = "COGNATE_STORE", value_name = "URL", hide_env_values = true)]
    pub(crate) postgres: Option<Address>,
    /// File with the password of the PostgreSQL role, if the address has none.
    #[arg(long, env = "COGNATE_STORE_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) store_password_file: Option<PathBuf>,
    /// Directory for the signed checkpoints of the audit log, each second or 1,000 events. It
    /// should be off this machine or of another owner: what is changed in the log is found by it.
    #[arg(
        long,
        env = "COGNATE_AUDIT_CHECKPOINTS",
        value_name = "DIR",
        requires = "audit_checkpoint_key"
    )]
    pub(crate) audit_checkpoints: Option<PathBuf>,
    /// File with the key that checkpoints are signed with; it is made if it is not there. It is not
    /// derived from the master key: keep it from who has that one.
    #[arg(long, env = "COGNATE_AUDIT_CHECKPOINT_KEY", value_name = "FILE")]
    pub(crate) audit_checkpoint_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) policy_trust: PolicyTrust,
    /// Bring an older schema up to date without taking a snapshot to `before-upgrade` in the data
    /// directory first. Then there is no way back to the program of before.
    #[arg(long, env = "COGNATE_UPGRADE_WITHOUT_BACKUP")]
    pub(crate) upgrade_without_backup: bool,
}

/// Whose policies may be in use: the same for everything that opens the record.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PolicyTrust {
    /// Public keys, one of which must have signed the policies (`policy sign`): others are put into
    /// use by nobody, and where others are in use nobody may do anything. The set that comes with
    /// the program needs no signature. Repeat for several.
    #[arg(
        long = "trusted-policy-key",
        env = "COGNATE_TRUSTED_POLICY_KEYS",
        value_delimiter = ',',
        value_name = "KEY"
    )]
    pub(crate) trusted_policy_keys: Vec<String>,
}

/// A master key in a PKCS#11 token; only in a program that was built with the feature `pkcs11`.
#[derive(Args, Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "they are the names of the arguments")]
pub(crate) struct TokenArguments {
    /// Label of an AES key in a PKCS#11 token that is the master key, in place of a file.
    #[arg(long, env = "COGNATE_PKCS11_KEY", value_name = "LABEL", requires = "pkcs11_module")]
    pub(crate) pkcs11_key: Option<String>,
    /// The PKCS#11 library of the token.
    #[arg(
        long,
        env = "COGNATE_PKCS11_MODULE",
        value_name = "FILE",
        requires_all = ["pkcs11_token", "pkcs11_pin_file"]
    )]
    pub(crate) pkcs11_module: Option<PathBuf>,
    /// Label of the token.
    #[arg(long, env = "COGNATE_PKCS11_TOKEN", value_name = "LABEL")]
    pub(crate) pkcs11_token: Option<String>,
    /// File with the PIN of the token's user.
    #[arg(long, env = "COGNATE_PKCS11_PIN_FILE", value_name = "FILE")]
    pub(crate) pkcs11_pin_file: Option<PathBuf>,
}

/// An address as written: it may hold a password, so it is read later and never shown.
#[derive(Clone)]
pub(crate) struct Address(String);

impl Address {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(..)")
    }
}

/// `cognate store`
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Move a record from a data directory to an empty PostgreSQL database, and verify it. Nobody
    /// can write meanwhile; stop the server first.
    Copy(CopyArguments),
}

/// `cognate store copy`
#[derive(Args, Debug)]
pub(crate) struct CopyArguments {
    /// Data directory with the record. The audit log stays in it; it is the `--directory` of the
    /// moved record, too.
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// Address of the database: `postgres://USER@HOST/DATABASE`.
    #[arg(long, value_name = "URL", env = "COGNATE_STORE", hide_env_values = true)]
    pub(crate) to: Address,
    /// File with the password of the PostgreSQL role, if the address has none.
    #[arg(long, env = "COGNATE_STORE_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) store_password_file: Option<PathBuf>,
    /// File with the master key; by default `master.key` in the data directory.
    #[arg(long, env = "COGNATE_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
    /// File with the keyring; by default `keyring` in the data directory.
    #[arg(long, env = "COGNATE_KEYRING", value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
