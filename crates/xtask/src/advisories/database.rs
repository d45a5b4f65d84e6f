//! Reads RustSec advisories: markdown files whose first fenced block is TOML.
//!
//! Layout and fields: the RustSec advisory format (`crates/<package>/RUSTSEC-YYYY-NNNN.md`).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use semver::{Version, VersionReq};
use serde::Deserialize;

/// One advisory, with what decides whether a version is reached.
#[derive(Debug, Clone)]
pub struct Advisory {
    /// `RUSTSEC-YYYY-NNNN`.
    pub id: String,
    /// The package it is about.
    pub package: String,
    /// The first heading of its text.
    pub title: String,
    informational: Option<String>,
    withdrawn: bool,
    patched: Vec<VersionReq>,
    unaffected: Vec<VersionReq>,
}

#[derive(Debug, Deserialize)]
struct FrontMatter {
    advisory: Head,
    versions: Versions,
}

#[derive(Debug, Deserialize)]
struct Head {
    id: String,
    package: String,
    informational: Option<String>,
    withdrawn: Option<toml::Value>,
}

#[derive(Debug, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

impl Advisory {
    /// Whether `version` is neither patched nor unaffected. Platform limits are not looked at:
    /// an advisory for another system is a line in the ignore list, with that as its reason.
    pub fn reaches(&self, version: &Version) -> bool {
        let matches = |requirements: &[VersionReq]| requirements.iter().any(|r| r.matches(version));
        !self.withdrawn && !matches(&self.patched) && !matches(&self.unaffected)
    }

    /// `vulnerability`, or the kind of an informational advisory (`unmaintained`, `unsound` …).
    pub fn kind(&self) -> &str {
        self.informational.as_deref().unwrap_or("vulnerability")
    }

    /// The patched versions as a person reads them.
    pub fn patched_text(&self) -> String {
        match self.patched.as_slice() {
            [] => "no version".to_owned(),
            some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
        }
    }

    /// Reads one advisory file.
    fn parse(text: &str) -> Result<Self> {
        let rest = text.trim_start().strip_prefix("```toml").context("no TOML block at the top")?;
        let (toml_text, body) = rest.split_once("\n```").context("the TOML block has no end")?;
        let front: FrontMatter = toml::from_str(toml_text).context("cannot read the TOML block")?;
        let title = body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("(no title)");
        Ok(Self {
            id: front.advisory.id,
            package: front.advisory.package,
            title: title.trim().to_owned(),
            informational: front.advisory.informational,
            withdrawn: front.advisory.withdrawn.is_some(),
            patched: front.versions.patched,
            unaffected: front.versions.unaffected,
        })
    }
}

/// All advisories, by package.
#[derive(Debug, Default)]
pub struct Database {
    by_package: BTreeMap<String, Vec<Advisory>>,
}

impl Database {
    /// Opens an unpacked directory, or a `.tar.gz` (unpacked by `tar` and removed afterwards).
    ///
    /// # Errors
    /// `tar` fails, an advisory cannot be read (the message names it), or there is none.
    pub fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            return Self::from_directory(path);
        }
        let unpacked = Unpacked::new(path)?;
        Self::from_directory(&unpacked.directory)
    }

    /// Reads advisories given as (name, text).
    pub fn from_texts(texts: &[(&str, &str)]) -> Result<Self> {
        let mut database = Self::default();
        for (name, text) in texts {
            let advisory =
                Advisory::parse(text).with_context(|| format!("cannot read advisory `{name}`"))?;
            database.by_package.entry(advisory.package.clone()).or_default().push(advisory);
        }
        if database.is_empty() {
            bail!("the database holds no advisory");
        }
        Ok(database)
    }

    fn from_directory(directory: &Path) -> Result<Self> {
        let mut texts = Vec::new();
        for package in entries(&directory.join("crates"))? {
            for file in entries(&package)? {
                let name = file.display().to_string();
                let text = fs::read_to_string(&file).with_context(|| format!("reading {name}"))?;
                texts.push((name, text));
            }
        }
        let borrowed: Vec<(&str, &str)> =
            texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self::from_texts(&borrowed)
    }

    /// The advisories about a package.
    pub fn about(&self, package: &str) -> impl Iterator<Item = &Advisory> {
        self.by_package.get(package).into_iter().flatten()
    }

    /// How many advisories there are.
    pub fn len(&self) -> usize {
        self.by_package.values().map(Vec::len).sum()
    }

    /// Whether there are none; [`Database::open`] never gives such a one.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let listing =
        fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
    let mut paths = listing
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

/// A temporary directory that goes when it is dropped.
#[derive(Debug)]
struct Unpacked {
    directory: PathBuf,
}

impl Unpacked {
    fn new(archive: &Path) -> Result<Self> {
        let name = format!("cognate-advisories-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        // `create_dir`, not `create_dir_all`: someone else's directory is not ours to fill.
        fs::create_dir(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        let unpacked = Self { directory };
        let output = Command::new("tar")
            .arg("-xzf")
            .arg(archive)
            .arg("-C")
            .arg(&unpacked.directory)
            .output()
            .context("cannot run `tar`")?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr);
            bail!("`tar` cannot unpack {}: {}", archive.display(), reason.trim());
        }
        Ok(unpacked)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What stays behind in the temporary directory does no harm.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_advisory() {
        for text in ["", "# title", "```toml\n[advisory]\n```", "```toml\nid = 1\n"] {
            assert!(Database::from_texts(&[("a.md", text)]).is_err(), "{text}");
        }
        assert!(Database::from_texts(&[]).is_err());
        assert!(Database::open(Path::new("no-such-file.tar.gz")).is_err());
    }

    #[test]
    fn a_withdrawn_advisory_reaches_nothing() {
        let text = "```toml\n[advisory]\nid = \"RUSTSEC-2099-0002\"\npackage = \"thing\"\n\
            withdrawn = \"2099-01-01\"\n[versions]\npatched = []\n```\n# Gone\n";
        let database = Database::from_texts(&[("a.md", text)]).unwrap();
        assert!(!database.about("thing").next().unwrap().reaches(&Version::new(1, 0, 0)));
    }
}
