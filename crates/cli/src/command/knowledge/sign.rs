//! `cognate knowledge key` and `sign`

use crate::command::{print, say};
use crate::outcome::Outcome;
use anyhow::{Context, bail};
use knowledge::{Pack, SIGNATURE_FILE, SigningKey};
use model::problem::first_error;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes a key; the public one is what others trust.
pub(super) fn key(out: &Path) -> anyhow::Result<Outcome> {
    let seed: [u8; 32] = record::random_bytes()?;
    let mut text = String::new();
    for byte in seed {
        write!(text, "{byte:02x}")?;
    }
    let key: SigningKey = text.parse()?;
    let place = || format!("the key `{}` cannot be written", out.display());
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(out)
        .with_context(place)?;
    writeln!(file, "{text}").with_context(place)?;
    file.sync_all().with_context(place)?;
    print(&format!("{}\n", key.public_key()))?;
    say("whoever trusts packs signed with it gets this public key; the file stays secret");
    Ok(Outcome::Done)
}

/// Reads a key that signs.
pub(crate) fn signing_key(file: &Path) -> anyhow::Result<SigningKey> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("the key `{}` cannot be read", file.display()))?;
    text.parse().with_context(|| format!("`{}` is no key", file.display()))
}

/// Signs a pack directory.
pub(super) fn sign(directory: &Path, key: &Path) -> anyhow::Result<Outcome> {
    let key = signing_key(key)?;
    let pack = Pack::from_directory(directory)
        .with_context(|| format!("`{}` does not load", directory.display()))?;
    let mut problems = knowledge::lint(&pack);
    problems.extend(::pgx::lint_self_calls(&pack.pgx));
    if let Some(fault) = first_error(&problems) {
        bail!("the pack has a fault and is not signed: {fault}");
    }
    let pack = knowledge::sign_directory(directory, &key)?;
    say(&format!(
        "signed {} with {}: `{SIGNATURE_FILE}`",
        pack.reference().digest,
        key.public_key()
    ));
    Ok(Outcome::Done)
}
