//! Transactions: the whole of a Bundle or none of it.

use crate::app::{CLIENT, INTERFACE, TestApp, demo_patients};
use serde_json::{Value, json};

#[tokio::test]
async fn the_demonstration_is_filed_whole() {
    let app = TestApp::empty();
    let bundle = demo_patients();
    let sent = bundle["entry"].as_array().unwrap();
    for round in ["201 Created", "200 OK"] {
        let answer = app.post(INTERFACE, "/fhir", &bundle).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        assert_eq!(body["resourceType"], "Bundle");
        assert_eq!(body["type"], "transaction-response");
        let answered = body["entry"].as_array().unwrap();
        assert_eq!(answered.len(), sent.len());
        for (asked, done) in sent.iter().zip(answered) {
            let url = asked["request"]["url"].as_str().unwrap();
            let response = &done["response"];
            assert_eq!(response["status"], round, "{url}");
            let location = response["location"].as_str().unwrap();
            assert!(location.contains(&format!("/fhir/{url}/_history/")), "{location}");
        }
    }
    assert_eq!(app.total("Patient").await, 3);
    let ana = app.get(CLIENT, "/fhir/Patient/ana-example").await.json();
    let reference = &ana["managingOrganization"]["reference"];
    assert_eq!(reference, "Organization/northside-clinic", "rewritten from the Bundle's name");
}

/// Makes something right wrong.
type Spoil = fn(&mut Value);

#[tokio::test]
async fn one_bad_entry_refuses_the_whole() {
    let app = TestApp::empty();
    let whole = demo_patients();
    let cases: [(&str, &str, Spoil); 7] = [
        ("an unknown element", "Bundle.entry[3].resource", |e| e["resource"]["colour"] = json!(1)),
        ("a wrong code", "Bundle.entry[3].resource", |e| e["resource"]["gender"] = json!("none")),
        ("no request", "Bundle.entry[3]", |e| drop(e.as_object_mut().unwrap().remove("request"))),
        ("a method of none", "Bundle.entry[3].request", |e| {
            e["request"]["method"] = json!("FETCH");
        }),
        ("another id", "Bundle.entry[3]", |e| e["request"]["url"] = json!("Patient/another")),
        ("a reference to no entry", "Bundle.entry[3].resource", |e| {
            e["resource"]["managingOrganization"]["reference"] = json!("urn:uuid:0");
        }),
        ("an unknown patient", "Bundle.entry[3].resource", |e| {
            e["resource"] = json!({
                "resourceType": "Observation", "status": "final", "code": {"text": "x"},
                "subject": {"reference": "Patient/nobody"}
            });
            e["request"] = json!({"method": "POST", "url": "Observation"});
        }),
    ];
    for (name, place, spoil) in cases {
        let mut bundle = whole.clone();
        spoil(&mut bundle["entry"][3]);
        let answer = app.post(INTERFACE, "/fhir", &bundle).await;
        let issue = answer.outcome(400);
        let found = issue["expression"][0].as_str().unwrap();
        assert!(found.starts_with(place), "{name}: {issue}");
        for kind in ["Organization", "Patient", "Practitioner", "Observation"] {
            assert_eq!(app.total(kind).await, 0, "{name}: {kind}");
        }
    }
}

#[tokio::test]
async fn a_duplicate_key_and_a_wrong_kind_of_bundle_are_refused() {
    let app = TestApp::empty();
    let doubled = demo_patients().to_string().replacen(
        "\"resourceType\":\"Bundle\"",
        "\"resourceType\":\"Bundle\",\"type\":\"batch\"",
        1,
    );
    assert!(doubled.contains("\"type\":\"batch\""));
    let bodies = [
        doubled,
        json!({"resourceType": "Bundle", "type": "collection", "entry": []}).to_string(),
        json!({"resourceType": "Patient"}).to_string(),
        "not JSON".to_owned(),
        String::new(),
    ];
    for body in bodies {
        for base in ["/fhir", "/fhir/"] {
            let answer = app.call("POST", base).by(INTERFACE).bytes(body.clone()).send().await;
            answer.outcome(400);
        }
    }
    assert_eq!(app.total("Patient").await, 0);
}

#[tokio::test]
async fn a_batch_is_filed_entry_by_entry() {
    let app = TestApp::empty();
    let mut bundle = demo_patients();
    bundle["type"] = json!("batch");
    for entry in bundle["entry"].as_array_mut().unwrap() {
        // An entry of a batch may not refer to another one.
        if let Some(resource) = entry["resource"].as_object_mut() {
            resource.remove("managingOrganization");
        }
    }
    let count = bundle["entry"].as_array().unwrap().len();
    bundle["entry"][3]["resource"]["colour"] = json!("blue");
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let entries = answer.json()["entry"].as_array().unwrap().clone();
    assert_eq!(entries.len(), count);
    let refused = &entries[3]["response"];
    assert_eq!(refused["status"], "400 Bad Request");
    assert_eq!(refused["outcome"]["resourceType"], "OperationOutcome");
    assert_eq!(entries[4]["response"]["status"], "201 Created", "{}", entries[4]);
    assert_eq!(app.total("Patient").await, 2);
}
