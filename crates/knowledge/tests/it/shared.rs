//! Where the upstream files are, when they are there.

use std::path::{Path, PathBuf};

/// The genes of the shipped pack.
pub(crate) const GENES: [&str; 4] = ["CYP2C19", "NUDT15", "SLCO1B1", "TPMT"];

/// The shipped pack's directory.
pub(crate) fn pack_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge/pgx")
}

/// The upstream files' directory; `None`, with a line saying so, if it is absent.
pub(crate) fn upstream() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/pgx");
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no upstream files at ../shared/data/pgx");
    None
}
