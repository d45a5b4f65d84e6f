//! Whatever is read leaves an event, and the log stays whole.

use crate::app::{CLIENT, PRESCRIBER, TestApp, Who, access};
use crate::cds::{clopidogrel_tablet, order};
use model::{PatientId, Timestamp};
use record::{Account, Role, Scope, Session};
use serde_json::{Value, json};

#[tokio::test]
async fn every_read_is_in_the_audit_log() {
    let app = TestApp::with_result();
    let ana = PatientId::new("ana-example");
    let statements = app.record.statements(&access(Role::Engine), &ana).unwrap();
    let statement = format!("/statements/{}", statements[0].statement.id);
    let order = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    let pdf = if crate::report::HAS_PDF { 200 } else { 501 };
    let mut events = app.record.verify_audit().events;
    for (who, method, uri, status) in [
        (PRESCRIBER, "GET", "/patients", 200),
        (PRESCRIBER, "GET", "/patients?q=example", 200),
        (PRESCRIBER, "GET", "/patients/ana-example", 200),
        (PRESCRIBER, "GET", "/patients/ana-example/pgx-report", 200),
        (PRESCRIBER, "GET", "/patients/ana-example/pgx-report.pdf", pdf),
        (PRESCRIBER, "GET", statement.as_str(), 200),
        (Who::Person(Role::LaboratoryReviewer), "GET", "/reviews", 200),
        (CLIENT, "GET", "/fhir/Patient/ana-example", 200),
        (CLIENT, "GET", "/fhir/Patient/ana-example/_history/1", 200),
        (CLIENT, "GET", "/fhir/Observation?patient=ana-example", 200),
        (CLIENT, "POST", "/cds-services/pgx-medication-safety", 200),
        // A denial and a patient who is not there are events, too.
        (Who::Person(Role::Operator), "GET", "/patients/ana-example", 403),
        (Who::Person(Role::Operator), "GET", "/patients/ana-example/pgx-report", 403),
        (PRESCRIBER, "GET", "/patients/nobody/pgx-report.pdf", 404),
        (Who::Client(Role::PrivacyOfficer), "GET", "/fhir/Patient/ana-example", 403),
        (CLIENT, "GET", "/fhir/Patient/nobody", 404),
    ] {
        let call = app.call(method, uri).by(who);
        let call = if method == "POST" { call.json(&order) } else { call };
        let answer = call.send().await;
        assert_eq!(answer.status, status, "{uri}");
        let now = app.record.verify_audit();
        assert!(now.is_intact(), "{uri}: {:?}", now.problems);
        assert!(now.events > events, "{uri} left no event");
        events = now.events;
    }
}

#[tokio::test]
async fn pages_leave_no_denials_of_what_nobody_asked_for() {
    let app = TestApp::with_result();
    // The head of each page counts messages that wait; a prescriber has no such list.
    let before = app.record.verify_audit().events;
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 200);
    assert_eq!(app.record.verify_audit().events, before + 1);
}

fn ids(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_privacy_officer_searches_the_log_and_reads_no_record() {
    let app = TestApp::with_result();
    let officer = Who::Client(Role::PrivacyOfficer);
    assert_eq!(app.get(CLIENT, "/fhir/Patient/ana-example").await.status, 200);
    assert_eq!(app.get(CLIENT, "/fhir/Patient/nobody").await.status, 404);
    let find = async |query: &str| {
        let answer = app.get(officer, &format!("/fhir/AuditEvent?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json()
    };
    let found = find("agent=client:service-client&patient=ana-example&action=R&outcome=0").await;
    assert_eq!(ids(&found).len(), 1, "{found}");
    let event = &found["entry"][0]["resource"];
    for (place, value) in [
        ("/action", json!("R")),
        ("/outcome", json!("0")),
        ("/type/code", json!("rest")),
        ("/subtype/0/code", json!("read")),
        ("/purposeOfEvent/0/coding/0/code", json!("TREAT")),
        ("/agent/0/role/0/coding/0/code", json!("service-client")),
        ("/entity/0/what/reference", json!("Patient/ana-example")),
    ] {
        assert_eq!(event.pointer(place), Some(&value), "{place}: {event}");
    }
    let one = app.get(officer, &format!("/fhir/AuditEvent/{}", ids(&found)[0])).await;
    assert_eq!(one.status, 200);
    assert_eq!(&one.json(), event);
    let day = event["recorded"].as_str().unwrap().get(..10).unwrap();
    let asked = format!("patient=ana-example&date={day}&_count=1");
    let first = find(&asked).await;
    let next = first["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next");
    let next = next.unwrap()["url"].as_str().unwrap().split_once('?').unwrap().1.to_owned();
    let second = find(&next).await;
    assert!(ids(&first) != ids(&second) && ids(&second).len() == 1);
    assert_eq!(ids(&find("patient=ana-example&date=lt2000-01-01").await).len(), 0);
    for (query, status) in [
        ("action=X", 400),
        ("outcome=8", 400),
        ("date=soon", 400),
        ("_cursor=1", 400),
        ("altid=1", 400),
    ] {
        let answer = app.get(officer, &format!("/fhir/AuditEvent?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
    }
    assert_eq!(app.get(officer, "/fhir/AuditEvent/none.1").await.status, 404);
    assert_eq!(app.get(officer, "/fhir/Patient/ana-example").await.status, 403);
    // To a service the type is what was filed; the log is not in it.
    let filed = app.get(CLIENT, "/fhir/AuditEvent?patient=ana-example").await;
    assert_eq!(ids(&filed.json()).len(), 0);
    let mine = app.get(CLIENT, &format!("/fhir/AuditEvent/{}", ids(&found)[0])).await;
    assert_eq!(mine.status, 404);
}

#[tokio::test]
async fn a_patient_sees_who_read_the_own_record_and_nobody_elses() {
    let app = TestApp::with_result();
    let own = Account {
        login: "ana".to_owned(),
        display_name: "Ana Example".to_owned(),
        role: Role::Patient,
        password_hash: "$argon2id$".to_owned(),
        scope: Scope::Patients([PatientId::new("ana-example")].into()),
    };
    let operator = access(Role::Operator);
    app.record.put_account(&operator, own).unwrap();
    let expires = Timestamp::from_micros(i64::MAX);
    let token_sha256 = server::token_digest("ana-s-session");
    let now = app.record.now();
    let session = Session::new(token_sha256, "ana", "password", now, expires);
    app.record.put_session(&operator, session).unwrap();
    assert_eq!(app.get(CLIENT, "/fhir/Patient/ana-example").await.status, 200);
    assert_eq!(app.get(CLIENT, "/fhir/Patient/ben-sample").await.status, 200);
    let get = async |uri: &str| {
        app.call("GET", uri).header("cookie", "cognate-session=ana-s-session").send().await
    };
    let answer = get("/fhir/AuditEvent?action=R").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    assert!(text.contains("client:service-client"), "{text}");
    assert!(!text.contains("ben-sample"), "{text}");
    assert_eq!(get("/fhir/AuditEvent?patient=ben-sample").await.status, 404);
}
