//! `pack.toml`: which pack this is, from which sources, and the digest of each table.

use crate::error::LoadError;
use crate::pack::MANIFEST_FILE;
use model::PartialDate;
use model::statement::KnowledgeRef;
use serde::{Deserialize, Serialize};

/// The schema version this code reads.
pub(crate) const SCHEMA: u32 = 2;

/// `pack.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Pack id, `pgx`.
    pub id: String,
    /// What it holds, in one line.
    pub title: String,
    /// Semantic version of the pack.
    pub version: String,
    /// Day of the pack, `YYYY-MM-DD`.
    pub date: String,
    /// Version of the tables' layout.
    pub schema: u32,
    /// Where the facts are from.
    pub sources: Vec<Source>,
    /// The tables and their digests.
    pub files: Vec<FileEntry>,
}

/// One source of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What the tables call it, `clinpgx`.
    pub id: String,
    /// Name as it is to be credited.
    pub name: String,
    /// The source's own version.
    pub version: String,
    /// Date of the state used, as precisely as it is known.
    pub date: String,
    /// SPDX expression, or the terms in words.
    pub licence: String,
    /// The credit the source asks for.
    pub attribution: String,
    /// Where it lives.
    pub url: String,
    /// What was taken from it.
    pub used_for: String,
}

/// One table of the pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// File name, no path.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

impl Manifest {
    /// Which pack this is, exactly: with the digest over all its tables.
    pub(crate) fn reference(&self, digest: &str) -> KnowledgeRef {
        KnowledgeRef {
            pack: self.id.clone(),
            version: self.version.clone(),
            date: self.date.clone(),
            digest: digest.to_owned(),
        }
    }

    /// Reads a manifest. Unknown keys, a version that is not semantic, an incomplete date and an
    /// unknown schema are refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, LoadError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, column) = place(bytes, error.valid_up_to());
            LoadError::syntax(MANIFEST_FILE, line, column, "is not UTF-8")
        })?;
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let (line, column) = place(bytes, error.span().map_or(0, |span| span.start));
            LoadError::syntax(MANIFEST_FILE, line, column, error.message())
        })?;
        manifest.check().map_err(|(key, fault)| {
            let at = text.find(&format!("{key} =")).unwrap_or(0);
            let (line, column) = place(bytes, at);
            LoadError::syntax(MANIFEST_FILE, line, column, format!("`{key}` {fault}"))
        })?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        let is_day = |text: &str| text.len() == 10 && PartialDate::parse(text).is_some();
        if self.id.is_empty() || !self.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
            return Err(("id", "must be lower-case letters and dashes".into()));
        }
        if let Err(error) = semver::Version::parse(&self.version) {
            return Err(("version", format!("is not a semantic version: {error}")));
        }
        if !is_day(&self.date) {
            return Err(("date", "is not a day, YYYY-MM-DD".into()));
        }
        if self.schema != SCHEMA {
            return Err(("schema", format!("is {}, this program reads {SCHEMA}", self.schema)));
        }
        if let Some(source) =
            self.sources.iter().find(|source| PartialDate::parse(&source.date).is_none())
        {
            return Err(("date", format!("of source `{}` is not a date", source.name)));
        }
        let bad_name = |name: &str| !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let bad = |file: &&FileEntry| file.name.strip_suffix(".tsv").is_none_or(bad_name);
        if let Some(file) = self.files.iter().find(bad) {
            return Err(("name", format!("`{}` is not a table's file name", file.name)));
        }
        Ok(())
    }
}

/// Line and character of a byte offset, both counted from 1.
fn place(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.split(|b| *b == b'\n').count();
    let column = before.split(|b| *b == b'\n').next_back().map_or(0, <[u8]>::len);
    (line, column + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "id = \"pgx\"\ntitle = \"t\"\nversion = \"0.1.0\"\ndate = \"2026-01-02\"\n\
                        schema = 2\nsources = []\nfiles = []\n";

    #[test]
    fn a_manifest_reads() {
        let manifest = Manifest::parse(GOOD.as_bytes()).unwrap();
        assert_eq!((manifest.id.as_str(), manifest.version.as_str()), ("pgx", "0.1.0"));
    }

    #[test]
    fn faults_name_their_place() {
        for (from, to, place) in [
            ("0.1.0", "one", "pack.toml:3:1: `version`"),
            ("2026-01-02", "2026-02-30", "pack.toml:4:1: `date`"),
            ("2026-01-02", "2026-01", "pack.toml:4:1: `date`"),
            ("schema = 2", "schema = 1", "pack.toml:5:1: `schema`"),
            ("id = \"pgx\"", "id = \"P G\"", "pack.toml:1:1: `id`"),
            ("title", "subtitle", "pack.toml:2:1: unknown field"),
            ("files = []", "files = [{name=\"../x.tsv\", sha256=\"\"}]", "`../x.tsv`"),
        ] {
            let error = Manifest::parse(GOOD.replace(from, to).as_bytes()).unwrap_err();
            assert!(error.to_string().contains(place), "{to}: {error}");
        }
        let error = Manifest::parse(b"id = \"\xff\"").unwrap_err();
        assert_eq!(error.to_string(), "pack.toml:1:7: is not UTF-8");
    }
}
