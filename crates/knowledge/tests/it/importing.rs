//! Importers: what another source writes down of the base's own genes comes back as it is, and
//! what cannot be expressed is named with its place.

mod cpic;
mod damaged;
mod pharmvar;

use crate::shared::upstream_files;
use knowledge::import::{self, Assembled, Edition, Imported, assemble};
use knowledge::{Pack, Summary};
use model::problem::first_error;
use model::{Problem, Severity};
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

const DAY: &str = "2026-11-20";

fn base() -> Pack {
    Pack::built_in().unwrap()
}

fn assembled(base: &Pack, imported: &Imported) -> Assembled {
    let edition = Edition { version: None, date: DAY.to_owned() };
    assemble(base, imported, &edition).unwrap()
}

fn codes(problems: &[Problem]) -> Vec<&str> {
    let told = problems.iter().filter(|problem| problem.severity != Severity::Note);
    told.map(|problem| problem.code.as_str()).collect()
}

/// The ambiguity code of a cell, or the base itself.
fn iupac(bases: &[String]) -> String {
    let mut sorted: Vec<&str> = bases.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let code = match sorted.concat().as_str() {
        "AG" => "R",
        "CT" => "Y",
        "CG" => "S",
        "AT" => "W",
        "GT" => "K",
        "AC" => "M",
        _ => return bases.concat(),
    };
    code.to_owned()
}

#[test]
fn the_published_files_give_the_base_again() {
    let Some(files) = upstream_files() else { return };
    let base = base();
    let (imported, _) = import::pharmcat(&files);
    let done = assembled(&base, &imported);
    assert_eq!(first_error(&done.problems), None);
    let pack = done.pack.unwrap();
    assert!(Summary::new(&base.pgx, &pack.pgx).is_empty());
    for (name, bytes) in base.files.iter().filter(|(name, _)| *name != "pack.toml") {
        assert!(pack.files[name] == *bytes, "{name}");
    }
    let source = pack.manifest.sources.iter().find(|source| source.id == "clinpgx").unwrap();
    assert_eq!(source.date, "2025-11-05");
}

#[test]
fn a_directory_is_read_by_names_and_within_its_limits() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("a");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("x.json"), "[]").unwrap();
    std::fs::write(directory.path().join("y.vcf"), "").unwrap();
    std::fs::write(directory.path().join("z.txt"), "").unwrap();
    std::os::unix::fs::symlink("/etc", directory.path().join("link")).unwrap();
    let found = import::directory(directory.path(), &[".json", ".vcf"]).unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["a/x.json", "y.vcf"]);
    let large = vec![b' '; import::IMPORT_BYTES_MAX];
    std::fs::write(inner.join("x.json"), &large).unwrap();
    assert!(import::directory(directory.path(), &[".json"]).is_ok());
    std::fs::write(inner.join("x.json"), [large, vec![b' ']].concat()).unwrap();
    let error = import::directory(directory.path(), &[".json"]).unwrap_err().to_string();
    assert!(error.contains("a/x.json"), "{error}");
    assert!(import::directory(&directory.path().join("none"), &[".json"]).is_err());
}
