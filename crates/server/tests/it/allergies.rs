//! Allergies in the banner: what is recorded, of every record of a person; nothing recorded is
//! never none.

use crate::app::{INTERFACE, PRESCRIBER, TestApp};
use crate::pages::between;
use serde_json::{Value, json};

async fn file(app: &TestApp, id: &str, patient: &str, more: Value) {
    let mut allergy = json!({"resourceType": "AllergyIntolerance", "id": id,
        "patient": {"reference": format!("Patient/{patient}")}});
    let members = more.as_object().cloned().unwrap();
    allergy.as_object_mut().unwrap().extend(members);
    let path = format!("/fhir/AllergyIntolerance/{id}");
    let answer = app.call("PUT", &path).by(INTERFACE).json(&allergy).send().await;
    assert!(answer.status.is_success(), "{}", answer.text());
}

async fn banner(app: &TestApp, path: &str) -> String {
    let page = app.get(PRESCRIBER, path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    between(between(&page.text(), "<dt>Allergies</dt>", "</div>"), "<dd>", "</dd>").to_owned()
}

#[tokio::test]
async fn the_banner_says_what_is_recorded_and_nothing_else() {
    let app = TestApp::with_result();
    let page = "/patients/ana-example";
    assert_eq!(banner(&app, page).await, "not recorded");
    let status = |code: &str| json!({"coding": [{"code": code}]});
    let error = status("entered-in-error");
    let wrong = json!({"code": {"text": "sulfonamides"}, "verificationStatus": error});
    file(&app, "wrong", "ana-example", wrong).await;
    assert_eq!(banner(&app, page).await, "not recorded");
    let none = json!({"code": {"coding":
        [{"system": "http://snomed.info/sct", "code": "716186003"}]}});
    file(&app, "none", "ana-example", none).await;
    assert_eq!(banner(&app, page).await, "none known");
    let penicillin = json!({"code": {"text": "Penicillin"}, "criticality": "high"});
    file(&app, "penicillin", "ana-example", penicillin).await;
    let hostile = json!({"code": {"text": "<b>nuts</b>"}});
    file(&app, "nuts", "ana-example", hostile).await;
    let said = "&lt;b&gt;nuts&lt;/b&gt;, Penicillin (high criticality)";
    for path in ["", "/trials", "/locus", "/summary"].map(|part| format!("{page}{part}")) {
        let answer = app.get(PRESCRIBER, &path).await;
        if path.ends_with("/summary") {
            assert!(answer.text().contains("Penicillin (high criticality)"), "{}", answer.text());
        } else {
            assert_eq!(banner(&app, &path).await, said, "{path}");
        }
    }
    assert_eq!(banner(&app, "/patients/ben-sample").await, "not recorded");
}
