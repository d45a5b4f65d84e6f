//! The examples of the Genomics Reporting guide, when they are at hand: variants are found by
//! their components, exactly where a plain look at the JSON finds them.

use crate::support::{access, commit, fixture, patient_fact, put};
use record::{Condition, Query, ResourceChange, Role, Term, searched_types};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The examples that are searched, each once.
fn examples() -> Option<Vec<Value>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../../shared/data/fhir/genomics-reporting/resources");
    let files = std::fs::read_dir(&folder).ok()?;
    let resources = files.map(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    });
    let is_searched = |resource: &Value| {
        let kind = resource["resourceType"].as_str().unwrap();
        kind != "Bundle" && searched_types().any(|known| known == kind)
    };
    Some(resources.filter(is_searched).collect())
}

fn change(resource: Value) -> ResourceChange {
    if resource["resourceType"] != "Patient" {
        return put(resource);
    }
    let id = resource["id"].as_str().unwrap();
    let facts = vec![patient_fact(id, "Example", id)];
    ResourceChange::put(resource, facts, Condition::Any)
}

fn escaped(text: &str) -> String {
    let special = |letter: char| matches!(letter, '\\' | ',' | '|' | '$');
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

fn codings(concept: &Value) -> Vec<String> {
    let token = |coding: &Value| {
        let system = coding["system"].as_str().unwrap_or_default();
        Some(format!("{}|{}", escaped(system), escaped(coding["code"].as_str()?)))
    };
    concept["coding"].as_array().into_iter().flatten().filter_map(token).collect()
}

#[test]
fn components_are_found_by_code_and_value() {
    let Some(examples) = examples() else {
        println!("skipped: the examples of the Genomics Reporting guide are not at hand");
        return;
    };
    // What a plain look at the JSON finds: pairs of one component, and codes of the whole.
    let mut expected: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
    for resource in examples.iter().filter(|one| one["resourceType"] == "Observation") {
        let id = resource["id"].as_str().unwrap().to_owned();
        for component in resource["component"].as_array().into_iter().flatten() {
            for code in codings(&component["code"]) {
                expected.entry(("combo-code", code.clone())).or_default().insert(id.clone());
                for value in codings(&component["valueCodeableConcept"]) {
                    let pair = ("component-code-value-concept", format!("{code}${value}"));
                    expected.entry(pair).or_default().insert(id.clone());
                }
            }
        }
        for code in codings(&resource["code"]) {
            expected.entry(("combo-code", code.clone())).or_default().insert(id.clone());
            expected.entry(("code", code)).or_default().insert(id.clone());
        }
    }
    assert!(expected.len() > 200, "{}", expected.len());
    let fixture = fixture();
    commit(&fixture.record, examples.into_iter().map(change).collect()).unwrap();
    let reader = access(Role::Prescriber);
    for ((name, value), ids) in expected {
        let query = Query {
            resource_type: "Observation".to_owned(),
            terms: vec![Term::parse(name, &value)],
            count: 1000,
            cursor: None,
        };
        let page = fixture.record.search(&reader, &query).unwrap();
        let found: BTreeSet<String> =
            page.entries.iter().map(|entry| entry.reference.id.clone()).collect();
        assert_eq!(found, ids, "{name}={value}");
    }
}
