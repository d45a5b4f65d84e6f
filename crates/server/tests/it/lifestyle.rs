//! How a patient lives: on the page, and at the order that it bears on.

use crate::app::{CLIENT, INTERFACE, PRESCRIBER, TestApp};
use crate::cds::order;
use formats::fhir::lifestyle::QUESTIONNAIRE;
use serde_json::{Value, json};

const SERVICE: &str = "/cds-services/pgx-medication-safety";

fn response(smoking: &str) -> Value {
    json!({
        "resourceType": "QuestionnaireResponse", "id": "habits", "status": "completed",
        "questionnaire": format!("{QUESTIONNAIRE}|1.0"), "authored": "2026-11-20T09:00:00Z",
        "subject": {"reference": "Patient/ana-example"},
        "source": {"reference": "Patient/ana-example"},
        "item": [{"linkId": "smoking-status", "answer": [{"valueCoding":
            {"system": "http://loinc.org", "code": smoking, "display": "as it was said"}}]}]
    })
}

async fn put(app: &TestApp, resource: &Value) {
    let text = |name: &str| resource[name].as_str().unwrap();
    let path = format!("/fhir/{}/{}", text("resourceType"), text("id"));
    let answer = app.call("PUT", &path).by(INTERFACE).json(resource).send().await;
    assert!([200, 201].contains(&answer.status.as_u16()), "{}", answer.text());
}

async fn cards(app: &TestApp, hook: &str, id: &str, rxnorm: &str) -> Vec<Value> {
    let concept = json!({"coding": [{
        "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}]});
    let answer = app.post(CLIENT, SERVICE, &order(hook, "ana-example", id, &concept)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["cards"].as_array().unwrap().clone()
}

#[tokio::test]
async fn smoking_is_told_at_the_order_that_it_bears_on_and_once() {
    let app = TestApp::new();
    assert_eq!(cards(&app, "order-sign", "a", "10438").await, Vec::<Value>::new(), "not asked");
    put(&app, &response("LA18978-9")).await;
    assert_eq!(cards(&app, "order-sign", "b", "10438").await, Vec::<Value>::new(), "never smoked");
    put(&app, &response("LA18976-3")).await;
    let found = cards(&app, "order-select", "c", "10438").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["indicator"], "warning");
    assert!(found[0]["detail"].as_str().unwrap().contains("as it was said"));
    assert_eq!(cards(&app, "order-sign", "c", "10438").await, Vec::<Value>::new(), "shown once");
    assert_eq!(cards(&app, "order-sign", "d", "10438").await.len(), 1, "another order");
    assert_eq!(cards(&app, "order-sign", "e", "36437").await.len(), 0, "another drug");
}

#[tokio::test]
async fn the_page_says_what_was_asked_and_what_was_not() {
    let app = TestApp::new();
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(page.contains("Risk and exposures"));
    assert_eq!(page.matches("Not asked").count(), 7, "every topic");
    put(&app, &response("LA18976-3")).await;
    let smoked = json!({
        "resourceType": "Observation", "id": "years", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8664-5"}]},
        "subject": {"reference": "Patient/ana-example"}, "effectiveDateTime": "2026-11-20",
        "valueQuantity": {"value": 20, "unit": "<b>pack-years</b>"}
    });
    put(&app, &smoked).await;
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert_eq!(page.matches("Not asked").count(), 6, "but for tobacco");
    assert!(page.contains("as it was said") && page.contains("Said by the patient"));
    assert!(page.contains("20 &lt;b&gt;pack-years&lt;/b&gt;"));
    assert!(page.contains("QuestionnaireResponse/habits/_history/1"));
}
