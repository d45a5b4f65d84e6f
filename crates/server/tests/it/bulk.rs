//! Bulk export (HL7 FHIR Bulk Data Access): one place in the record's sequence, read in files.

use crate::app::{Answer, CLIENT, INTERFACE, TestApp, Who, local};
use record::Role;
use serde_json::{Value, json};

const OTHER: Who = Who::Client(Role::Prescriber);

async fn kick_off(app: &TestApp, address: &str) -> Answer {
    let call = app.call("GET", address).by(CLIENT);
    call.header("accept", "application/fhir+json").header("prefer", "respond-async").send().await
}

async fn manifest(app: &TestApp, address: &str) -> (String, Value) {
    let begun = kick_off(app, address).await;
    assert_eq!(begun.status, 202, "{}", begun.text());
    let status = local(begun.header("content-location"));
    let answer = app.get(CLIENT, &status).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("expires").ends_with(" GMT"));
    (status, answer.json())
}

async fn file(app: &TestApp, url: &Value) -> Vec<Value> {
    let answer = app.get(CLIENT, &local(url.as_str().unwrap())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/fhir+ndjson");
    answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn ids(app: &TestApp, manifest: &Value, resource_type: &str) -> Vec<String> {
    let output = manifest["output"].as_array().unwrap();
    let Some(found) = output.iter().find(|one| one["type"] == resource_type) else { return vec![] };
    let lines = file(app, &found["url"]).await;
    lines.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn put(app: &TestApp, id: &str, patient: &str, text: &str) {
    let body = json!({"resourceType": "Observation", "id": id, "status": "final",
        "code": {"text": text}, "subject": {"reference": format!("Patient/{patient}")}});
    let call = app.call("PUT", &format!("/fhir/Observation/{id}")).by(INTERFACE).json(&body);
    assert!(call.send().await.status.is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_holds_what_stood_when_it_began() {
    let app = TestApp::new();
    put(&app, "o-1", "ana-example", "before").await;
    let (_, whole) = manifest(&app, "/fhir/$export").await;
    assert_eq!(whole["requiresAccessToken"], true);
    assert!(whole["request"].as_str().unwrap().ends_with("/fhir/$export"));
    put(&app, "o-1", "ana-example", "after").await;
    put(&app, "o-2", "ana-example", "after").await;
    app.call("DELETE", "/fhir/Patient/none").by(INTERFACE).send().await;
    let output = whole["output"].as_array().unwrap();
    let observations = output.iter().find(|one| one["type"] == "Observation").unwrap();
    let lines = file(&app, &observations["url"]).await;
    let own: Vec<&Value> = lines.iter().filter(|one| one["id"] == "o-1").collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["code"]["text"], "before");
    assert!(!lines.iter().any(|one| one["id"] == "o-2"));
    assert_eq!(ids(&app, &whole, "Patient").await.len(), 3);
    assert!(ids(&app, &whole, "Organization").await.contains(&"northside-clinic".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_since_is_told() {
    let app = TestApp::new();
    put(&app, "o-1", "ana-example", "x").await;
    let (_, first) = manifest(&app, "/fhir/$export").await;
    assert_eq!(first["deleted"], json!([]));
    let since = first["transactionTime"].as_str().unwrap();
    put(&app, "o-2", "ana-example", "x").await;
    assert_eq!(app.call("DELETE", "/fhir/Observation/o-1").by(INTERFACE).send().await.status, 204);
    let (_, next) = manifest(&app, &format!("/fhir/$export?_since={since}")).await;
    assert_eq!(ids(&app, &next, "Observation").await, ["o-2"]);
    let gone = file(&app, &next["deleted"][0]["url"]).await;
    assert_eq!(gone[0]["type"], "transaction");
    assert_eq!(
        gone[0]["entry"][0]["request"],
        json!({"method": "DELETE", "url": "Observation/o-1"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn levels_and_types_narrow_a_job() {
    let app = TestApp::new();
    put(&app, "anas", "ana-example", "x").await;
    put(&app, "bens", "ben-sample", "x").await;
    let (_, patients) = manifest(&app, "/fhir/Patient/$export").await;
    assert!(ids(&app, &patients, "Organization").await.is_empty(), "it is about no patient");
    assert!(ids(&app, &patients, "Observation").await.contains(&"bens".to_owned()));
    let (_, typed) = manifest(&app, "/fhir/$export?_type=Patient,Organization").await;
    let names: Vec<&Value> =
        typed["output"].as_array().unwrap().iter().map(|o| &o["type"]).collect();
    assert_eq!(names, ["Organization", "Patient"]);
    let body = json!({"resourceType": "Parameters", "parameter": [
        {"name": "patient", "valueReference": {"reference": "Patient/ben-sample"}},
        {"name": "_type", "valueString": "Observation"}]});
    let call = app.call("POST", "/fhir/Patient/$export").by(CLIENT).json(&body);
    let begun = call.header("prefer", "respond-async").send().await;
    let status = local(begun.header("content-location"));
    let listed = app.get(CLIENT, &status).await.json();
    assert_eq!(ids(&app, &listed, "Observation").await, ["bens"]);
    let group = json!({"resourceType": "Group", "id": "trial", "type": "person", "actual": true,
        "member": [{"entity": {"reference": "Patient/ben-sample"}}]});
    let made = app.call("PUT", "/fhir/Group/trial").by(INTERFACE).json(&group).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let (_, members) = manifest(&app, "/fhir/Group/trial/$export").await;
    assert_eq!(ids(&app, &members, "Patient").await, ["ben-sample"]);
    assert_eq!(ids(&app, &members, "Observation").await, ["bens"]);
    assert_eq!(kick_off(&app, "/fhir/Group/none/$export").await.status, 404);
}

#[tokio::test]
async fn a_job_is_its_callers_own_and_ends() {
    let app = TestApp::new();
    let (status, whole) = manifest(&app, "/fhir/$export").await;
    let url = local(whole["output"][0]["url"].as_str().unwrap());
    for address in [&status, &url] {
        assert_eq!(app.get(OTHER, address).await.status, 403, "a role that exports nothing");
    }
    assert_eq!(app.get(CLIENT, &url.replace(".ndjson", ".csv")).await.status, 404);
    assert_eq!(app.call("DELETE", &status).by(CLIENT).send().await.status, 202);
    for address in [&status, &url] {
        assert_eq!(app.get(CLIENT, address).await.status, 404);
    }
    assert_eq!(app.call("DELETE", &status).by(CLIENT).send().await.status, 404);
    let (status, _) = manifest(&app, "/fhir/$export").await;
    app.wait_hours(25);
    assert_eq!(app.get(CLIENT, &status).await.status, 404);
}

#[tokio::test]
async fn a_kick_off_that_cannot_be_followed_is_refused() {
    let app = TestApp::new();
    app.get(CLIENT, "/fhir/$export").await.outcome(400);
    for query in [
        "_since=yesterday",
        "_outputFormat=text/csv",
        "_elements=id",
        "colour=blue",
        "_type=no/type",
        "patient=Patient/ana-example",
    ] {
        kick_off(&app, &format!("/fhir/$export?{query}")).await.outcome(400);
    }
    kick_off(&app, "/fhir/Patient/$export?patient=Ana").await.outcome(400);
    let lenient = app.call("GET", "/fhir/$export?_elements=id").by(CLIENT);
    let lenient = lenient.header("prefer", "respond-async, handling=lenient").send().await;
    assert_eq!(lenient.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_is_imported_elsewhere_as_it_was() {
    let from = TestApp::new();
    put(&from, "o-1", "ana-example", "x").await;
    let (_, whole) = manifest(&from, "/fhir/$export").await;
    let to = TestApp::empty();
    let import = |body: String| {
        let call = to.call("POST", "/fhir/$import").by(INTERFACE).bytes(body);
        call.header("content-type", "application/fhir+ndjson").send()
    };
    let mut filed = 0;
    for name in ["Organization", "Practitioner", "Patient", "Observation"] {
        let output = whole["output"].as_array().unwrap();
        let Some(one) = output.iter().find(|one| one["type"] == name) else { continue };
        let text = from.get(CLIENT, &local(one["url"].as_str().unwrap())).await.text();
        filed += text.lines().count();
        let answer = import(text.clone()).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let counts = answer.json()["parameter"].clone();
        assert_eq!(counts[0]["valueDecimal"], text.lines().count(), "{name}: {counts}");
        assert_eq!(import(text).await.json()["parameter"][0]["valueDecimal"], 0, "sent again");
    }
    assert!(filed > 5);
    let read = to.get(CLIENT, "/fhir/Observation/o-1").await.json();
    assert_eq!(read["code"]["text"], "x");
    let wrong = import("{}\n".to_owned()).await.json();
    assert_eq!(wrong["parameter"][1]["valueDecimal"], 1);
    assert_eq!(wrong["parameter"][3]["resource"]["resourceType"], "OperationOutcome");
    let call = to.call("POST", "/fhir/$import").by(INTERFACE).json(&json!({}));
    assert_eq!(call.send().await.status, 415);
}
