//! The table is whole; the guide's examples keep to their profiles; a broken rule is named.

use super::super::corpus::{examples, parts};
use super::super::{access, check::is_resource_type};
use super::table::{Node, table};
use super::{check, supported};
use model::Severity;
use serde_json::{Value, json};

const GUIDE: &str = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/";

fn each(node: &Node, with: &mut dyn FnMut(&Node)) {
    with(node);
    node.children.iter().chain(&node.slices).for_each(|below| each(below, with));
}

#[test]
fn the_table_is_whole() {
    let names: Vec<&str> = table().profiles().map(|profile| profile.name).collect();
    assert_eq!(names.len(), 44, "43 of the guide and one of R4");
    assert_eq!(supported().count(), 18);
    let mut sets = Vec::new();
    for profile in table().profiles() {
        each(&profile.root, &mut |node| {
            for name in node.rule.types.iter().flat_map(|one| &one.names) {
                let known = names.contains(name) || is_resource_type(name);
                let core = table().canonical(name);
                assert!(known || core.starts_with("http"), "{name} in {}", profile.name);
            }
            if !node.rule.set.is_empty() && table().set(node.rule.set).is_none() {
                sets.push(node.rule.set);
            }
            // A slice whose members cannot be told would never be checked.
            for slice in &node.slices {
                let value = slice.child(node.by).is_some_and(|c| c.rule.value.is_some());
                let kind = !slice.rule.types.is_empty() && matches!(node.by, "$this" | "url");
                assert!(value || kind, "{}: {}:{}", profile.name, node.name, slice.name);
            }
        });
    }
    // Of LOINC's list of chromosomes the codes are not at hand, and that is said.
    sets.dedup();
    assert_eq!(sets.first(), Some(&"http://loinc.org/vs/LL2938-0"));
    assert!(sets.iter().all(|set| *set == "http://loinc.org/vs/LL2938-0"), "{sets:?}");
}

#[test]
fn every_example_keeps_to_the_profiles_that_it_claims() {
    let Some(examples) = examples() else { return };
    let (mut faults, mut claims) = (Vec::new(), 0);
    for (name, value) in examples {
        // With its Bundle, so that references can be followed, and alone.
        for (name, part) in [(name.clone(), value.clone())].into_iter().chain(parts(name, value)) {
            claims += access::texts(&part, "meta.profile").len();
            let problems = check(&part, &[]);
            let of_weight = problems.iter().filter(|one| one.severity != Severity::Note);
            faults.extend(of_weight.map(|problem| format!("{name}: {problem}")));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(claims >= 300, "{claims}");
}

/// An observation of a variant as the guide wants it.
fn variant() -> Value {
    let loinc = |code: &str| json!({"coding": [{"system": "http://loinc.org", "code": code}]});
    json!({
        "resourceType": "Observation", "id": "v-1", "status": "final",
        "meta": {"profile": [format!("{GUIDE}variant")]},
        "category": [
            {"coding": [{"code": "laboratory",
                "system": "http://terminology.hl7.org/CodeSystem/observation-category"}]},
            {"coding": [{"code": "GE",
                "system": "http://terminology.hl7.org/CodeSystem/v2-0074"}]}],
        "code": loinc("69548-6"),
        "subject": {"reference": "Patient/p-1"},
        "valueCodeableConcept": loinc("LA9633-4"),
        "component": [
            {"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [
                {"system": "http://www.genenames.org", "code": "HGNC:2621"}]}},
            {"code": loinc("81290-9"), "valueCodeableConcept": {"coding": [
                {"system": "http://varnomen.hgvs.org", "code": "NC_000010.11:g.94781859G>A"}]}},
            {"code": loinc("81254-5"), "valueRange": {"low": {"value": 94_781_859}}}]
    })
}

/// What the profile says of a resource, `code place`.
fn said(resource: &Value, asked: &[&str]) -> Vec<String> {
    let all = check(resource, asked);
    let mut said: Vec<String> =
        all.iter().map(|one| format!("{} {}", one.code, one.place)).collect();
    said.dedup();
    said
}

type Case = (&'static str, fn(&mut Value), &'static str);

const VARIANTS: &[Case] = &[
    (
        "no category of genetics",
        |v| v["category"] = json!([v["category"][0]]),
        "missing-element Observation.category",
    ),
    (
        "a category twice",
        |v| {
            let one = v["category"][1].clone();
            push(v, "category", one);
        },
        "too-many Observation.category[2]",
    ),
    (
        "two codings in a category",
        |v| {
            let one = v["category"][0]["coding"][0].clone();
            push(&mut v["category"][0], "coding", one);
        },
        "too-many Observation.category[0].coding",
    ),
    (
        "another code",
        |v| v["code"]["coding"][0]["code"] = json!("69549-4"),
        "bad-value Observation.code",
    ),
    (
        "the code of another system",
        |v| v["code"]["coding"][0]["system"] = json!("urn:other"),
        "bad-value Observation.code",
    ),
    (
        "an answer that is not of the list",
        |v| v["valueCodeableConcept"]["coding"][0]["code"] = json!("LA6576-8"),
        "bad-code Observation.valueCodeableConcept",
    ),
    (
        "an answer in words",
        |v| v["valueCodeableConcept"] = json!({"text": "found"}),
        "bad-code Observation.valueCodeableConcept",
    ),
    (
        "a gene without a value",
        |v| remove(&mut v["component"][0], "valueCodeableConcept"),
        "missing-element Observation.component[0].value[x]",
    ),
    (
        "a gene as a text",
        |v| {
            remove(&mut v["component"][0], "valueCodeableConcept");
            v["component"][0]["valueString"] = json!("CYP2C19");
        },
        "wrong-type Observation.component[0].valueString",
    ),
    (
        "an expression of no nomenclature",
        |v| v["component"][1]["valueCodeableConcept"]["coding"][0]["system"] = json!("urn:x"),
        "bad-code Observation.component[1].valueCodeableConcept",
    ),
    (
        "a second place",
        |v| {
            let one = v["component"][2].clone();
            push(v, "component", one);
        },
        "too-many Observation.component[3]",
    ),
    (
        "a place as a quantity",
        |v| {
            remove(&mut v["component"][2], "valueRange");
            v["component"][2]["valueQuantity"] = json!({"value": 1});
        },
        "wrong-type Observation.component[2].valueQuantity",
    ),
    (
        "part of what it cannot be part of",
        |v| v["partOf"] = json!([{"reference": "Patient/1"}]),
        "bad-reference Observation.partOf[0]",
    ),
    (
        "an extension of the guide without a value",
        |v| {
            v["component"][2]["extension"] =
                json!([{"url": format!("{GUIDE}repeat-motif-order"), "valueString": "1"}]);
        },
        "wrong-type Observation.component[2].extension[0].valueString",
    ),
    (
        "a chromosome, whose list is not at hand",
        |v| {
            let loinc = |code: &str| json!([{"system": "http://loinc.org", "code": code}]);
            let (code, value) = (loinc("48000-4"), loinc("LA21263-1"));
            let value = json!({"coding": value});
            push(v, "component", json!({"code": {"coding": code}, "valueCodeableConcept": value}));
        },
        "not-supported Observation.component[3].valueCodeableConcept",
    ),
];

fn push(value: &mut Value, name: &str, item: Value) {
    value[name].as_array_mut().unwrap().push(item);
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name).unwrap();
}

#[test]
fn a_variant_that_breaks_a_rule_is_told_where() {
    assert_eq!(said(&variant(), &[]), Vec::<String>::new());
    for (what, breaks, expected) in VARIANTS {
        let mut broken = variant();
        breaks(&mut broken);
        assert_eq!(said(&broken, &[]), [*expected], "{what}");
    }
}

#[test]
fn a_profile_is_asked_for_or_claimed_and_always_answered() {
    let mut plain = variant();
    remove(&mut plain, "meta");
    plain["code"]["coding"][0]["code"] = json!("84413-4");
    assert_eq!(said(&plain, &[]), Vec::<String>::new(), "nothing is claimed");
    let url = |name: &str| format!("{GUIDE}{name}");
    assert_eq!(said(&plain, &[&url("variant")]), ["bad-value Observation.code"]);
    assert_eq!(said(&plain, &[&url("genomic-report")]), ["wrong-type Observation"]);
    assert_eq!(said(&plain, &[&url("nothing")]), ["not-supported profile"]);
    assert_eq!(check(&plain, &["urn:x"])[0].severity, Severity::Error, "asked, not answered");
    plain["meta"] = json!({"profile": ["urn:x", url("genotype") + "|4.0.0-cibuild"]});
    assert_eq!(said(&plain, &[]), ["not-supported Observation.meta.profile[0]"]);
    assert_eq!(check(&plain, &[])[0].severity, Severity::Warning);
    plain["meta"] = json!({"profile": [url("genotype") + "|2.0.0"]});
    remove(&mut plain, "valueCodeableConcept");
    let both =
        ["not-supported Observation.meta.profile[0]", "missing-element Observation.value[x]"];
    assert_eq!(said(&plain, &[]), both, "of another version, as of the one that is known");
}

#[test]
fn what_is_inside_is_checked_and_references_are_followed() {
    let mut report = json!({
        "resourceType": "DiagnosticReport", "id": "r-1", "status": "final",
        "meta": {"profile": [format!("{GUIDE}genomic-report")]},
        "category": [{"coding": [{"code": "GE",
            "system": "http://terminology.hl7.org/CodeSystem/v2-0074"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "51969-4"}]},
        "effectiveDateTime": "2026-01-01"
    });
    let task = json!({
        "resourceType": "Task", "id": "t-1", "status": "requested", "intent": "proposal",
        "meta": {"profile": [format!("{GUIDE}followup-recommendation")]},
        "reasonReference": {"reference": "Observation/v-1"}
    });
    let entry = |value: &Value| json!({"fullUrl": "urn:uuid:x", "resource": value});
    let mut bundle = json!({"resourceType": "Bundle", "type": "collection",
        "entry": [entry(&report), entry(&task), entry(&variant())]});
    // A recommendation follows from an implication, not from a variant.
    assert_eq!(said(&bundle, &[]), ["bad-reference Bundle.entry[1].resource.reasonReference"]);
    bundle["entry"][2]["resource"]["meta"]["profile"] = json!([format!("{GUIDE}implication")]);
    let all = said(&bundle, &[]);
    assert!(all[0].contains("entry[1]"), "an implication of no kind is none of the three: {all:?}");
    remove(&mut report, "effectiveDateTime");
    report["effectivePeriod"] = json!({"start": "2026"});
    report["contained"] = json!([variant()]);
    remove(&mut report["contained"][0], "category");
    let expected = [
        "wrong-type DiagnosticReport.effectivePeriod",
        "missing-element DiagnosticReport.contained[0].category",
    ];
    let all = said(&report, &[]);
    assert_eq!([all[0].as_str(), all[1].as_str()], expected, "{all:?}");
}

#[test]
fn a_problem_is_in_words_that_name_the_profile_and_what_it_wants() {
    let mut broken = variant();
    broken["category"] = json!([broken["category"][0]]);
    let texts: Vec<String> = check(&broken, &[]).into_iter().map(|one| one.text).collect();
    assert_eq!(
        texts,
        [
            "`variant` requires this element 2 times",
            "`variant` requires the slice `geCategory`, whose coding is `GE` of \
             `http://terminology.hl7.org/CodeSystem/v2-0074`",
        ]
    );
}
