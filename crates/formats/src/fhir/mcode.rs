//! A patient's resources as an mCODE bundle: what of them the guide has a profile for, each with
//! the profile that it meets.
//!
//! Source: HL7 FHIR Implementation Guide minimal Common Oncology Data Elements (mCODE), STU 3:
//! profiles, their codes and required elements, and the operation `$mcode-everything`. Nothing is
//! changed or made up to meet a profile: a resource that lacks an element goes along without the
//! claim, and the element is named.

use super::access::{self, all, codings, first, text, type_and_id};
use super::codes::is_loinc;
use super::tumor::is_measured;
use model::Problem;
use model::code::{Coding, system};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Types of resources that the guide has a profile for.
pub const TYPES: [&str; 8] = [
    "Condition",
    "DiagnosticReport",
    "MedicationAdministration",
    "MedicationRequest",
    "Observation",
    "Patient",
    "Procedure",
    "Specimen",
];

/// Where the profiles are defined.
const PROFILES: &str = "http://hl7.org/fhir/us/mcode/StructureDefinition/";

/// What a resource can be for the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    /// Name of the profile, without `mcode-`; none for what goes along without one.
    profile: Option<&'static str>,
    /// Elements that the profile requires: any one of those joined by `|`.
    required: &'static [&'static str],
}

const fn kind(profile: &'static str, required: &'static [&'static str]) -> Kind {
    Kind { profile: Some(profile), required }
}

const PATIENT: Kind = kind("cancer-patient", &["identifier", "name", "gender"]);
const PRIMARY: Kind = kind("primary-cancer-condition", &["category", "code", "subject"]);
const SECONDARY: Kind = kind("secondary-cancer-condition", &["category", "code", "subject"]);
const REPORT: Kind = kind("genomics-report", &["category", "code", "subject", "result"]);
const VARIANT: Kind = kind("genomic-variant", &["category", "code", "subject", VALUE]);
const REGION: Kind = kind("genomic-region-studied", &["code", "subject"]);
const MARKER: Kind = kind("tumor-marker-test", &["category", "code", "subject", VALUE]);
const STAGE: Kind = kind("tnm-stage-group", &["code", "subject", "focus", VALUE]);
const ECOG: Kind = kind("ecog-performance-status", &["subject", EFFECTIVE, "valueInteger"]);
const KARNOFSKY: Kind =
    kind("karnofsky-performance-status", &["subject", EFFECTIVE, "valueInteger"]);
const DISEASE_STATUS: Kind = kind("cancer-disease-status", &["subject", "focus", VALUE]);
const SPECIMEN: Kind = kind("human-specimen", &["type", "subject"]);
const ORDER: Kind = kind("cancer-related-medication-request", &["subject", REASON, MEDICATION]);
const GIVEN: Kind =
    kind("cancer-related-medication-administration", &["subject", REASON, MEDICATION]);
const SURGERY: Kind = kind("cancer-related-surgical-procedure", &["code", "subject", REASON]);
/// Of which nothing says that it is an operation: a biopsy, a radiotherapy, an analysis.
const PROCEDURE: Kind = Kind { profile: None, required: &[] };
/// Of the guide on genomics reporting, which mCODE leaves these to.
const BIOMARKER: Kind = Kind { profile: None, required: &[] };

const VALUE: &str = "valueCodeableConcept|valueQuantity|valueString|valueInteger|valueRatio\
                     |dataAbsentReason|component";
const EFFECTIVE: &str = "effectiveDateTime|effectivePeriod";
const REASON: &str = "reasonCode|reasonReference";
const MEDICATION: &str = "medicationCodeableConcept|medicationReference";

/// Kinds of observations by LOINC code.
const OBSERVATIONS: &[(&str, Kind)] = &[
    ("69548-6", VARIANT),
    ("53041-0", REGION),
    ("21908-9", STAGE),
    ("21902-2", STAGE),
    ("21914-7", STAGE),
    ("89247-1", ECOG),
    ("89243-0", KARNOFSKY),
    ("97509-4", DISEASE_STATUS),
    ("94076-7", BIOMARKER),
    ("94077-5", BIOMARKER),
    ("81695-9", BIOMARKER),
];

/// Metastases in ICD-10 (WHO, chapter II).
const METASTASES: [&str; 3] = ["C77", "C78", "C79"];

/// The bundle, and what is missing for a profile, by resource.
///
/// `resources` are those of one patient; of others than the guide knows nothing is said, since they
/// are no part of it.
pub fn mcode_bundle(resources: Vec<Value>, at: &str, base: &str) -> (Value, Vec<Problem>) {
    let cancers: BTreeSet<String> = resources
        .iter()
        .filter(|one| matches!(kind_of(one), Some(PRIMARY | SECONDARY)))
        .filter_map(name)
        .collect();
    let is_for_cancer = |one: &Value| {
        let reasons = all(one, "reasonReference");
        let named = reasons.into_iter().filter_map(access::reference_of).filter_map(type_and_id);
        named.into_iter().any(|(of, id)| cancers.contains(&format!("{of}/{id}")))
    };
    let is_part = |one: &Value| match text(one, "resourceType") {
        Some("MedicationRequest" | "MedicationAdministration" | "Procedure") => {
            claimed(one).is_some() || is_for_cancer(one)
        }
        _ => true,
    };
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for mut resource in resources {
        let Some(kind) = kind_of(&resource).filter(|_| is_part(&resource)) else { continue };
        let place = name(&resource).unwrap_or_default();
        let missing: Vec<&str> = kind
            .required
            .iter()
            .copied()
            .filter(|names| names.split('|').all(|one| first(&resource, one).is_none()))
            .collect();
        match kind.profile {
            Some(profile) if missing.is_empty() => claim(&mut resource, profile),
            Some(profile) => {
                let missing = missing.join(", ").replace('|', " or ");
                let said = format!("is no mcode-{profile}: it lacks {missing}");
                problems.push(Problem::warning("profile-not-met", place.clone(), said));
            }
            None => {}
        }
        entries.push(json!({"fullUrl": format!("{base}/{place}"), "resource": resource}));
    }
    let bundle = json!({
        "resourceType": "Bundle",
        "meta": {"profile": [format!("{PROFILES}mcode-patient-bundle")]},
        "type": "collection",
        "timestamp": at,
        "entry": entries,
    });
    (bundle, problems)
}

/// `Observation/o`.
fn name(resource: &Value) -> Option<String> {
    Some(format!("{}/{}", text(resource, "resourceType")?, text(resource, "id")?))
}

/// A profile of the guide that the resource claims already, without `mcode-`.
fn claimed(resource: &Value) -> Option<&str> {
    let claims = access::texts(resource, "meta.profile");
    claims
        .into_iter()
        .find_map(|claim| claim.split('|').next()?.strip_prefix(PROFILES)?.strip_prefix("mcode-"))
}

/// Claims a profile for a resource that claims none of the guide: who sent it knows better what it
/// is, and its profiles exclude each other.
fn claim(resource: &mut Value, profile: &str) {
    if claimed(resource).is_some() {
        return;
    }
    let canonical = json!(format!("{PROFILES}mcode-{profile}"));
    let Some(fields) = resource.as_object_mut() else { return };
    let meta = fields.entry("meta").or_insert_with(|| json!({}));
    let Some(meta) = meta.as_object_mut() else { return };
    let claims = meta.entry("profile").or_insert_with(|| json!([]));
    if let Some(claims) = claims.as_array_mut() {
        claims.push(canonical);
    }
}

fn kind_of(resource: &Value) -> Option<Kind> {
    match text(resource, "resourceType")? {
        "Patient" => Some(PATIENT),
        "Condition" => condition(resource),
        "Observation" => observation(resource),
        "DiagnosticReport" => report(resource),
        "Specimen" => Some(SPECIMEN),
        "MedicationRequest" => Some(ORDER),
        "MedicationAdministration" => Some(GIVEN),
        "Procedure" => Some(procedure(resource)),
        _ => None,
    }
}

/// A cancer by its claim, by OncoTree, or by chapter II of ICD-10; SNOMED CT alone does not say
/// without its hierarchy.
fn condition(resource: &Value) -> Option<Kind> {
    match claimed(resource) {
        Some("primary-cancer-condition") => return Some(PRIMARY),
        Some("secondary-cancer-condition") => return Some(SECONDARY),
        _ => {}
    }
    let codings = codings(resource, "code.coding");
    let icd = codings.iter().find(|one| one.system.contains("/sid/icd-10"));
    if let Some(icd) = icd {
        let category = icd.code.get(..3).unwrap_or_default();
        if METASTASES.contains(&category) {
            return Some(SECONDARY);
        }
        if category.starts_with('C') {
            return Some(PRIMARY);
        }
    }
    let of_oncotree = |one: &Coding| one.system.contains("oncotree");
    codings.iter().any(of_oncotree).then_some(PRIMARY)
}

fn observation(resource: &Value) -> Option<Kind> {
    let codings = codings(resource, "code.coding");
    let of = |code: &str| codings.iter().any(|one| is_loinc(&one.system, &one.code, code));
    let known = OBSERVATIONS.iter().find(|(code, _)| of(code)).map(|(_, kind)| *kind);
    known.or_else(|| is_measured(resource).then_some(MARKER))
}

/// An operation by its claim, or by the category that the profile fixes (SNOMED CT 387713003,
/// surgical procedure); what it is stays open otherwise.
fn procedure(resource: &Value) -> Kind {
    let is_surgical = |one: &Coding| one.system == system::SNOMED && one.code == "387713003";
    match claimed(resource) {
        Some("cancer-related-surgical-procedure") => SURGERY,
        None if codings(resource, "category.coding").iter().any(is_surgical) => SURGERY,
        _ => PROCEDURE,
    }
}

/// Genomic by its code, or by the section that made it.
fn report(resource: &Value) -> Option<Kind> {
    let of = |path: &str, code: &str| codings(resource, path).iter().any(|one| one.code == code);
    (of("code.coding", "81247-9") || of("category.coding", "GE")).then_some(REPORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://example.org/fhir";

    fn coded(system: &str, code: &str) -> Value {
        json!({"coding": [{"system": system, "code": code}]})
    }

    fn loinc(code: &str) -> Value {
        coded("http://loinc.org", code)
    }

    fn of(kind: &str, more: Value) -> Value {
        let mut resource = more;
        resource["resourceType"] = json!(kind);
        resource["id"] = json!("x");
        resource["subject"] = json!({"reference": "Patient/p"});
        resource
    }

    fn one(resource: Value) -> (Option<String>, Vec<Problem>) {
        let (bundle, problems) = mcode_bundle(vec![resource], "2026-11-27T00:00:00Z", BASE);
        let claim = bundle["entry"][0]["resource"]["meta"]["profile"][0].as_str();
        (claim.map(|claim| claim.replace(PROFILES, "")), problems)
    }

    #[test]
    fn each_resource_claims_the_profile_that_it_meets() {
        let laboratory = json!([coded(
            "http://terminology.hl7.org/CodeSystem/observation-category",
            "laboratory"
        )]);
        let present = loinc("LA9633-4");
        let icd = |code: &str| coded("http://hl7.org/fhir/sid/icd-10-cm", code);
        let problem_list = json!([{"text": "problem list"}]);
        for (resource, expected) in [
            (
                json!({"resourceType": "Patient", "id": "p", "gender": "female",
                "identifier": [{"value": "1"}], "name": [{"family": "E"}]}),
                "cancer-patient",
            ),
            (
                of("Condition", json!({"category": problem_list, "code": icd("C34.1")})),
                "primary-cancer-condition",
            ),
            (
                of("Condition", json!({"category": problem_list, "code": icd("C79.31")})),
                "secondary-cancer-condition",
            ),
            (
                of(
                    "Condition",
                    json!({"category": problem_list,
                "code": coded("http://oncotree.mskcc.org", "LUAD")}),
                ),
                "primary-cancer-condition",
            ),
            (
                of(
                    "Observation",
                    json!({"category": laboratory, "code": loinc("69548-6"),
                "valueCodeableConcept": present}),
                ),
                "genomic-variant",
            ),
            (of("Observation", json!({"code": loinc("53041-0")})), "genomic-region-studied"),
            (
                of(
                    "Observation",
                    json!({"code": loinc("89247-1"), "valueInteger": 1,
                "effectiveDateTime": "2026-01-02"}),
                ),
                "ecog-performance-status",
            ),
            (
                of(
                    "Observation",
                    json!({"code": loinc("21908-9"), "valueCodeableConcept":
                {"text": "IV"}, "focus": [{"reference": "Condition/c"}]}),
                ),
                "tnm-stage-group",
            ),
            (
                of(
                    "Observation",
                    json!({"category": laboratory, "code": loinc("16112-5"),
                "valueCodeableConcept": loinc("LA6576-8")}),
                ),
                "tumor-marker-test",
            ),
            (
                of(
                    "DiagnosticReport",
                    json!({"category": [coded("x", "GE")], "code":
                loinc("81247-9"), "result": [{"reference": "Observation/x"}]}),
                ),
                "genomics-report",
            ),
            (of("Specimen", json!({"type": {"text": "tissue"}})), "human-specimen"),
        ] {
            let (claim, problems) = one(resource.clone());
            let expected = format!("mcode-{expected}");
            assert_eq!((claim.as_deref(), problems), (Some(&*expected), vec![]), "{resource}");
        }
    }

    #[test]
    fn what_lacks_an_element_goes_along_and_the_element_is_named() {
        let stage = of("Observation", json!({"code": loinc("21908-9"), "valueString": "IV"}));
        let (claim, problems) = one(stage.clone());
        assert_eq!(claim, None);
        assert_eq!(problems[0].place, "Observation/x");
        assert!(problems[0].text.contains("mcode-tnm-stage-group: it lacks focus"), "{problems:?}");
        let (bundle, _) = mcode_bundle(vec![stage.clone()], "2026-11-27T00:00:00Z", BASE);
        assert_eq!(bundle["entry"][0]["resource"], stage, "it is as it was");
        assert_eq!(bundle["entry"][0]["fullUrl"], "https://example.org/fhir/Observation/x");
        let ecog = of("Observation", json!({"code": loinc("89247-1"), "valueInteger": 1}));
        assert!(one(ecog).1[0].text.contains("effectiveDateTime or effectivePeriod"));
        // What mCODE leaves to another guide claims nothing and lacks nothing.
        let burden = of("Observation", json!({"code": loinc("94076-7")}));
        assert_eq!(one(burden), (None, vec![]));
    }

    #[test]
    fn what_is_no_part_of_it_stays_out() {
        let reason = |to: &str| json!([{"reference": to}]);
        let order = |to: &str| {
            of(
                "MedicationRequest",
                json!({"reasonReference": reason(to),
                "medicationCodeableConcept": {"text": "osimertinib"}}),
            )
        };
        let mut cancer = of(
            "Condition",
            json!({"code":
            coded("http://hl7.org/fhir/sid/icd-10", "C34"), "category": [{"text": "x"}]}),
        );
        cancer["id"] = json!("lung");
        let other =
            of("Condition", json!({"code": coded("http://hl7.org/fhir/sid/icd-10", "I10")}));
        let sugar = of("Observation", json!({"code": loinc("2345-7")}));
        let all = vec![
            cancer,
            other,
            sugar,
            order("Condition/lung"),
            order("Condition/x"),
            of("MedicationRequest", json!({})),
            json!({"resourceType": "Task"}),
            json!({}),
        ];
        let (bundle, problems) = mcode_bundle(all, "2026-11-27T00:00:00Z", BASE);
        let entries = bundle["entry"].as_array().unwrap();
        assert_eq!((entries.len(), problems), (2, vec![]), "{bundle}");
        assert_eq!(entries[1]["resource"]["reasonReference"], reason("Condition/lung"));
        assert_eq!(bundle["type"], "collection");
    }

    #[test]
    fn a_claim_is_made_once_and_beside_others() {
        let mut patient = json!({"resourceType": "Patient", "id": "p", "gender": "female",
            "identifier": [{"value": "1"}], "name": [{"family": "E"}],
            "meta": {"versionId": "2", "profile": ["http://example.org/own"]}});
        let (bundle, _) = mcode_bundle(vec![patient.clone()], "2026-11-27T00:00:00Z", BASE);
        let made = &bundle["entry"][0]["resource"];
        assert_eq!(made["meta"]["profile"].as_array().map(Vec::len), Some(2));
        assert_eq!(made["meta"]["versionId"], "2");
        patient = made.clone();
        let (bundle, _) = mcode_bundle(vec![patient.clone()], "2026-11-27T00:00:00Z", BASE);
        assert_eq!(bundle["entry"][0]["resource"], patient);
    }

    #[test]
    fn a_procedure_is_an_operation_only_if_something_says_so() {
        let mut cancer = of(
            "Condition",
            json!({"code": coded("http://hl7.org/fhir/sid/icd-10", "C34"),
                "category": [{"text": "x"}]}),
        );
        cancer["id"] = json!("lung");
        let profile = |name: &str| format!("{PROFILES}mcode-{name}");
        let surgical = profile("cancer-related-surgical-procedure");
        let radiotherapy = profile("radiotherapy-course-summary");
        let sct = "http://snomed.info/sct";
        let category = |system: &str, code: &str| json!([coded(system, code)]);
        for (category, claims, expected) in [
            (category(sct, "387713003"), vec![], vec![&surgical]),
            // Diagnostic; the code in another system; nothing.
            (category(sct, "103693007"), vec![], vec![]),
            (category("http://example.org", "387713003"), vec![], vec![]),
            (Value::Null, vec![], vec![]),
            (Value::Null, vec![&surgical], vec![&surgical]),
            (Value::Null, vec![&radiotherapy], vec![&radiotherapy]),
            (category(sct, "387713003"), vec![&radiotherapy], vec![&radiotherapy]),
        ] {
            let mut procedure = of(
                "Procedure",
                json!({"code": {"text": "lobectomy"},
                    "reasonReference": [{"reference": "Condition/lung"}]}),
            );
            procedure["category"] = category;
            if !claims.is_empty() {
                procedure["meta"] = json!({"profile": claims});
            }
            let all = vec![cancer.clone(), procedure.clone()];
            let (bundle, problems) = mcode_bundle(all, "2026-11-27T00:00:00Z", BASE);
            let made = &bundle["entry"][1]["resource"];
            assert_eq!(made["resourceType"], "Procedure", "it goes along: {bundle}");
            let claimed = made.pointer("/meta/profile").cloned().unwrap_or_else(|| json!([]));
            assert_eq!((claimed, problems), (json!(expected), vec![]), "{procedure}");
        }
    }

    #[test]
    fn what_claims_another_profile_of_the_guide_is_not_given_a_second_one() {
        let own = format!("{PROFILES}mcode-tumor-marker-test|3.0.0");
        let variant = of(
            "Observation",
            json!({"category": [{"text": "laboratory"}], "code": loinc("69548-6"),
                "valueCodeableConcept": loinc("LA9633-4"), "meta": {"profile": [own]}}),
        );
        let (bundle, _) = mcode_bundle(vec![variant.clone()], "2026-11-27T00:00:00Z", BASE);
        assert_eq!(bundle["entry"][0]["resource"], variant);
    }
}
