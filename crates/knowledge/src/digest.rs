//! Digests: of one file, of a pack, and written back into a manifest.

use crate::error::LoadError;
use crate::manifest::{FileEntry, Manifest};
use crate::pack::MANIFEST_FILE;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// SHA-256, lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Digest of a whole pack: SHA-256 over one `name sha256` line per file, sorted by name.
/// The manifest is among the files, so a changed date or source changes the digest as well.
pub(crate) fn pack_digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut lines = String::new();
    for (name, bytes) in files {
        let _ = writeln!(lines, "{name} {}", sha256_hex(bytes));
    }
    sha256_hex(lines.as_bytes())
}

/// Brings the digests of a pack directory's `pack.toml` up to date with its tables; returns the
/// names of the files whose entry changed. Everything else in the manifest stays as written. A
/// manifest whose entries are not written on two lines is left alone and refused.
///
/// For those who edit a pack; a pack in use is never changed.
pub fn write_manifest_digests(directory: &Path) -> Result<Vec<String>, LoadError> {
    let path = directory.join(MANIFEST_FILE);
    let read = |path: &Path| {
        std::fs::read(path)
            .map_err(|source| LoadError::Read { file: path.display().to_string(), source })
    };
    let bytes = read(&path)?;
    let manifest = Manifest::parse(&bytes)?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    let mut changed = Vec::new();
    for entry in &manifest.files {
        let found = sha256_hex(&read(&directory.join(&entry.name))?);
        if found != entry.sha256 {
            text = with_digest(&text, &entry.name, &found);
            changed.push(entry.name.clone());
        }
    }
    if !changed.is_empty() {
        let written = Manifest::parse(text.as_bytes())?;
        let stale =
            |entry: &&FileEntry| changed.contains(&entry.name) && manifest.files.contains(entry);
        if let Some(entry) = written.files.iter().find(stale) {
            let text = format!("`{}` must have `name` and `sha256` on two lines", entry.name);
            return Err(LoadError::syntax(MANIFEST_FILE, 1, 1, text));
        }
        std::fs::write(&path, text)
            .map_err(|source| LoadError::Write { file: path.display().to_string(), source })?;
    }
    Ok(changed)
}

/// The manifest's text with the digest of one `[[files]]` entry replaced. The entry is written as
/// `name = "…"` and `sha256 = "…"` on consecutive lines.
fn with_digest(text: &str, name: &str, digest: &str) -> String {
    let wanted = format!("name = \"{name}\"");
    let mut in_entry = false;
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        if in_entry && line.trim_start().starts_with("sha256") {
            let _ = writeln!(out, "sha256 = \"{digest}\"");
        } else {
            out.push_str(line);
            out.push('\n');
        }
        in_entry = line.trim() == wanted;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standard() {
        // FIPS 180-4 examples: the empty message and "abc".
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b""), empty);
        assert_eq!(sha256_hex(b"abc"), abc);
    }

    #[test]
    fn only_the_named_entry_changes() {
        let text = "[[files]]\nname = \"a.tsv\"\nsha256 = \"1\"\n\n\
                    [[files]]\nname = \"b.tsv\"\nsha256 = \"2\"\n";
        let new = with_digest(text, "b.tsv", "3");
        assert_eq!(new, text.replace("\"2\"", "\"3\""));
    }

    #[test]
    fn the_pack_digest_depends_on_names_and_bytes() {
        let files = |list: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
            list.iter().map(|(n, b)| ((*n).to_owned(), b.as_bytes().to_vec())).collect()
        };
        let one = pack_digest(&files(&[("a", "1"), ("b", "2")]));
        assert_eq!(one, pack_digest(&files(&[("b", "2"), ("a", "1")])));
        assert_ne!(one, pack_digest(&files(&[("a", "2"), ("b", "1")])));
        assert_ne!(one, pack_digest(&files(&[("a", "1"), ("c", "2")])));
    }
}
