//! `cognate init`

use super::say;
use crate::arguments::InitArguments;
use crate::outcome::Outcome;
use crate::store;

/// Creates a data directory with its master key.
pub(crate) fn run(arguments: &InitArguments) -> anyhow::Result<Outcome> {
    store::create(&arguments.store)?;
    say(&format!("created a store at {}", store::place(&arguments.store)));
    let key = match &arguments.store.token.pkcs11_key {
        Some(label) => format!("`{label}` in the token"),
        None => format!("`{}`", store::key_file(&arguments.store).display()),
    };
    say(&format!(
        "the master key is {key}: without it nothing can be read; keep a copy apart from backups, \
         and one of the keyring"
    ));
    Ok(Outcome::Done)
}
