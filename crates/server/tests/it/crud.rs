//! Creating, reading and updating one resource (FHIR R4 §3.1.0).

use crate::app::{Answer, CLIENT, INTERFACE, TestApp, local};
use serde_json::{Value, json};

fn glucose(value: u32) -> Value {
    json!({
        "resourceType": "Observation", "status": "final",
        "identifier": [{"system": "urn:lab", "value": "G-1"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
        "subject": {"reference": "Patient/ana-example"},
        "valueQuantity": {"value": value, "unit": "mg/dL"}
    })
}

async fn create(app: &TestApp, body: &Value) -> Answer {
    app.post(INTERFACE, "/fhir/Observation", body).await
}

#[tokio::test]
async fn what_was_created_is_read_as_it_was_filed() {
    let app = TestApp::new();
    let created = create(&app, &glucose(90)).await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.header("etag"), "W/\"1\"");
    let location = local(created.header("location"));
    assert!(location.starts_with("/fhir/Observation/") && location.ends_with("/_history/1"));
    let address = location.trim_end_matches("/_history/1");
    let read = app.get(CLIENT, address).await;
    assert_eq!(read.status, 200);
    assert_eq!(read.body, created.body);
    assert_eq!(read.header("etag"), "W/\"1\"");
    assert!(read.header("last-modified").ends_with(" GMT"));
    let body = read.json();
    assert_eq!(body["valueQuantity"]["value"], 90);
    assert_eq!(body["meta"]["versionId"], "1");
    assert_eq!(body["id"], address.rsplit('/').next().unwrap());
    for (tag, status) in [("W/\"1\"", 304), ("W/\"2\"", 200), ("\"x\"", 200)] {
        let call = app.call("GET", address).by(CLIENT).header("if-none-match", tag);
        let answer = call.send().await;
        assert_eq!(answer.status, status, "{tag}");
        assert_eq!(answer.body.is_empty(), status == 304, "{tag}");
    }
    let head = app.call("HEAD", address).by(CLIENT).send().await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

#[tokio::test]
async fn versions_stay_and_a_stale_update_is_refused() {
    let app = TestApp::new();
    let created = create(&app, &glucose(90)).await;
    let address = local(created.header("location")).trim_end_matches("/_history/1").to_owned();
    let mut second = glucose(95);
    second["id"] = created.json()["id"].clone();
    let put = |tag: Option<&str>, body: &Value| {
        let call = app.call("PUT", &address).by(INTERFACE).json(body);
        match tag {
            Some(tag) => call.header("if-match", tag),
            None => call,
        }
    };
    let updated = put(Some("W/\"1\""), &second).send().await;
    assert_eq!(updated.status, 200, "{}", updated.text());
    assert_eq!(updated.header("etag"), "W/\"2\"");
    assert!(updated.header("location").ends_with("/_history/2"));
    for stale in ["W/\"1\"", "W/\"9\""] {
        let refused = put(Some(stale), &glucose_with_id(&second, 99)).send().await;
        assert_eq!(refused.outcome(412)["code"], "conflict", "{stale}");
    }
    assert_eq!(put(Some("not a tag"), &second).send().await.outcome(400)["code"], "value");
    for (version, value) in [(1, 90), (2, 95)] {
        let read = app.get(CLIENT, &format!("{address}/_history/{version}")).await;
        assert_eq!(read.json()["valueQuantity"]["value"], value);
        assert_eq!(read.header("etag"), format!("W/\"{version}\""));
    }
    for version in ["3", "0", "x", "-1", "99999999999999999999"] {
        let missing = app.get(CLIENT, &format!("{address}/_history/{version}")).await;
        assert_eq!(missing.outcome(404)["code"], "not-found", "{version}");
    }
}

fn glucose_with_id(like: &Value, value: u32) -> Value {
    let mut body = glucose(value);
    body["id"] = like["id"].clone();
    body
}

#[tokio::test]
async fn an_update_may_create_and_answers_as_short_as_asked() {
    let app = TestApp::new();
    let mut body = glucose(90);
    body["id"] = json!("chosen-by-the-client");
    let put = app.call("PUT", "/fhir/Observation/chosen-by-the-client").by(INTERFACE).json(&body);
    let answer = put.header("prefer", "return=minimal").send().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert!(answer.header("location").ends_with("/Observation/chosen-by-the-client/_history/1"));
}

#[tokio::test]
async fn a_conditional_create_finds_none_one_or_several() {
    let app = TestApp::new();
    let before = app.total("Observation").await;
    let once = |condition: &'static str| {
        let call = app.call("POST", "/fhir/Observation").by(INTERFACE).json(&glucose(90));
        call.header("if-none-exist", condition)
    };
    let none = once("identifier=urn:lab|G-1").send().await;
    assert_eq!(none.status, 201, "{}", none.text());
    let one = once("identifier=urn:lab|G-1").send().await;
    assert_eq!(one.status, 200, "{}", one.text());
    assert_eq!(one.header("location"), none.header("location"));
    // Some clients write it into the address. Two conditions are one too many.
    let uri = "/fhir/Observation?identifier=urn%3Alab%7CG-1&_format=json";
    let call = |uri| app.call("POST", uri).by(INTERFACE).json(&glucose(90));
    let same = call(uri).send().await;
    assert_eq!((same.status.as_u16(), same.header("location")), (200, none.header("location")));
    call(uri).header("if-none-exist", "identifier=urn:lab|G-1").send().await.outcome(400);
    assert_eq!(app.total("Observation").await, before + 1);
    assert_eq!(create(&app, &glucose(91)).await.status, 201);
    let several = once("identifier=urn:lab|G-1").send().await;
    assert_eq!(several.outcome(412)["code"], "multiple-matches");
    // A condition that cannot be decided would match too much.
    for condition in ["", "colour=blue", "identifier=urn:lab|G-1&colour=blue"] {
        once(condition).send().await.outcome(400);
    }
    assert_eq!(app.total("Observation").await, before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditional_creates_at_the_same_time_create_once() {
    let app = TestApp::new();
    let once = || {
        let call = app.call("POST", "/fhir/Observation").by(INTERFACE).json(&glucose(90));
        call.header("if-none-exist", "identifier=urn:lab|G-1").send()
    };
    let (a, b, c, d) = tokio::join!(once(), once(), once(), once());
    let mut statuses = [a, b, c, d].map(|answer| answer.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 201]);
}

#[tokio::test]
async fn what_cannot_be_filed_names_its_place() {
    let app = TestApp::new();
    let before = app.total("Observation").await;
    let with = |name: &str, value: Value| {
        let mut body = glucose(90);
        body[name] = value;
        body.to_string()
    };
    let cases = [
        ("no JSON", "{".to_owned(), ""),
        ("not an object", "[]".to_owned(), ""),
        ("an unknown element", with("colour", json!("blue")), "Observation.colour"),
        ("a wrong code", with("status", json!("finished")), "Observation.status"),
        ("another type", json!({"resourceType": "Patient"}).to_string(), "resourceType"),
        ("no type", json!({"status": "final"}).to_string(), "resourceType"),
        (
            "an unknown patient",
            with("subject", json!({"reference": "Patient/nobody"})),
            "Observation",
        ),
        (
            "a duplicate key",
            glucose(90).to_string().replacen('{', "{\"status\":\"final\",", 1),
            "status",
        ),
    ];
    for (name, body, place) in cases {
        let call = app.call("POST", "/fhir/Observation").by(INTERFACE);
        let issue = call.bytes(body).send().await.outcome(400);
        let found = issue["expression"][0].as_str().unwrap_or_default();
        assert!(found.contains(place), "{name}: {issue}");
    }
    assert_eq!(app.total("Observation").await, before);
    let body = glucose_with_id(&json!({"id": "another"}), 90);
    let put = app.call("PUT", "/fhir/Observation/one").by(INTERFACE).json(&body).send().await;
    assert_eq!(put.outcome(400)["expression"][0], "Observation.id");
}

#[tokio::test]
async fn a_deleted_resource_is_gone_and_its_history_stays() {
    let app = TestApp::new();
    let before = app.total("Observation").await;
    let created = create(&app, &glucose(90)).await;
    let location = local(created.header("location"));
    let address = location.trim_end_matches("/_history/1");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "DELETE", "url": address.trim_start_matches("/fhir/")}}
    ]});
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(app.get(CLIENT, address).await.outcome(410)["code"], "deleted");
    let deletion = app.get(CLIENT, &format!("{address}/_history/2")).await;
    assert_eq!(deletion.outcome(410)["code"], "deleted");
    assert_eq!(app.get(CLIENT, &location).await.status, 200);
    assert_eq!(app.total("Observation").await, before);
}

#[tokio::test]
async fn an_unknown_type_is_not_an_empty_answer() {
    let app = TestApp::new();
    for uri in ["/fhir/Foo", "/fhir/patient", "/fhir/Foo?_id=1", "/fhir/Foo/1"] {
        assert!(app.get(CLIENT, uri).await.outcome(404)["code"].is_string(), "{uri}");
    }
    // A type of R4 that is kept but not indexed: nothing found would say that there is nothing.
    let answer = app.get(CLIENT, "/fhir/Basic?patient=ana-example").await;
    assert_eq!(answer.outcome(404)["code"], "not-supported");
    let body = json!({"resourceType": "Foo"});
    app.post(INTERFACE, "/fhir/Foo", &body).await.outcome(400);
}
