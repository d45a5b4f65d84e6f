//! Making, changing and reading subscriptions.

use super::{RESULT, SECRET, Telling, extended, filtered, wanted, with_endpoints};
use crate::app::{CLIENT, INTERFACE, PRESCRIBER, TestApp, Who};
use notify::Endpoints;
use record::{Client, Role};
use serde_json::{Value, json};
use server::token_digest;

const HOOK: &str = "https://ehr.example/hooks/a";

fn named() -> TestApp {
    let mut app = TestApp::new();
    let endpoints = Endpoints::new(&["https://ehr.example/hooks"]).unwrap();
    app.router = server::router(with_endpoints(&app, endpoints));
    app
}

fn edited(path: &str, value: Value) -> Value {
    let mut wanted = wanted(RESULT, HOOK, "id-only");
    *wanted.pointer_mut(path).unwrap() = value;
    wanted
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_with_its_place() {
    let app = named();
    let good = wanted(RESULT, HOOK, "id-only");
    assert_eq!(app.post(CLIENT, "/fhir/Subscription", &good).await.status, 201);
    let without_content = edited("/channel/_payload/extension", json!([{"url": "urn:x"}]));
    let unknown = extended(good.clone(), "backport-filter-by-moon", &json!({"valueCode": "full"}));
    let seventeen: Vec<String> = (0..17).map(|number| format!("X-{number}: a")).collect();
    for (wrong, place) in [
        (edited("/status", json!("active")), "status"),
        (edited("/criteria", json!("Observation?code=1")), "criteria"),
        (edited("/channel/type", json!("email")), "channel.type"),
        (edited("/channel/type", json!("websocket")), "channel.type"),
        (edited("/channel/endpoint", json!("https://evil.test/hooks/a")), "channel.endpoint"),
        (edited("/channel/endpoint", json!("http://ehr.example/hooks/a")), "channel.endpoint"),
        (edited("/channel/endpoint", json!("http://169.254.169.254/")), "channel.endpoint"),
        (edited("/channel/payload", json!("application/fhir+xml")), "channel.payload"),
        (edited("/channel/header", json!(["no colon"])), "channel.header[0]"),
        (edited("/channel/header", json!(["X-A: a", "x-a: b"])), "channel.header[1]"),
        (edited("/channel/header", json!(["Host: elsewhere"])), "channel.header[0]"),
        (edited("/channel/header", json!(["X-A: a\u{1}b"])), "channel.header[0]"),
        (edited("/channel/header", json!(["Authorization: (sealed)"])), "channel.header[0]"),
        (edited("/channel/header", json!(seventeen)), "channel.header"),
        (without_content, "channel.payload"),
        (unknown, "channel.extension"),
        (filtered(good.clone(), "Observation?value-quantity=5"), "criteria.extension[0]"),
        (filtered(good.clone(), "Patient?name=x"), "criteria.extension[0]"),
        (
            extended(good.clone(), "backport-timeout", &json!({"valueUnsignedInt": 31})),
            "channel.extension",
        ),
        (
            extended(good.clone(), "backport-max-count", &json!({"valuePositiveInt": 101})),
            "channel.extension",
        ),
        (
            extended(good.clone(), "backport-heartbeat-period", &json!({"valueUnsignedInt": 9})),
            "channel.extension",
        ),
    ] {
        let answer = app.post(CLIENT, "/fhir/Subscription", &wrong).await;
        let issue = answer.outcome(422);
        assert_eq!(issue["expression"][0], format!("Subscription.{place}"), "{}", answer.text());
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
    let mut past = good.clone();
    past["end"] = json!("2020-01-01T00:00:00Z");
    let answer = app.post(CLIENT, "/fhir/Subscription", &past).await;
    assert_eq!(answer.outcome(422)["expression"][0], "Subscription.end");
    let mut without_reason = good.clone();
    without_reason.as_object_mut().unwrap().remove("reason");
    let answer = app.post(CLIENT, "/fhir/Subscription", &without_reason).await;
    assert_eq!(answer.outcome(422)["expression"][0], "Subscription.reason");
    let misspelt = edited("/channel", json!({"typ": "rest-hook"}));
    app.post(CLIENT, "/fhir/Subscription", &misspelt).await.outcome(422);
    assert_eq!(app.total("Subscription").await, 1);
}

#[tokio::test]
async fn without_endpoints_of_the_operator_nobody_subscribes() {
    let app = TestApp::new();
    let answer = app.post(CLIENT, "/fhir/Subscription", &wanted(RESULT, HOOK, "empty")).await;
    let issue = answer.outcome(422);
    assert_eq!(issue["expression"][0], "Subscription.channel.endpoint");
    assert!(answer.text().contains("operator"), "{}", answer.text());
}

#[tokio::test]
async fn the_value_of_a_header_is_shown_nowhere() {
    let app = named();
    let made = app.post(CLIENT, "/fhir/Subscription", &wanted(RESULT, HOOK, "empty")).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let address = format!("/fhir/Subscription/{id}");
    let header = |answer: &Value| answer["channel"]["header"].clone();
    assert_eq!(header(&made.json()), json!(["Authorization: (sealed)"]));
    // It may be sent back as it is shown, and more be added.
    let mut again = app.get(CLIENT, &address).await.json();
    again["status"] = json!("requested");
    again["channel"]["header"] = json!(["authorization: (sealed)", "X-More: canary-too"]);
    let call = app.call("PUT", &address).by(CLIENT).header("if-match", "W/\"1\"");
    assert_eq!(call.json(&again).send().await.status, 200);
    let patch = r#"[{"op":"replace","path":"/reason","value":"other"},
        {"op":"replace","path":"/status","value":"requested"}]"#;
    let call = app.call("PATCH", &address).by(CLIENT).bytes(patch);
    let patched = call.header("content-type", "application/json-patch+json").send().await;
    assert_eq!(patched.status, 200, "{}", patched.text());
    for uri in [
        address.clone(),
        format!("{address}/_history"),
        format!("{address}/_history/1"),
        format!("{address}/$status"),
        format!("{address}/$events"),
        format!("/fhir/Subscription?_id={id}"),
        "/fhir/Subscription/$status".to_owned(),
        "/fhir/_history".to_owned(),
    ] {
        let answer = app.get(CLIENT, &uri).await;
        assert_eq!(answer.status, 200, "{uri}");
        assert!(!answer.text().contains("canary"), "{uri}");
    }
    let kept = app.record.subscriptions(&client_access()).unwrap().remove(0);
    assert_eq!(
        kept.settings["headers"],
        json!([["Authorization", SECRET], ["X-More", "canary-too"]])
    );
    let raw = app.record.raw_list(&crate::app::access(Role::Interface), None, 50).unwrap();
    for message in raw {
        let body = app.record.raw(&crate::app::access(Role::Interface), &message.id).unwrap();
        let text = String::from_utf8_lossy(&body.unwrap().body).into_owned();
        assert!(!text.contains("canary"), "the archive");
    }
}

fn client_access() -> record::Access {
    record::Access::new(
        crate::app::tenant(),
        "client:service-client",
        Role::ServiceClient,
        record::Purpose::Treatment,
        record::Scope::Tenant,
    )
}

#[tokio::test]
async fn a_subscription_is_its_makers_own() {
    let app = named();
    let made = app.post(CLIENT, "/fhir/Subscription", &wanted(RESULT, HOOK, "empty")).await;
    let mut body = made.json();
    let address = format!("/fhir/Subscription/{}", body["id"].as_str().unwrap());
    body["status"] = json!("requested");
    app.call("PUT", &address).by(INTERFACE).json(&body).send().await.outcome(403);
    app.call("DELETE", &address).by(INTERFACE).send().await.outcome(403);
    app.get(INTERFACE, &format!("{address}/$status")).await.outcome(404);
    app.get(INTERFACE, &format!("{address}/$events")).await.outcome(404);
    let others = app.get(INTERFACE, "/fhir/Subscription/$status").await.json();
    assert_eq!(others["total"], 0);
    app.post(PRESCRIBER, "/fhir/Subscription", &wanted(RESULT, HOOK, "empty")).await.outcome(403);
    app.call("DELETE", &address).by(PRESCRIBER).send().await.outcome(403);
    let stale = app.call("PUT", &address).by(CLIENT).header("if-match", "W/\"7\"");
    stale.json(&body).send().await.outcome(412);
    let off = app.call("PUT", &address).by(CLIENT);
    body["status"] = json!("off");
    assert_eq!(off.json(&body).send().await.status, 200);
    let own = app.get(CLIENT, "/fhir/Subscription/$status?status=off").await.json();
    assert_eq!(own["total"], 1);
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "status", "valueCode": "active"}
    ]});
    let none = app.post(CLIENT, "/fhir/Subscription/$status", &parameters).await.json();
    assert_eq!(none["total"], 0);
    app.get(CLIENT, "/fhir/Subscription/$status?status=lively").await.outcome(400);
    app.get(CLIENT, &format!("{address}/$events?since=1")).await.outcome(400);
    assert_eq!(app.call("DELETE", &address).by(CLIENT).send().await.status, 204);
    app.get(CLIENT, &address).await.outcome(410);
    app.get(CLIENT, &format!("{address}/$status")).await.outcome(404);
    assert_eq!(app.call("DELETE", &address).by(CLIENT).send().await.status, 204);
}

#[tokio::test]
async fn there_is_no_other_way_in() {
    let app = named();
    let resource = wanted(RESULT, HOOK, "empty");
    for (method, url) in [("POST", "Subscription"), ("PUT", "Subscription/x")] {
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
            {"request": {"method": method, "url": url}, "resource": resource}
        ]});
        let answer = app.post(INTERFACE, "/fhir", &bundle).await;
        assert_eq!(answer.outcome(400)["code"], "not-supported", "{}", answer.text());
    }
    let call = app.call("PUT", "/fhir/Subscription?status=requested").by(INTERFACE);
    call.json(&resource).send().await.outcome(400);
    let call = app.call("POST", "/fhir/Subscription").by(CLIENT).header("if-none-exist", "_id=x");
    call.json(&resource).send().await.outcome(400);
    let mut line = resource.clone();
    line["id"] = json!("x");
    let call = app.call("POST", "/fhir/$import").by(INTERFACE);
    let call = call.header("content-type", "application/fhir+ndjson").bytes(line.to_string());
    let answer = call.send().await;
    assert!(answer.text().contains("Subscription is made on its own"), "{}", answer.text());
    assert_eq!(app.total("Subscription").await, 0);
}

#[tokio::test]
async fn there_are_not_too_many_and_the_one_too_many_leaves_nothing() {
    let app = named();
    let max = record::limit::SUBSCRIPTIONS_MAX;
    for number in 0..max {
        let id = format!("s{number}");
        let requested = record::SubscriptionStatus::Requested;
        app.record.put_subscription(&client_access(), &id, requested, &json!({})).unwrap();
    }
    let answer = app.post(INTERFACE, "/fhir/Subscription", &wanted(RESULT, HOOK, "empty")).await;
    assert_eq!(answer.outcome(422)["code"], "too-costly", "somebody else's count, too");
    assert_eq!(app.total("Subscription").await, 0);
    assert!(app.record.delete_subscription(&client_access(), "s0").unwrap());
    let answer = app.post(INTERFACE, "/fhir/Subscription", &wanted(RESULT, HOOK, "empty")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[tokio::test]
async fn nobody_asks_for_what_it_may_not_read() {
    let app = named();
    for (id, scopes, status) in [
        ("all", "system/*.cruds", 201),
        ("just", "system/Subscription.cruds system/DiagnosticReport.r system/Observation.r", 201),
        ("half", "system/Subscription.cruds system/DiagnosticReport.r", 403),
        ("some", "system/Subscription.cruds system/*.rs?category=laboratory", 403),
        ("reads", "system/*.rs", 403),
    ] {
        let client = Client {
            id: id.to_owned(),
            name: id.to_owned(),
            role: Role::ServiceClient,
            token_sha256: token_digest(&format!("token-{id}")),
            scopes: Some(scopes.to_owned()),
        };
        app.record.put_client(&crate::app::access(Role::Operator), client).unwrap();
        let wanted = wanted(RESULT, HOOK, "empty");
        let answer = app.post(Who::Token(id), "/fhir/Subscription", &wanted).await;
        assert_eq!(answer.status.as_u16(), status, "{id}: {}", answer.text());
    }
    // The machine that files reads no statements.
    let interpretation = wanted(super::INTERPRETATION, HOOK, "empty");
    app.post(INTERFACE, "/fhir/Subscription", &interpretation).await.outcome(403);
    assert_eq!(app.post(CLIENT, "/fhir/Subscription", &interpretation).await.status, 201);
}

#[tokio::test]
async fn the_topics_are_advertised() {
    let statement = TestApp::empty().get(Who::Nobody, "/fhir/metadata").await.json();
    let resources = statement["rest"][0]["resource"].as_array().unwrap();
    let one = resources.iter().find(|one| one["type"] == "Subscription").unwrap();
    let topics: Vec<&str> = one["extension"]
        .as_array()
        .unwrap()
        .iter()
        .map(|extension| {
            let url = extension["url"].as_str().unwrap();
            assert!(url.ends_with("/capability-subscriptiontopic-canonical"), "{url}");
            extension["valueCanonical"].as_str().unwrap()
        })
        .collect();
    assert_eq!(topics, [RESULT, super::INTERPRETATION, super::TRIAL_MATCH]);
    assert!(one["supportedProfile"][0].as_str().unwrap().ends_with("/backport-subscription"));
    let others = resources.iter().filter(|one| one.get("extension").is_some());
    assert_eq!(others.count(), 1);
    let telling = Telling::new(TestApp::empty()).await;
    assert!(telling.receiver.take().is_empty());
}

#[tokio::test]
async fn topics_are_read_and_found_as_basic_resources() {
    let app = TestApp::new();
    let search = "/fhir/Basic?code=http://hl7.org/fhir/fhir-types%7CSubscriptionTopic";
    let found = app.get(CLIENT, search).await.json();
    assert_eq!((&found["type"], &found["total"]), (&json!("searchset"), &json!(3)));
    for (entry, topic) in found["entry"].as_array().unwrap().iter().zip(notify::TOPICS) {
        let url = entry["fullUrl"].as_str().unwrap();
        let read = app.get(CLIENT, &crate::app::local(url)).await;
        assert_eq!((read.status.as_u16(), &read.json()), (200, &entry["resource"]));
        assert_eq!(entry["resource"]["extension"][0]["valueUri"], topic.url);
    }
    let one = format!("{search}&_id=subscription-topic-trial-match,x");
    assert_eq!(app.get(CLIENT, &one).await.json()["total"], 1);
    // Of what is filed as Basic nothing is indexed: no empty answer.
    for other in ["/fhir/Basic", "/fhir/Basic?code=x", "/fhir/Basic?subject=Patient/ana-example"] {
        assert_eq!(app.get(CLIENT, other).await.outcome(404)["code"], "not-supported", "{other}");
    }
    app.get(CLIENT, &format!("{search}&colour=blue")).await.outcome(400);
    app.get(CLIENT, "/fhir/Basic/subscription-topic-none").await.outcome(404);
    app.get(Who::Nobody, search).await.outcome(401);
    // What somebody files there is theirs.
    let basic = json!({"resourceType": "Basic", "id": "subscription-topic-result",
        "code": {"text": "ours"}, "subject": {"reference": "Patient/ana-example"}});
    let put = app.call("PUT", "/fhir/Basic/subscription-topic-result").by(INTERFACE).json(&basic);
    assert_eq!(put.send().await.status, 201);
    let read = app.get(CLIENT, "/fhir/Basic/subscription-topic-result").await.json();
    assert_eq!(read["code"]["text"], "ours");
    assert_eq!(app.get(CLIENT, search).await.json()["total"], 2);
}
