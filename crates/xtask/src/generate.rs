//! Generated documents: written by `cargo xtask generate`, compared by `--check`.

mod crates;
mod reference;
mod sbom;

use std::fs;

use anyhow::{Context, Result};

use crate::{Finding, Workspace};

/// The generated files as they should be.
#[derive(Debug, Default)]
pub struct Generated {
    /// Path from the root and contents.
    pub files: Vec<(String, String)>,
    /// What could not be made here, and why.
    pub skipped: Vec<String>,
}

/// Makes every generated file in memory.
///
/// # Errors
/// A crate root cannot be read, or the built binary refuses to print its reference.
pub fn all(workspace: &Workspace) -> Result<Generated> {
    let mut generated = Generated::default();
    generated.files.push(("docs/CRATES.md".to_owned(), crates::markdown(workspace)?));
    generated.files.push(("docs/sbom.cdx.json".to_owned(), sbom::json(&workspace.root)?));
    match reference::markdown(&workspace.metadata)? {
        Ok(text) => generated.files.push(("docs/CLI.md".to_owned(), text)),
        Err(reason) => generated.skipped.push(format!("docs/CLI.md: {reason}")),
    }
    Ok(generated)
}

/// The list of what the program is made of, as CycloneDX.
///
/// # Errors
/// `cargo metadata` fails, or the lock file cannot be read.
pub fn sbom(workspace: &Workspace) -> Result<String> {
    sbom::json(&workspace.root)
}

/// The generated files that differ from what is in the tree.
pub fn stale(workspace: &Workspace, generated: &Generated) -> Vec<Finding> {
    generated
        .files
        .iter()
        .filter(|(path, text)| {
            workspace.file(path).and_then(|file| file.text.as_ref()) != Some(text)
        })
        .map(|(path, _)| Finding::file(path, "out of date: run `cargo xtask generate`"))
        .collect()
}

/// Writes the files that differ, and gives their paths.
///
/// # Errors
/// A file cannot be written.
pub fn write(workspace: &Workspace, generated: &Generated) -> Result<Vec<String>> {
    let mut written = Vec::new();
    for finding in stale(workspace, generated) {
        let Some((path, text)) = generated.files.iter().find(|(path, _)| *path == finding.path)
        else {
            continue;
        };
        let full = workspace.root.join(path);
        if let Some(parent) = full.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create for `{path}`"))?;
        }
        fs::write(&full, text).with_context(|| format!("cannot write `{path}`"))?;
        written.push(path.clone());
    }
    Ok(written)
}
