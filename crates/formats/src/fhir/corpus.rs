//! The examples of the Genomics Reporting guide, when they are at hand: read strictly, checked
//! without a fault, and no variant or genotype lost.

use super::{access, check, codes, facts, json};
use model::fact::FactContent;
use serde_json::Value;
use std::path::PathBuf;

pub(super) fn examples() -> Option<Vec<(String, Value)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../../shared/data/fhir/genomics-reporting/resources");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: the examples of the Genomics Reporting guide are not at hand");
        return None;
    };
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let document = json::read(&bytes, json::RESOURCE_BYTES_MAX);
        let value = document.unwrap_or_else(|problem| panic!("{name}: {problem}")).value;
        (name, value)
    };
    Some(paths.into_iter().map(read).collect())
}

/// The resources of an example: itself, or the entries of a Bundle.
pub(super) fn parts(name: String, value: Value) -> Vec<(String, Value)> {
    if access::resource_type(&value) != Some("Bundle") {
        return vec![(name, value)];
    }
    let entries = access::all(&value, "entry.resource").into_iter().cloned();
    entries.enumerate().map(|(at, part)| (format!("{name} entry {at}"), part)).collect()
}

#[test]
fn every_example_is_valid() {
    let Some(examples) = examples() else { return };
    let mut faults = Vec::new();
    for (name, part) in examples.into_iter().flat_map(|(name, value)| parts(name, value)) {
        faults.extend(check::check(&part).into_iter().map(|p| format!("{name}: {p}")));
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn every_variant_and_genotype_gives_a_fact() {
    let Some(examples) = examples() else { return };
    let (mut variants, mut genotypes, mut canonical, mut unread) = (0, 0, 0, Vec::new());
    for (name, part) in examples.into_iter().flat_map(|(name, value)| parts(name, value)) {
        if access::resource_type(&part) != Some("Observation") {
            continue;
        }
        let coded = access::codings(&part, "code.coding");
        let is = |code| coded.iter().any(|c| codes::is_loinc(&c.system, &c.code, code));
        let (found, problems) = facts::facts_of(&part, None, "Observation");
        let told = !problems.is_empty();
        match found.first().map(|fact| &fact.content) {
            Some(FactContent::Variant(variant)) => {
                variants += 1;
                canonical += usize::from(variant.canonical.is_some());
            }
            Some(FactContent::GeneResult(_)) => genotypes += 1,
            // Measurements of tumours are read from the report as a whole.
            _ if super::tumor::is_read(&part) => {}
            // Silence is never an answer for a genomic observation.
            _ if is("69548-6") || is("84413-4") || !told => {
                unread.push(format!("{name} {problems:?}"));
            }
            _ => {}
        }
    }
    // One observation of the examples is not genomic (HER2 and others are, by category).
    assert_eq!(unread, Vec::<String>::new());
    assert!(variants >= 140, "{variants}");
    assert!(genotypes >= 15, "{genotypes}");
    assert!(canonical >= 50, "{canonical}");
}
