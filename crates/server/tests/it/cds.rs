//! CDS Hooks 2.0: an order is checked against what is filed.

use crate::app::{Answer, BASE, CLIENT, INTERFACE, PRESCRIBER, TestApp, Who};
use record::Role;
use serde_json::{Value, json};

const SERVICE: &str = "/cds-services/pgx-medication-safety";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const ATC: &str = "http://www.whocc.no/atc";

/// A concept with one coding.
fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

/// Clopidogrel 75 mg tablets, by their product code.
pub(crate) fn clopidogrel_tablet() -> Value {
    coded(RXNORM, "309362")
}

/// A request about one draft.
pub(crate) fn order(hook: &str, patient: &str, id: &str, concept: &Value) -> Value {
    let mut request = json!({
        "hook": hook,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/paula-prescriber",
            "patientId": patient,
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{
                "resource": {
                    "resourceType": "MedicationRequest", "id": id, "status": "draft",
                    "intent": "order", "medicationCodeableConcept": concept,
                    "subject": {"reference": format!("Patient/{patient}")}
                }
            }]}
        }
    });
    if hook == "order-select" {
        request["context"]["selections"] = json!([format!("MedicationRequest/{id}")]);
    }
    request
}

async fn ask(app: &TestApp, hook: &str, id: &str, concept: &Value) -> Answer {
    app.post(CLIENT, SERVICE, &order(hook, "ana-example", id, concept)).await
}

#[track_caller]
fn cards(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()["cards"].as_array().unwrap().clone()
}

/// What CDS Hooks 2.0 requires of a card, and our own promises about it.
fn check_card(card: &Value) {
    let summary = card["summary"].as_str().unwrap();
    assert!(!summary.is_empty() && summary.chars().count() < 140, "{summary}");
    assert!(["info", "warning", "critical"].contains(&card["indicator"].as_str().unwrap()));
    assert!(!card["source"]["label"].as_str().unwrap().is_empty());
    assert_eq!(card["uuid"].as_str().unwrap().len(), 36);
    if let Some(suggestions) = card.get("suggestions") {
        assert_eq!(card["selectionBehavior"], "at-most-one");
        for suggestion in suggestions.as_array().unwrap() {
            assert!(suggestion["label"].is_string() && suggestion["uuid"].is_string());
            assert!(suggestion["actions"][0]["description"].is_string(), "{suggestion}");
        }
    }
    for link in card["links"].as_array().into_iter().flatten() {
        assert_eq!(link["type"], "absolute");
    }
    assert!(!card.to_string().contains("null"), "nothing is said by leaving it out: {card}");
}

#[tokio::test]
async fn discovery_is_that_of_the_specification() {
    let app = TestApp::empty();
    let answer = app.get(Who::Nobody, "/cds-services").await;
    assert_eq!(answer.status, 200);
    let services = answer.json()["services"].as_array().unwrap().clone();
    let hooks: Vec<&str> = services.iter().map(|s| s["hook"].as_str().unwrap()).collect();
    assert_eq!(hooks, ["order-select", "order-sign", "patient-view"]);
    for service in services {
        let is_of_orders = service["hook"] != "patient-view";
        let id = if is_of_orders { "pgx-medication-safety" } else { "trial-options" };
        assert_eq!(service["id"], id);
        assert!(service["description"].as_str().is_some_and(|text| !text.is_empty()));
        for query in service["prefetch"].as_object().unwrap().values() {
            assert!(query.as_str().unwrap().contains("{{context.patientId}}"));
        }
    }
}

#[tokio::test]
async fn clopidogrel_for_a_poor_metabolizer_gets_a_card() {
    for hook in ["order-select", "order-sign"] {
        let app = TestApp::with_result();
        let found = cards(&ask(&app, hook, "order-1", &clopidogrel_tablet()).await);
        assert_eq!(found.len(), 1, "{hook}: {found:?}");
        let card = &found[0];
        check_card(card);
        assert_eq!(card["indicator"], "critical");
        let summary = card["summary"].as_str().unwrap().to_lowercase();
        assert!(summary.contains("clopidogrel") && summary.contains("cyp2c19"), "{summary}");
        let detail = card["detail"].as_str().unwrap();
        assert!(detail.contains("*2/*2"), "{detail}");
        // The source leads to the statement the card rests on, and a person can open it.
        let source = card["source"]["url"].as_str().unwrap();
        let links = card["links"].as_array().cloned().unwrap_or_default();
        let urls = links.iter().filter_map(|link| link["url"].as_str()).chain([source]);
        let statement = urls
            .filter_map(|url| url.strip_prefix(BASE))
            .find(|path| path.starts_with("/statements/"))
            .unwrap_or_else(|| panic!("no way to the statement: {card}"));
        let page = app.get(PRESCRIBER, statement).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("*2/*2"));
        let reasons = card["overrideReasons"].as_array().unwrap();
        assert!(reasons.iter().all(|reason| reason["code"].is_string()), "{reasons:?}");
    }
}

#[tokio::test]
async fn a_card_is_shown_once() {
    let app = TestApp::with_result();
    let tablet = clopidogrel_tablet();
    assert_eq!(cards(&ask(&app, "order-select", "order-1", &tablet).await).len(), 1);
    for hook in ["order-select", "order-sign", "order-sign"] {
        let answer = ask(&app, hook, "order-1", &tablet).await;
        assert_eq!(answer.json(), json!({"cards": []}), "{hook}");
    }
    // Another order, another role and a new result are news.
    assert_eq!(cards(&ask(&app, "order-sign", "order-2", &tablet).await).len(), 1);
    let same = order("order-sign", "ana-example", "order-1", &tablet);
    let pharmacist = app.post(Who::Client(Role::Pharmacist), SERVICE, &same).await;
    assert_eq!(cards(&pharmacist).len(), 1);
}

#[tokio::test]
async fn an_order_is_found_by_whatever_names_its_drug() {
    let app = TestApp::with_result();
    for (name, concept) in [
        ("product", clopidogrel_tablet()),
        ("ingredient", coded(RXNORM, "32968")),
        ("ATC", coded(ATC, "B01AC04")),
        ("name", json!({"text": "Clopidogrel"})),
        (
            "display",
            json!({"coding": [{"system": "urn:local", "code": "CLO75",
            "display": "clopidogrel"}]}),
        ),
    ] {
        let found = cards(&ask(&app, "order-sign", &format!("by-{name}"), &concept).await);
        assert_eq!(found.len(), 1, "{name}");
        check_card(&found[0]);
        assert_eq!(found[0]["indicator"], "critical", "{name}");
    }
    for (name, concept) in [
        ("another drug", json!({"text": "Water for injection"})),
        ("part of a name", json!({"text": "clopi"})),
        ("a code of none", coded(RXNORM, "0")),
    ] {
        let answer = ask(&app, "order-sign", "none", &concept).await;
        assert_eq!(answer.json(), json!({"cards": []}), "{name}");
    }
}

#[tokio::test]
async fn a_patient_never_tested_is_told_apart_from_one_with_a_usual_result() {
    let app = TestApp::new();
    app.interpreter.catch_up().unwrap();
    let azathioprine = coded(RXNORM, "1256");
    let request = order("order-sign", "ben-sample", "order-1", &azathioprine);
    let found = cards(&app.post(CLIENT, SERVICE, &request).await);
    assert_eq!(found.len(), 1);
    check_card(&found[0]);
    let words = format!("{} {}", found[0]["summary"], found[0]["detail"]);
    assert!(words.contains("TPMT") && words.contains("NUDT15"), "{words}");
    let suggested = &found[0]["suggestions"][0]["actions"][0];
    assert_eq!(suggested["type"], "create");
    assert_eq!(suggested["resource"]["resourceType"], "ServiceRequest");
    assert_eq!(suggested["resource"]["subject"]["reference"], "Patient/ben-sample");
    // What was said rests on statements that can be opened.
    let page = app.get(PRESCRIBER, "/patients/ben-sample?drug=azathioprine").await;
    assert!(page.text().contains("not tested"));
}

/// Makes something right wrong.
type Spoil = fn(&mut Value);

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_its_place() {
    let app = TestApp::with_result();
    let whole = order("order-select", "ana-example", "order-1", &clopidogrel_tablet());
    let cases: [(&str, Spoil); 10] = [
        ("hook", |r| drop(r.as_object_mut().unwrap().remove("hook"))),
        ("hook", |r| r["hook"] = json!("encounter-start")),
        ("hookInstance", |r| r["hookInstance"] = json!("1")),
        ("context.patientId", |r| r["context"]["patientId"] = json!("Patient/ana-example")),
        ("context.draftOrders", |r| r["context"]["draftOrders"] = json!([])),
        ("context.selections", |r| r["context"]["selections"] = json!([])),
        ("context.draftOrders.entry[0].resource.subject.reference", |r| {
            let subject = json!({"reference": "Patient/ben-sample"});
            r["context"]["draftOrders"]["entry"][0]["resource"]["subject"] = subject;
        }),
        ("context.draftOrders.entry[0].resource.medicationCodeableConcept", |r| {
            let draft = &mut r["context"]["draftOrders"]["entry"][0]["resource"];
            draft.as_object_mut().unwrap().remove("medicationCodeableConcept");
        }),
        ("context.draftOrders.entry[0].resource.medicationCodeableConcept", |r| {
            let draft = &mut r["context"]["draftOrders"]["entry"][0]["resource"];
            draft["medicationCodeableConcept"] = Value::Null;
        }),
        ("context.draftOrders.entry[0].resource.medicationCodeableConcept", |r| {
            let draft = &mut r["context"]["draftOrders"]["entry"][0]["resource"];
            draft["medicationCodeableConcept"] = json!({});
        }),
    ];
    for (place, spoil) in cases {
        let mut request = whole.clone();
        spoil(&mut request);
        let issue = app.post(CLIENT, SERVICE, &request).await.outcome(400);
        assert_eq!(issue["expression"][0], place, "{issue}");
    }
    for body in ["", "{", "[]", "{\"hook\":\"order-sign\",\"hook\":\"order-select\"}"] {
        app.call("POST", SERVICE).by(CLIENT).bytes(body).send().await.outcome(400);
    }
    // Nothing of a refused request was noted as shown.
    assert_eq!(cards(&app.post(CLIENT, SERVICE, &whole).await).len(), 1);
}

/// Ana Example's result, CYP2C19 *2/*2.
pub(crate) fn poor_metabolizer() -> String {
    let oru = testkit::oru::Oru::new(&testkit::patients::ana_example(), "MSG-1");
    oru.gene("CYP2C19", "*2/*2", "LA9657-3^Poor metabolizer").text()
}

#[tokio::test]
async fn a_result_just_filed_is_not_answered_with_not_tested() {
    let app = TestApp::new();
    app.interpreter.catch_up().unwrap();
    let tablet = clopidogrel_tablet();
    let before = ask(&app, "order-sign", "order-1", &tablet).await;
    assert!(!before.text().contains("*2/*2"));
    // Filed, and the interpreter has not come to it.
    app.only_file_message(&poor_metabolizer());
    let found = cards(&ask(&app, "order-sign", "order-1", &tablet).await);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["indicator"], "critical", "{found:?}");
}

#[tokio::test]
async fn a_prefetch_of_nothing_is_no_fault() {
    // CDS Hooks 2.0, prefetch: null where the client has no such data.
    for prefetch in [
        json!({"patient": null, "medications": null}),
        json!({}),
        json!({"medications": {"resourceType": "Bundle", "type": "searchset", "entry": []}}),
    ] {
        let app = TestApp::with_result();
        let mut request = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
        request["prefetch"] = prefetch;
        assert_eq!(cards(&app.post(CLIENT, SERVICE, &request).await).len(), 1, "{request}");
    }
}

#[tokio::test]
async fn a_patient_or_service_that_is_not_here_is_no_empty_answer() {
    let app = TestApp::with_result();
    let request = order("order-sign", "nobody", "order-1", &clopidogrel_tablet());
    assert_eq!(app.post(CLIENT, SERVICE, &request).await.outcome(404)["code"], "not-found");
    let request = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    for uri in ["/cds-services/another", "/cds-services/another/feedback"] {
        assert_eq!(app.post(CLIENT, uri, &request).await.outcome(404)["code"], "not-found");
    }
}

#[tokio::test]
async fn a_patient_who_was_deleted_is_not_here_any_more() {
    let app = TestApp::with_result();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"request": {"method": "DELETE", "url": "Patient/ana-example"}}
    ]});
    let deleted = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text());
    let request = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    assert_eq!(app.post(CLIENT, SERVICE, &request).await.outcome(404)["code"], "not-found");
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example").await.status, 404);
}

#[tokio::test]
async fn the_wrong_caller_is_refused_before_the_body_is_read() {
    let app = TestApp::with_result();
    for (who, status) in [(Who::Nobody, 401), (Who::Stranger, 401)] {
        let call = app.call("POST", SERVICE).by(who).bytes("not JSON");
        call.send().await.outcome(status);
    }
    let request = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    for role in [Role::Interface, Role::Operator, Role::PrivacyOfficer, Role::Engine] {
        let answer = app.post(Who::Client(role), SERVICE, &request).await;
        assert_eq!(answer.outcome(403)["code"], "forbidden", "{role:?}");
    }
}
