//! The timeline of the patient page: what happened to a tumour, when, and how it responded.

use crate::app::{INTERFACE, TestApp};
use crate::pages::between;
use crate::trials::{ONCOLOGIST, concept, put};
use serde_json::{Value, json};

const LUNG: &str = include_str!("../../../../demo/fhir/lung.transaction.json");
const CTDNA: &str = include_str!("../../../../demo/fhir/ctdna.transaction.json");

async fn file(app: &TestApp, bundle: &str) {
    let bundle: Value = serde_json::from_str(bundle).unwrap();
    let answer = app.post(INTERFACE, "/fhir", &bundle).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn timeline(app: &TestApp, patient: &str) -> String {
    let page = app.get(ONCOLOGIST, &format!("/patients/{patient}")).await;
    assert_eq!(page.status, 200, "{}", page.text());
    between(&page.text(), "id=\"course\"", "</section>").to_owned()
}

#[tokio::test]
async fn shares_of_reads_and_responses_stand_on_it() {
    let app = TestApp::empty();
    file(&app, LUNG).await;
    let one = timeline(&app, "lena-demo").await;
    assert!(!one.contains("Variant allele fraction"), "one report is no course: {one}");
    file(&app, CTDNA).await;
    let whole = timeline(&app, "lena-demo").await;
    for part in [
        "Variant allele fraction over time",
        "EGFR",
        "Tissue and plasma are different materials",
        "Response: Partial response (RECIST 1.1)",
        "Specimens: ",
        "Reports: ",
    ] {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    // Each value is in the table, too: four of one variant.
    assert_eq!(whole.matches("<td data-label=\"Value\"").count(), 4, "{whole}");
}

#[tokio::test]
async fn a_response_that_was_taken_back_is_none_and_one_without_a_day_is_not_lost() {
    let app = TestApp::new();
    let before = timeline(&app, "ana-example").await;
    assert!(!before.contains("Response"), "{before}");
    let response = |id: &str, status: &str, words: &str| {
        json!({"resourceType": "Observation", "id": id, "status": status,
            "code": concept("http://loinc.org", "88040-1", ""),
            "valueCodeableConcept": {"text": words}})
    };
    put(&app, response("r-1", "entered-in-error", "complete response")).await;
    put(&app, response("r-2", "preliminary", "stable <disease>")).await;
    let timeline = timeline(&app, "ana-example").await;
    let undated = "Response, without a day: stable &lt;disease&gt; (preliminary).";
    assert!(timeline.contains(undated), "{timeline}");
    assert!(!timeline.contains("complete response"), "{timeline}");
}
