//! Whatever is read leaves an event, and the log stays whole.

use crate::app::{CLIENT, PRESCRIBER, TestApp, Who, access};
use crate::cds::{clopidogrel_tablet, order};
use model::PatientId;
use record::Role;

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
