//! `cognate keys`

use super::StoreArguments;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cognate keys`
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Show which master key seals the keyring and which keys it holds; no secrets.
    Show(KeysShowArguments),
    /// Put another key in place of one: the master key, or the key that the keys of patients are
    /// wrapped by. The server may go on meanwhile.
    Rotate(KeysRotateArguments),
    /// Make a new key that ID tokens are signed by, from now on. Former keys stay published, so
    /// that what they have signed stays good.
    RenewIdTokens {
        #[command(flatten)]
        store: StoreArguments,
        /// Drop keys that were made more than so many days ago: what they have signed is good no
        /// longer.
        #[arg(long, value_name = "N")]
        drop_after_days: Option<u32>,
    },
}

/// `cognate keys show`
#[derive(Args, Debug)]
pub(crate) struct KeysShowArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `cognate keys rotate`
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["new_master_key_file",
    "new_pkcs11_key", "patients"]))]
pub(crate) struct KeysRotateArguments {
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// File with the new master key, made if it is not there. Only the keyring is sealed anew; a
    /// crash leaves it under the one key or the other. Start servers again with the new key.
    #[arg(long, value_name = "FILE")]
    pub(crate) new_master_key_file: Option<PathBuf>,
    /// Label of the new master key in the PKCS#11 token, made there if it is not there; it cannot
    /// leave it.
    #[arg(long, value_name = "LABEL", requires = "pkcs11_module")]
    pub(crate) new_pkcs11_key: Option<String>,
    /// Make a new key for the tenant and wrap the keys of all patients and messages by it, some at
    /// a time.
    #[arg(long)]
    pub(crate) patients: bool,
    /// Go on with wrapping that was broken off: no new key is made.
    #[arg(long, requires = "patients")]
    pub(crate) resume: bool,
    /// Destroy the tenant's former keys afterwards. Backups made before cannot be read any more,
    /// nor can what was erased since they were made.
    #[arg(long, requires = "patients")]
    pub(crate) forget: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
