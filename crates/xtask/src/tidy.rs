//! The repository's own rules, each a function from the workspace to findings.

pub mod arrows;
pub mod determinism;
pub mod documents;
pub mod length;
pub mod named;
pub mod packs;
pub mod text;

use crate::{Finding, Workspace};

/// Runs every rule; the findings are sorted by place.
pub fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = arrows::check(&workspace.metadata);
    findings.extend(documents::check(&workspace.files));
    findings.extend(named::check(&workspace.files));
    findings.extend(text::check(&workspace.files));
    findings.extend(length::check(&workspace.files));
    findings.extend(determinism::check(&workspace.files));
    findings.extend(packs::check(workspace));
    findings.sort();
    findings
}
