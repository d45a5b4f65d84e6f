//! Records of one person that were merged: what was found under the record that went counts for
//! the one that stays, at the order and on its page.

use crate::app::{CLIENT, INTERFACE, PRESCRIBER, TestApp};
use crate::cds::{clopidogrel_tablet, order};
use crate::pages::between;
use crate::trials::{ONCOLOGIST, concept, filled, matcher, put};
use serde_json::{Value, json};

const SERVICE: &str = "/cds-services/pgx-medication-safety";

async fn link(app: &TestApp, id: &str, other: &str, kind: &str) {
    let path = format!("/fhir/Patient/{id}");
    let mut person = app.get(INTERFACE, &path).await.json();
    person["link"] = json!([{"other": {"reference": format!("Patient/{other}")}, "type": kind}]);
    let answer = app.call("PUT", &path).by(INTERFACE).json(&person).send().await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

/// Ana's record goes, Ben's stays.
async fn merge(app: &TestApp) {
    link(app, "ana-example", "ben-sample", "replaced-by").await;
    link(app, "ben-sample", "ana-example", "replaces").await;
}

async fn cards(app: &TestApp, patient: &str, number: &str) -> Vec<Value> {
    let asked = order("order-sign", patient, number, &clopidogrel_tablet());
    let answer = app.post(CLIENT, SERVICE, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["cards"].as_array().cloned().unwrap()
}

fn is_to_avoid(cards: &[Value]) -> bool {
    cards.iter().any(|card| card["indicator"] == "critical" || card["indicator"] == "warning")
}

#[tokio::test]
async fn an_order_for_the_one_that_stays_knows_what_was_found_under_the_other() {
    let app = TestApp::with_result();
    assert!(is_to_avoid(&cards(&app, "ana-example", "o-1").await));
    assert!(!is_to_avoid(&cards(&app, "ben-sample", "o-2").await));
    merge(&app).await;
    let said = cards(&app, "ben-sample", "o-3").await;
    assert!(is_to_avoid(&said), "{said:?}");

    let page = app.get(PRESCRIBER, "/patients/ben-sample").await.text();
    assert!(page.contains("SAMPLE, Ben") && !page.contains("EXAMPLE, Ana"), "{page}");
    let notice = between(&page, "What was filed in other records", "</p>");
    assert!(notice.contains("href=\"/patients/ana-example\""), "{notice}");
    let genes = between(&page, "id=\"genes\"", "</section>");
    assert!(genes.contains("*2/*2"), "{genes}");
    // The report leads to the message as it came, in the record where it stands.
    let source = page.split('"').find(|text| text.contains("/sources/")).unwrap().to_owned();
    assert!(source.starts_with("/patients/ana-example/sources/"), "{source}");
    assert_eq!(app.get(PRESCRIBER, &source).await.status, 200);
    let gone = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    let notice = between(&gone, "This record was merged into another one", "</p>");
    assert!(notice.contains("href=\"/patients/ben-sample\""), "{notice}");
}

#[tokio::test]
async fn what_was_studied_under_the_other_record_was_studied() {
    let app = crate::genomics::filed().await;
    let asked = "/fhir/$find-subject-variants?subject=ben-sample&includeVariants=true\
                 &ranges=NC_000010.11:94781858-94781859";
    let before = app.get(CLIENT, asked).await;
    assert!(before.text().contains("not-studied"), "{}", before.text());
    merge(&app).await;
    // Whoever reads facts or resources only.
    for who in [CLIENT, INTERFACE] {
        let after = app.get(who, asked).await;
        assert_eq!(after.status, 200, "{}", after.text());
        let text = after.text();
        assert!(text.contains("\"valueBoolean\":true") && text.contains("\"studied\""), "{text}");
    }
}

#[tokio::test]
async fn a_tumour_under_the_other_record_is_put_to_trials_for_the_one_that_stays() {
    let app = filled().await;
    let options = "/patients/ben-sample/trials";
    let page = app.get(ONCOLOGIST, options).await.text();
    assert!(page.contains("Nothing in the record says that there is a tumour"), "{page}");
    merge(&app).await;
    let page = app.get(ONCOLOGIST, options).await.text();
    let first = between(between(&page, "id=\"options\"", "</section>"), "<article", "</article>");
    assert!(first.contains("10-001") && first.contains("Observation/l858r"), "{first}");
    // The log knows it as well, and again when the other record is corrected.
    matcher(&app).catch_up().unwrap();
    let page = app.get(ONCOLOGIST, "/patients/ben-sample").await.text();
    assert!(between(&page, "id=\"trials\"", "</section>").contains("10-001"), "{page}");
    put(
        &app,
        json!({"resourceType": "Condition", "id": "lung",
            "code": concept("http://oncotree.mskcc.org", "PRAD", "Prostate Adenocarcinoma")}),
    )
    .await;
    matcher(&app).catch_up().unwrap();
    let page = app.get(ONCOLOGIST, "/trials").await.text();
    let changes = between(&page, "id=\"changes\"", "</section>");
    let of_ben = changes.split("<tr").filter(|row| row.contains("SAMPLE, Ben"));
    assert!(of_ben.into_iter().any(|row| row.contains("Condition/lung/_history/2")), "{changes}");
}
