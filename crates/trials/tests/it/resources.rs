//! Patients out of resources: what counts, what does not, and where it comes from.

use knowledge::oncology::OncologyNames;
use model::ResourceRef;
use serde_json::{Value, json};
use std::sync::OnceLock;
use trials::criteria::{Bound, Comparison, Criterion, LabAsked, PerformanceAsked};
use trials::patient::Born;
use trials::resources::{Resource, TumorTypes, patient};
use trials::{Context, Patient, Trial, Truth, explain, judge};

const AS_OF: i32 = 20_260_824;

fn types() -> &'static TumorTypes {
    static TYPES: OnceLock<TumorTypes> = OnceLock::new();
    TYPES.get_or_init(|| TumorTypes::new(&OncologyNames::built_in().unwrap()))
}

fn resource(value: Value) -> Resource {
    let text = |name: &str| value[name].as_str().unwrap_or("x").to_owned();
    let reference = ResourceRef { resource_type: text("resourceType"), id: text("id"), version: 1 };
    Resource { reference, value }
}

fn read(values: Vec<Value>) -> (Patient, Vec<String>) {
    let resources: Vec<Resource> = values.into_iter().map(resource).collect();
    let (patient, problems) = patient("p1", &resources, vec![], types(), AS_OF);
    (patient, problems.into_iter().map(|problem| problem.code).collect())
}

fn nodes(patient: &Patient) -> String {
    let tree = types().tree();
    patient.diagnoses.iter().map(|node| tree.code(*node)).collect::<Vec<_>>().join(" ")
}

fn condition(system: &str, code: &str, display: &str) -> Value {
    json!({"resourceType": "Condition", "id": "c",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": system, "code": code, "display": display}]}})
}

const ONCOTREE: &str = "http://oncotree.mskcc.org";
const NCI: &str = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl";
const ICD: &str = "http://hl7.org/fhir/sid/icd-10-cm";
const SNOMED: &str = "http://snomed.info/sct";

/// Codes after OncoTree 2025-10-03 with its NCI Thesaurus references, and ICD-10, chapter II.
#[test]
fn conditions_lead_to_types_of_tumours_or_are_told() {
    for (system, code, display, found, problem) in [
        (ONCOTREE, "LUAD", "", "LUAD", ""),
        (NCI, "C3512", "", "LUAD", ""),
        (SNOMED, "254637007", "Non-Small Cell Lung Cancer (disorder)", "NSCLC", ""),
        // The organ: less exact than a trial asks for, and never more.
        (ICD, "C34.11", "Malignant neoplasm of upper lobe, right bronchus", "LUNG SOFT_TISSUE", ""),
        (ICD, "C43.9", "", "MEL", ""),
        // No primary tumour, or none at all.
        (ICD, "C78.7", "Secondary malignant neoplasm of liver", "", ""),
        (ICD, "I10", "Hypertension", "", ""),
        (SNOMED, "38341003", "Hypertension", "", ""),
        // The name of an organ is no diagnosis of a tumour.
        (SNOMED, "1", "Eye", "", ""),
        (SNOMED, "1", "Other", "", ""),
        (NCI, "C12468", "Lung", "", ""),
        (ICD, "C80.1", "Malignant neoplasm, unspecified", "", "diagnosis-not-mapped"),
    ] {
        let (patient, problems) = read(vec![condition(system, code, display)]);
        assert_eq!(nodes(&patient), found, "{code} {display}");
        assert_eq!(problems.join(" "), problem, "{code}");
    }
    // One that mCODE says is a primary cancer, in a code that is not known here.
    let mut unknown = condition(SNOMED, "1", "a tumour of some kind");
    unknown["meta"] = json!({"profile": [
        "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-primary-cancer-condition"]});
    let (patient, problems) = read(vec![unknown]);
    assert_eq!((nodes(&patient).as_str(), problems.len()), ("", 1));
}

#[test]
fn what_is_refuted_resolved_or_doubtful_says_nothing() {
    for (field, word) in [
        ("verificationStatus", "refuted"),
        ("verificationStatus", "entered-in-error"),
        ("verificationStatus", "provisional"),
        ("clinicalStatus", "resolved"),
    ] {
        let mut one = condition(ONCOTREE, "LUAD", "");
        one[field] = json!({"coding": [{"code": word}]});
        assert_eq!(nodes(&read(vec![one]).0), "", "{field} {word}");
    }
}

#[test]
fn the_person_is_read_with_what_is_not_known() {
    let person = |more: Value| {
        let mut person = json!({"resourceType": "Patient", "id": "p1"});
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(vec![person]).0
    };
    let full = person(json!({"birthDate": "1964-03", "gender": "female"}));
    let born = Born { earliest: Some(19_640_301), latest: Some(19_640_331) };
    assert_eq!((full.born, full.alive), (born, None));
    assert_eq!(person(json!({"gender": "other"})).sex, None);
    for (more, alive) in [
        (json!({"deceasedBoolean": false}), Some(true)),
        (json!({"deceasedBoolean": true}), Some(false)),
        (json!({"deceasedDateTime": "2026-01-01"}), Some(false)),
    ] {
        assert_eq!(person(more.clone()).alive, alive, "{more}");
    }
}

fn observation(id: &str, code: &str, on: &str, value: Value) -> Value {
    let mut one = json!({"resourceType": "Observation", "id": id, "status": "final",
        "effectiveDateTime": on,
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]}});
    one.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    one
}

fn stage(id: &str, on: &str, text: &str) -> Value {
    observation(id, "21908-9", on, json!({"valueCodeableConcept": {"text": text}}))
}

#[test]
fn the_latest_stage_counts_and_two_of_a_day_do_not() {
    let early = || stage("s1", "2026-01-01", "Stage IIIB");
    for (values, found, problems) in [
        (vec![early()], Some("IIIB"), ""),
        (vec![stage("s2", "2026-02-01", "Stage IVA"), early()], Some("IVA"), ""),
        (vec![early(), stage("s2", "2026-01-01", "Stage IV")], None, "stages-disagree"),
        (vec![stage("s2", "2026-02-01", "advanced"), early()], None, "stage-not-read"),
    ] {
        let (patient, noticed) = read(values);
        assert_eq!(patient.stage.as_deref(), found);
        assert_eq!(noticed.join(" "), problems);
    }
}

fn ecog(on: &str, grade: u8) -> Value {
    observation("ecog", "89247-1", on, json!({"valueInteger": grade}))
}

fn creatinine(on: &str, value: f64) -> Value {
    let quantity = json!({"value": value, "unit": "mg/dL", "code": "mg/dL",
        "system": "http://unitsofmeasure.org"});
    observation("lab", "2160-0", on, json!({"valueQuantity": quantity}))
}

fn asks_creatinine() -> Criterion {
    Criterion::Lab(LabAsked {
        code: "2160-0".into(),
        name: "creatinine".into(),
        bound: Bound { comparison: Comparison::AtMost, value: 1.5 },
        unit: "mg/dL".into(),
    })
}

#[test]
fn values_count_while_they_are_recent_and_are_told_when_not() {
    let context = Context { tree: types().tree(), as_of: AS_OF, deceased: false };
    let asks_ecog = || Criterion::Performance(PerformanceAsked { ecog_max: 1 });
    for (values, criterion, truth, expires) in [
        (vec![ecog("2026-06-01", 1)], asks_ecog(), Truth::Yes, Some(20_260_902)),
        (vec![ecog("2026-06-01", 2)], asks_ecog(), Truth::No, Some(20_260_902)),
        (vec![ecog("2026-05-24", 1)], asks_ecog(), Truth::Yes, Some(20_260_825)),
        (vec![ecog("2026-05-23", 1)], asks_ecog(), Truth::Unknown, None),
        (vec![creatinine("2026-08-01", 1.1)], asks_creatinine(), Truth::Yes, Some(20_260_902)),
        (vec![creatinine("2026-07-01", 1.1)], asks_creatinine(), Truth::Unknown, None),
        (vec![ecog("2026-08-01", 7)], asks_ecog(), Truth::Unknown, None),
    ] {
        let (patient, _) = read(values.clone());
        assert_eq!(judge::judge(&criterion, &patient, &context), truth, "{values:?}");
        assert_eq!(patient.sources.as_ref().unwrap().expires, expires, "{values:?}");
    }
    // A value that is only known to be below something is no number.
    let mut below = creatinine("2026-08-01", 0.2);
    below["valueQuantity"]["comparator"] = json!("<");
    assert!(read(vec![below]).0.labs.is_empty());
    // Nor is one that is not final.
    let mut early = creatinine("2026-08-01", 0.2);
    early["status"] = json!("preliminary");
    assert!(read(vec![early]).0.labs.is_empty());
}

#[test]
fn therapies_were_given_or_do_not_count() {
    let statement = |status: &str| {
        json!({"resourceType": "MedicationStatement", "id": "m", "status": status,
            "effectivePeriod": {"start": "2025-01-01", "end": "2025-06-01"},
            "medicationCodeableConcept": {"coding": [{"display": "Osimertinib"}]}})
    };
    for (status, given) in [
        ("completed", true),
        ("active", true),
        ("stopped", true),
        ("intended", false),
        ("not-taken", false),
        ("entered-in-error", false),
    ] {
        let (patient, _) = read(vec![statement(status)]);
        assert_eq!(patient.therapies == ["osimertinib"], given, "{status}");
    }
    let referring = json!({"resourceType": "MedicationAdministration", "id": "a",
        "status": "completed", "medicationReference": {"reference": "Medication/d"}});
    let medication = json!({"resourceType": "Medication", "id": "d",
        "code": {"text": "Docetaxel"}});
    assert_eq!(read(vec![referring, medication]).0.therapies, ["docetaxel"]);
    let order = json!({"resourceType": "MedicationRequest", "id": "o", "status": "active",
        "medicationCodeableConcept": {"text": "Docetaxel"}});
    assert!(read(vec![order]).0.therapies.is_empty(), "an order is not given yet");
}

#[test]
fn an_explanation_names_source_date_and_what_is_out_of_date() {
    let (patient, _) = read(vec![
        condition(ONCOTREE, "LUAD", ""),
        stage("s1", "2026-01-01", "Stage IIIB"),
        creatinine("2026-07-01", 1.1),
    ]);
    let asked = json!({"format": "cognate-trial/1", "id": "T", "status": "open",
        "criteria": {"all": [
            {"leaf": {"criterion": {"stage": ["III"]}}},
            {"leaf": {"criterion": {"lab": {"code": "2160-0", "name": "creatinine",
                "unit": "mg/dL", "bound": {"comparison": "<=", "value": 1.5}}}}},
        ]},
        "cohorts": [{"id": "A", "code": "A", "path": "arm 1", "status": "open",
            "criteria": {"all": []}}]});
    let trial = Trial::parse(asked).unwrap();
    let context = Context { tree: types().tree(), as_of: AS_OF, deceased: false };
    let told = explain(&trial, &trial.cohorts[0], &patient, &context);
    let told = serde_json::to_value(&told.parts).unwrap();
    let stage = &told[0]["leaf"];
    assert_eq!((&stage["outcome"], &stage["found"]), (&json!("met"), &json!("IIIB")));
    let source = json!([{"resource": "Observation/s1/_history/1", "date": "2026-01-01"}]);
    assert_eq!(stage["sources"], source);
    let lab = &told[1]["leaf"];
    assert_eq!(lab["outcome"], "not known");
    assert_eq!(lab["found"], "1.1 mg/dL of 2026-07-01, older than 1 month");
}
