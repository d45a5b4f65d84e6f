//! `docs/CLI.md`: what the built binary says of its own commands.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use cargo_metadata::Metadata;

/// The environment variable that names the binary to ask.
const BINARY: &str = "COGNATE_BIN";

/// The output of `cognate reference`, or why there is none.
///
/// # Errors
/// The binary is there but fails, or prints something that is not text.
pub(super) fn markdown(metadata: &Metadata) -> Result<Result<String, String>> {
    let Some(binary) = binary(metadata) else {
        return Ok(Err(format!("no built binary; build `cli` first, or name one in {BINARY}")));
    };
    let mut command = Command::new(&binary);
    // Help shows the values of these, and they are this machine's.
    for (name, _) in
        env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COGNATE_"))
    {
        command.env_remove(name);
    }
    let output = command
        .arg("reference")
        .output()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("`{} reference` failed: {}", binary.display(), reason.trim());
    }
    let text = String::from_utf8(output.stdout).context("the reference is not UTF-8")?;
    if text.trim().is_empty() {
        bail!("`{} reference` printed nothing", binary.display());
    }
    Ok(Ok(text))
}

/// The binary named by the environment, or the dev-profile one of the target directory.
fn binary(metadata: &Metadata) -> Option<PathBuf> {
    if let Some(named) = env::var_os(BINARY) {
        return Some(PathBuf::from(named));
    }
    let built = metadata.target_directory.join("debug/cognate").into_std_path_buf();
    built.is_file().then_some(built)
}
