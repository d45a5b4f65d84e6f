//! A message that does not prove whose it is waits for a person, and nothing of it is filed.

use crate::support::{ANA, Fixture, fixture};
use formats::hl7v2::ack::Outcome;
use model::PatientId;
use record::RawState;

struct Case {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    reason: &'static str,
    candidates: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "an unknown patient",
        from: "100001^^^COGNATE-DEMO",
        to: "999999^^^COGNATE-DEMO",
        reason: "no patient with this identifier",
        candidates: &[],
    },
    Case {
        name: "the right number, another authority",
        from: "100001^^^COGNATE-DEMO",
        to: "100001^^^ELSEWHERE",
        reason: "no patient with this identifier",
        candidates: &[],
    },
    Case {
        name: "no authority",
        from: "100001^^^COGNATE-DEMO",
        to: "100001^^^",
        reason: "no patient identifier with an assigning authority",
        candidates: &[],
    },
    Case {
        name: "another family name",
        from: "EXAMPLE^Ana",
        to: "EXEMPLAR^Ana",
        reason: "the name differs",
        candidates: &["ana-example"],
    },
    Case {
        name: "no name",
        from: "EXAMPLE^Ana^^^^^L",
        to: "",
        reason: "the name differs",
        candidates: &["ana-example"],
    },
    Case {
        name: "another birth date",
        from: "19610402",
        to: "19610412",
        reason: "the birth date differs",
        candidates: &["ana-example"],
    },
    Case {
        name: "no birth date",
        from: "19610402",
        to: "",
        reason: "no birth date",
        candidates: &["ana-example"],
    },
    Case {
        name: "another sex",
        from: "19610402|F",
        to: "19610402|M",
        reason: "the sex differs",
        candidates: &["ana-example"],
    },
    Case {
        name: "the numbers of two patients",
        from: "100001^^^COGNATE-DEMO^MR",
        to: "100001^^^COGNATE-DEMO^MR~100002^^^COGNATE-DEMO^MR",
        reason: "the identifiers belong to several patients",
        candidates: &["ana-example", "ben-sample"],
    },
];

#[test]
fn a_doubtful_patient_goes_to_a_person() {
    for case in CASES {
        let fixture = fixture();
        let name = case.name;
        let before = fixture.sequence();
        let patients = fixture.record.patients(&fixture.access(), 10).unwrap();
        let message = ANA.replacen(case.from, case.to, 1);
        assert_ne!(message, ANA, "{name}");
        let receipt = fixture.receive(&message);
        assert_eq!(receipt.outcome, Outcome::Accepted, "{name}");
        assert_eq!(fixture.work_off(), 1, "{name}");
        let kept = fixture.record.raw(&fixture.access(), &receipt.raw).unwrap().unwrap();
        assert_eq!(kept.summary.state, RawState::Unmatched, "{name}");
        let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
        assert_eq!(reviews.len(), 1, "{name}");
        let entry = &reviews[0].entry;
        assert!(entry.text.contains(case.reason), "{name}: {}", entry.text);
        assert_eq!(entry.raw.as_ref(), Some(&receipt.raw), "{name}");
        let candidates: Vec<&str> = entry.candidates.iter().map(PatientId::as_str).collect();
        assert_eq!(candidates, case.candidates, "{name}");
        untouched(&fixture, before, name);
        assert_eq!(fixture.record.patients(&fixture.access(), 10).unwrap(), patients, "{name}");
    }
}

/// No resource, no fact.
fn untouched(fixture: &Fixture, before: u64, name: &str) {
    assert_eq!(fixture.changes(before), [], "{name}");
    assert_eq!(fixture.findings("ana-example"), [""; 0], "{name}");
    assert_eq!(fixture.findings("ben-sample"), [""; 0], "{name}");
}

#[test]
fn two_patients_with_one_identifier_go_to_a_person() {
    let fixture = fixture();
    let before = fixture.sequence();
    let twin = serde_json::json!({
        "resourceType": "Patient",
        "id": "ana-twin",
        "identifier": [{"system": "urn:cognate:authority:COGNATE-DEMO", "value": "100001"}],
        "name": [{"family": "EXAMPLE", "given": ["Ana"]}],
        "birthDate": "1961-04-02",
        "gender": "female",
    });
    let body = serde_json::to_vec(&twin).unwrap();
    intake::fhir::update(
        &fixture.record,
        &fixture.access(),
        "Patient",
        "ana-twin",
        record::Condition::Any,
        &body,
    )
    .unwrap();
    let kept = fixture.file(ANA);
    assert_eq!(kept.state, RawState::Unmatched);
    let reviews = fixture.record.reviews(&fixture.access(), true).unwrap();
    let candidates: Vec<&str> = reviews[0].entry.candidates.iter().map(PatientId::as_str).collect();
    assert_eq!(candidates, ["ana-example", "ana-twin"]);
    assert_eq!(fixture.changed(before), ["Patient 1"]);
}

#[test]
fn two_people_in_one_message_are_filed_for_nobody() {
    let fixture = fixture();
    let before = fixture.sequence();
    let second = "PID|2||100002^^^COGNATE-DEMO^MR||SAMPLE^Ben^^^^^L||19740913|M\nORC|RE|X\nOBR|2|X";
    let kept = fixture.file(&format!("{ANA}{second}|X|81247-9^Panel^LN\n"));
    assert_eq!(kept.state, RawState::ParseError);
    assert!(kept.problems.iter().any(|problem| problem.code == "two-patients"));
    untouched(&fixture, before, "two people");
}

#[test]
fn a_waiting_message_is_filed_once_the_patient_is_known() {
    let fixture = fixture();
    let message = ANA.replace("100001^^^", "100009^^^");
    let kept = fixture.file(&message);
    assert_eq!(kept.state, RawState::Unmatched);
    let ana = fixture.read("Patient", "ana-example").to_string().replace("100001", "100009");
    let (record, access) = (&fixture.record, fixture.access());
    intake::fhir::update(
        record,
        &access,
        "Patient",
        "ana-example",
        record::Condition::Any,
        ana.as_bytes(),
    )
    .unwrap();
    record.set_raw_state(&access, &kept.id, RawState::Received, &[]).unwrap();
    assert_eq!(fixture.work_off(), 1);
    let kept = record.raw(&access, &kept.id).unwrap().unwrap().summary;
    assert_eq!(kept.state, RawState::Filed);
    let lines = fixture.findings("ana-example");
    assert!(
        lines.contains(&"Final Germline CYP2C19 *2/*2 Poor Metabolizer".to_owned()),
        "{lines:?}"
    );
}
