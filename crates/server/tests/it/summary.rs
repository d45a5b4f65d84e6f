//! The molecular summary: it says what the patient page says, an issued version stays, and the next
//! one says what changed.

use crate::app::{INTERFACE, PRESCRIBER, TestApp, Who};
use crate::pages::{between, order};
use crate::report::HAS_PDF;
use record::Role;
use serde_json::json;
use server::token_digest;

const PAGE: &str = "/patients/ana-example/summary";

/// The words of a page in one line, without elements.
fn words(page: &str) -> String {
    let mut said = String::new();
    for part in page.split('<') {
        let text = part.split_once('>').map_or("", |(_, text)| text);
        said.push_str(text);
        said.push(' ');
    }
    let plain = said.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    let plain = plain.replace("&amp;", "&");
    // A drawn page parts words by elements, so blanks say nothing.
    plain.split_whitespace().collect()
}

async fn ana() -> TestApp {
    let app = TestApp::new();
    order(&app, "statin", "36567", "Simvastatin 40 mg <b>").await;
    let smoking = json!({"resourceType": "Observation", "id": "smoking", "status": "final",
        "subject": {"reference": "Patient/ana-example"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "72166-2"}]},
        "effectiveDateTime": "2026-01-05",
        "valueCodeableConcept": {"text": "Ex-smoker"}});
    let put = app.call("PUT", "/fhir/Observation/smoking").by(INTERFACE).json(&smoking);
    assert!(put.send().await.status.is_success());
    app
}

async fn issue(app: &TestApp, who: Role) -> (u16, String) {
    let csrf = token_digest(&format!("form:session-{}", who.word()));
    let form = [("csrf", csrf.as_str())];
    let answer = app.call("POST", PAGE).by(Who::Person(who)).form(&form).send().await;
    (answer.status.as_u16(), answer.header("location").to_owned())
}

#[tokio::test]
async fn it_says_what_the_patient_page_says() {
    let app = ana().await;
    let page = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    assert!(page.contains(&format!("href=\"{PAGE}\"")), "{page}");
    let summary = app.get(PRESCRIBER, PAGE).await;
    assert_eq!(summary.status, 200, "{}", summary.text());
    let summary = summary.text();
    assert!(summary.contains("Molecular summary") && summary.contains("EXAMPLE, Ana"));
    let on_page = words(&page);
    let mut compared = 0;
    for id in ["medicines", "avoid", "adjust", "genes", "lifestyle", "prevention", "reports"] {
        if !summary.contains(&format!("id=\"{id}\"")) {
            continue;
        }
        let section = between(&summary, &format!("id=\"{id}\""), "</section>");
        for line in section.split("class=\"line").skip(1) {
            let said = line.split_once('>').unwrap().1.split("</span>").next().unwrap();
            let said = words(&format!("<x>{said}"));
            assert!(on_page.contains(&said), "{id}: {said} is not on the page: {on_page}");
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared} lines: {summary}");
    for said in ["Simvastatin 40 mg &lt;b&gt;", "Ex-smoker", "Not asked", "not tested"] {
        assert!(summary.contains(said), "{said}: {summary}");
    }
    assert!(!summary.contains("<b>Simva") && !summary.contains("<script"));
}

#[tokio::test]
async fn an_issued_version_stays_and_the_next_one_says_what_changed() {
    let app = ana().await;
    let first = issue(&app, Role::Prescriber).await;
    assert_eq!(first, (303, format!("{PAGE}?version=1")));
    assert_eq!(issue(&app, Role::Prescriber).await, first, "nothing changed, nothing issued");
    let issued = app.get(PRESCRIBER, &first.1).await.text();
    assert!(issued.contains("Version 1, issued by"), "{issued}");
    order(&app, "second", "32968", "Clopidogrel 75 mg").await;
    let draft = app.get(PRESCRIBER, PAGE).await.text();
    let changes = between(&draft, "Changed since version 1", "</section>");
    assert!(changes.contains("clopidogrel") && draft.contains("Draft after version 1"), "{draft}");
    assert_eq!(app.get(PRESCRIBER, &first.1).await.text(), issued);
    assert_eq!(issue(&app, Role::Prescriber).await.1, format!("{PAGE}?version=2"));
    assert_eq!(app.get(PRESCRIBER, &format!("{PAGE}?version=9")).await.status, 404);
    // The brief for a tumour board is another document.
    assert_eq!(app.get(PRESCRIBER, "/patients/ana-example/board?version=1").await.status, 404);
}

/// A label that comes later hides the versions that speak of the resource: a medicine that is
/// taken, one that was stopped, which may act on, and a test under way.
#[tokio::test]
async fn an_issued_version_carries_the_labels_of_medicines_and_of_tests_under_way() {
    let restricted = json!([{"code": "V",
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"}]);
    for (kind, status) in [
        ("MedicationRequest", "active"),
        ("MedicationRequest", "stopped"),
        ("ServiceRequest", "active"),
        ("Observation", "final"),
    ] {
        let app = ana().await;
        let (path, mut resource) = if kind == "Observation" {
            let path = "/fhir/Observation/smoking".to_owned();
            let read = app.get(INTERFACE, &path).await.json();
            (path, read)
        } else {
            let coded = |system: &str, code: &str| {
                json!({"coding": [{
                "system": system, "code": code}]})
            };
            let rxnorm = coded("http://www.nlm.nih.gov/research/umls/rxnorm", "32937");
            let resource = json!({"resourceType": kind, "id": "later", "status": status,
                "intent": "order", "subject": {"reference": "Patient/ana-example"},
                "authoredOn": "2026-01-10T08:00:00Z"});
            let mut resource = resource;
            match kind {
                "ServiceRequest" => resource["code"] = coded("http://loinc.org", "57132-5"),
                _ => resource["medicationCodeableConcept"] = rxnorm,
            }
            (format!("/fhir/{kind}/later"), resource)
        };
        let put = app.call("PUT", &path).by(INTERFACE).json(&resource).send().await;
        assert!(put.status.is_success(), "{kind}: {}", put.text());
        app.interpreter.catch_up().unwrap();
        assert_eq!(issue(&app, Role::Prescriber).await.0, 303);
        let version = format!("{PAGE}?version=1");
        assert_eq!(app.get(PRESCRIBER, &version).await.status, 200, "{kind} {status}");
        resource["meta"] = json!({"security": restricted});
        let put = app.call("PUT", &path).by(INTERFACE).json(&resource).send().await;
        assert!(put.status.is_success(), "{kind}: {}", put.text());
        assert_eq!(app.get(PRESCRIBER, &version).await.status, 404, "{kind} {status}");
        let now = app.get(PRESCRIBER, PAGE).await;
        assert_eq!(now.status, 200, "what may be known is told: {}", now.text());
    }
}

#[tokio::test]
async fn the_document_is_made_or_refused_in_words() {
    let app = ana().await;
    let answer = app.get(PRESCRIBER, &format!("{PAGE}.pdf")).await;
    if HAS_PDF {
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with(b"%PDF-1.7"));
        let name = "inline; filename=\"molecular-summary.pdf\"";
        assert_eq!(answer.header("content-disposition"), name);
    } else {
        assert_eq!(answer.status, 501);
    }
}
