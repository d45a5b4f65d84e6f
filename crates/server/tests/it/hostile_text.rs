//! Hostile text from a laboratory in each field that it fills: shown as text, and nothing else.

use crate::app::{Answer, INTERFACE, PRESCRIBER, TestApp, Who, access};
use model::PatientId;
use record::Role;
use serde_json::{Value, json};

const REVIEWER: Who = Who::Person(Role::LaboratoryReviewer);
const OFFICER: Who = Who::Person(Role::PrivacyOfficer);
const ANALYST: Who = Who::Person(Role::InterfaceAnalyst);
/// No page of one patient with a few long fields is larger.
const PAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Markup, an attribute that is left, an address that is code, turns of direction, control
/// characters, and much of it.
fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("markup", "<script>alert(1)</script><style>*{}</style>".to_owned()),
        ("an attribute", "\"'><img src=x onerror=alert(1)>".to_owned()),
        ("an address", "javascript:alert(1)".to_owned()),
        ("turns", "a\u{202e}b\u{2067}c\u{202d}d\u{2066}e".to_owned()),
        ("control characters", "a\u{1}b\u{8}c\u{7f}d\u{85}e".to_owned()),
        ("length", "<b>zq</b>".repeat(1_200)),
    ]
}

/// A text as an HL7 v2 field holds it (HL7 v2.5.1 §2.7).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\E\\").replace('&', "\\T\\").replace('^', "\\S\\").replace('~', "\\R\\")
}

/// A result of Ana Example with the text wherever a laboratory can write something.
fn message(text: &str, number: usize) -> String {
    let text = escaped(text);
    let short: String = text.chars().take(150).collect();
    let patient = testkit::patients::ana_example();
    let plain = testkit::oru::Oru::new(&patient, &format!("MSG-{number}"))
        .gene("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer")
        .gene("CYP2D6", &text, &format!("LA9657-3^{text}"))
        .segment(&format!("NTE|1|L|{text}"))
        .observation("ST", &format!("X-1^{text}^L"), "3a", &text)
        .observation("NM", &format!("X-2^{text}^L"), "3b", "7")
        .observation("TX", "51969-4^Full narrative report^LN", "3c", &text)
        .segment(&format!("NTE|1|L|{text}"));
    let text = plain.text().replace("|7||||||F", &format!("|7|{short}|{short}|{short}|||F"));
    text.replace("PL-1^COGNATE-DEMO|NS-1^NSML|", &format!("PL-{number}^{short}|{short}^NSML|"))
}

#[track_caller]
fn is_calm(page: &Answer, what: &str) {
    let text = page.text();
    let lower = text.to_lowercase();
    let ours = ["<script src=\"/assets/", "<script type=\"module\" src=\"/assets/"];
    for (at, _) in lower.match_indices("<script") {
        let rest = lower.get(at..).unwrap();
        assert!(ours.iter().any(|ours| rest.starts_with(ours)), "{what}: {rest:.200}");
    }
    for markup in ["<style>*{}", "<img src=x", "<b>zq", "href=\"javascript:", "src=\"javascript:"] {
        assert!(!lower.contains(markup), "{what} has {markup}");
    }
    let is_wild = |c: &char| {
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || (c.is_control() && !"\t\r\n".contains(*c))
    };
    let seen = tags_left_out(&text);
    assert_eq!(seen.chars().find(is_wild), None, "{what}: what follows would read otherwise");
    assert!(text.len() < PAGE_BYTES_MAX, "{what}: {} bytes", text.len());
}

fn tags_left_out(text: &str) -> String {
    let parts = text.split('<').map(|part| part.split_once('>').map_or(part, |(_, rest)| rest));
    parts.collect()
}

/// Every page with something of it.
async fn look_everywhere(app: &TestApp, patient: &str, what: &str) -> String {
    let mut uris: Vec<(Who, String)> = [
        (PRESCRIBER, format!("/patients/{patient}")),
        (PRESCRIBER, format!("/patients/{patient}/pgx-report")),
        (PRESCRIBER, format!("/patients/{patient}/summary")),
        (PRESCRIBER, format!("/patients/{patient}/board")),
        (PRESCRIBER, format!("/patients/{patient}/trials")),
        (PRESCRIBER, format!("/patients/{patient}/lifestyle")),
        (OFFICER, format!("/patients/{patient}/access")),
        (PRESCRIBER, "/patients".to_owned()),
        (PRESCRIBER, "/cards".to_owned()),
        (REVIEWER, "/reviews".to_owned()),
        (REVIEWER, "/reviews/documents".to_owned()),
        (ANALYST, "/console".to_owned()),
        (ANALYST, "/console/messages".to_owned()),
        (REVIEWER, "/console/inbox".to_owned()),
    ]
    .into();
    let id = PatientId::new(patient);
    for stored in app.record.statements(&access(Role::Engine), &id).unwrap() {
        uris.push((PRESCRIBER, format!("/statements/{}", stored.statement.id)));
    }
    // And what these lead to.
    let mut all = String::new();
    let mut linked = Vec::new();
    for (who, uri) in uris {
        let page = app.get(who, &uri).await;
        // What a role may not see here, or is not there, is a page as well.
        assert!([200, 403, 404].contains(&page.status.as_u16()), "{what} {uri}: {}", page.status);
        is_calm(&page, &format!("{what} {uri}"));
        let text = page.text();
        let links = text.split("href=\"/console/messages/").skip(1);
        linked.extend(links.map(|l| l.split('"').next().unwrap().to_owned()).take(3));
        all.push_str(&text);
    }
    for link in linked {
        for who in [ANALYST, REVIEWER] {
            let uri = format!("/console/messages/{link}");
            let page = app.get(who, &uri).await;
            is_calm(&page, &format!("{what} {uri}"));
            all.push_str(&page.text());
        }
    }
    all
}

#[tokio::test]
async fn hostile_text_in_a_message_is_text() {
    for (number, (what, text)) in texts().into_iter().enumerate() {
        let app = TestApp::new();
        let message = message(&text, number);
        app.file_message(&message);
        let all = look_everywhere(&app, "ana-example", what).await;
        if ["markup", "turns"].contains(&what) {
            let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
            let shown = if what == "turns" { "a⟨U+202E⟩b" } else { "&lt;script&gt;" };
            assert!(page.contains(shown), "{what} is not on the page of the patient");
        }
        // It is somewhere, escaped: else nothing was looked at.
        let begin: String = text.chars().take(8).collect();
        let begin = begin.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let begin = begin.split(|c: char| !c.is_ascii() || c.is_control()).next().unwrap();
        assert!(all.contains(begin), "{what} is on no page");
    }
}

#[tokio::test]
async fn a_message_about_somebody_with_a_hostile_name_is_text() {
    for (number, (what, text)) in texts().into_iter().enumerate() {
        let app = TestApp::new();
        let mut patient = testkit::patients::ana_example();
        patient.names[0].given = vec![escaped(&text)];
        let oru = testkit::oru::Oru::new(&patient, &format!("MSG-{number}"));
        app.file_message(&oru.gene("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer").text());
        look_everywhere(&app, "ana-example", what).await;
    }
}

#[tokio::test]
async fn hostile_text_in_resources_is_text() {
    for (what, text) in texts() {
        // FHIR R4 §2.24.0.1: a string holds no control characters, and is refused with them.
        let app = TestApp::new();
        let subject = json!({"reference": "Patient/ana-example", "display": text});
        let concept =
            json!({"text": text, "coding": [{"system": "urn:x", "code": "x", "display": text}]});
        let address = json!([{"text": text, "line": [text], "city": text}]);
        let entry = |kind: &str, resource: Value| {
            let request = json!({"method": "PUT", "url": format!("{kind}/h-1")});
            json!({"request": request, "resource": resource})
        };
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
            entry("Observation", json!({
                "resourceType": "Observation", "id": "h-1", "status": "final", "code": concept,
                "subject": subject, "effectiveDateTime": "2026-01-01", "valueString": text,
                "interpretation": [concept], "note": [{"text": text}],
                "performer": [{"display": text}], "method": concept,
                "identifier": [{"system": "urn:x", "value": text}],
                "referenceRange": [{"text": text}]
            })),
            entry("DiagnosticReport", json!({
                "resourceType": "DiagnosticReport", "id": "h-1", "status": "final",
                "code": concept, "subject": subject, "issued": "2026-01-01T10:00:00Z",
                "conclusion": text, "performer": [{"display": text}],
                "result": [{"reference": "Observation/h-1", "display": text}]
            })),
            entry("MedicationRequest", json!({
                "resourceType": "MedicationRequest", "id": "h-1", "status": "active",
                "intent": "order", "medicationCodeableConcept": concept, "subject": subject,
                "authoredOn": "2026-01-01", "dosageInstruction": [{"text": text}]
            })),
            entry("AllergyIntolerance", json!({
                "resourceType": "AllergyIntolerance", "id": "h-1", "patient": subject,
                "code": concept, "reaction": [{"manifestation": [concept]}]
            })),
            entry("Condition", json!({
                "resourceType": "Condition", "id": "h-1", "subject": subject, "code": concept
            })),
            entry("Patient", json!({
                "resourceType": "Patient", "id": "h-1", "birthDate": "1990-01-01",
                "identifier": [{"system": "urn:x", "value": text, "assigner": {"display": text}}],
                "name": [{"family": text, "given": [text], "prefix": [text], "text": text}],
                "address": address, "telecom": [{"system": "phone", "value": text}],
                "maritalStatus": concept, "contact": [{"name": {"text": text}}]
            }))
        ]});
        let answer = app.post(INTERFACE, "/fhir", &bundle).await;
        let status = answer.status.as_u16();
        let is_refused = what == "control characters" && status == 400;
        assert!(status == 200 || is_refused, "{what}: {}", answer.text());
        app.interpreter.catch_up().unwrap();
        let all = look_everywhere(&app, "ana-example", what).await;
        let named = look_everywhere(&app, "h-1", what).await;
        if what == "markup" {
            assert!(all.contains("&lt;script&gt;") && named.contains("&lt;script&gt;"));
        }
        if what == "turns" {
            assert!(all.contains("a⟨U+202E⟩b") && named.contains("A⟨U+202E⟩B"));
        }
    }
}
