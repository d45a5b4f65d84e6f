//! Orders in the light of other medicines, tests under way and earlier answers.

use crate::app::{CLIENT, INTERFACE, TestApp, Who};
use crate::cds::order;
use record::Role;
use serde_json::{Value, json};

const SERVICE: &str = "/cds-services/pgx-medication-safety";
const FEEDBACK: &str = "/cds-services/pgx-medication-safety/feedback";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const CODEINE: &str = "2670";
const PAROXETINE: &str = "32937";
const AZATHIOPRINE: &str = "1256";

fn drug(code: &str) -> Value {
    json!({"coding": [{"system": RXNORM, "code": code}]})
}

fn medication(id: &str, code: &str, more: &Value) -> Value {
    let mut resource = json!({
        "resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order",
        "medicationCodeableConcept": drug(code),
        "subject": {"reference": "Patient/ana-example"}
    });
    resource.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    resource
}

fn request(ordered: &str, id: &str, taken: &[Value]) -> Value {
    let mut request = order("order-sign", "ana-example", id, &drug(ordered));
    let entries: Vec<Value> = taken.iter().map(|one| json!({"resource": one})).collect();
    request["prefetch"] = json!({"medications": {
        "resourceType": "Bundle", "type": "searchset", "entry": entries}});
    request
}

/// Ana is a CYP2D6 normal metabolizer.
fn normal() -> TestApp {
    let app = TestApp::new();
    app.file_result("CYP2D6", "*1/*1", "LA25391-6^Normal metabolizer");
    app
}

async fn cards(app: &TestApp, who: Who, request: &Value) -> Vec<Value> {
    let answer = app.post(who, SERVICE, request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["cards"].as_array().unwrap().clone()
}

async fn file(app: &TestApp, resources: &[Value]) {
    let entries: Vec<Value> = resources
        .iter()
        .map(|one| {
            let url = format!(
                "{}/{}",
                one["resourceType"].as_str().unwrap(),
                one["id"].as_str().unwrap()
            );
            json!({"resource": one, "request": {"method": "PUT", "url": url}})
        })
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn an_inhibitor_that_is_taken_changes_the_answer_until_it_ends() {
    let app = normal();
    let found = cards(&app, CLIENT, &request(CODEINE, "o-1", &[])).await;
    assert_eq!(found, Vec::<Value>::new(), "usual use by genotype");
    let paroxetine = medication("m-1", PAROXETINE, &json!({}));
    let found = cards(&app, CLIENT, &request(CODEINE, "o-1", &[paroxetine])).await;
    assert_eq!(
        found[0]["summary"],
        "CYP2D6 Poor Metabolizer with paroxetine (Normal by genotype): avoid codeine"
    );
    let detail = found[0]["detail"].as_str().unwrap();
    assert!(detail.contains("Normal Metabolizer by genotype; Poor Metabolizer with paroxetine"));
    assert!(detail.contains("**By genotype alone**"), "{detail}");
    for over in [
        json!({"status": "completed"}),
        json!({"dispenseRequest": {"validityPeriod": {"end": "2025-12-31"}}}),
        json!({"dosageInstruction": [{"timing": {"repeat": {
            "boundsPeriod": {"start": "2025-01-01", "end": "2025-12-31"}}}}]}),
        json!({"dosageInstruction": [{"timing": {"repeat": {
            "boundsPeriod": {"start": "2030-01-01"}}}}]}),
    ] {
        let paroxetine = medication("m-1", PAROXETINE, &over);
        let found = cards(&app, CLIENT, &request(CODEINE, "o-2", &[paroxetine])).await;
        assert_eq!(found, Vec::<Value>::new(), "{over}");
    }
    let mut failed = request(CODEINE, "o-3", &[]);
    failed["prefetch"]["medications"] = json!({"resourceType": "OperationOutcome"});
    assert_eq!(cards(&app, CLIENT, &failed).await, Vec::<Value>::new());
}

#[tokio::test]
async fn without_a_prefetch_the_records_own_list_counts() {
    let app = normal();
    file(&app, &[medication("m-1", PAROXETINE, &json!({}))]).await;
    let asked = order("order-sign", "ana-example", "o-1", &drug(CODEINE));
    let found = cards(&app, CLIENT, &asked).await;
    assert!(found[0]["summary"].as_str().unwrap().contains("with paroxetine"), "{found:?}");
    let page = app.get(crate::app::PRESCRIBER, "/patients/ana-example?drug=codeine").await;
    let page = page.text();
    assert!(page.contains("Poor Metabolizer"), "the page says it, too");
    assert!(page.contains("paroxetine"));
}

#[tokio::test]
async fn an_ordered_inhibitor_gets_a_card_about_what_is_taken() {
    let app = normal();
    let codeine = medication("m-1", CODEINE, &json!({}));
    let found = cards(&app, CLIENT, &request(PAROXETINE, "o-1", &[codeine])).await;
    let about_codeine: Vec<&Value> = found
        .iter()
        .filter(|card| card["summary"].as_str().unwrap().ends_with("codeine, taken now"))
        .collect();
    let [card] = &about_codeine[..] else { panic!("{found:?}") };
    assert!(card.get("suggestions").is_none(), "the order is not for codeine: {card}");
    assert!(card["detail"].as_str().unwrap().contains("being ordered"));
    let stopped = medication("m-1", CODEINE, &json!({"status": "stopped"}));
    let found = cards(&app, CLIENT, &request(PAROXETINE, "o-2", &[stopped])).await;
    assert!(found.iter().all(|card| !card.to_string().contains("codeine")), "{found:?}");
}

#[tokio::test]
async fn a_test_under_way_is_told_and_not_asked_for_again() {
    let app = TestApp::new();
    let asked = |id: &str| order("order-sign", "ben-sample", id, &drug(AZATHIOPRINE));
    let before = cards(&app, CLIENT, &asked("o-1")).await;
    let suggested = &before[0]["suggestions"][0]["actions"][0]["resource"];
    let problems = formats::fhir::check::check(suggested);
    assert_eq!(problems, vec![], "{suggested}");
    assert_eq!(suggested["code"]["coding"][0]["system"], "http://loinc.org");
    assert_eq!(suggested["reasonCode"][0]["coding"][0]["code"], AZATHIOPRINE);
    // The client takes the suggestion and sends the order that came of it.
    let mut ordered = suggested.clone();
    for (name, value) in [("id", "sr-1"), ("status", "active"), ("intent", "order")] {
        ordered[name] = value.into();
    }
    ordered["authoredOn"] = "2026-01-05".into();
    file(&app, &[ordered.clone()]).await;
    let after = cards(&app, CLIENT, &asked("o-2")).await;
    assert_eq!(after[0]["indicator"], "info");
    let summary = after[0]["summary"].as_str().unwrap();
    assert!(summary.contains("pending since 2026-01-05"), "{summary}");
    assert!(after[0].get("suggestions").is_none());
    let page = app.get(crate::app::PRESCRIBER, "/patients/ben-sample").await;
    assert!(page.text().contains("Pending since 05-Jan-2026"));
    ordered["status"] = "revoked".into();
    file(&app, &[ordered]).await;
    let again = cards(&app, CLIENT, &asked("o-3")).await;
    assert!(again[0]["summary"].as_str().unwrap().contains("test before"), "{again:?}");
}

#[tokio::test]
async fn an_overridden_card_stays_away_for_the_order_until_something_changes() {
    let app = normal();
    let paroxetine = medication("m-1", PAROXETINE, &json!({}));
    let with_dose = |dose: &str, taken: &[Value]| {
        let mut request = request(CODEINE, "o-1", taken);
        request["context"]["draftOrders"]["entry"][0]["resource"]["dosageInstruction"] =
            json!([{"text": dose}]);
        request
    };
    let taken = [paroxetine];
    let found = cards(&app, CLIENT, &with_dose("30 mg", &taken)).await;
    let overridden = json!({"feedback": [{
        "card": found[0]["uuid"], "outcome": "overridden",
        "outcomeTimestamp": "2026-01-12T10:30:00Z"
    }]});
    assert_eq!(app.post(CLIENT, FEEDBACK, &overridden).await.status, 200);
    let again = |request: Value| {
        let app = &app;
        async move { cards(app, CLIENT, &request).await.len() }
    };
    assert_eq!(again(with_dose("30 mg", &taken)).await, 0);
    assert_eq!(again(with_dose("60 mg", &taken)).await, 1, "another dose");
    let pharmacist = Who::Client(Role::Pharmacist);
    assert_eq!(cards(&app, pharmacist, &with_dose("30 mg", &taken)).await.len(), 1);
    let quinidine = [medication("m-1", "9068", &json!({}))];
    assert_eq!(again(with_dose("30 mg", &quinidine)).await, 1, "another medicine");
    app.file_result("CYP2D6", "*1/*4", "LA10317-8^Intermediate metabolizer");
    assert_eq!(again(with_dose("30 mg", &taken)).await, 1, "another result");
}
