//! Where the upstream files are, when they are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The genes of the shipped pack.
pub(crate) const GENES: [&str; 23] = [
    "ABCG2", "CACNA1S", "CFTR", "CYP2B6", "CYP2C19", "CYP2C9", "CYP2D6", "CYP3A4", "CYP3A5",
    "CYP4F2", "DPYD", "G6PD", "HLA-A", "HLA-B", "IFNL3", "MT-RNR1", "NAT2", "NUDT15", "RYR1",
    "SLCO1B1", "TPMT", "UGT1A1", "VKORC1",
];

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

/// Definitions and phenotype tables, newer ones before older ones of the same gene, by name.
pub(crate) fn upstream_files() -> Option<BTreeMap<String, Vec<u8>>> {
    let root = upstream()?;
    let mut files = BTreeMap::new();
    for folder in ["definitions", "phenotypes", "older"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
    Some(files)
}
