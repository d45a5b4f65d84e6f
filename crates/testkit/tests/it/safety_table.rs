//! The safety table names tests; this keeps the names true.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Rust files under a directory.
fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// Functions by crate.
fn functions() -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut files = Vec::new();
        for part in ["src", "tests"] {
            let directory = path.join(part);
            if directory.is_dir() {
                sources(&directory, &mut files);
            }
        }
        let mut names = Vec::new();
        for file in files {
            let text = fs::read_to_string(file).unwrap();
            names.extend(text.split("fn ").skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
            }));
        }
        all.insert(name, names);
    }
    all
}

/// Pairs of crate and test named in the last column of the tables.
fn named(document: &str) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [_, _, tests] = cells[..] else { continue };
        for group in tests.split(';') {
            let Some((place, tests)) = group.split_once(": ") else { continue };
            let crate_name = place.trim().split('/').next().unwrap();
            for test in tests.split('`').skip(1).step_by(2) {
                named.push((crate_name.to_owned(), test.to_owned()));
            }
        }
    }
    named
}

#[test]
fn every_test_of_the_safety_table_exists() {
    let document = fs::read_to_string(root().join("docs/CLINICAL-SAFETY.md")).unwrap();
    let (named, functions) = (named(&document), functions());
    assert!(named.len() > 40, "the table is read: {}", named.len());
    for (crate_name, test) in named {
        let known = functions.get(&crate_name).is_some_and(|names| names.contains(&test));
        assert!(known, "`{test}` is not in crate `{crate_name}`");
    }
}
