//! What comes by FHIR together with a document does not count before the document was read.

use crate::concordance::{encoded, lines, settle};
use crate::support::{Fixture, fixture};
use serde_json::{Value, json};

const AGREES: &str = "CYP2C19 *2/*2 Poor Metabolizer";
const CONTRADICTS: &str = "CYP2C19 *1/*1 Normal Metabolizer";

fn loinc(code: &str) -> Value {
    json!({"coding": [{"system": "http://loinc.org", "code": code}]})
}

fn subject(id: &str) -> Value {
    json!({"reference": format!("Patient/{id}")})
}

fn observation(id: &str) -> Value {
    json!({"resourceType": "Observation", "id": id, "status": "final",
        "subject": subject("ana-example"), "code": loinc("84413-4"),
        "valueCodeableConcept": {"text": "*2/*2"},
        "component": [{"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [{
            "system": "http://www.genenames.org/geneId", "code": "HGNC:2621",
            "display": "CYP2C19"}]}}]})
}

fn report() -> Value {
    json!({"resourceType": "DiagnosticReport", "id": "r1", "status": "final",
        "subject": subject("ana-example"), "code": loinc("51969-4"),
        "result": [{"reference": "Observation/o1"}]})
}

fn pdf(line: &str) -> Value {
    json!({"contentType": "application/pdf", "data": encoded(&lines(&[line]))})
}

/// A report with its document in it.
fn with_form(line: &str) -> Vec<Value> {
    let mut report = report();
    report["presentedForm"] = json!([pdf(line)]);
    vec![observation("o1"), observation("o2"), report]
}

/// A report with a document beside it, of a patient.
fn with_document(line: &str, patient: &str) -> Vec<Value> {
    let document = json!({"resourceType": "DocumentReference", "id": "d1", "status": "current",
        "subject": subject(patient), "content": [{"attachment": pdf(line)}],
        "context": {"related": [{"reference": "DiagnosticReport/r1"}]}});
    vec![observation("o1"), observation("o2"), report(), document]
}

fn send(fixture: &Fixture, resources: &[Value]) {
    let put = |resource: &Value| {
        let [kind, id] = ["resourceType", "id"].map(|name| resource[name].as_str().unwrap());
        json!({"request": {"method": "PUT", "url": format!("{kind}/{id}")}, "resource": resource})
    };
    let entries: Vec<Value> = resources.iter().map(put).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let (access, bytes) = (fixture.access(), bundle.to_string().into_bytes());
    let none = &intake::fhir::no_look;
    intake::fhir::transaction(&fixture.record, &access, "", none, &bytes).unwrap();
}

/// Status of the result, of one that no report has, and of the report.
fn standing(fixture: &Fixture) -> [String; 3] {
    [("Observation", "o1"), ("Observation", "o2"), ("DiagnosticReport", "r1")]
        .map(|(kind, id)| fixture.read(kind, id)["status"].as_str().unwrap().to_owned())
}

fn counting(fixture: &Fixture) -> usize {
    let all = fixture.findings("ana-example").into_iter();
    all.filter(|line| line.contains("CYP2C19") && line.starts_with("Final")).count()
}

#[test]
fn it_is_preliminary_until_the_document_was_read_and_held_if_that_says_something_else() {
    for resources in [with_form, |line: &str| with_document(line, "ana-example")] {
        let fixture = fixture();
        let sent = resources(AGREES);
        send(&fixture, &sent);
        assert_eq!(standing(&fixture), ["preliminary", "final", "preliminary"]);
        // No engine has it as final, not for a moment.
        assert_eq!(counting(&fixture), 1);
        settle(&fixture);
        assert_eq!(standing(&fixture), ["final", "final", "final"]);
        assert_eq!(counting(&fixture), 2);
        // As it was sent, and nothing of the holding is left.
        let now = fixture.read("Observation", "o1");
        assert_eq!(now.get("extension"), None);
        let other = fixture_with(&resources(CONTRADICTS));
        assert_eq!(standing(&other), ["preliminary", "final", "preliminary"]);
        settle(&other);
        assert_eq!(standing(&other)[0], "preliminary");
        assert_eq!(counting(&other), 1);
    }
}

fn fixture_with(resources: &[Value]) -> Fixture {
    let fixture = fixture();
    send(&fixture, resources);
    fixture
}

#[test]
fn nothing_waits_for_a_document_that_nobody_will_read_for_it() {
    // Of somebody else, and of a kind that is not read.
    let mut page = with_form(AGREES);
    page[2]["presentedForm"][0]["contentType"] = json!("text/html");
    for resources in [with_document(AGREES, "ben-sample"), page] {
        let fixture = fixture();
        send(&fixture, &resources);
        assert_eq!(standing(&fixture), ["final", "final", "final"]);
    }
}

#[test]
fn what_waits_is_let_go_when_the_report_loses_its_document() {
    let fixture = fixture_with(&with_form(AGREES));
    send(&fixture, &[report()]);
    assert_eq!(standing(&fixture), ["preliminary", "final", "final"]);
    settle(&fixture);
    assert_eq!(standing(&fixture), ["final", "final", "final"]);
}
