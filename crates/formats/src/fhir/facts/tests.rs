mod gene;
mod robust;
mod variant;

use super::*;
use crate::fhir::{bundle, check, json as fhir_json};
use model::reported::ReportedGeneResult;
use model::variant::{GenomeBuild, ReportedVariant, Spdi};
use serde_json::json;

fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/data/fhir/{name}", env!("CARGO_MANIFEST_DIR"));
    fhir_json::read(&std::fs::read(path).unwrap(), 1_000_000).unwrap().value
}

fn facts(resource: &Value) -> (Vec<Fact>, Vec<String>) {
    let (facts, problems) = facts_of(resource, Some(RawId::new("r1")), "Bundle.entry[0].resource");
    (facts, problems.into_iter().map(|p| p.code).collect())
}

fn one(resource: &Value) -> (Fact, Vec<String>) {
    let (mut found, problems) = facts(resource);
    assert_eq!(found.len(), 1, "{problems:?}");
    (found.remove(0), problems)
}

fn gene_result(resource: &Value) -> (ReportedGeneResult, Vec<String>) {
    let (fact, problems) = one(resource);
    let FactContent::GeneResult(result) = fact.content else { panic!("{fact:?}") };
    (result, problems)
}

fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

fn observation(code: &str, value: Value, components: Value) -> Value {
    let mut resource = json!({"resourceType": "Observation", "id": "o", "status": "final",
        "code": loinc(code), "subject": {"reference": "Patient/1"}});
    resource["component"] = components;
    let Value::Object(fields) = value else { panic!("fields are given as an object") };
    resource.as_object_mut().unwrap().extend(fields);
    resource
}

fn gene_part(code: &str, display: &str) -> Value {
    json!({"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [
        {"system": "http://www.genenames.org", "code": code, "display": display}]}})
}

#[test]
fn status_and_origin_are_never_better_than_said() {
    let with = |status: Value, class: &str| {
        let part = json!({"code": loinc("48002-0"), "valueCodeableConcept": loinc(class)});
        let value = json!({"valueCodeableConcept": {"text": "*1/*1"}, "status": status});
        let parts = json!([gene_part("HGNC:2621", "CYP2C19"), part]);
        one(&observation("84413-4", value, parts))
    };
    for (status, expected) in [
        (json!("final"), ResultStatus::Final),
        (json!("amended"), ResultStatus::Amended),
        (json!("preliminary"), ResultStatus::Preliminary),
        (json!("entered-in-error"), ResultStatus::EnteredInError),
        (json!("FINAL"), ResultStatus::Unknown),
        (json!(1), ResultStatus::Unknown),
    ] {
        assert_eq!(with(status, "LA6683-2").0.status, expected);
    }
    for (class, origin, told) in [
        ("LA6683-2", Origin::Germline, false),
        ("LA6684-0", Origin::Somatic, false),
        ("LA18195-0", Origin::Unknown, true),
        ("LA10429-1", Origin::Unknown, true),
        ("LA18197-6", Origin::Unknown, false),
    ] {
        let (fact, problems) = with(json!("final"), class);
        assert_eq!((fact.origin, !problems.is_empty()), (origin, told), "{class}");
    }
}

#[test]
fn the_laboratory_is_the_organization_among_the_performers() {
    let report = json!({"resourceType": "DiagnosticReport", "status": "final",
        "code": {"text": "x"}, "performer": [
            {"reference": "Practitioner/1", "display": "Dr Who"},
            {"reference": "Organization/1", "display": "Northside"}]});
    let (fact, problems) = one(&report);
    let FactContent::Report(found) = fact.content else { panic!() };
    assert_eq!((found.laboratory.as_deref(), problems), (Some("Northside"), vec![]));
    let mut narrative = report;
    narrative["presentedForm"] = json!([{"contentType": "application/pdf"}]);
    assert_eq!(one(&narrative).1, ["document-only"]);
}

#[test]
fn the_demonstration_bundle_is_valid_and_read_without_a_remark() {
    let path = format!("{}/../../demo/fhir/patients.transaction.json", env!("CARGO_MANIFEST_DIR"));
    let read = bundle::read(&std::fs::read(path).unwrap()).unwrap();
    let target = |e: &bundle::Entry| Some((e.full_url.clone()?, format!("x/{}", e.index)));
    let map = read.entries.iter().filter_map(target).collect();
    let (mut patients, mut drugs, mut genes) = (vec![], vec![], vec![]);
    for entry in &read.entries {
        let mut resource = entry.resource.clone().unwrap();
        assert_eq!(check::check(&resource), vec![]);
        let (found, problems) = facts_of(&resource, None, &entry.place);
        assert_eq!(problems, vec![], "{}", entry.place);
        for fact in found {
            match fact.content {
                FactContent::Patient(patient) => patients.push(patient.identifiers[0].clone()),
                FactContent::Medication(drug) if drug.is_current() => {
                    drugs.push(
                        drug.concept.code_of(model::code::system::RXNORM).unwrap().to_owned(),
                    );
                }
                FactContent::GeneResult(result) => genes.push((result, fact.status, fact.origin)),
                _ => {}
            }
        }
        assert_eq!(bundle::rewrite_references(&mut resource, &map), Vec::<String>::new());
    }
    let numbers: Vec<&str> = patients.iter().map(|number| number.value.as_str()).collect();
    assert_eq!(numbers, ["100001", "100002", "100003"]);
    assert!(patients.iter().all(|number| number.authority == "COGNATE-DEMO"));
    assert_eq!(drugs, ["7646", "1191", "36567", "1256", "2670", "32937"]);
    let [(result, status, origin), (cyp2d6, ..)] = genes.as_slice() else { panic!("{genes:?}") };
    assert_eq!((cyp2d6.gene.as_str(), cyp2d6.diplotype.as_deref()), ("CYP2D6", Some("*1/*1")));
    assert_eq!((result.gene.as_str(), result.diplotype.as_deref()), ("TPMT", Some("*1/*3A")));
    assert_eq!((*status, *origin), (ResultStatus::Final, Origin::Germline));
}

#[test]
fn medications_are_those_the_patient_is_to_take() {
    let request = |extra: Value| {
        let mut resource = json!({"resourceType": "MedicationRequest", "status": "active",
            "intent": "order", "subject": {"reference": "Patient/1"},
            "medicationCodeableConcept": {"text": "clopidogrel"}});
        for (key, value) in extra.as_object().unwrap() {
            resource[key] = value.clone();
        }
        facts(&resource)
    };
    assert_eq!(request(json!({})).0.len(), 1);
    for (extra, code) in [
        (json!({"doNotPerform": true}), "do-not-perform"),
        (json!({"intent": "proposal"}), "not-ordered"),
        (json!({"medicationCodeableConcept": {}}), "no-medication"),
        (
            json!({"modifierExtension": [{"url": "urn:x", "valueBoolean": true}]}),
            "modified-meaning",
        ),
    ] {
        let (found, problems) = request(extra);
        assert!(found.is_empty());
        assert_eq!(problems, [code]);
    }
    let contained = json!({"resourceType": "MedicationStatement", "status": "active",
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Plavix 75 mg"},
            "ingredient": [{"itemCodeableConcept": {"coding": [
                {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "32968"}]}}]}],
        "medicationReference": {"reference": "#m"}, "dateAsserted": "2026-01-02T03:04:05Z",
        "dosage": [{"text": "75 mg daily"}]});
    let FactContent::Medication(found) = one(&contained).0.content else { panic!() };
    assert_eq!(found.concept.words(), Some("Plavix 75 mg"));
    assert_eq!(found.ingredients[0].code_of(model::code::system::RXNORM), Some("32968"));
    assert_eq!((found.dosage.as_deref(), found.is_current()), (Some("75 mg daily"), true));
    let product = contained["contained"][0].clone();
    let mut by_reference = contained.clone();
    by_reference["medicationReference"]["reference"] = "Medication/m".into();
    by_reference.as_object_mut().unwrap().remove("contained");
    let resolve = |literal: &str| (literal == "Medication/m").then(|| product.clone());
    let (looked_up, problems) = facts_with(&by_reference, None, "x", &resolve);
    assert_eq!(problems, vec![]);
    assert_eq!(looked_up[0].content, FactContent::Medication(found));
    let elsewhere = json!({"resourceType": "MedicationRequest", "status": "active",
        "medicationReference": {"reference": "Medication/1", "display": "codeine"}});
    let (fact, problems) = one(&elsewhere);
    let FactContent::Medication(found) = fact.content else { panic!() };
    assert_eq!(found.concept.words(), Some("codeine"));
    assert_eq!(problems, ["medication-elsewhere"]);
}

#[test]
fn a_medication_keeps_its_first_and_last_day() {
    let bounds = |start: &str, end: &str| {
        let mut period = json!({});
        for (name, date) in [("start", start), ("end", end)] {
            if !date.is_empty() {
                period[name] = date.into();
            }
        }
        json!({"timing": {"repeat": {"boundsPeriod": period}}})
    };
    let validity = json!({"validityPeriod": {"start": "2026-01-01", "end": "2026-12-31"}});
    for (extra, start, end, problem) in [
        (json!({}), "", "", ""),
        (
            json!({"effectivePeriod": {"start": "2026-01-05", "end": "2026-02"}}),
            "2026-01-05",
            "2026-02",
            "",
        ),
        (json!({"effectiveDateTime": "2026-01-05T08:00:00+01:00"}), "2026-01-05", "", ""),
        (json!({"dispenseRequest": validity}), "2026-01-01", "2026-12-31", ""),
        // What is stated about taking it goes before how long the prescription is good for.
        (
            json!({"dispenseRequest": validity, "dosageInstruction": [bounds("2026-03-01", "")]}),
            "2026-03-01",
            "",
            "",
        ),
        // Steps of one plan: from the first to the last, which must all be known.
        (
            json!({"dosageInstruction": [
                bounds("2026-03-08", "2026-03-14"), bounds("2026-03-01", "2026-03-07")]}),
            "2026-03-01",
            "2026-03-14",
            "",
        ),
        (
            json!({"dosageInstruction": [bounds("2026-03-01", "2026-03-07"), {"text": "x"}]}),
            "2026-03-01",
            "",
            "",
        ),
        (json!({"effectivePeriod": {"end": "soon"}}), "", "", "bad-date"),
    ] {
        let mut resource = json!({"resourceType": "MedicationRequest", "status": "active",
            "medicationCodeableConcept": {"text": "paroxetine"}});
        resource.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let (fact, problems) = one(&resource);
        let FactContent::Medication(found) = fact.content else { panic!() };
        let date = |date: Option<model::PartialDate>| {
            date.map(|date| date.to_string()).unwrap_or_default()
        };
        assert_eq!((&*date(found.start), &*date(found.end)), (start, end), "{extra}");
        assert_eq!(problems.join(" "), problem, "{extra}");
        let stored = serde_json::to_string(&found).unwrap();
        assert_eq!(stored.contains("\"end\""), !end.is_empty());
        let read: model::medication::Medication = serde_json::from_str(&stored).unwrap();
        assert_eq!(read, found);
    }
    // A fact that was stored before there were dates.
    let stored = r#"{"concept":{"coding":[]},"status":"active","authored":null,"dosage":null}"#;
    assert!(serde_json::from_str::<model::medication::Medication>(stored).unwrap().is_current());
}

#[test]
fn an_order_for_a_test_is_a_fact_and_one_not_to_do_it_is_none() {
    let mut order = json!({"resourceType": "ServiceRequest", "status": "active",
        "intent": "order", "authoredOn": "2026-05-01T10:00:00Z",
        "code": {"text": "Gene test"},
        "orderDetail": [
            {"coding": [{"system": "http://www.genenames.org", "code": "HGNC:3012"}]}]});
    let (fact, problems) = one(&order);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(fact.status, ResultStatus::Registered);
    let FactContent::TestOrder(found) = fact.content else { panic!() };
    assert_eq!(found.services.len(), 2);
    assert_eq!(found.authored.unwrap().to_string(), "2026-05-01");
    assert!(found.is_open());
    order["doNotPerform"] = true.into();
    assert_eq!(facts(&order), (vec![], vec!["do-not-perform".to_owned()]));
    order["doNotPerform"] = false.into();
    order["modifierExtension"] = json!([{"url": "https://x.example/"}]);
    assert_eq!(facts(&order), (vec![], vec!["modified-meaning".to_owned()]));
}

#[test]
fn what_looks_genomic_and_is_not_read_is_said() {
    let cis = observation(
        "82120-7",
        json!({"category": [{"coding": [
        {"system": codes::DIAGNOSTIC_SECTION, "code": "GE"}]}]}),
        json!([{"code": {"text": "x"}}]),
    );
    assert_eq!(facts(&cis).1, ["not-read"]);
    let sodium = observation("2951-2", json!({}), json!([{"code": {"text": "x"}}]));
    assert_eq!(facts(&sodium), (vec![], vec![]));
}

#[test]
fn an_analysis_says_what_was_tested_and_what_was_not_called() {
    let (fact, problems) = one(&fixture("study-analysis.json"));
    let FactContent::Assay(assay) = fact.content else { panic!() };
    assert_eq!(assay.coverage.genes, ["CYP2C19", "TPMT"]);
    assert_eq!(assay.method.as_deref(), Some("Targeted genotyping"));
    assert_eq!(assay.laboratory.as_deref(), Some("Northside Molecular Laboratory"));
    assert_eq!(problems, ["regions-elsewhere", "uncalled"]);
}

#[test]
fn a_laboratory_report_is_read_resource_by_resource() {
    let path = format!("{}/tests/data/fhir/report.transaction.json", env!("CARGO_MANIFEST_DIR"));
    let read = bundle::read(&std::fs::read(path).unwrap()).unwrap();
    let mut kinds = Vec::new();
    for entry in &read.entries {
        let resource = entry.resource.as_ref().unwrap();
        assert_eq!(check::check(resource), vec![]);
        let (found, problems) = facts_of(resource, None, &entry.place);
        assert_eq!(problems, vec![], "{}", entry.place);
        for fact in found {
            assert_eq!(fact.source.place, entry.place);
            kinds.push(match fact.content {
                FactContent::Patient(_) => "patient",
                FactContent::Specimen(_) => "specimen",
                FactContent::Report(_) => "report",
                FactContent::GeneResult(_) => "gene",
                FactContent::Variant(_) => "variant",
                _ => "other",
            });
        }
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["gene", "patient", "report", "specimen", "variant"]);
}
