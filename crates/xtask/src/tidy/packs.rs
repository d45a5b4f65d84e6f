//! The digests that each knowledge pack states for its files.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{Finding, Workspace, workspace::SourceFile};

/// What tidy reads of `pack.toml`; the `knowledge` crate reads the rest.
#[derive(Debug, Deserialize)]
struct Pack {
    #[serde(default)]
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    name: String,
    sha256: String,
}

/// Recomputes the SHA-256 of every listed file; every table of a pack must be listed.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, directory) in manifests(workspace) {
        match toml::from_str::<Pack>(manifest.text.as_deref().unwrap_or_default()) {
            Err(error) => findings.push(Finding::file(&manifest.path, error.message())),
            Ok(pack) => findings.extend(check_pack(workspace, manifest, directory, &pack)),
        }
    }
    findings
}

fn check_pack(
    workspace: &Workspace,
    manifest: &SourceFile,
    directory: &str,
    pack: &Pack,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for listed in &pack.files {
        let path = format!("{directory}/{}", listed.name);
        match workspace.file(&path).and_then(|file| file.text.as_deref()) {
            None => findings.push(Finding::file(&manifest.path, format!("no file `{path}`"))),
            Some(text) if sha256(text) != listed.sha256.to_ascii_lowercase() => {
                let message = format!("`{}` has SHA-256 {}", listed.name, sha256(text));
                findings.push(Finding::file(&manifest.path, message));
            }
            Some(_) => {}
        }
    }
    for file in workspace.files.iter().filter(|file| file.has_extension("tsv")) {
        let name = file.path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
        if name.is_some_and(|name| !pack.files.iter().any(|listed| listed.name == name)) {
            let message = "a table of the pack that its `pack.toml` does not list";
            findings.push(Finding::file(&file.path, message));
        }
    }
    findings
}

/// The `[[files]]` entries of every pack as they should be, ready to copy.
///
/// # Errors
/// A `pack.toml` that is not TOML, or a listed file that is not there.
pub fn digests(workspace: &Workspace) -> Result<String> {
    let mut printed = String::new();
    for (manifest, directory) in manifests(workspace) {
        let pack: Pack = toml::from_str(manifest.text.as_deref().unwrap_or_default())
            .with_context(|| format!("cannot read `{}`", manifest.path))?;
        writeln!(printed, "# {}", manifest.path)?;
        for listed in &pack.files {
            let path = format!("{directory}/{}", listed.name);
            let file = workspace.file(&path).with_context(|| format!("no file `{path}`"))?;
            let digest = sha256(file.text.as_deref().unwrap_or_default());
            writeln!(printed, "{}\t{digest}", listed.name)?;
        }
    }
    Ok(printed)
}

/// Each `knowledge/…/pack.toml` with its directory.
fn manifests(workspace: &Workspace) -> impl Iterator<Item = (&SourceFile, &str)> {
    workspace.files.iter().filter_map(|file| {
        let directory = file.path.strip_suffix("/pack.toml")?;
        directory.starts_with("knowledge/").then_some((file, directory))
    })
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_the_published_one() {
        // FIPS 180-4 example: SHA-256 of "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256("abc"), expected);
    }
}
