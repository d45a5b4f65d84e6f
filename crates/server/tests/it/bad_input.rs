//! Bad input over HTTP: the right 4xx, an outcome that names the place, and nothing filed.

use crate::app::{Answer, CLIENT, INTERFACE, TestApp};
use formats::fhir::bundle::ENTRIES_MAX;
use formats::fhir::json::DEPTH_MAX;
use serde_json::{Value, json};

/// Versions of anything that were ever filed.
async fn versions(app: &TestApp) -> u64 {
    let history = app.get(INTERFACE, "/fhir/_history?_count=1").await;
    history.json()["total"].as_u64().unwrap()
}

fn observation() -> Value {
    json!({
        "resourceType": "Observation", "id": "o-1", "status": "final", "code": {"text": "x"},
        "subject": {"reference": "Patient/ana-example"}, "effectiveDateTime": "2026-01-01",
        "valueQuantity": {"value": 1, "unit": "mg"}
    })
}

/// Sends a body by each way in: create, update, an entry of a transaction.
async fn each_way(app: &TestApp, body: &str) -> Vec<Answer> {
    let send = async |method: &str, uri: &str, body: String| {
        let call = app.call(method, uri).by(INTERFACE).bytes(body);
        call.header("content-type", "application/fhir+json").send().await
    };
    let transaction = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[
            {{"request":{{"method":"PUT","url":"Observation/good"}},"resource":{}}},
            {{"request":{{"method":"PUT","url":"Observation/o-1"}},"resource":{body}}}]}}"#,
        observation().to_string().replace("o-1", "good")
    );
    vec![
        send("POST", "/fhir/Observation", body.to_owned()).await,
        send("PUT", "/fhir/Observation/o-1", body.to_owned()).await,
        send("POST", "/fhir", transaction).await,
    ]
}

type Case = (&'static str, fn(&mut Value), &'static str);

const RESOURCES: &[Case] = &[
    ("a number as a text", |o| o["status"] = json!(1), "status"),
    ("a text as a number", |o| o["valueQuantity"]["value"] = json!("1"), "valueQuantity.value"),
    ("a truth value as an object", |o| o["code"] = json!(true), "code"),
    ("a list of what is one", |o| o["status"] = json!(["final"]), "status"),
    ("one of what is a list", |o| o["category"] = json!({"text": "x"}), "category"),
    ("an unknown element", |o| o["colour"] = json!("blue"), "colour"),
    ("one below", |o| o["code"]["colour"] = json!("blue"), "code.colour"),
    ("one in a list", |o| o["component"] = json!([{"code": {}, "x": 1}]), "component[0]"),
    ("no code", |o| drop(o.as_object_mut().unwrap().remove("code")), "code"),
    ("a code of no value set", |o| o["status"] = json!("sung"), "status"),
    ("a day that is not", |o| o["effectiveDateTime"] = json!("2026-02-30"), "effectiveDateTime"),
    ("a time without a zone", |o| o["effectiveDateTime"] = json!("2026-01-01T10:00:00"), "effe"),
    ("an instant that is a day", |o| o["issued"] = json!("2026-01-01"), "issued"),
    ("two values", |o| o["valueString"] = json!("x"), "value[x]"),
    ("a reference to no type", |o| o["subject"]["reference"] = json!("Nobody/1"), "subject"),
    ("a reference of no form", |o| o["specimen"] = json!({"reference": "a b"}), "specimen"),
    ("an unknown patient", |o| o["subject"]["reference"] = json!("Patient/nobody"), "subject"),
    ("nothing", |o| o["note"] = json!(null), "note"),
    ("an empty object", |o| o["code"] = json!({}), "code"),
    ("an empty list", |o| o["category"] = json!([]), "category"),
    ("an empty text", |o| o["code"]["text"] = json!(""), "code.text"),
    ("a reference to no entry", |o| o["specimen"] = json!({"reference": "urn:uuid:0"}), "specimen"),
    ("an id that is none", |o| o["id"] = json!("a_1"), "id"),
    ("another type", |o| o["resourceType"] = json!("Patiant"), "resourceType"),
];

#[tokio::test]
async fn a_bad_resource_is_refused_with_its_place() {
    let app = TestApp::new();
    let before = versions(&app).await;
    for (what, spoil, place) in RESOURCES {
        let mut body = observation();
        spoil(&mut body);
        for (way, answer) in each_way(&app, &body.to_string()).await.iter().enumerate() {
            let issue = answer.outcome(400);
            let found = issue["expression"][0].as_str().unwrap();
            let is_named = found.contains(place) || matches!(*place, "resourceType" | "id");
            assert!(is_named, "{what}, {way}: {issue}");
        }
    }
    assert_eq!(versions(&app).await, before, "nothing was filed");
}

#[tokio::test]
async fn a_bad_text_is_refused_with_its_place() {
    let app = TestApp::new();
    let before = versions(&app).await;
    let good = observation().to_string();
    let deep = format!("{}{}", r#"{"extension":["#.repeat(DEPTH_MAX), "]}".repeat(DEPTH_MAX));
    for (what, body, code) in [
        ("no JSON", "{".to_owned(), "structure"),
        ("an array", "[]".to_owned(), "structure"),
        ("nothing", String::new(), "structure"),
        ("a key twice", good.replacen('{', r#"{"status":"final","#, 1), "structure"),
        ("something after it", format!("{good} {good}"), "structure"),
        ("too deep", good.replacen('{', &format!("{{\"contained\":[{deep}],"), 1), "too-long"),
        ("far too deep", "[".repeat(200_000), "too-long"),
    ] {
        for way in each_way(&app, &body).await {
            let issue = way.outcome(400);
            assert!(["structure", "too-long"].contains(&issue["code"].as_str().unwrap()), "{what}");
            assert!(!issue["expression"][0].as_str().unwrap().is_empty(), "{what}: {issue}");
        }
        let create = app.call("POST", "/fhir/Observation").by(INTERFACE).bytes(body);
        assert_eq!(create.send().await.outcome(400)["code"], code, "{what}");
    }
    let mut broken = good.into_bytes();
    *broken.iter_mut().find(|byte| **byte == b'x').unwrap() = 0xff;
    let call = app.call("POST", "/fhir/Observation").by(INTERFACE).bytes(broken);
    call.send().await.outcome(400);
    assert_eq!(versions(&app).await, before, "nothing was filed");
}

#[tokio::test]
async fn a_bundle_over_the_limit_is_refused_whole() {
    let app = TestApp::new();
    let before = versions(&app).await;
    let entry = r#"{"request":{"method":"POST","url":"Patient"},
        "resource":{"resourceType":"Patient"}}"#;
    for (count, kind) in
        [(ENTRIES_MAX + 1, "transaction"), (100_000, "transaction"), (100_000, "batch")]
    {
        let entries = vec![entry; count].join(",");
        let body = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#);
        let answer = app.call("POST", "/fhir").by(INTERFACE).bytes(body).send().await;
        let issue = answer.outcome(400);
        assert_eq!(
            (&issue["code"], &issue["expression"][0]),
            (&json!("too-long"), &json!("Bundle.entry"))
        );
    }
    assert_eq!(versions(&app).await, before, "nothing was filed");
}

#[tokio::test]
async fn a_search_value_that_does_not_parse_is_refused_with_its_parameter() {
    let app = TestApp::new();
    for (query, place) in [
        ("Observation?date=2026-13", "date"),
        ("Observation?date=ap2026", "date"),
        ("Observation?date=gt", "date"),
        ("Observation?_lastUpdated=today", "_lastUpdated"),
        ("Observation?value-quantity=much", "value-quantity"),
        ("Observation?value-quantity=1%7Ca%7Cb%7Cc", "value-quantity"),
        ("Observation?code=a%7Cb%7Cc", "code"),
        ("Observation?code=%7C", "code"),
        ("Observation?code:below=x", "code"),
        ("Observation?subject:Nobody=1", "subject"),
        ("Observation?subject:Patient=Group/1", "subject"),
        ("Observation?code-value-quantity=x", "code-value-quantity"),
        ("Observation?code-value-quantity=x$1$2", "code-value-quantity"),
        ("Observation?code-value-quantity=x$much", "code-value-quantity"),
        ("RiskAssessment?probability=likely", "probability"),
        ("Observation?status:missing=perhaps", "status"),
        ("Observation?_profile:contains=x", "_profile"),
        ("Observation?_id=", "_id"),
        ("Observation?_has=x", "_has"),
        ("Observation?_revinclude=x", "_revinclude"),
        ("Observation?_sort=-", "_sort"),
        ("Observation?code=a%00b", "code"),
    ] {
        let issue = app.get(CLIENT, &format!("/fhir/{query}")).await.outcome(400);
        assert_eq!(issue["expression"][0], place, "{query}: {issue}");
    }
    // Also where a search decides what is written.
    let before = versions(&app).await;
    for query in ["date=2026-13", "code=a%7Cb%7Cc"] {
        let uri = format!("/fhir/Observation?{query}");
        app.call("PUT", &uri).by(INTERFACE).json(&observation()).send().await.outcome(400);
        let call = app.call("POST", "/fhir/Observation").by(INTERFACE);
        let call = call.header("if-none-exist", query).json(&observation());
        call.send().await.outcome(400);
    }
    assert_eq!(versions(&app).await, before, "nothing was filed");
}
