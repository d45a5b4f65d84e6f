//! Search (FHIR R4 §3.1.1): what is found, what is told of what was not used, page by page.

use crate::app::{Answer, CLIENT, INTERFACE, TestApp, Who, escape, local};
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
        ("Observation?patient=https://cognate.example/fhir/Patient/ana-example&_id=o-1", &["o-1"]),
        ("Observation?patient=https://elsewhere.example/fhir/Patient/ana-example&_id=o-1", &[]),
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
        ("colour=blue&_count=5&kind.of=x&patient=ana-example", 3),
        ("_count=5&_sort=-date&patient=ana-example", 3),
        ("_count=5&_sort=code,-status&patient=ana-example", 3),
        ("_count=7&_sort=value-quantity,date&patient=ana-example", 2),
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
        ("nowhere.of=x&name=example", "nowhere.of", "/fhir/Patient?name=example"),
        ("_filter=x&_id=ana-example", "_filter", "/fhir/Patient?_id=ana-example"),
        // Full text is not searched (docs/FHIR-SEARCH.md).
        ("_text=x&_id=ana-example", "_text", "/fhir/Patient?_id=ana-example"),
        ("_content=x&_id=ana-example", "_content", "/fhir/Patient?_id=ana-example"),
        ("_list=x&_id=ana-example", "_list", "/fhir/Patient?_id=ana-example"),
        ("_query=x&_id=ana-example", "_query", "/fhir/Patient?_id=ana-example"),
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
        ("name:sounds=x", "name"),
        ("name.of=x", "name.of"),
        ("_sort=colour", "_sort"),
        ("_sort=identifier", "_sort"),
        ("_total=many", "_total"),
        ("_summary=some", "_summary"),
        ("_elements=a,,b", "_elements"),
        ("_include=Patient:colour", "_include"),
        ("_include=Observation:subject", "_include"),
        ("_revinclude=Medication:manufacturer", "_revinclude"),
        ("organization:Patient.name=x", "organization:Patient.name"),
        ("organization.colour=x", "organization.colour"),
        ("_has:Observation:specimen:code=x", "_has:Observation:specimen:code"),
        ("_has:Observation:patient=x", "_has:Observation:patient"),
    ] {
        let issue = app.get(CLIENT, &format!("/fhir/Patient?{query}")).await.outcome(400);
        assert_eq!(issue["expression"][0], place, "{query}");
    }
    for query in ["_count=many", "_count=-1"] {
        app.get(CLIENT, &format!("/fhir/Patient?{query}")).await.outcome(400);
    }
}

#[tokio::test]
async fn an_order_is_kept_over_pages_and_says_nothing_in_its_links() {
    let app = TestApp::new();
    let first = app.get(CLIENT, "/fhir/Patient?_sort=family&_count=1&_id:missing=x").await;
    first.outcome(400);
    let (down, pages) = walk(&app, "/fhir/Patient?_sort=-family,given&_count=1").await;
    let (up, _) = walk(&app, "/fhir/Patient?_sort=family,-given&_count=2").await;
    assert_eq!(pages, down.len());
    assert_eq!(down.iter().rev().collect::<Vec<_>>(), up.iter().collect::<Vec<_>>());
    let first = app.get(CLIENT, "/fhir/Patient?_sort=family&_count=1").await;
    let name = first.json()["entry"][0]["resource"]["name"][0]["family"].clone();
    let next = link(&first, "next").unwrap();
    let name = name.as_str().unwrap();
    for part in [name.to_lowercase(), name.to_owned(), hex_of(&name.to_lowercase())] {
        assert!(!next.contains(&part), "{next} holds {part}");
    }
}

fn hex_of(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn taken_along(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let entries = body["entry"].as_array().cloned().unwrap_or_default();
    let included = entries.iter().filter(|entry| entry["search"]["mode"] == "include");
    included.map(|entry| local(entry["fullUrl"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn what_was_asked_to_be_taken_along_is() {
    let app = TestApp::new();
    observations(&app, 2).await;
    for (uri, found, along) in [
        (
            "Observation?code=2345-7&_include=Observation:subject",
            vec!["o-0", "o-1"],
            vec!["/fhir/Patient/ana-example"],
        ),
        (
            "Patient?_has:Observation:patient:code=2345-7&_revinclude=Observation:subject",
            vec!["ana-example"],
            vec!["/fhir/Observation/o-0", "/fhir/Observation/o-1"],
        ),
        ("Observation?patient.family=example&_summary=count", vec![], vec![]),
        ("Observation?subject:Patient.family:exact=Nobody", vec![], vec![]),
    ] {
        let answer = app.get(CLIENT, &format!("/fhir/{uri}")).await;
        assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
        assert_eq!((ids(&answer), taken_along(&answer)), (texts(&found), texts(&along)), "{uri}");
    }
    let uri = "/fhir/Observation?patient.family=example&_summary=count";
    assert_eq!(app.get(CLIENT, uri).await.json()["total"], 2);
    let uncounted = app.get(CLIENT, "/fhir/Observation?code=2345-7&_total=none").await.json();
    assert_eq!((uncounted.get("total"), uncounted["entry"].as_array().unwrap().len()), (None, 2));
    // Ben's prescriber may not learn of Ana, whichever way the question is put.
    for uri in [
        "Observation?patient.family=example",
        "Patient?_has:Observation:patient:code=2345-7",
        "Patient?_revinclude=Observation:subject&_has:Observation:patient:code=2345-7",
    ] {
        let answer = app.get(Who::Narrow, &format!("/fhir/{uri}")).await.json();
        assert_eq!((&answer["total"], answer.get("entry")), (&json!(0), None), "{uri}");
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn a_part_of_a_resource_says_that_it_is_one() {
    let app = TestApp::new();
    for (shape, has, has_not) in [
        ("_elements=name", "name", "gender"),
        ("_summary=true", "gender", "text"),
        ("_summary=text", "id", "gender"),
    ] {
        let uri = format!("/fhir/Patient?_id=ana-example&{shape}");
        let resource = app.get(CLIENT, &uri).await.json()["entry"][0]["resource"].clone();
        assert!(resource.get(has).is_some() && resource.get(has_not).is_none(), "{resource}");
        let tags = resource["meta"]["tag"].as_array().cloned().unwrap_or_default();
        assert_eq!(tags.iter().any(|tag| tag["code"] == "SUBSETTED"), has_not != "text", "{uri}");
    }
    let whole = app.get(CLIENT, "/fhir/Patient?_id=ana-example&_summary=false").await;
    let read = app.get(CLIENT, "/fhir/Patient/ana-example").await;
    assert_eq!(whole.json()["entry"][0]["resource"], read.json());
}
