//! The packages of a `Cargo.lock` that came from a registry.

use anyhow::{Context, Result, bail};
use semver::Version;
use serde::Deserialize;

/// A locked package from a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The package's name.
    pub name: String,
    /// The exact version.
    pub version: Version,
}

#[derive(Debug, Deserialize)]
struct LockFile {
    package: Vec<LockedEntry>,
}

#[derive(Debug, Deserialize)]
struct LockedEntry {
    name: String,
    version: String,
    source: Option<String>,
}

/// Reads the registry packages; those of the workspace itself have no source and are left out.
///
/// # Errors
/// Text that is no lock file, a version that is none, or a lock file without any package.
pub fn read_lock(text: &str) -> Result<Vec<Locked>> {
    let file: LockFile = toml::from_str(text).context("cannot read the lock file")?;
    let mut locked = Vec::new();
    for entry in file.package.into_iter().filter(|entry| entry.source.is_some()) {
        let version = entry
            .version
            .parse()
            .with_context(|| format!("`{} {}` is no version", entry.name, entry.version))?;
        locked.push(Locked { name: entry.name, version });
    }
    if locked.is_empty() {
        bail!("the lock file names no package of a registry");
    }
    Ok(locked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_registry_packages_only() {
        let text = "version = 4\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\
            [[package]]\nname = \"theirs\"\nversion = \"1.2.3\"\nsource = \"registry+x\"\n";
        let locked = read_lock(text).unwrap();
        assert_eq!(locked, [Locked { name: "theirs".to_owned(), version: Version::new(1, 2, 3) }]);
        assert!(
            read_lock("version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n").is_err()
        );
        assert!(read_lock("nonsense").is_err());
    }
}
