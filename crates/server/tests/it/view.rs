//! Views as tables over HTTP.

use crate::app::{Answer, CLIENT, INTERFACE, PRESCRIBER, TestApp, Who};
use serde_json::{Value, json};

/// A view with one row a patient.
pub(crate) fn patients() -> Value {
    json!({"resourceType": "ViewDefinition", "id": "v1", "status": "active", "name": "patients",
        "resource": "Patient", "select": [{"column": [
            {"name": "id", "path": "getResourceKey()"}, {"name": "born", "path": "birthDate"}]}]})
}

/// A request that brings its view.
pub(crate) fn given(view: &Value) -> Value {
    json!({"resourceType": "Parameters", "parameter": [{"name": "viewResource", "resource": view}]})
}

fn with(view: &Value, more: &[Value]) -> Value {
    let mut parameters = given(view);
    parameters["parameter"].as_array_mut().unwrap().extend(more.iter().cloned());
    parameters
}

async fn run(app: &TestApp, who: Who, body: &Value, accept: &str) -> Answer {
    let call = app.call("POST", "/fhir/ViewDefinition/$run").by(who).json(body);
    call.header("accept", accept).send().await
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines = answer.text();
    let id = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    lines.lines().map(id).collect()
}

#[tokio::test]
async fn a_view_in_the_request_is_run_in_each_format() {
    let app = TestApp::new();
    let lines = run(&app, CLIENT, &given(&patients()), "*/*").await;
    let all = ids(&lines);
    assert!(all.contains(&"ana-example".to_owned()) && all.is_sorted(), "{all:?}");
    assert_eq!(lines.header("cache-control"), "no-store");
    let csv = run(&app, CLIENT, &given(&patients()), "text/csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(csv.text().starts_with("id,born\r\nana-example,"), "{}", csv.text());
    let array = run(&app, CLIENT, &given(&patients()), "application/json").await;
    assert_eq!(array.json().as_array().unwrap().len(), all.len());
    let parquet = run(&app, CLIENT, &given(&patients()), "application/vnd.apache.parquet").await;
    if cfg!(feature = "parquet") {
        assert!(parquet.body.starts_with(b"PAR1") && parquet.body.ends_with(b"PAR1"));
    } else {
        assert_eq!(parquet.outcome(501)["code"], "not-supported");
    }
    let format = json!({"name": "_format", "valueCode": "csv"});
    let header = json!({"name": "header", "valueBoolean": false});
    let limit = json!({"name": "_limit", "valueInteger": 1});
    let some = with(&patients(), &[format, header, limit]);
    let csv = run(&app, CLIENT, &some, "application/fhir+json").await;
    assert_eq!(csv.text().lines().count(), 1, "{}", csv.text());
    assert!(csv.text().starts_with("ana-example,"), "{}", csv.text());
}

#[tokio::test]
async fn a_stored_view_is_run_by_its_id_and_by_reference() {
    let app = TestApp::new();
    let view = patients();
    let put = app.call("PUT", "/fhir/ViewDefinition/v1").by(INTERFACE).json(&view).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let read = app.get(CLIENT, "/fhir/ViewDefinition/v1").await;
    assert_eq!(read.json()["resource"], "Patient");
    let all = ids(&run(&app, CLIENT, &given(&view), "*/*").await);
    let by_get = app.get(CLIENT, "/fhir/ViewDefinition/v1/$run?_limit=100").await;
    assert_eq!(ids(&by_get), all);
    let nothing = json!({"resourceType": "Parameters"});
    let by_post = app.post(CLIENT, "/fhir/ViewDefinition/v1/$run", &nothing).await;
    assert_eq!(ids(&by_post), all);
    let reference = json!({"resourceType": "Parameters", "parameter": [
        {"name": "viewReference", "valueReference": {"reference": "ViewDefinition/v1"}}]});
    assert_eq!(ids(&run(&app, CLIENT, &reference, "*/*").await), all);
    let none = app.get(CLIENT, "/fhir/ViewDefinition/none/$run").await;
    assert_eq!(none.outcome(404)["code"], "not-found");
    let mut broken = view;
    broken["id"] = json!("v2");
    broken["select"][0]["column"][0]["path"] = json!("id +");
    let put = app.call("PUT", "/fhir/ViewDefinition/v2").by(INTERFACE).json(&broken).send().await;
    let issue = put.outcome(400);
    assert_eq!(issue["expression"][0], "ViewDefinition.select[0].column[0].path");
}

#[tokio::test]
async fn patient_group_and_since_choose() {
    let app = TestApp::new();
    let view = patients();
    let put = app.call("PUT", "/fhir/ViewDefinition/v1").by(INTERFACE).json(&view).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let group = json!({"resourceType": "Group", "id": "g", "type": "person", "actual": true,
        "member": [{"entity": {"reference": "Patient/ben-sample"}},
            {"entity": {"reference": "Patient/ana-example"}, "inactive": true}]});
    let put = app.call("PUT", "/fhir/Group/g").by(INTERFACE).json(&group).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let of = async |query: &str| {
        let uri = format!("/fhir/ViewDefinition/v1/$run?{query}");
        ids(&app.get(CLIENT, &uri).await)
    };
    assert_eq!(of("patient=Patient/ana-example").await, ["ana-example"]);
    let both = of("patient=ben-sample&patient=Patient/ana-example").await;
    assert_eq!(both, ["ana-example", "ben-sample"]);
    assert_eq!(of("group=Group/g").await, ["ben-sample"]);
    assert!(of("group=g&patient=ana-example").await.is_empty());
    assert!(of("patient=nobody-at-all").await.is_empty());
    assert!(of("_since=2099-01-01T00:00:00Z").await.is_empty());
    assert!(of("_since=2000-01-01T00:00:00Z").await.len() > 1);
    let none = app.get(CLIENT, "/fhir/ViewDefinition/v1/$run?group=none").await;
    assert_eq!(none.outcome(404)["code"], "not-found");
}

#[tokio::test]
async fn a_caller_gets_rows_of_whom_it_sees() {
    let app = TestApp::with_result();
    let everybody = ids(&run(&app, PRESCRIBER, &given(&patients()), "*/*").await);
    assert!(everybody.len() > 1);
    assert_eq!(ids(&run(&app, Who::Narrow, &given(&patients()), "*/*").await), ["ben-sample"]);
    let hidden = json!({"name": "patient", "valueReference": {"reference": "Patient/ana-example"}});
    let asked = with(&patients(), &[hidden]);
    assert!(ids(&run(&app, Who::Narrow, &asked, "*/*").await).is_empty());
}

#[tokio::test]
async fn resources_of_the_request_are_used_in_place_of_the_store() {
    let app = TestApp::new();
    let resource = |id: &str| {
        let resource = json!({"resourceType": "Patient", "id": id});
        json!({"name": "resource", "resource": resource})
    };
    let asked = with(&patients(), &[resource("x"), resource("y")]);
    assert_eq!(ids(&run(&app, CLIENT, &asked, "*/*").await), ["x", "y"]);
    let officer = Who::Client(record::Role::PrivacyOfficer);
    assert_eq!(run(&app, officer, &asked, "*/*").await.outcome(403)["code"], "forbidden");
    let value = r#"{"resourceType": "Parameters", "parameter": [{"name": "resource", "resource":
        {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "c"},
        "valueQuantity": {"value": 1.10}}}, {"name": "viewResource", "resource":
        {"resource": "Observation", "resourceType": "ViewDefinition", "select": [{"column": [
        {"name": "value", "path": "value.ofType(Quantity).value"}]}]}}]}"#;
    let call = app.call("POST", "/fhir/ViewDefinition/$run").by(CLIENT);
    let answer = call.header("content-type", "application/fhir+json").bytes(value).send().await;
    assert_eq!(answer.text(), "{\"value\":1.10}\n", "digits are kept");
}

#[tokio::test]
async fn what_cannot_be_run_says_why() {
    let app = TestApp::with_result();
    let mut misfit = patients();
    misfit["select"][0]["column"][0]["path"] = json!("name.family + 1");
    let mut typo = patients();
    typo["select"][0]["column"][0]["path"] = json!("id.foo()");
    let reference =
        |text: &str| json!({"name": "viewReference", "valueReference": {"reference": text}});
    let nothing = json!({"resourceType": "Parameters"});
    for (body, status, code, words) in [
        (patients(), 400, "structure", "not a Parameters"),
        (nothing, 400, "required", "viewResource"),
        (given(&typo), 422, "invalid", "`foo`"),
        (given(&misfit), 422, "invalid", "does not fit Patient/"),
        (with(&patients(), &[reference("ViewDefinition/v1")]), 400, "value", "only one"),
        (
            with(&patients(), &[json!({"name": "source", "valueString": "x"})]),
            400,
            "not-supported",
            "none of",
        ),
        (
            with(&patients(), &[json!({"name": "_limit", "valueString": "x"})]),
            400,
            "value",
            "_limit",
        ),
        (
            with(&patients(), &[json!({"name": "_since", "valueString": "x"})]),
            400,
            "value",
            "_since",
        ),
        (
            with(&patients(), &[json!({"name": "_format", "valueCode": "xml"})]),
            400,
            "value",
            "_format",
        ),
        (
            with(
                &patients(),
                &[json!({"name": "patient", "valueReference": {"reference": "Group/1"}})],
            ),
            400,
            "value",
            "patient",
        ),
        (
            with(
                &patients(),
                &[
                    json!({"name": "patient", "valueString": "a"}),
                    json!({"name": "resource", "resource": patients()}),
                ],
            ),
            400,
            "value",
            "beside them",
        ),
    ] {
        let answer = run(&app, CLIENT, &body, "*/*").await;
        let issue = answer.outcome(status);
        assert_eq!(issue["code"], code, "{body}: {issue}");
        assert!(issue.to_string().contains(words), "{body}: {issue}");
        assert!(!answer.text().contains("EXAMPLE"), "{issue}");
    }
    let refused = run(&app, CLIENT, &given(&patients()), "text/html").await;
    assert_eq!(refused.outcome(406)["code"], "not-supported");
}
