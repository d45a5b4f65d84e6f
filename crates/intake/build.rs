//! A digest of everything that decides what a message is read as: what was read by other sources
//! may come out otherwise now, and is read again by a replay.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Crates that reading goes through, beside the libraries of the lock file.
const CRATES: [&str; 6] = ["formats", "genomics", "intake", "model", "record", "tumor"];

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = BTreeSet::new();
    for name in CRATES {
        let sources = here.join("..").join(name).join("src");
        println!("cargo::rerun-if-changed={}", sources.display());
        collect(&sources, &mut files)?;
    }
    let lock = here.join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    files.insert(lock);
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(&here).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    println!("cargo::rustc-env=READING_DIGEST={:016x}", hasher.finish());
    Ok(())
}

/// All files under a folder.
fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.insert(path);
        }
    }
    Ok(())
}
