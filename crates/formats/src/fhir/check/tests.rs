use super::*;
use serde_json::json;

fn faults(resource: &Value) -> Vec<(String, String)> {
    check(resource).into_iter().map(|p| (p.code, p.place)).collect()
}

#[test]
fn what_r4_requires_is_required() {
    // Cardinalities of the R4 StructureDefinitions.
    for (kind, missing) in [
        ("Observation", &["status", "code"][..]),
        ("DiagnosticReport", &["status", "code"]),
        ("MedicationRequest", &["status", "intent", "medication[x]", "subject"]),
        ("MedicationStatement", &["status", "medication[x]", "subject"]),
        ("ServiceRequest", &["status", "intent", "subject"]),
        ("DocumentReference", &["status", "content"]),
        ("Procedure", &["status", "subject"]),
        ("Provenance", &["target", "recorded", "agent"]),
        ("Task", &["status", "intent"]),
        ("Encounter", &["status", "class"]),
        ("Condition", &["subject"]),
        ("AllergyIntolerance", &["patient"]),
        ("Patient", &[]),
        ("Practitioner", &[]),
        ("Specimen", &[]),
        ("Medication", &[]),
    ] {
        let expected: Vec<(String, String)> =
            missing.iter().map(|m| ("missing-element".into(), format!("{kind}.{m}"))).collect();
        assert_eq!(faults(&json!({"resourceType": kind})), expected, "{kind}");
    }
    let organization = faults(&json!({"resourceType": "Organization"}));
    assert_eq!(organization, [("missing-element".into(), "Organization".into())]);
}

#[test]
fn faults_are_named_with_their_place() {
    let base = |extra: Value| {
        let mut observation = json!({
            "resourceType": "Observation", "id": "o", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]},
        });
        for (key, value) in extra.as_object().unwrap() {
            observation[key] = value.clone();
        }
        observation
    };
    assert_eq!(faults(&base(json!({"valueString": "x"}))), []);
    for (extra, code, place) in [
        (json!({"id": "a b"}), "bad-id", "id"),
        (json!({"status": "done"}), "bad-code", "status"),
        (json!({"valueString": "x", "valueBoolean": true}), "two-choices", "value[x]"),
        (
            json!({"valueString": "x", "dataAbsentReason": {"text": "x"}}),
            "value-and-absence",
            "dataAbsentReason",
        ),
        (json!({"valueStrings": "x"}), "unknown-element", "valueStrings"),
        (json!({"subject": {"reference": "Nobody/1"}}), "bad-reference", "subject.reference"),
        (json!({"subject": [{"reference": "Patient/1"}]}), "not-repeating", "subject"),
        (json!({"category": {"text": "x"}}), "repeating", "category"),
        (json!({"issued": "2020-01-01"}), "bad-value", "issued"),
        (json!({"effectiveDateTime": "01.02.2020"}), "bad-value", "effectiveDateTime"),
        (json!({"component": [{"valueString": "x"}]}), "missing-element", "component[0].code"),
        (json!({"valueString": ""}), "bad-value", "valueString"),
        (json!({"code": "84413-4"}), "not-an-object", "code"),
        (json!({"valueInteger": 1.5}), "bad-value", "valueInteger"),
        (
            json!({"contained": [{"resourceType": "Hat"}]}),
            "unknown-type",
            "contained[0].resourceType",
        ),
        (json!({"extension": [{"url": "urn:x"}]}), "bad-extension", "extension[0]"),
        (
            json!({"_issued": {"extension": [{"valueString": "x"}]}}),
            "missing-element",
            "_issued.extension[0].url",
        ),
    ] {
        let expected = (code.to_owned(), format!("Observation.{place}"));
        let found = faults(&base(extra.clone()));
        assert!(found.contains(&expected), "{extra}: {found:?}");
    }
}

#[test]
fn gender_and_concepts_have_their_required_codes() {
    let patient = json!({"resourceType": "Patient", "gender": "F"});
    assert_eq!(faults(&patient), [("bad-code".into(), "Patient.gender".into())]);
    let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    let condition = |code: &str| {
        json!({"resourceType": "Condition", "subject": {"reference": "Patient/1"},
            "clinicalStatus": {"coding": [{"system": system, "code": code}]}})
    };
    assert_eq!(faults(&condition("active")), []);
    let place = "Condition.clinicalStatus".into();
    assert_eq!(faults(&condition("maybe")), [("bad-code".into(), place)]);
}

#[test]
fn other_types_need_only_type_and_id() {
    assert_eq!(faults(&json!({"resourceType": "Basket"})).len(), 1);
    assert_eq!(faults(&json!({"resourceType": "ImagingStudy", "id": "x", "any": 1})), []);
    assert_eq!(faults(&json!({"resourceType": "ImagingStudy", "id": ""})).len(), 1);
    assert_eq!(faults(&json!({"id": "x"})).len(), 1);
    assert_eq!(faults(&json!([1])).len(), 1);
}

#[test]
fn the_list_of_problems_is_limited() {
    let with = |count: usize| {
        let mut patient = serde_json::Map::new();
        patient.insert("resourceType".into(), "Patient".into());
        patient.extend((0..count).map(|n| (format!("x{n}"), json!(1))));
        check(&Value::Object(patient))
    };
    assert_eq!(with(PROBLEMS_MAX).len(), PROBLEMS_MAX);
    assert!(with(PROBLEMS_MAX).iter().all(|problem| problem.code == "unknown-element"));
    for more in [1, 2] {
        let problems = with(PROBLEMS_MAX + more);
        assert_eq!(problems.len(), PROBLEMS_MAX + 1);
        assert_eq!(problems.last().unwrap().code, "more-problems");
    }
}

#[test]
fn the_list_of_types_is_that_of_r4_and_views() {
    let types: Vec<&str> = resource_types().collect();
    assert!(types.is_sorted());
    assert_eq!(types.len(), 148);
    assert!(is_resource_type("Patient") && !is_resource_type("Resource"));
    assert!(is_checked_in_full("Observation") && !is_checked_in_full("ImagingStudy"));
    assert!(!is_checked_in_full("HumanName"));
}

#[test]
fn a_view_is_one_that_runs() {
    let view = |path: &str| {
        let column = json!({"name": "id", "path": path});
        json!({"resourceType": "ViewDefinition", "status": "active", "resource": "Patient",
            "select": [{"column": [column]}]})
    };
    assert_eq!(check(&view("id")), []);
    let problems = check_at(&view("id +"), "Bundle.entry[0].resource");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place, "Bundle.entry[0].resource.select[0].column[0].path");
}
