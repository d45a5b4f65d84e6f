//! A document and results that came in different messages, or of which one is a measure of a whole
//! tumour: they are compared like those that came together.

use crate::concordance::{encoded, lines, settle};
use crate::extraction::{follower, reviewer};
use crate::support::{Fixture, POOR, fixture, result};
use base64::Engine as _;
use intake::Feed;
use intake::extraction::concordance::WORD;
use intake::receive::KINDS;
use record::RawState;
use serde_json::{Value, json};
use testkit::oru::Oru;
use testkit::patients::ana_example;

const ISSUED: &str = "20260112092500+0000";

fn hospital() -> Fixture {
    let mut fixture = fixture();
    fixture.feed = Feed { takes: KINDS.map(str::to_owned).to_vec(), ..fixture.feed };
    fixture
}

/// A document message about the order with this number, of this authority.
fn document(id: &str, number: &str, pdf: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(pdf);
    format!(
        "MSH|^~\\&|HIS|NORTH|COG|DEMO|20260113093000+0000||MDM^T02^MDM_T02|{id}|P|2.5.1\r\
         PID|1||100001^^^COGNATE-DEMO^MR||EXAMPLE^Ana||19610402|F\r\
         TXA|1|PGX^Report^L||||||||||{id}^NSML|||{number}||LA\r\
         OBX|1|ED|PDF^Report^L||^application^pdf^Base64^{text}||||||F\r"
    )
}

fn sent(genotype: &str) -> String {
    result("M-1", "NS-1", ISSUED, 'F', &[("CYP2C19", genotype, POOR)])
}

fn finding(fixture: &Fixture) -> String {
    let all = fixture.findings("ana-example").into_iter();
    all.filter(|line| line.contains("CYP2C19")).collect()
}

fn listed(fixture: &Fixture) -> usize {
    let open = fixture.record.reviews(&reviewer("r1"), true).unwrap();
    open.iter().filter(|review| review.entry.reason == WORD).count()
}

#[test]
fn a_document_that_comes_later_holds_a_result_that_counted_before() {
    let fixture = hospital();
    fixture.file(&sent("*2/*2"));
    settle(&fixture);
    assert!(finding(&fixture).starts_with("Final"));
    let pdf = lines(&["CYP2C19 *1/*1 Normal Metabolizer"]);
    assert_eq!(fixture.file(&document("D-1", "NS-1^NSML", &pdf)).state, RawState::Filed);
    settle(&fixture);
    assert!(finding(&fixture).starts_with("Preliminary"), "{}", finding(&fixture));
    assert_eq!(listed(&fixture), 1);
}

#[test]
fn a_result_that_comes_after_its_document_is_held_too() {
    let fixture = hospital();
    let pdf = lines(&["CYP2C19 *1/*1 Normal Metabolizer"]);
    fixture.file(&document("D-1", "NS-1^NSML", &pdf));
    settle(&fixture);
    assert_eq!(listed(&fixture), 0);
    fixture.file(&sent("*2/*2"));
    settle(&fixture);
    assert!(finding(&fixture).starts_with("Preliminary"), "{}", finding(&fixture));
    assert_eq!(listed(&fixture), 1);
}

#[test]
fn what_agrees_and_what_has_another_number_stays_as_it_is() {
    let same = lines(&["CYP2C19 *2/*2 Poor Metabolizer"]);
    let other = lines(&["CYP2C19 *1/*1 Normal Metabolizer"]);
    for (number, pdf) in [
        ("NS-1^NSML", &same),
        ("NS-2^NSML", &other),
        // The same digits by somebody else, or by nobody.
        ("NS-1^ELSEWHERE", &other),
        ("NS-1", &other),
    ] {
        let fixture = hospital();
        fixture.file(&sent("*2/*2"));
        fixture.file(&document("D-1", number, pdf));
        settle(&fixture);
        assert!(finding(&fixture).starts_with("Final"), "{number}: {}", finding(&fixture));
        assert_eq!(listed(&fixture), 0, "{number}");
    }
}

#[test]
fn a_document_that_is_taken_away_lets_go_what_it_held() {
    let fixture = hospital();
    fixture.file(&sent("*2/*2"));
    let before = fixture.sequence();
    let pdf = lines(&["CYP2C19 *1/*1 Normal Metabolizer"]);
    fixture.file(&document("D-1", "NS-1^NSML", &pdf));
    settle(&fixture);
    assert!(finding(&fixture).starts_with("Preliminary"));
    let id = fixture.resource("DocumentReference", before)["id"].as_str().unwrap().to_owned();
    let delete = record::ResourceChange::Delete {
        resource_type: "DocumentReference".to_owned(),
        id,
        condition: record::Condition::Any,
    };
    let commit = record::Commit { changes: vec![delete], ..record::Commit::default() };
    fixture.record.commit(&fixture.access(), commit).unwrap();
    follower(&fixture).work_off().unwrap();
    assert!(finding(&fixture).starts_with("Final"), "{}", finding(&fixture));
    settle(&fixture);
    assert_eq!(listed(&fixture), 0);
}

/// Files a FHIR report with one measure and a form, and tells how the measure stands then.
fn measured(code: &str, value: &Value, line: &str) -> (String, usize) {
    let fixture = fixture();
    let subject = json!({"reference": "Patient/ana-example"});
    let loinc = |code: &str| json!({"coding": [{"system": "http://loinc.org", "code": code}]});
    let mut observation = json!({"resourceType": "Observation", "id": "o1", "status": "final",
        "subject": subject, "code": loinc(code)});
    for (name, value) in value.as_object().unwrap() {
        observation[name] = value.clone();
    }
    let report = json!({"resourceType": "DiagnosticReport", "id": "r1", "status": "final",
        "subject": subject, "code": loinc("51969-4"), "result": [{"reference": "Observation/o1"}],
        "presentedForm": [{"contentType": "application/pdf", "data": encoded(&lines(&[line]))}]});
    let put = |url: &str, resource: Value| {
        let request = json!({"method": "PUT", "url": url});
        json!({"request": request, "resource": resource})
    };
    let entries = [put("Observation/o1", observation), put("DiagnosticReport/r1", report)];
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let (access, bytes) = (fixture.access(), bundle.to_string().into_bytes());
    intake::fhir::transaction(&fixture.record, &access, "", &intake::fhir::no_look, &bytes)
        .unwrap();
    settle(&fixture);
    (fixture.read("Observation", "o1")["status"].as_str().unwrap().to_owned(), listed(&fixture))
}

#[test]
fn a_measure_that_the_document_states_otherwise_is_held() {
    let number = |value: f64| json!({"valueQuantity": {"value": value, "unit": "Muts/Mb"}});
    let answer = |code: &str| {
        let coding = json!([{"system": "http://loinc.org", "code": code}]);
        json!({"valueCodeableConcept": {"coding": coding}})
    };
    let (burden, instability) = ("94076-7", "81695-9");
    for (code, value, line, is_held) in [
        (burden, number(24.1), "TMB-High; 24.1 Muts/Mb", false),
        (burden, number(24.12), "TMB: 24 Muts/Mb", false),
        (burden, number(2.41), "TMB-High; 24.1 Muts/Mb", true),
        (instability, answer("LA14122-8"), "Microsatellite status: MS-Stable", false),
        (instability, answer("LA14122-8"), "Microsatellite status: MSI-High", true),
        (instability, answer("LA26203-2"), "Microsatellite status: MS-Stable", true),
        // Another measure says nothing of it.
        (instability, answer("LA26203-2"), "TMB: 24 Muts/Mb", false),
    ] {
        let expected = if is_held { ("preliminary", 1) } else { ("final", 0) };
        let (status, listed) = measured(code, &value, line);
        assert_eq!((status.as_str(), listed), expected, "{code} {value} {line}");
    }
}

#[test]
fn a_measure_in_a_message_is_compared_as_well() {
    for (value, line, is_held) in
        [("24.1", "TMB-High; 24.1 Muts/Mb", false), ("2.41", "TMB-High; 24.1 Muts/Mb", true)]
    {
        let fixture = fixture();
        let oru = Oru::new(&ana_example(), "M-1").observation("NM", "94076-7^TMB^LN", "1", value);
        let text = encoded(&lines(&[line]));
        let pdf =
            format!("OBX|90|ED|51969-4^Report^LN||NSML^Application^PDF^Base64^{text}||||||F\r");
        let before = fixture.sequence();
        fixture.file(&(oru.text() + &pdf));
        settle(&fixture);
        let id = fixture.resource("DiagnosticReport", before)["id"].as_str().unwrap().to_owned();
        let report = fixture.read("DiagnosticReport", &id);
        let expected = if is_held { "preliminary" } else { "final" };
        assert_eq!(report["status"], expected, "{value}: {report:#}");
        assert_eq!(listed(&fixture), usize::from(is_held));
    }
}
