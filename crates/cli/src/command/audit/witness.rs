//! `cognate audit prove` and `witness`

use super::keys;
use crate::arguments::{AuditProveArguments, AuditWitnessArguments};
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use anyhow::{Context, bail};
use record::{
    AuditProof, Failure, Verifier, check_audit_proof, prove_audit_log, unsigned_audit_segments,
};
use std::path::Path;

/// Bytes of a proof or of checkpoints.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The text of a file of checkpoints or of a proof.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    let place = || format!("`{}` cannot be read", path.display());
    if std::fs::metadata(path).with_context(place)?.len() > FILE_BYTES_MAX {
        bail!("`{}` is larger than {FILE_BYTES_MAX} bytes", path.display());
    }
    std::fs::read_to_string(path).with_context(place)
}

/// The proof, and that it convinces a witness.
pub(super) fn proven(
    directory: &Path,
    checkpoints: &Path,
    verifiers: &[Verifier],
    since: &str,
) -> Result<AuditProof, Failure> {
    let proof = prove_audit_log(directory, checkpoints, verifiers, since)?;
    check_audit_proof(since, &proof, verifiers)?;
    Ok(proof)
}

/// Prints a proof. It reads no event and needs no master key.
pub(super) fn prove(arguments: &AuditProveArguments) -> anyhow::Result<Outcome> {
    let directory = arguments.store.audit_checkpoints.as_deref();
    let checkpoints = directory.context("`--audit-checkpoints` names their directory")?;
    let verifiers = keys(checkpoints, &arguments.verifiers)?;
    let since = arguments.since.as_deref().map(text).transpose()?.unwrap_or_default();
    let directory = &arguments.store.directory;
    let proof = match proven(directory, checkpoints, &verifiers, &since) {
        Ok(proof) => proof,
        Err(failure) => {
            say(&format!("NOT PROVEN: {failure}"));
            return Ok(Outcome::Problem);
        }
    };
    for segment in unsigned_audit_segments(directory, &proof)? {
        say(&format!("{segment} has no checkpoint; nothing is proven of it"));
    }
    print_json(&proof)?;
    Ok(Outcome::Done)
}

/// Checks a proof, and prints the checkpoints to keep.
pub(super) fn check(arguments: &AuditWitnessArguments) -> anyhow::Result<Outcome> {
    let file = &arguments.proof;
    let proof: AuditProof = serde_json::from_str(&text(file)?)
        .with_context(|| format!("`{}` is no proof", file.display()))?;
    let since = arguments.since.as_deref().map(text).transpose()?.unwrap_or_default();
    let read = |key: &String| key.parse::<Verifier>().with_context(|| format!("`{key}`"));
    let verifiers = arguments.verifiers.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
    match check_audit_proof(&since, &proof, &verifiers) {
        Ok(kept) => {
            print(&kept)?;
            say("proven: the log is what it was, with more at its end");
            Ok(Outcome::Done)
        }
        Err(failure) => {
            say(&format!("NOT PROVEN: {failure}"));
            Ok(Outcome::Problem)
        }
    }
}
