//! Our Bundle against the profiles of the guide, and the checker against the guide's examples.

use super::profile::{Guide, Known};
use super::sample::{resources, sample};
use formats::fhir::build::pgx::{PgxBundle, Subject, bundle};
use formats::fhir::{access, profile};
use model::Severity;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn faults_of(guide: &Guide, bundle: &Value) -> Vec<String> {
    let all = resources(bundle);
    let known: Known<'_> =
        all.iter().map(|(url, resource)| ((*url).to_owned(), *resource)).collect();
    let faults = |(url, resource): &(&str, &Value)| {
        let kind = access::resource_type(resource).unwrap_or_default().to_owned();
        let about = format!("{kind} {url}");
        guide.faults(resource, &known).into_iter().map(move |fault| format!("{about} {fault}"))
    };
    all.iter().flat_map(faults).collect()
}

/// What `$validate` would say of a Bundle, notes left out.
fn told(bundle: &Value) -> Vec<String> {
    let problems = profile::check(bundle, &[]).into_iter();
    let of_weight = problems.filter(|problem| problem.severity != Severity::Note);
    of_weight.map(|problem| problem.to_string()).collect()
}

#[test]
fn every_resource_keeps_the_rules_of_its_profile() {
    let Some(guide) = Guide::load() else { return };
    let from = sample();
    for subject in [Subject::Reference("Patient/1"), Subject::Sample("NA12878")] {
        let made = bundle(&PgxBundle { subject, ..from.input() });
        assert_eq!(faults_of(&guide, &made), Vec::<String>::new());
        assert_eq!(told(&made), Vec::<String>::new());
    }
}

#[test]
fn every_profile_is_claimed_that_this_test_is_about() {
    let made = sample().bundle();
    let all = resources(&made);
    let claimed: BTreeSet<&str> = all
        .iter()
        .flat_map(|(_, resource)| access::texts(resource, "meta.profile"))
        .filter_map(|url| url.rsplit('/').next())
        .collect();
    let expected = [
        "followup-recommendation",
        "genomic-report",
        "genomic-study",
        "genomic-study-analysis",
        "genotype",
        "haplotype",
        "medication-recommendation",
        "therapeutic-implication",
        "variant",
    ];
    assert_eq!(claimed.into_iter().collect::<Vec<_>>(), expected);
}

/// The resources of the examples: themselves, and the entries of Bundles.
fn examples(guide: &Guide) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (name, value) in &guide.examples {
        if access::resource_type(value) == Some("Bundle") {
            let entries = access::all(value, "entry.resource").into_iter().enumerate();
            all.extend(entries.map(|(at, part)| (format!("{name} entry {at}"), part)));
        } else {
            all.push((name.clone(), value));
        }
    }
    all
}

#[test]
fn the_examples_of_the_guide_pass_the_same_checker() {
    let Some(guide) = Guide::load() else { return };
    let all = examples(&guide);
    let name =
        |value: &Value| Some(format!("{}/{}", access::resource_type(value)?, access::id(value)?));
    let known: Known<'_> =
        all.iter().filter_map(|(_, value)| Some((name(value)?, *value))).collect();
    let mut checked = 0;
    let mut faults = Vec::new();
    for (name, value) in &all {
        checked += usize::from(!access::texts(value, "meta.profile").is_empty());
        faults.extend(guide.faults(value, &known).into_iter().map(|f| format!("{name} {f}")));
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(checked >= 200, "{checked}");
}

/// The first resource of the Bundle that claims the profile.
fn with_profile<'b>(bundle: &'b mut Value, profile: &str) -> &'b mut Value {
    let entries = bundle["entry"].as_array_mut().unwrap();
    let claims = |entry: &&mut Value| {
        let urls = access::texts(&entry["resource"], "meta.profile");
        urls.iter().any(|url| url.ends_with(&format!("/{profile}")))
    };
    &mut entries.iter_mut().find(claims).unwrap()["resource"]
}

fn component<'r>(resource: &'r mut Value, code: &str) -> &'r mut Value {
    let parts = resource["component"].as_array_mut().unwrap();
    parts.iter_mut().find(|part| part["code"]["coding"][0]["code"] == code).unwrap()
}

fn without(resource: &mut Value, name: &str) {
    resource.as_object_mut().unwrap().remove(name).unwrap();
}

type Break = (&'static str, fn(&mut Value), &'static str);

const BREAKS: &[Break] = &[
    (
        "therapeutic-implication",
        |r| r["valueString"] = json!("poor"),
        "Observation.value[x]: too many",
    ),
    ("therapeutic-implication", |r| without(r, "derivedFrom"), "Observation.derivedFrom: too few"),
    (
        "therapeutic-implication",
        |r| {
            let again = component(r, "knowledge-base").clone();
            r["component"].as_array_mut().unwrap().push(again);
        },
        "Observation.component:knowledge-base: too many",
    ),
    (
        "therapeutic-implication",
        |r| without(component(r, "therapeutic-implication"), "valueCodeableConcept"),
        "Observation.component:therapeutic-implication.value[x]: too few",
    ),
    (
        "genotype",
        |r| r["category"] = json!([r["category"][0]]),
        "Observation.category:geCategory: too few",
    ),
    ("genotype", |r| without(r, "valueCodeableConcept"), "Observation.value[x]: too few"),
    (
        "genotype",
        |r| {
            without(r, "valueCodeableConcept");
            r["valueString"] = json!("*1/*2");
        },
        "Observation.value[x]: not a type of the choice",
    ),
    (
        "genotype",
        |r| r["code"]["coding"][0]["code"] = json!("84414-2"),
        "Observation.code: not the fixed value",
    ),
    (
        "variant",
        |r| r["valueCodeableConcept"]["coding"][0]["code"] = json!("LA6576-8"),
        "Observation.value[x]:valueCodeableConcept: not a code of the required value set",
    ),
    (
        "variant",
        |r| {
            let hgvs = component(r, "81290-9");
            hgvs["valueCodeableConcept"] = json!({"text": "NC_000010.11:g.94781859G>A"});
        },
        "Observation.component:genomic-hgvs.value[x]: not a code of the required value set",
    ),
    (
        "medication-recommendation",
        |r| r["status"] = json!("draft"),
        "Task.status: not the fixed value",
    ),
    (
        "medication-recommendation",
        |r| r["code"]["coding"][0]["code"] = json!("LA14020-4"),
        "Task.code: not a code of the required value set",
    ),
    (
        "genomic-study-analysis",
        |r| r["code"] = json!({"text": "analysis"}),
        "Procedure.code: too many",
    ),
    (
        "genomic-study-analysis",
        |r| {
            let regions = r["extension"].as_array_mut().unwrap().iter_mut();
            let mut regions = regions.filter(|e| e["url"].as_str().unwrap().ends_with("-regions"));
            regions.next().unwrap()["valueString"] = json!("all");
        },
        "Extension.value[x]: too many",
    ),
    ("genomic-study", |r| without(r, "category"), "Procedure.category: too few"),
    (
        "genomic-report",
        |r| r["code"]["coding"][0]["code"] = json!("11502-2"),
        "DiagnosticReport.code: not the fixed value",
    ),
    (
        "genomic-report",
        |r| r["category"][0]["coding"][0]["code"] = json!("LAB"),
        "DiagnosticReport.category:Genetics: too few",
    ),
];

#[test]
fn what_breaks_a_rule_is_found() {
    let Some(guide) = Guide::load() else { return };
    for (profile, breaks, expected) in BREAKS {
        let mut made = sample().bundle();
        breaks(with_profile(&mut made, profile));
        let faults = faults_of(&guide, &made);
        assert!(faults.iter().any(|fault| fault.ends_with(expected)), "{expected}: {faults:?}");
        assert!(!told(&made).is_empty(), "{expected} is told by one checker only");
    }
    // A recommendation must follow from an implication.
    let mut made = sample().bundle();
    let genotype = with_profile(&mut made, "genotype")["id"].as_str().unwrap().to_owned();
    let task = with_profile(&mut made, "medication-recommendation");
    task["reasonReference"]["reference"] = json!(format!("urn:uuid:{genotype}"));
    let faults = faults_of(&guide, &made);
    let expected = "Task.reasonReference: not a target of the reference";
    assert!(faults.iter().any(|fault| fault.ends_with(expected)), "{faults:?}");
    assert!(told(&made).iter().any(|one| one.contains("reasonReference")), "{:?}", told(&made));
}
