//! A pack in memory: manifest, the files as they were, and the tables as engines use them.

mod built_in;

use crate::digest::{pack_digest, sha256_hex};
use crate::error::LoadError;
use crate::manifest::Manifest;
use crate::pgx::{PgxKnowledge, load};
use crate::signature::{self, PublicKey};
use model::statement::KnowledgeRef;
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the manifest.
pub const MANIFEST_FILE: &str = "pack.toml";

/// Largest pack that is read, in bytes over all files. The first pack has some 100 kB.
pub const PACK_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A knowledge pack, loaded and checked against its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Which pack, from which sources.
    pub manifest: Manifest,
    /// Its files by name, manifest included, byte for byte: what a replay needs.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Genes, drugs and rules.
    pub pgx: PgxKnowledge,
    /// Digest of `files` as they were loaded; every statement and answer asks for it.
    digest: String,
}

impl Pack {
    /// Loads the pack of a directory: `pack.toml` and every `.tsv` beside it. Other files
    /// (README, notices) are not part of the pack.
    pub fn from_directory(directory: &Path) -> Result<Self, LoadError> {
        let failed =
            |path: &Path, source| LoadError::Read { file: path.display().to_string(), source };
        let mut files = BTreeMap::new();
        let mut total = 0;
        let entries = std::fs::read_dir(directory).map_err(|error| failed(directory, error))?;
        for entry in entries {
            let path = entry.map_err(|error| failed(directory, error))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if name != MANIFEST_FILE && path.extension().is_none_or(|end| end != "tsv") {
                continue;
            }
            let size = std::fs::metadata(&path).map_err(|error| failed(&path, error))?.len();
            total += usize::try_from(size).unwrap_or(usize::MAX).min(PACK_BYTES_MAX + 1);
            check_size(total)?;
            let bytes = std::fs::read(&path).map_err(|error| failed(&path, error))?;
            files.insert(name.to_owned(), bytes);
        }
        Self::from_files(files)
    }

    /// As [`Pack::from_directory`], and signed by one of these keys in the directory's
    /// [`SIGNATURE_FILE`](crate::SIGNATURE_FILE). Without keys nothing is asked for.
    pub fn from_directory_trusting(
        directory: &Path,
        trusted: &[PublicKey],
    ) -> Result<Self, LoadError> {
        let pack = Self::from_directory(directory)?;
        let signatures = signature::of_directory(directory)?;
        signature::verify(&pack, signatures.as_deref(), trusted)?;
        Ok(pack)
    }

    /// Loads a pack from its files by name, as a record stored them.
    pub fn from_files(files: BTreeMap<String, Vec<u8>>) -> Result<Self, LoadError> {
        check_size(files.values().map(Vec::len).sum())?;
        let missing = |file: &str| LoadError::Missing { file: file.to_owned() };
        let bytes = files.get(MANIFEST_FILE).ok_or_else(|| missing(MANIFEST_FILE))?;
        let manifest = Manifest::parse(bytes)?;
        for entry in &manifest.files {
            let bytes = files.get(&entry.name).ok_or_else(|| missing(&entry.name))?;
            let found = sha256_hex(bytes);
            if found != entry.sha256 {
                let (file, expected) = (entry.name.clone(), entry.sha256.clone());
                return Err(LoadError::Digest { file, expected, found });
            }
        }
        let listed = |name: &str| {
            name == MANIFEST_FILE || manifest.files.iter().any(|entry| entry.name == name)
        };
        if let Some(file) = files.keys().find(|name| !listed(name)) {
            return Err(LoadError::Unlisted { file: file.clone() });
        }
        let pgx = load::tables(&files, &manifest)?;
        let digest = pack_digest(&files);
        Ok(Self { manifest, files, pgx, digest })
    }

    /// The pack that ships inside the program.
    pub fn built_in() -> Result<Self, LoadError> {
        let files = built_in::FILES.iter();
        Self::from_files(files.map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect())
    }

    /// Which pack this is, exactly: for the capsule of every statement made with it.
    pub fn reference(&self) -> KnowledgeRef {
        self.manifest.reference(&self.digest)
    }
}

fn check_size(bytes: usize) -> Result<(), LoadError> {
    if bytes > PACK_BYTES_MAX {
        return Err(LoadError::TooLarge { file: "pack".into(), bytes, limit: PACK_BYTES_MAX });
    }
    Ok(())
}
