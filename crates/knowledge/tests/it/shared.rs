//! Where the upstream files are, when they are there; the shipped pack and a small part of it.

use knowledge::{Pack, sha256_hex};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

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

/// The files of a pack by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The shipped pack's files.
pub(crate) fn shipped() -> Files {
    static FILES: LazyLock<Files> = LazyLock::new(|| Pack::built_in().unwrap().files);
    FILES.clone()
}

/// Puts new bytes into the pack and makes the manifest agree with them.
pub(crate) fn with(mut files: Files, name: &str, bytes: Vec<u8>) -> Files {
    let manifest = String::from_utf8(files["pack.toml"].clone()).unwrap();
    let manifest = manifest.replace(&sha256_hex(&files[name]), &sha256_hex(&bytes));
    files.insert("pack.toml".into(), manifest.into_bytes());
    files.insert(name.into(), bytes);
    files
}

/// The genes of the small pack: one of each kind that tables tell apart.
pub(crate) const SMALL_GENES: [&str; 7] =
    ["CYP2C19", "DPYD", "HLA-B", "NAT2", "NUDT15", "SLCO1B1", "TPMT"];

/// The rows of the shipped pack that are about a few genes and the drugs of those alone: as good
/// for finding faults, and read in a fraction of the time.
pub(crate) fn small() -> Files {
    static FILES: LazyLock<Files> = LazyLock::new(make_small);
    FILES.clone()
}

fn make_small() -> Files {
    let mut files = shipped();
    let drugs: BTreeSet<(String, String)> = Pack::built_in()
        .unwrap()
        .pgx
        .drugs
        .into_iter()
        .filter(|drug| drug.genes.iter().all(|gene| SMALL_GENES.contains(&gene.as_str())))
        .map(|drug| (drug.name, drug.rxnorm))
        .collect();
    let names: Vec<String> = files.keys().filter(|name| *name != "pack.toml").cloned().collect();
    for name in names {
        let text = String::from_utf8(files[&name].clone()).unwrap();
        let column = |wanted: &str| {
            text.lines().next().unwrap().split('\t').position(|column| column == wanted)
        };
        let of_gene = column("gene").or(column("symbol"));
        let of_drug = if name == "drugs.tsv" { column("name") } else { column("drug") };
        let of_drug = of_drug.filter(|_| name != "inhibitors.tsv");
        let ingredients = column("ingredients");
        let keep = |line: &&str| {
            let cells: Vec<&str> = line.split('\t').collect();
            of_gene.is_none_or(|at| SMALL_GENES.contains(&cells[at]))
                && of_drug.is_none_or(|at| drugs.iter().any(|drug| drug.0 == cells[at]))
                && ingredients.is_none_or(|at| drugs.iter().any(|drug| drug.1 == cells[at]))
        };
        let header = text.lines().take(1);
        let kept: Vec<&str> = header.chain(text.lines().skip(1).filter(keep)).collect();
        files = with(files, &name, (kept.join("\n") + "\n").into_bytes());
    }
    files
}
