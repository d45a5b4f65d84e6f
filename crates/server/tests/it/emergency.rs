//! Opening a patient in an emergency, through the pages.

use crate::app::{PASSWORD, PRESCRIBER, TestApp, Who, access};
use crate::authorization::{launched, with_application, with_token};
use record::{Commit, Condition, ResourceChange, Role};
use serde_json::{Value, json};
use server::token_digest;

const OFFICER: Who = Who::Person(Role::PrivacyOfficer);
const FORM: &str = "/patients/ana-example/emergency";
const PAGE: &str = "/patients/ana-example";
const TEXT: &str = "unconscious, medicines not known";

pub(crate) fn csrf(role: Role) -> String {
    token_digest(&format!("form:session-{}", role.word()))
}

/// The patient refuses that anybody reads.
fn dissent(app: &TestApp) {
    let consent = json!({
        "resourceType": "Consent", "id": "dissent", "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "patient": {"reference": "Patient/ana-example"}, "provision": {"type": "deny"},
    });
    let changes = vec![ResourceChange::put(consent, vec![], Condition::Any)];
    let commit = Commit { changes, ..Commit::default() };
    app.record.commit(&access(Role::Interface), commit).unwrap();
}

async fn open(app: &TestApp, token: &str, reason: &str, text: &str, password: &str) -> u16 {
    let pairs = [("csrf", token), ("reason", reason), ("text", text), ("password", password)];
    app.call("POST", FORM).by(PRESCRIBER).form(&pairs).send().await.status.as_u16()
}

#[tokio::test]
async fn it_opens_the_patient_for_an_hour_and_is_looked_at() {
    let app = TestApp::with_result();
    assert_eq!(app.get(PRESCRIBER, PAGE).await.status, 200);
    dissent(&app);
    assert_eq!(app.get(PRESCRIBER, PAGE).await.status, 404);
    let form = app.get(PRESCRIBER, FORM).await;
    assert_eq!(form.status, 200);
    assert!(!form.text().contains("EXAMPLE"), "the form tells nothing of the patient");
    let token = csrf(Role::Prescriber);
    for (token, reason, text, password, status) in [
        ("guess", "other", TEXT, PASSWORD, 403),
        (token.as_str(), "other", TEXT, "wrong", 403),
        (&token, "bored", TEXT, PASSWORD, 422),
        (&token, "other", "x", PASSWORD, 422),
    ] {
        assert_eq!(open(&app, token, reason, text, password).await, status, "{reason} {text}");
        assert_eq!(app.get(PRESCRIBER, PAGE).await.status, 404);
    }
    assert_eq!(open(&app, &token, "unable-to-consent", TEXT, PASSWORD).await, 303);
    let page = app.get(PRESCRIBER, PAGE).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("EXAMPLE"));
    assert!(app.audit_text().contains("\"purpose\":\"emergency\""));
    // Nobody else, no list, no other way.
    assert_eq!(app.get(Who::Person(Role::Oncologist), PAGE).await.status, 404);
    assert!(!app.get(PRESCRIBER, "/patients").await.text().contains("EXAMPLE"));
    assert_eq!(app.get(PRESCRIBER, "/fhir/Patient/ana-example").await.status, 404);
    // It waits for the privacy officer, and is found to have been right.
    let list = app.get(OFFICER, "/emergencies").await;
    assert_eq!(list.status, 200);
    assert!(list.text().contains(TEXT) && !list.text().contains("Overdue"));
    let text = list.text();
    let id = text.split_once("/emergencies/").unwrap().1.split_once('"').unwrap().0.to_owned();
    let uri = format!("/emergencies/{id}");
    let token = csrf(Role::PrivacyOfficer);
    for (token, finding, status) in
        [("guess", "justified", 403), (&token, "fine", 422), (&token, "justified", 303)]
    {
        let pairs = [("csrf", token), ("finding", finding), ("text", "was on duty")];
        let answer = app.call("POST", &uri).by(OFFICER).form(&pairs).send().await;
        assert_eq!(answer.status, status, "{finding}");
    }
    assert!(app.get(OFFICER, "/emergencies").await.text().contains("Nothing waits"));
}

#[tokio::test]
async fn what_nobody_looks_at_turns_overdue() {
    let app = TestApp::with_result();
    assert_eq!(open(&app, &csrf(Role::Prescriber), "other", TEXT, PASSWORD).await, 303);
    let door = access(Role::PrivacyOfficer);
    let door = record::Access::new(
        door.tenant().clone(),
        "officer",
        door.role(),
        record::Purpose::Operations,
        record::Scope::Tenant,
    );
    let due = app.record.emergencies_due(&door, 5).unwrap();
    assert_eq!(due.len(), 1);
    app.wait_hours(record::REVIEW_HOURS + 1);
    assert!(app.record.now() > due[0].due);
}

/// A header of an emergency.
fn wish(patient: &str, reason: &str, text: &str) -> String {
    format!("patient={patient}&reason={reason}&text={}", text.replace(' ', "+"))
}

async fn read(app: &TestApp, token: &Value, uri: &str, wish: &str) -> u16 {
    let token = format!("Bearer {}", token.as_str().unwrap());
    let call = app.call("GET", uri).header("authorization", &token);
    call.header("x-cognate-emergency", wish).send().await.status.as_u16()
}

#[tokio::test]
async fn an_application_opens_the_patient_of_its_person() {
    let app = with_application();
    let launched = launched(&app).await;
    let token = &launched["access_token"];
    let uri = "/fhir/Patient/ana-example";
    assert_eq!(with_token(&app, token, uri).await.status, 200);
    dissent(&app);
    assert_eq!(with_token(&app, token, uri).await.status, 404);
    let good = wish("ana-example", "unable-to-consent", TEXT);
    for (header, status) in [
        ("patient=ana-example", 403),
        ("reason=other&text=because+of+this", 400),
        ("patient=ana-example&reason=other", 400),
        ("patient=ana-example&patient=ana-example", 400),
        ("patient=ana-example&scope=all", 400),
        (&*wish("ana-example", "bored", TEXT), 400),
        (&wish("ana-example", "other", "x"), 400),
        // The launch was about somebody else.
        (&wish("ben-example", "other", TEXT), 404),
    ] {
        assert_eq!(read(&app, token, uri, header).await, status, "{header}");
    }
    assert!(!app.audit_text().contains("\"purpose\":\"emergency\""));
    // It is for reading.
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let call = app.call("POST", "/fhir/Observation").header("authorization", &bearer);
    let answer = call.header("x-cognate-emergency", &good).json(&json!({})).send().await;
    assert_eq!(answer.status, 403);
    // Open, by name from then on, and no further than the header says.
    assert_eq!(read(&app, token, uri, &good).await, 200);
    assert_eq!(read(&app, token, uri, "patient=ana-example").await, 200);
    assert_eq!(with_token(&app, token, uri).await.status, 404, "each request says it");
    let audit = app.audit_text();
    assert!(audit.contains("\"purpose\":\"emergency\"") && audit.contains("client:app"));
    let list = app.get(OFFICER, "/emergencies").await;
    assert!(list.text().contains(TEXT), "the privacy officer has it at once");
}

#[tokio::test]
async fn an_application_needs_a_fresh_proof_of_its_person() {
    let app = with_application();
    let launched = launched(&app).await;
    let (token, uri) = (&launched["access_token"], "/fhir/Patient/ana-example");
    dissent(&app);
    let header = wish("ana-example", "other", TEXT);
    // The access token lives as long as the proof is fresh; what is refreshed later is not.
    app.wait_minutes(4);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", launched["refresh_token"].as_str().unwrap()),
        ("client_id", "app"),
    ];
    let later = crate::authorization::token(&app, &form).await.json();
    assert_eq!(read(&app, token, uri, "patient=ana-example").await, 403);
    app.wait_minutes(2);
    assert_eq!(read(&app, &later["access_token"], uri, &header).await, 401);
    assert!(!app.audit_text().contains("\"purpose\":\"emergency\""));
}

#[tokio::test]
async fn services_open_nobody_by_a_header() {
    let app = TestApp::with_result();
    for who in [Who::Client(Role::Prescriber), Who::Client(Role::ServiceClient), OFFICER] {
        let call = app.call("GET", "/fhir/Patient/ana-example").by(who);
        let header = wish("ana-example", "other", TEXT);
        let answer = call.header("x-cognate-emergency", &header).send().await;
        assert_eq!(answer.status, 403, "{who:?}");
    }
}

#[tokio::test]
async fn services_and_other_roles_open_nobody() {
    let app = TestApp::with_result();
    for who in [Who::Client(Role::Prescriber), OFFICER, Who::Person(Role::Operator)] {
        let pairs = [("csrf", ""), ("reason", "other"), ("text", TEXT), ("password", PASSWORD)];
        let answer = app.call("POST", FORM).by(who).form(&pairs).send().await;
        assert_eq!(answer.status, 403, "{who:?}");
    }
}

#[tokio::test]
async fn a_form_that_is_not_finished_comes_back_with_what_was_written() {
    let app = TestApp::with_result();
    dissent(&app);
    let token = csrf(Role::Prescriber);
    let send = async |reason: &str, text: &str| {
        let pairs = [("csrf", token.as_str()), ("reason", reason), ("text", text)];
        let pairs = [pairs.as_slice(), &[("password", PASSWORD)]].concat();
        app.call("POST", FORM).by(PRESCRIBER).form(&pairs).send().await
    };
    let back = send("", TEXT).await;
    assert_eq!(back.status, 422);
    assert!(back.text().contains(TEXT) && back.text().contains("name=\"reason\""));
    assert!(!back.text().contains(PASSWORD), "but for the password");
    let due = app.get(OFFICER, "/emergencies").await.text();
    assert!(!due.contains(TEXT), "nothing was opened");
}
