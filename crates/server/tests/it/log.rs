//! What the log must never hold (docs/LOGGING.md): canaries go in through every door, and none of
//! them may come out in a log line, whatever the level.

use crate::app::{CLIENT, INTERFACE, PASSWORD, TestApp, Who};
use crate::cds::order;
use crate::subscription::{RESULT, SECRET, Telling, filtered, wanted};
use record::Role;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

/// Log lines as bytes.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

pub(crate) const NAME: &str = "Canaryname";
pub(crate) const NUMBER: &str = "MRN-CANARY-77";
pub(crate) const DRUG: &str = "canarydrugum";
pub(crate) const TOKEN: &str = "canary-token";

/// A patient with canaries filed, and requests that carry them and fail.
pub(crate) async fn talk(app: &TestApp) {
    let patient = json!({
        "resourceType": "Patient", "id": "canary", "name": [{"family": NAME}],
        "identifier": [{"system": "urn:x", "value": NUMBER}], "birthDate": "1990-01-01"
    });
    let put = app.call("PUT", "/fhir/Patient/canary").by(INTERFACE).json(&patient).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let drug = json!({"text": DRUG});
    let request = order("order-sign", "canary", "order-1", &drug);
    assert_eq!(app.post(CLIENT, "/cds-services/pgx-medication-safety", &request).await.status, 200);
    let mut broken = request.clone();
    broken["hook"] = json!(NAME);
    app.post(CLIENT, "/cds-services/pgx-medication-safety", &broken).await.outcome(400);
    let mut spoilt = patient.clone();
    spoilt["gender"] = json!(NAME);
    app.call("PUT", "/fhir/Patient/canary").by(INTERFACE).json(&spoilt).send().await.outcome(400);
    for (who, uri) in [
        (CLIENT, format!("/fhir/Patient?name={NAME}&colour={NUMBER}")),
        (CLIENT, format!("/fhir/Patient?birthdate={NAME}")),
        (CLIENT, format!("/fhir/{NAME}/{NUMBER}")),
        (Who::Person(Role::Prescriber), format!("/patients?q={NAME}")),
        (Who::Person(Role::Prescriber), format!("/patients/{NUMBER}?drug={DRUG}")),
        (Who::Person(Role::Operator), format!("/patients?q={NAME}")),
        (Who::Nobody, format!("/patients?q={NAME}")),
    ] {
        app.get(who, &uri).await;
    }
    let call = app.call("GET", "/fhir/Patient/canary");
    call.header("authorization", &format!("Bearer {TOKEN}")).send().await.outcome(401);
    let form = [("login", NAME), ("password", PASSWORD), ("csrf", "x")];
    let call = app.call("POST", "/login").header("cookie", "cognate-login=x").form(&form);
    assert_eq!(call.send().await.status, 401);
    let mut unknown = testkit::patients::ana_example();
    unknown.names[0].family = NAME.into();
    unknown.identifiers[0].value = NUMBER.into();
    app.file_message(&testkit::oru::Oru::new(&unknown, "MSG-9").text());
}

/// A subscription whose endpoint fails until it is given up.
pub(crate) async fn subscribe(telling: &Telling) {
    let wanted = wanted(RESULT, &telling.receiver.hook(), "full-resource");
    let wanted = filtered(wanted, "patient=Patient/canary");
    let address = telling.subscribed(CLIENT, &wanted).await;
    let report = json!({"resourceType": "DiagnosticReport", "status": "final",
        "code": {"text": DRUG}, "subject": {"reference": "Patient/canary"}});
    let filed = telling.app.post(INTERFACE, "/fhir/DiagnosticReport", &report).await;
    assert_eq!(filed.status, 201, "{}", filed.text());
    telling.receiver.answer(500, Duration::ZERO);
    for _ in 0..3 {
        telling.pass().await;
        telling.app.wait_hours(1);
    }
    assert_eq!(telling.receiver.take().len(), 3);
    assert_eq!(telling.status(CLIENT, &address).await, "error");
}

#[tokio::test]
async fn the_log_holds_nothing_of_anybody() {
    let captured = Captured::default();
    let started = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(captured.clone())
        .try_init();
    assert!(started.is_ok(), "the log is set up once a process, by this test");
    let telling = Telling::new(TestApp::new()).await;
    talk(&telling.app).await;
    subscribe(&telling).await;
    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("\"refused\"") && log.contains("a proof was refused"), "{log}");
    assert!(log.contains("a subscriber could not be notified"), "{log}");
    for canary in [NAME, NUMBER, DRUG, TOKEN, PASSWORD, SECRET, "1990-01-01"] {
        let line = log.lines().find(|line| line.to_lowercase().contains(&canary.to_lowercase()));
        assert!(line.is_none(), "{canary} is in the log: {line:?}");
    }
}
