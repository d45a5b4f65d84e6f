//! Patch, delete, conditional update, history, `$everything`, `$validate` (FHIR R4, RESTful API).

use crate::app::{Answer, CLIENT, INTERFACE, TestApp, local};
use serde_json::{Value, json};

const PATCH: &str = "application/json-patch+json";

/// The decimal has a zero that a number would lose.
fn observation(id: &str, patient: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","id":"{id}","status":"preliminary",
        "identifier":[{{"system":"urn:lab","value":"{id}"}}],"code":{{"text":"x"}},
        "subject":{{"reference":"Patient/{patient}"}},"valueQuantity":{{"value":1.10}}}}"#
    )
}

async fn put(app: &TestApp, id: &str) -> Answer {
    let call = app.call("PUT", &format!("/fhir/Observation/{id}")).by(INTERFACE);
    call.header("content-type", "application/fhir+json")
        .bytes(observation(id, "ana-example"))
        .send()
        .await
}

async fn patch(app: &TestApp, id: &str, tag: Option<&str>, operations: &Value) -> Answer {
    let call = app.call("PATCH", &format!("/fhir/Observation/{id}")).by(INTERFACE);
    let call = call.header("content-type", PATCH).bytes(operations.to_string());
    match tag {
        Some(tag) => call.header("if-match", tag).send().await,
        None => call.send().await,
    }
}

fn amended() -> Value {
    json!([{"op": "test", "path": "/status", "value": "preliminary"},
        {"op": "replace", "path": "/status", "value": "amended"}])
}

#[tokio::test]
async fn decimals_come_back_digit_by_digit_from_every_door() {
    let app = TestApp::new();
    assert_eq!(put(&app, "o-1").await.status, 201);
    assert_eq!(patch(&app, "o-1", None, &amended()).await.status, 200);
    let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        {"request": {"method": "GET", "url": "Observation/o-1"}},
        {"request": {"method": "GET", "url": "Observation?_id=o-1"}}]});
    for text in [
        app.get(CLIENT, "/fhir/Observation/o-1").await.text(),
        app.get(CLIENT, "/fhir/Observation/o-1/_history/1").await.text(),
        app.get(CLIENT, "/fhir/Observation/o-1/_history").await.text(),
        app.get(CLIENT, "/fhir/Observation?_id=o-1").await.text(),
        app.get(CLIENT, "/fhir/Patient/ana-example/$everything").await.text(),
        app.post(INTERFACE, "/fhir", &bundle).await.text(),
    ] {
        assert!(text.contains(r#""value":1.10}"#), "{text}");
        assert!(!text.contains(r#""value":1.1}"#), "{text}");
    }
}

#[tokio::test]
async fn a_patch_is_laid_on_the_version_that_stands() {
    let app = TestApp::new();
    put(&app, "o-1").await;
    assert_eq!(
        patch(&app, "o-1", Some("W/\"2\""), &amended()).await.outcome(412)["code"],
        "conflict"
    );
    let done = patch(&app, "o-1", Some("W/\"1\""), &amended()).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!((done.header("etag"), &done.json()["status"]), ("W/\"2\"", &json!("amended")));
    // The test operation no longer holds.
    let again = patch(&app, "o-1", None, &amended()).await.outcome(400);
    assert!(again["expression"][0].as_str().unwrap().contains("patch[0]"), "{again}");
    for (operations, place) in [
        (json!([{"op": "replace", "path": "/status", "value": "sung"}]), "Observation.status"),
        (json!([{"op": "replace", "path": "/id", "value": "o-2"}]), "Observation"),
        (json!([{"op": "replace", "path": "/resourceType", "value": "Patient"}]), "Observation"),
        (json!([{"op": "add", "path": "/colour", "value": 1}]), "Observation.colour"),
        (json!({"op": "add"}), "Observation: body"),
    ] {
        let refused = patch(&app, "o-1", None, &operations).await.outcome(400);
        assert_eq!(refused["expression"][0], place, "{operations}");
    }
    assert_eq!(patch(&app, "nothing", None, &amended()).await.status, 404);
    let call = app.call("PATCH", "/fhir/Observation/o-1").by(INTERFACE).json(&amended());
    assert_eq!(call.send().await.status, 415);
    let read = app.get(CLIENT, "/fhir/Observation/o-1").await;
    assert_eq!(read.header("etag"), "W/\"2\"", "nothing refused was filed");
    app.call("PATCH", "/fhir/Observation/o-1")
        .by(CLIENT)
        .header("content-type", PATCH)
        .bytes("[]")
        .send()
        .await
        .outcome(403);
}

#[tokio::test]
async fn a_bundle_patches_with_a_binary_and_looks_things_up() {
    let app = TestApp::new();
    put(&app, "o-1").await;
    let data = "W3sib3AiOiJyZXBsYWNlIiwicGF0aCI6Ii9zdGF0dXMiLCJ2YWx1ZSI6ImZpbmFsIn1d";
    let binary = json!({"resourceType": "Binary", "contentType": PATCH, "data": data});
    let entry = |method: &str, url: &str| json!({"request": {"method": method, "url": url}});
    let mut patching = entry("PATCH", "Observation/o-1");
    patching["resource"] = binary;
    let mut kept = entry("GET", "Observation/o-1/_history/1");
    kept["fullUrl"] = json!("urn:uuid:6f7b8f5a-0d3f-4a53-9d2f-0f4f3d1f7c11");
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        entry("GET", "Observation?identifier=urn:lab|o-1"), patching,
        entry("GET", "Observation/o-1/_history"), kept]});
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    let resource = |at: usize| &answer["entry"][at]["resource"];
    assert_eq!(resource(0)["entry"][0]["resource"]["status"], "final", "after what was filed");
    assert_eq!(answer["entry"][1]["response"]["etag"], "W/\"2\"");
    assert_eq!(resource(2)["total"], 2);
    assert_eq!(resource(3)["status"], "preliminary");
    // A look-up that cannot be answered refuses the whole.
    let mut wrong = entry("PUT", "Observation/o-2");
    wrong["resource"] = serde_json::from_str(&observation("o-2", "ana-example")).unwrap();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction",
        "entry": [wrong, entry("GET", "Observation?date=yesterday")]});
    let refused = app.post(INTERFACE, "/fhir", &bundle).await.outcome(400);
    assert!(refused["expression"][0].as_str().unwrap().starts_with("Bundle.entry[1]"), "{refused}");
    assert_eq!(app.get(CLIENT, "/fhir/Observation/o-2").await.status, 404);
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_stays_in_its_history() {
    let app = TestApp::new();
    put(&app, "o-1").await;
    let delete = |tag: Option<&'static str>| {
        let call = app.call("DELETE", "/fhir/Observation/o-1").by(INTERFACE);
        match tag {
            Some(tag) => call.header("if-match", tag),
            None => call,
        }
    };
    assert_eq!(delete(Some("W/\"7\"")).send().await.outcome(412)["code"], "conflict");
    let gone = delete(Some("W/\"1\"")).send().await;
    assert_eq!((gone.status.as_u16(), gone.header("etag")), (204, "W/\"2\""));
    assert_eq!(app.get(CLIENT, "/fhir/Observation/o-1").await.outcome(410)["code"], "deleted");
    assert_eq!(delete(None).send().await.status, 204, "gone is gone");
    assert_eq!(patch(&app, "o-1", None, &amended()).await.status, 404);
    let history = app.get(CLIENT, "/fhir/Observation/o-1/_history").await.json();
    assert_eq!(history["total"], 2);
    assert_eq!(history["entry"][0]["request"]["method"], "DELETE");
    assert!(history["entry"][0].get("resource").is_none());
    assert_eq!(history["entry"][1]["resource"]["status"], "preliminary");
    // It may come back, as the next version.
    assert_eq!(put(&app, "o-1").await.header("etag"), "W/\"3\"");
    app.call("DELETE", "/fhir/Observation/o-1").by(CLIENT).send().await.outcome(403);
}

#[tokio::test]
async fn a_conditional_update_finds_none_one_or_several() {
    let app = TestApp::new();
    let update = |query: &str, id: &str| {
        let mut body: Value = serde_json::from_str(&observation("x", "ana-example")).unwrap();
        match id {
            "" => drop(body.as_object_mut().unwrap().remove("id")),
            id => body["id"] = json!(id),
        }
        app.call("PUT", &format!("/fhir/Observation?{query}")).by(INTERFACE).json(&body)
    };
    let made = update("identifier=urn:lab|x", "").send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    let changed = update("identifier=urn:lab|x", "").send().await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "W/\"2\""));
    assert_eq!(changed.json()["id"], made.json()["id"]);
    let other = update("identifier=urn:lab|x", "another").send().await;
    assert_eq!(other.outcome(400)["expression"][0], "Observation.id");
    let twin = update("identifier=urn:lab|none", "chosen").send().await;
    assert_eq!((twin.status.as_u16(), &twin.json()["id"]), (201, &json!("chosen")));
    assert_eq!(
        update("identifier=urn:lab|x", "").send().await.outcome(412)["code"],
        "multiple-matches"
    );
    update("colour=blue", "").send().await.outcome(400);
    update("", "").send().await.outcome(400);
}

#[tokio::test]
async fn if_none_match_creates_once() {
    let app = TestApp::new();
    let once = || {
        let call = app.call("PUT", "/fhir/Observation/o-1").by(INTERFACE);
        let call = call.header("content-type", "application/fhir+json");
        call.header("if-none-match", "*").bytes(observation("o-1", "ana-example"))
    };
    assert_eq!(once().send().await.status, 201);
    assert_eq!(once().send().await.outcome(412)["code"], "conflict");
    let call = app.call("PUT", "/fhir/Observation/o-1").by(INTERFACE).bytes("{}");
    call.header("if-none-match", "W/\"1\"").send().await.outcome(400);
}

#[tokio::test]
async fn pages_of_a_history_have_no_gaps_while_it_grows() {
    let app = TestApp::new();
    for id in ["a", "b", "c", "d", "e"] {
        put(&app, id).await;
        patch(&app, id, None, &amended()).await;
    }
    for address in ["/fhir/Observation/c/_history", "/fhir/Observation/_history", "/fhir/_history"]
    {
        let total = app.get(CLIENT, &format!("{address}?_count=1")).await.json()["total"].clone();
        let mut next = Some(format!("{address}?_count=3"));
        let mut seen = Vec::new();
        while let Some(page) = next {
            let answer = app.get(CLIENT, &page).await;
            assert_eq!(answer.status, 200, "{page}: {}", answer.text());
            let body = answer.json();
            assert_eq!(body["type"], "history");
            for entry in body["entry"].as_array().unwrap() {
                let tag = entry["response"]["etag"].as_str().unwrap();
                seen.push(format!("{} {tag}", entry["fullUrl"].as_str().unwrap()));
            }
            let links = body["link"].as_array().unwrap().clone();
            let link = links.iter().find(|link| link["relation"] == "next");
            next = link.map(|link| local(link["url"].as_str().unwrap()));
            // What is written meanwhile is newer than every page still to come.
            put(&app, "meanwhile").await;
        }
        assert_eq!(json!(seen.len()), total, "{address}: {seen:?}");
        assert!(seen.len() >= 2);
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{address}");
    }
    let since = app.get(CLIENT, "/fhir/Observation/_history?_since=2100-01-01").await.json();
    assert_eq!(since["total"], 0);
    for bad in ["_since=yesterday", "_count=many", "_cursor=x", "colour=blue"] {
        app.get(CLIENT, &format!("/fhir/Observation/_history?{bad}")).await.outcome(400);
    }
    app.get(CLIENT, "/fhir/Observation/nothing/_history").await.outcome(404);
}

#[tokio::test]
async fn everything_about_a_patient_comes_in_pages() {
    let app = TestApp::new();
    for id in ["a", "b", "c"] {
        put(&app, id).await;
    }
    let others = app.call("PUT", "/fhir/Observation/bens").by(INTERFACE);
    others
        .header("content-type", "application/fhir+json")
        .bytes(observation("bens", "ben-sample"))
        .send()
        .await;
    let mut next = Some("/fhir/Patient/ana-example/$everything?_count=2".to_owned());
    let (mut matches, mut included) = (Vec::new(), Vec::new());
    while let Some(page) = next {
        let body = app.get(CLIENT, &page).await.json();
        for entry in body["entry"].as_array().unwrap() {
            let resource = &entry["resource"];
            let name = format!("{}/{}", resource["resourceType"], resource["id"]).replace('"', "");
            match entry["search"]["mode"].as_str().unwrap() {
                "match" => matches.push(name),
                _ => included.push(name),
            }
        }
        let links = body["link"].as_array().unwrap().clone();
        let link = links.iter().find(|link| link["relation"] == "next");
        next = link.map(|link| local(link["url"].as_str().unwrap()));
    }
    assert!(matches.contains(&"Patient/ana-example".to_owned()), "{matches:?}");
    for id in ["a", "b", "c"] {
        assert_eq!(matches.iter().filter(|name| **name == format!("Observation/{id}")).count(), 1);
    }
    assert!(!matches.contains(&"Observation/bens".to_owned()));
    assert!(included.contains(&"Organization/northside-clinic".to_owned()), "{included:?}");
    let some = app.get(CLIENT, "/fhir/Patient/ana-example/$everything?_type=Observation").await;
    assert_eq!(some.json()["entry"].as_array().unwrap().len(), 3);
    app.get(CLIENT, "/fhir/Patient/nobody/$everything").await.outcome(404);
    app.get(CLIENT, "/fhir/Patient/ana-example/$everything?colour=blue").await.outcome(400);
}

#[tokio::test]
async fn validating_says_what_filing_would_and_files_nothing() {
    let app = TestApp::new();
    let before = app.total("Observation").await;
    let ask = |address: &str, body: &str| {
        let call = app.call("POST", address).by(CLIENT).bytes(body.to_owned());
        call.header("content-type", "application/fhir+json").send()
    };
    let good = observation("o-1", "ana-example");
    let fine = ask("/fhir/Observation/$validate", &good).await.json();
    assert_eq!(fine["issue"][0]["severity"], "information", "{fine}");
    let bad = good.replace("preliminary", "sung").replace("\"code\"", "\"colour\"");
    let answer = ask("/fhir/Observation/$validate", &bad).await;
    assert_eq!(answer.status, 200, "the answer is the outcome");
    let issues = answer.json()["issue"].as_array().unwrap().clone();
    let places: Vec<&str> =
        issues.iter().filter_map(|issue| issue["expression"][0].as_str()).collect();
    for place in ["Observation.status", "Observation.colour", "Observation.code"] {
        assert!(places.contains(&place), "{place}: {places:?}");
    }
    let wrapped = format!(
        r#"{{"resourceType":"Parameters","parameter":[{{"name":"mode","valueCode":"update"}},
        {{"name":"profile","valueUri":"http://example.org/p"}},
        {{"name":"resource","resource":{good}}}]}}"#
    );
    let warned = ask("/fhir/Observation/o-1/$validate", &wrapped).await.json();
    assert_eq!(warned["issue"][0]["code"], "not-supported", "{warned}");
    let other = ask("/fhir/Observation/o-2/$validate", &good).await.json();
    assert_eq!(other["issue"][0]["expression"][0], "Observation.id");
    let typed = ask("/fhir/Patient/$validate", &good).await.json();
    assert_eq!(typed["issue"][0]["expression"][0], "resourceType");
    ask("/fhir/Observation/$validate", "{").await.outcome(400);
    assert_eq!(app.total("Observation").await, before);
}

#[tokio::test]
async fn validating_asks_the_profiles_that_filing_does_not() {
    let app = TestApp::new();
    let guide = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition";
    let mut body: Value = serde_json::from_str(&observation("o-1", "ana-example")).unwrap();
    let ask = async |uri: &str, body: &Value| {
        let answer = app.post(CLIENT, uri, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let issues = answer.json()["issue"].as_array().unwrap().clone();
        let told = |issue: &Value| {
            let words = [&issue["severity"], &issue["code"], &issue["expression"][0]];
            words.map(|word| word.as_str().unwrap_or_default()).join(" ")
        };
        issues.iter().map(told).collect::<Vec<String>>()
    };
    let plain = "/fhir/Observation/$validate";
    assert_eq!(ask(plain, &body).await, ["information informational "]);
    let genotype = format!("{plain}?profile={guide}/genotype");
    let broken = ask(&genotype, &body).await;
    for expected in ["error required Observation.category", "error value Observation.code"] {
        assert!(broken.contains(&expected.to_owned()), "{expected}: {broken:?}");
    }
    // The same by a Parameters, and as the resource claims it.
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "resource", "resource": body},
        {"name": "profile", "valueCanonical": format!("{guide}/genotype")}]});
    assert_eq!(ask(plain, &parameters).await, broken);
    body["meta"] = json!({"profile": [format!("{guide}/genotype")]});
    assert_eq!(ask(plain, &body).await, broken);
    let unknown = ask(&format!("{plain}?profile=http://example.org/p"), &body).await;
    assert!(unknown.contains(&"error not-supported profile".to_owned()), "{unknown:?}");
    body["meta"]["profile"] = json!(["http://example.org/p"]);
    let claimed = "warning not-supported Observation.meta.profile[0]";
    assert_eq!(ask(plain, &body).await, [claimed]);
    // Filing asks for the structure alone.
    body["meta"]["profile"] = json!([format!("{guide}/genotype")]);
    let filed = app.call("PUT", "/fhir/Observation/o-1").by(INTERFACE).json(&body).send().await;
    assert_eq!(filed.status, 201, "{}", filed.text());
}

#[tokio::test]
async fn an_outcome_is_answered_where_it_is_preferred() {
    let app = TestApp::new();
    let call = app.call("PUT", "/fhir/Observation/o-1").by(INTERFACE);
    let call = call.header("content-type", "application/fhir+json");
    let call = call.header("prefer", "return=OperationOutcome");
    let answer = call.bytes(observation("o-1", "ana-example")).send().await;
    assert_eq!((answer.status.as_u16(), answer.header("etag")), (201, "W/\"1\""));
    assert_eq!(answer.json()["resourceType"], "OperationOutcome");
}
