//! Search (FHIR R4 §3.1.1): what is found, what is told of what was not used, page by page.

use crate::app::{Answer, CLIENT, INTERFACE, TestApp, escape, local};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Observations of Ana Example, numbered.
async fn observations(app: &TestApp, count: usize) {
    let entries: Vec<Value> = (0..count)
        .map(|number| {
            json!({
                "request": {"method": "PUT", "url": format!("Observation/o-{number}")},
                "resource": {
                    "resourceType": "Observation", "id": format!("o-{number}"), "status": "final",
                    "identifier": [{"system": "urn:lab", "value": format!("N {number}")}],
                    "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
                    "subject": {"reference": "Patient/ana-example"},
                    "effectiveDateTime": format!("2026-01-{:02}", number + 1)
                }
            })
        })
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn ids(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let entries = body["entry"].as_array().cloned().unwrap_or_default();
    let matches = entries.iter().filter(|entry| entry["search"]["mode"] == "match");
    matches.map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect()
}

fn link(answer: &Answer, relation: &str) -> Option<String> {
    let body = answer.json();
    let links = body["link"].as_array().unwrap();
    let found = links.iter().find(|link| link["relation"] == relation)?;
    Some(local(found["url"].as_str().unwrap()))
}

#[tokio::test]
async fn it_finds_what_was_asked_for() {
    let app = TestApp::new();
    observations(&app, 4).await;
    let cases: &[(&str, &[&str])] = &[
        ("Observation?patient=ana-example&identifier=urn:lab|N 2", &["o-2"]),
        ("Observation?patient=Patient/ana-example&_id=o-1,o-3", &["o-1", "o-3"]),
        ("Observation?subject=Patient/ana-example&date=2026-01-02", &["o-1"]),
        ("Observation?code=http://loinc.org|2345-7&date=ge2026-01-03", &["o-2", "o-3"]),
        ("Observation?code=2345-7&status:not=final", &[]),
        ("Observation?patient=ben-sample", &[]),
        ("Observation?code=http://snomed.info/sct|2345-7", &[]),
        ("Patient?name=exam", &["ana-example"]),
        ("Patient?family:exact=SAMPLE", &["ben-sample"]),
        ("Patient?name:contains=ampl", &["ana-example", "ben-sample"]),
        ("Patient?given=Ana&birthdate=1961-04-02", &["ana-example"]),
        ("Patient?identifier=100002", &["ben-sample"]),
        ("Patient?identifier=urn:cognate:authority:COGNATE-DEMO|100003", &["carla-tester"]),
        ("Patient?gender=female&name=tester", &["carla-tester"]),
        ("Patient?identifier=999999", &[]),
    ];
    for (search, expected) in cases {
        let (kind, query) = search.split_once('?').unwrap();
        let pairs: Vec<(&str, &str)> =
            query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        let escaped: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let by_get = app.get(CLIENT, &format!("/fhir/{kind}?{}", escaped.join("&"))).await;
        assert_eq!(by_get.status, 200, "{search}: {}", by_get.text());
        assert_eq!(ids(&by_get), *expected, "{search}");
        assert_eq!(by_get.json()["total"], expected.len(), "{search}");
        let post = app.call("POST", &format!("/fhir/{kind}/_search")).by(CLIENT).form(&pairs);
        assert_eq!(post.send().await.json(), by_get.json(), "{search}");
    }
}

#[tokio::test]
async fn every_entry_names_its_resource() {
    let app = TestApp::new();
    let answer = app.get(CLIENT, "/fhir/Patient?_id=ana-example").await;
    let entry = &answer.json()["entry"][0];
    assert_eq!(local(entry["fullUrl"].as_str().unwrap()), "/fhir/Patient/ana-example");
    let read = app.get(CLIENT, "/fhir/Patient/ana-example").await;
    assert_eq!(entry["resource"], read.json());
}

/// Follows `next` to the end; what was found, and on how many pages.
async fn walk(app: &TestApp, first: &str) -> (Vec<String>, usize) {
    let (mut found, mut pages, mut next) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(uri) = next {
        let answer = app.get(CLIENT, &uri).await;
        assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
        found.extend(ids(&answer));
        pages += 1;
        assert!(pages < 50, "{uri} never ends");
        next = link(&answer, "next");
    }
    (found, pages)
}

#[tokio::test]
async fn pages_lose_nothing_and_repeat_nothing() {
    let app = TestApp::new();
    // One more is in the demonstration, of another patient.
    observations(&app, 12).await;
    for (query, pages) in [
        ("_count=5&patient=ana-example", 3),
        ("_count=6&patient=ana-example", 2),
        ("_count=12&patient=ana-example", 1),
        ("_count=1&patient=ana-example", 12),
        ("_count=1000000&patient=ana-example", 1),
        ("_count=5&patient=ana-example&code=http://loinc.org%7C2345-7", 3),
        // What is not known is not used, and does not break the way to the next page.
        ("_count=5&colour=blue&patient=ana-example", 3),
        ("colour=blue&_count=5&code:of-kind=x&patient=ana-example", 3),
    ] {
        let (found, walked) = walk(&app, &format!("/fhir/Observation?{query}")).await;
        let once: BTreeSet<&String> = found.iter().collect();
        assert_eq!((found.len(), once.len(), walked), (12, 12, pages), "{query}");
    }
    let none = app.get(CLIENT, "/fhir/Observation?_count=0&patient=ana-example").await;
    assert_eq!((ids(&none).len(), &none.json()["total"]), (0, &json!(12)));
    assert!(link(&none, "next").is_none());
}

#[tokio::test]
async fn a_link_is_of_its_own_search_only() {
    let app = TestApp::new();
    observations(&app, 4).await;
    let first = app.get(CLIENT, "/fhir/Observation?_count=2").await;
    let next = link(&first, "next").unwrap();
    let other = format!("{next}&status=final");
    app.get(CLIENT, &other).await.outcome(400);
    app.get(CLIENT, "/fhir/Observation?_cursor=made-up").await.outcome(400);
}

#[tokio::test]
async fn what_is_not_known_is_said_and_not_used() {
    let app = TestApp::new();
    for (query, unknown, used) in [
        ("colour=blue", "colour", "/fhir/Patient"),
        ("colour=blue&name=example", "colour", "/fhir/Patient?name=example"),
        ("name:sounds=x&name=example", "name:sounds", "/fhir/Patient?name=example"),
        ("_sort=name&_id=ana-example", "_sort", "/fhir/Patient?_id=ana-example"),
    ] {
        let uri = format!("/fhir/Patient?{query}");
        let answer = app.get(CLIENT, &uri).await;
        assert_eq!(answer.status, 200, "{uri}");
        assert_eq!(link(&answer, "self").unwrap(), used, "{uri}");
        let body = answer.json();
        let last = body["entry"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["search"]["mode"], "outcome", "{uri}");
        let issue = &last["resource"]["issue"][0];
        assert_eq!(issue["severity"], "warning", "{uri}");
        assert!(issue["details"]["text"].as_str().unwrap().contains(unknown), "{uri}");
        let strict = app.call("GET", &uri).by(CLIENT).header("prefer", "handling=strict");
        let issue = strict.send().await.outcome(400);
        assert_eq!(issue["expression"][0], unknown, "{uri}");
        let lenient = app.call("GET", &uri).by(CLIENT).header("prefer", "handling=lenient");
        assert_eq!(lenient.send().await.status, 200, "{uri}");
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_an_error_that_names_the_parameter() {
    let app = TestApp::new();
    for (query, place) in [
        ("birthdate=yesterday", "birthdate"),
        ("birthdate=xx2020-01-01", "birthdate"),
        ("name=", "name"),
        ("identifier=%7C", "identifier"),
        ("name:missing=maybe", "name"),
    ] {
        let issue = app.get(CLIENT, &format!("/fhir/Patient?{query}")).await.outcome(400);
        assert_eq!(issue["expression"][0], place, "{query}");
    }
    for query in ["_count=many", "_count=-1"] {
        app.get(CLIENT, &format!("/fhir/Patient?{query}")).await.outcome(400);
    }
}
