//! Working at a patient's desk.

use crate::played::{CARD, Clinic, SUGGESTION};
use serde_json::json;

const CLOPIDOGREL: &str = "drug=32968&dose_mg=&times_a_day=1";

#[tokio::test]
async fn a_draft_is_asked_about_and_the_advice_shown_but_never_run() {
    let clinic = Clinic::new().await;
    let page = clinic.form("/orders", CLOPIDOGREL).await;
    let asked = clinic.played.sent("hook");
    assert_eq!(asked.len(), 1);
    let order = &asked[0]["context"]["draftOrders"]["entry"][0]["resource"];
    assert_eq!(asked[0]["hook"], "order-select");
    assert_eq!(
        asked[0]["context"]["selections"],
        json!([format!("MedicationRequest/{}", order["id"].as_str().unwrap())])
    );
    assert_eq!(order["dosageInstruction"][0]["text"], "75 mg once daily");
    // What is not understood of the prefetch is left out.
    assert_eq!(asked[0]["prefetch"]["patient"]["id"], "ana");
    assert_eq!(asked[0]["prefetch"].get("odd"), None);
    for shown in ["Critical", "Avoid &lt;b&gt;it&lt;/b&gt;", "&lt;script&gt;", "The reasons"] {
        assert!(page.contains(shown), "{shown}");
    }
    for hidden in ["<script", "href=\"javascript", "Bearer filing", "Bearer orders"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    assert!(page.contains("POST /cds-services/orders"));
}

#[tokio::test]
async fn a_suggestion_changes_the_order_and_is_told() {
    let clinic = Clinic::new().await;
    clinic.form("/orders", CLOPIDOGREL).await;
    let taken = format!("suggestion={SUGGESTION}");
    let page = clinic.form(&format!("/cards/{CARD}/accept"), &taken).await;
    assert!(page.contains("the other drug") && page.contains("no dose yet"), "{page}");
    let told = clinic.played.sent("feedback");
    assert_eq!(told[0]["feedback"][0]["outcome"], "accepted");
    assert_eq!(told[0]["feedback"][0]["acceptedSuggestions"], json!([{"id": SUGGESTION}]));
    // Without a dose it is not signed.
    let page = clinic.form("/sign", "").await;
    assert!(page.contains("the other drug has no dose yet"), "{page}");
    assert_eq!(clinic.played.sent("fhir/MedicationRequest").len(), 0);
}

#[tokio::test]
async fn an_order_is_signed_once_its_advice_is_answered() {
    let clinic = Clinic::new().await;
    clinic.form("/orders", CLOPIDOGREL).await;
    let page = clinic.form("/sign", "").await;
    assert!(page.contains("answer the advice first"), "{page}");
    let page = clinic.form(&format!("/cards/{CARD}/override"), "reason=&comment=").await;
    assert!(page.contains("Say why the advice is left"), "{page}");
    assert_eq!(clinic.played.sent("feedback").len(), 0);
    let why = "reason=tolerated&comment=for+years";
    clinic.form(&format!("/cards/{CARD}/override"), why).await;
    let told = &clinic.played.sent("feedback")[0]["feedback"][0];
    assert_eq!(told["overrideReason"]["reason"]["code"], "tolerated");
    assert_eq!(told["overrideReason"]["userComment"], "for years");
    clinic.played.heard(|heard| heard.is_silent = true);
    let page = clinic.form("/sign", "").await;
    assert!(page.contains("Signed: clopidogrel, 75 mg once daily"), "{page}");
    let filed = clinic.played.sent("fhir/MedicationRequest");
    assert_eq!((filed.len(), &filed[0]["status"]), (1, &json!("active")));
    assert!(clinic.form("/sign", "").await.contains("There is no order to sign"));
}

#[tokio::test]
async fn a_service_that_fails_is_not_silence() {
    let clinic = Clinic::new().await;
    clinic.played.heard(|heard| heard.fails = true);
    let page = clinic.form("/orders", CLOPIDOGREL).await;
    assert!(page.contains("That did not work") && page.contains("503"), "{page}");
    assert!(page.contains("Remove clopidogrel"), "the draft is kept");
    let page = clinic.form("/sign", "").await;
    assert!(page.contains("503"), "{page}");
    assert_eq!(clinic.played.sent("fhir/MedicationRequest").len(), 0);
}

#[tokio::test]
async fn forms_come_from_the_ehr_itself() {
    let clinic = Clinic::new().await;
    for (name, value, status) in [
        ("sec-fetch-site", "same-origin", 303),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("origin", clinic.base_url.as_str(), 303),
        ("origin", "https://elsewhere.example", 403),
        ("origin", "null", 403),
    ] {
        assert_eq!(clinic.form_from(name, value).await, status, "{name}: {value}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let clinic = Clinic::new().await;
    assert_eq!(clinic.page("/patients/nobody").await.0, 404);
    assert!(clinic.page("").await.1.contains("/demo/ehr/patients/ana"));
    assert!(clinic.form("/orders", "drug=none").await.contains("Choose a drug of the list"));
    assert!(clinic.form("/orders", "drug=32968&dose_mg=x&times_a_day=1").await.contains("“x”"));
    assert!(clinic.form("/cards/x/accept", "").await.contains("no such card"));
    assert!(clinic.form("/orders/x/remove", "").await.contains("no such order"));
}

#[tokio::test]
async fn answers_about_lifestyle_are_filed_as_they_were_given() {
    let clinic = Clinic::new().await;
    let page = clinic.form("/lifestyle", "smoking=&drinks=&asbestos=&occupation=").await;
    assert!(page.contains("Nothing was answered"), "{page}");
    let given = "smoking=LA18976-3&drinks=&asbestos=no&occupation=";
    assert!(clinic.form("/lifestyle", given).await.contains("The answers are filed"));
    let filed = clinic.played.sent("fhir/QuestionnaireResponse");
    assert_eq!(filed.len(), 1);
    assert_eq!(filed[0]["item"][0]["answer"][0]["valueCoding"]["code"], "LA18976-3");
    assert_eq!(filed[0]["item"][1]["answer"][0]["valueCoding"]["code"], "LA32-8");
    assert_eq!(filed[0]["item"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_patient_page_is_launched_with_the_patient() {
    let clinic = Clinic::new().await;
    let to = clinic.led("/launch").await;
    let page = format!("{}/smart/launch", clinic.base_url);
    let asked = "?iss=https%3A%2F%2Fehr.example%2Ffhir&launch=a%20token%26more";
    assert_eq!(to, format!("{page}{asked}"));
    let sent = &clinic.played.sent("launch")[0];
    assert_eq!((&sent["client_id"], &sent["patient"]), (&json!("page"), &json!("ana")));
}
