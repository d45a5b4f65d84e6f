//! Who does not want to know of secondary findings, and what counts as one.

use super::{consent, file, labelled, somebody, two};
use crate::support::{access, commit, observation, put};
use record::{Access, Purpose, Record, Role, Scope};
use serde_json::{Value, json};

/// HGNC ids of BRCA1, of LDLR (both ACMG SF v3.2) and of CYP2C19.
const BRCA1: &str = "HGNC:1100";
const LDLR: &str = "HGNC:6547";
const CYP2C19: &str = "HGNC:2621";

fn doctor() -> Access {
    somebody("account:ana", Role::Geneticist, Purpose::Treatment)
}

fn gene(code: &str) -> Value {
    json!({"coding": [{"system": "http://www.genenames.org/geneId", "code": code}]})
}

fn order(genes: &[&str]) -> Value {
    let genes: Vec<Value> = genes.iter().map(|code| gene(code)).collect();
    json!({"resourceType": "ServiceRequest", "id": "q1", "status": "active", "intent": "order",
        "subject": {"reference": "Patient/p1"}, "orderDetail": genes})
}

/// A variant in a gene; `based` says by which order it was found.
fn variant(id: &str, code: &str, based: bool) -> Value {
    let mut found = observation(id, "p1", "x");
    found["component"] = json!([{"code": {"coding": [{"system": "http://loinc.org",
        "code": "48018-6"}]}, "valueCodeableConcept": gene(code)}]);
    if based {
        found["basedOn"] = json!([{"reference": "ServiceRequest/q1"}]);
    }
    found
}

/// The provision of docs/ACCESS.md: no secondary findings for the patient's treatment.
fn refusal() -> Value {
    json!({"type": "permit", "provision": [{"type": "deny",
        "securityLabel": [{"system": "urn:cognate:label", "code": "SF"}]}]})
}

/// Which of these ids are seen.
fn seen<'i>(record: &Record, access: &Access, ids: &[&'i str]) -> Vec<&'i str> {
    let is_seen = |id: &&&str| super::sees(record, access, id);
    ids.iter().filter(is_seen).copied().collect()
}

#[test]
fn a_refusal_hides_what_was_not_asked_for_until_it_is_withdrawn() {
    let fixture = two();
    let record = &fixture.record;
    let bundle = vec![
        put(variant("asked", BRCA1, true)),
        put(variant("other", LDLR, true)),
        put(variant("drug", CYP2C19, true)),
        put(variant("loose", LDLR, false)),
        put(order(&[BRCA1])),
    ];
    commit(record, bundle).unwrap();
    let ids = ["asked", "other", "drug", "loose", "o1"];
    // Nobody was asked: what the site's policies say, and those that are shipped show it.
    assert_eq!(seen(record, &doctor(), &ids), ids);
    file(record, consent("c1", "p1", refusal()));
    assert_eq!(seen(record, &doctor(), &ids), ["asked", "drug", "loose", "o1"]);
    // The patient reads all of it, unless the consent names that purpose.
    let own = access(Role::Patient);
    let own = Access::new(
        own.tenant().clone(),
        "account:p1",
        Role::Patient,
        Purpose::PatientRequest,
        Scope::Patients([model::PatientId::new("p1")].into()),
    );
    assert_eq!(seen(record, &own, &ids), ids);
    let mut by_name = refusal();
    by_name["provision"][0]["purpose"] = json!([{"code": "TREAT"}, {"code": "PATRQT"}]);
    by_name["purpose"] = json!([{"code": "TREAT"}, {"code": "PATRQT"}]);
    file(record, consent("c1", "p1", by_name));
    assert_eq!(seen(record, &own, &ids), ["asked", "drug", "loose", "o1"]);
    // It is withdrawn.
    let mut withdrawn = consent("c1", "p1", refusal());
    withdrawn["status"] = json!("inactive");
    file(record, withdrawn);
    assert_eq!(seen(record, &doctor(), &ids), ids);
}

#[test]
fn the_question_decides_whenever_it_becomes_known() {
    let fixture = two();
    let record = &fixture.record;
    file(record, consent("c1", "p1", refusal()));
    let sees = |ids: &[&str]| seen(record, &doctor(), ids).len();
    // Results before their order: the question is not known, and nothing is guessed.
    file(record, variant("v1", LDLR, false));
    assert_eq!(sees(&["v1"]), 1);
    let report = |result: &Value| {
        json!({"resourceType": "DiagnosticReport", "id": "r1", "status": "final",
            "subject": {"reference": "Patient/p1"}, "result": result,
            "basedOn": [{"reference": "ServiceRequest/q1"}]})
    };
    let result = json!([{"reference": "Observation/v1"}]);
    file(record, report(&result));
    let report_is_seen = || record.read(&doctor(), "DiagnosticReport", "r1").unwrap().is_some();
    assert!(sees(&["v1"]) == 1 && report_is_seen());
    // The order names another gene: the finding is one, and the report that says it.
    file(record, order(&[BRCA1]));
    assert!(sees(&["v1"]) == 0 && !report_is_seen());
    // The order is amended.
    file(record, order(&[BRCA1, LDLR]));
    assert!(sees(&["v1"]) == 1 && report_is_seen());
    file(record, order(&[BRCA1]));
    assert!(sees(&["v1"]) == 0 && !report_is_seen());
    // It names no gene at all.
    file(record, order(&[]));
    assert!(sees(&["v1"]) == 1 && report_is_seen());
    file(record, order(&[BRCA1]));
    // The finding belongs to another report.
    file(record, report(&json!([])));
    file(record, variant("v1", LDLR, false));
    assert!(sees(&["v1"]) == 1 && report_is_seen());
}

#[test]
fn what_says_itself_that_it_is_one_is_one_and_tumours_are_not() {
    let fixture = two();
    let record = &fixture.record;
    let mut marked = variant("marked", CYP2C19, false);
    marked["extension"] = json!([{
        "url": "http://hl7.org/fhir/StructureDefinition/observation-secondaryFinding",
        "valueCodeableConcept": {"text": "ACMG"}}]);
    let mut somatic = variant("somatic", LDLR, true);
    let source = json!({"code": {"coding": [{"code": "48002-0"}]},
        "valueCodeableConcept": {"coding": [{"code": "LA6684-0"}]}});
    somatic["component"].as_array_mut().unwrap().push(source);
    let said = labelled(observation("said", "p1", "x"), "SF");
    let bundle = vec![put(marked), put(somatic), put(said), put(order(&[BRCA1]))];
    commit(record, bundle).unwrap();
    let ids = ["marked", "somatic", "said"];
    assert_eq!(seen(record, &doctor(), &ids), ids);
    file(record, consent("c1", "p1", refusal()));
    assert_eq!(seen(record, &doctor(), &ids), ["somatic"]);
    // An emergency is not asked about findings, unless the consent names it.
    let wish = record::NewEmergency {
        patient: model::PatientId::new("p1"),
        reason: record::EmergencyReason::LifeThreatening,
        text: "no pulse in the ambulance".to_owned(),
    };
    let emergency = record.open_emergency(&doctor(), wish).unwrap();
    let opened = record.emergency_access(&doctor(), &emergency.patient).unwrap().unwrap();
    assert_eq!(seen(record, &opened, &ids), ids);
}

/// The policy of docs/ACCESS.md for a site that shows secondary findings to nobody who was not
/// told that the patient wants to know.
#[test]
fn a_site_may_ask_for_the_wish_to_know() {
    let fixture = two();
    let record = &fixture.record;
    let text = std::fs::read_to_string("../../docs/ACCESS.md").unwrap();
    let policy = text.split("```cedar\n").nth(1).unwrap().split("```").next().unwrap();
    let standard = policy::Policies::shipped_text("standard").unwrap();
    let adopted = format!("{standard}\n{policy}");
    record.adopt_policies(&access(Role::PrivacyOfficer), &adopted).unwrap();
    let bundle = vec![put(order(&[BRCA1])), put(variant("v1", LDLR, true))];
    commit(record, bundle).unwrap();
    assert_eq!(seen(record, &doctor(), &["v1", "o1"]), ["o1"]);
    let wish = json!({"type": "permit", "securityLabel": [{"code": "SF"}, {"code": "GDIS"}]});
    file(record, consent("c1", "p1", wish));
    assert_eq!(seen(record, &doctor(), &["v1", "o1"]), ["v1", "o1"]);
}
