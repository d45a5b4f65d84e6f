//! Checks `Cargo.lock` against a local copy of the RustSec advisory database, with no network.

mod database;
mod lock;

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::Finding;

pub use database::{Advisory, Database};
pub use lock::{Locked, read_lock};

/// What a check found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Advisories that reach a locked package, and ignores that match nothing.
    pub findings: Vec<Finding>,
    /// Findings that deny.toml ignores, each with its reason.
    pub ignored: Vec<String>,
    /// Locked packages that were looked up.
    pub packages: usize,
    /// Advisories in the database.
    pub advisories: usize,
}

/// One entry of `[advisories] ignore` in deny.toml, the form cargo-deny has too.
#[derive(Debug, Clone, Deserialize)]
pub struct Ignore {
    /// The advisory's identifier, `RUSTSEC-YYYY-NNNN`.
    pub id: String,
    /// Why it does not reach us.
    pub reason: String,
}

#[derive(Debug, Deserialize)]
struct DenyFile {
    advisories: DenyAdvisories,
}

#[derive(Debug, Deserialize)]
struct DenyAdvisories {
    ignore: Vec<Ignore>,
}

/// Checks the lock file at `root` against `database` (a `.tar.gz` or an unpacked directory).
///
/// # Errors
/// The lock file, deny.toml or the database cannot be read, or the database holds no advisory.
pub fn check(root: &Path, database: &Path) -> Result<Outcome> {
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read `Cargo.lock`")?;
    let deny = fs::read_to_string(root.join("deny.toml")).context("cannot read `deny.toml`")?;
    let deny: DenyFile = toml::from_str(&deny).context("cannot read `deny.toml`")?;
    Ok(compare(&read_lock(&lock)?, &Database::open(database)?, &deny.advisories.ignore))
}

/// The comparison itself.
pub fn compare(locked: &[Locked], database: &Database, ignores: &[Ignore]) -> Outcome {
    let mut outcome =
        Outcome { packages: locked.len(), advisories: database.len(), ..Outcome::default() };
    let mut used = BTreeSet::new();
    for package in locked {
        for advisory in database.about(&package.name).filter(|a| a.reaches(&package.version)) {
            let what = format!(
                "{} {} is reached by {} ({}): {}; patched: {}",
                package.name,
                package.version,
                advisory.id,
                advisory.kind(),
                advisory.title,
                advisory.patched_text(),
            );
            if let Some(ignore) = ignores.iter().find(|ignore| ignore.id == advisory.id) {
                used.insert(ignore.id.clone());
                outcome.ignored.push(format!("{what}; because: {}", ignore.reason));
            } else {
                outcome.findings.push(Finding::file("Cargo.lock", what));
            }
        }
    }
    for ignore in ignores.iter().filter(|ignore| !used.contains(&ignore.id)) {
        let message = format!("`{}` matches nothing any more: remove it", ignore.id);
        outcome.findings.push(Finding::file("deny.toml", message));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADVISORY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2099-0001\"\npackage = \"thing\"\n\
        [versions]\npatched = [\"^1.2.4\", \">= 2.0.1\"]\nunaffected = [\"< 1.1.0\"]\n```\n\
        \n# Things fall apart\n\nText.\n";

    fn locked(version: &str) -> Vec<Locked> {
        vec![Locked { name: "thing".to_owned(), version: version.parse().unwrap() }]
    }

    fn database() -> Database {
        Database::from_texts(&[("RUSTSEC-2099-0001.md", ADVISORY)]).unwrap()
    }

    #[test]
    fn compares_versions_with_patched_and_unaffected() {
        for (version, expected) in
            [("1.0.9", 0), ("1.1.0", 1), ("1.2.3", 1), ("1.2.4", 0), ("2.0.0", 1), ("2.0.1", 0)]
        {
            let outcome = compare(&locked(version), &database(), &[]);
            assert_eq!(outcome.findings.len(), expected, "{version}");
        }
        let outcome = compare(&locked("1.2.3"), &database(), &[]);
        assert_eq!(
            outcome.findings.first().unwrap().message,
            "thing 1.2.3 is reached by RUSTSEC-2099-0001 (vulnerability): Things fall apart; \
             patched: ^1.2.4 or >=2.0.1"
        );
    }

    #[test]
    fn an_ignore_needs_something_to_ignore() {
        let ignore = [Ignore { id: "RUSTSEC-2099-0001".to_owned(), reason: "unused".to_owned() }];
        let matched = compare(&locked("1.2.3"), &database(), &ignore);
        assert!(matched.findings.is_empty());
        assert_eq!(matched.ignored.len(), 1);
        let stale = compare(&locked("1.2.4"), &database(), &ignore);
        assert_eq!(stale.findings.len(), 1);
    }
}
