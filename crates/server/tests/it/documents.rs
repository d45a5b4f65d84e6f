//! Documents that were read: the list, the page beside each field, and decisions by form.

use crate::app::{PRESCRIBER, TestApp, Who, tenant};
use crate::emergency::csrf;
use base64::Engine as _;
use intake::extraction::Follower;
use pdf::child::InProcess;
use record::Role;
use std::sync::Arc;

const REVIEWER: Who = Who::Person(Role::LaboratoryReviewer);
const LIST: &str = "/reviews/documents";

fn reader() -> Arc<InProcess> {
    let names = knowledge::oncology::OncologyNames::built_in().unwrap();
    Arc::new(InProcess(tumor::gene::Genes::new(&names)))
}

/// The version that the page of a document shows; its forms are gone when it is closed.
async fn version(app: &TestApp, page: &str) -> String {
    let text = app.get(REVIEWER, page).await.text();
    let shown = text.split_once("name=\"version\" value=\"").map(|(_, rest)| rest.to_owned());
    shown.and_then(|rest| Some(rest.split_once('"')?.0.to_owned())).unwrap_or_default()
}

/// An application that reads documents, what it reads them with, and a document of Ana Example with
/// this number, in Base64.
fn with_reader(number: &str) -> (TestApp, Arc<InProcess>, String) {
    let mut app = TestApp::new();
    let reader = reader();
    app.show_documents(Arc::clone(&reader) as _);
    let texts = [
        (40.0, 100.0, "Results"),
        (40.0, 120.0, "CYP2C19 *2/*2 Poor Metabolizer"),
        (40.0, 160.0, "CYP2D6 *1/*1 Normal Metabolizer"),
    ];
    let document = testkit::pdf::report(("Ana Example", "1961-04-02", number), &texts);
    let data = base64::engine::general_purpose::STANDARD.encode(document);
    (app, reader, data)
}

/// An application with a document of Ana Example that was read, and the document's page.
async fn with_document() -> (TestApp, String) {
    let (app, reader, data) = with_reader("MRN-1");
    let resource = serde_json::json!({
        "resourceType": "DocumentReference", "id": "d1", "status": "current",
        "subject": {"reference": "Patient/ana-example"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": data,
            "title": "Report <script>alert(1)</script>"}}]
    });
    let put = app.call("PUT", "/fhir/DocumentReference/d1").by(crate::app::INTERFACE);
    assert_eq!(put.json(&resource).send().await.status, 201);
    let follower = Follower::new(app.record.clone(), reader, &tenant());
    assert_eq!(follower.work_off().unwrap(), 1);
    let list = app.get(REVIEWER, LIST).await.text();
    let id = crate::pages::between(&list, "href=\"/reviews/documents/", "\"").to_owned();
    (app, format!("{LIST}/{id}"))
}

#[tokio::test]
async fn a_reviewer_decides_beside_the_page_and_alone_files_nothing_grave() {
    let (app, page) = with_document().await;
    let before = app.total("Observation").await;
    let shown = app.get(REVIEWER, &page).await;
    let text = shown.text();
    assert_eq!(shown.status, 200);
    assert!(text.contains("value=\"*2/*2\"") && !text.contains("<script>"), "{text}");
    assert!(text.contains("/pages/1#svgView(viewBox("), "{text}");
    let picture = app.get(REVIEWER, &format!("{page}/pages/1")).await;
    assert_eq!(picture.status, 200);
    assert!(picture.text().starts_with("<svg"));
    assert_eq!(picture.header("cache-control"), "no-store");
    assert_eq!(app.get(REVIEWER, &format!("{page}/pages/2")).await.status, 422);

    let token = csrf(Role::LaboratoryReviewer);
    let post = async |more: &[(&str, &str)]| {
        let version = version(&app, &page).await;
        let form = [&[("csrf", token.as_str()), ("version", &version)], more].concat();
        app.call("POST", &page).by(REVIEWER).form(&form).send().await
    };
    let fields = |diplotype| {
        [
            ("decision", "confirm"),
            ("finding", "0"),
            ("gene", "CYP2C19"),
            ("diplotype", diplotype),
            ("phenotype", "Poor Metabolizer"),
        ]
    };
    assert_eq!(post(&fields("two stars")).await.status, 422);
    assert_eq!(post(&fields("*2/*2")).await.status, 303);
    let again = post(&fields("*2/*2")).await;
    assert_eq!(again.status, 422);
    assert!(again.text().contains("somebody else"), "{}", again.text());
    assert_eq!(post(&[("decision", "reject"), ("finding", "1")]).await.status, 303);
    let file = [("decision", "file"), ("origin", "germline"), ("signed", "2026-01-12")];
    assert_eq!(post(&file).await.status, 422);
    assert_eq!(app.total("Observation").await, before);
    // What one person may do alone: say that it is no result.
    assert_eq!(post(&[("decision", "reject"), ("finding", "0")]).await.status, 303);
    assert_eq!(post(&[("decision", "close")]).await.status, 303);
    assert!(app.get(REVIEWER, LIST).await.text().contains("No document is waiting"));
    assert_eq!(app.total("Observation").await, before);
}

#[tokio::test]
async fn what_was_confirmed_is_filed_with_its_origin() {
    let (app, page) = with_document().await;
    let before = app.total("Observation").await;
    let token = csrf(Role::LaboratoryReviewer);
    let post = async |more: &[(&str, &str)]| {
        let version = version(&app, &page).await;
        let form = [&[("csrf", token.as_str()), ("version", &version)], more].concat();
        app.call("POST", &page).by(REVIEWER).form(&form).send().await.status
    };
    assert_eq!(post(&[("decision", "reject"), ("finding", "0")]).await, 303);
    let confirm = [
        ("decision", "confirm"),
        ("finding", "1"),
        ("gene", "CYP2D6"),
        ("diplotype", "*1/*1"),
        ("phenotype", "Normal Metabolizer"),
    ];
    assert_eq!(post(&confirm).await, 303);
    assert_eq!(post(&[("decision", "file"), ("signed", "2026-01-12")]).await, 422);
    let file = [("decision", "file"), ("origin", "germline"), ("signed", "2026-01-12")];
    assert_eq!(post(&file).await, 303);
    assert_eq!(app.total("Observation").await, before + 1);
    assert_eq!(post(&file).await, 412);
}

#[tokio::test]
async fn nobody_else_sees_or_decides() {
    let (app, page) = with_document().await;
    assert_eq!(app.get(PRESCRIBER, LIST).await.status, 403);
    assert_eq!(app.get(PRESCRIBER, &page).await.status, 403);
    assert_eq!(app.get(PRESCRIBER, &format!("{page}/pages/1")).await.status, 403);
    let forged = [("csrf", "x"), ("decision", "close")];
    let answer = app.call("POST", &page).by(REVIEWER).form(&forged).send().await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_decision_is_about_what_was_shown() {
    let (app, page) = with_document().await;
    let token = csrf(Role::LaboratoryReviewer);
    let old = version(&app, &page).await;
    let post = async |version: Option<&str>| {
        let mut form = vec![("csrf", token.as_str()), ("decision", "reject"), ("finding", "1")];
        form.extend(version.map(|version| ("version", version)));
        app.call("POST", &page).by(REVIEWER).form(&form).send().await
    };
    assert_eq!(post(None).await.status, 412);
    assert_eq!(post(Some(&old)).await.status, 303);
    let late = post(Some(&old)).await;
    assert_eq!(late.status, 412);
    assert!(late.text().contains("Rejected by"), "what was decided is shown: {}", late.text());
}

#[tokio::test]
async fn who_may_not_read_the_document_reads_nothing_of_it() {
    let (app, page) = with_document().await;
    let analyst = Who::Person(Role::InterfaceAnalyst);
    let list = app.get(analyst, LIST).await;
    assert_eq!(list.status, 200);
    let text = list.text();
    assert!(text.contains("1 more document waits that you may not read"), "{text}");
    assert!(!text.contains("alert(1)"), "{text}");
    assert_eq!(app.get(analyst, &page).await.status, 404);
    assert_eq!(app.get(analyst, &format!("{page}/pages/1")).await.status, 404);
    let form = [("csrf", csrf(Role::InterfaceAnalyst)), ("decision", "close".to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(app.call("POST", &page).by(analyst).form(&form).send().await.status, 403);
}

/// Sends a result of Ana's with a document that says something else, and compares them.
async fn with_disagreement() -> (TestApp, String) {
    let (app, reader, data) = with_reader("100001");
    let result = |id: &str, hgnc: &str, gene: &str, words: &str| {
        let loinc = |code: &str| {
            let coding = serde_json::json!([{"system": "http://loinc.org", "code": code}]);
            serde_json::json!({"coding": coding})
        };
        serde_json::json!({"resourceType": "Observation", "id": id, "status": "final",
            "subject": {"reference": "Patient/ana-example"}, "code": loinc("84413-4"),
            "valueCodeableConcept": {"text": words},
            "component": [{"code": loinc("48018-6"), "valueCodeableConcept": {"coding": [{
                "system": "http://www.genenames.org/geneId", "code": hgnc, "display": gene}]}}]})
    };
    let report = serde_json::json!({
        "resourceType": "DiagnosticReport", "id": "r1", "status": "final",
        "subject": {"reference": "Patient/ana-example"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "51969-4"}]},
        "result": [{"reference": "Observation/o1"}, {"reference": "Observation/o2"}],
        "presentedForm": [{"contentType": "application/pdf", "data": data, "title": "Report"}]
    });
    for (at, resource) in [
        ("Observation/o1", result("o1", "HGNC:2621", "CYP2C19", "*1/*1")),
        ("Observation/o2", result("o2", "HGNC:2625", "CYP2D6", "*1/*1")),
        ("DiagnosticReport/r1", report),
    ] {
        let put = app.call("PUT", &format!("/fhir/{at}")).by(crate::app::INTERFACE);
        assert_eq!(put.json(&resource).send().await.status, 201);
    }
    let follower = Follower::new(app.record.clone(), reader, &tenant());
    assert_eq!(follower.work_off().unwrap(), 1);
    let list = app.get(REVIEWER, LIST).await.text();
    let id = crate::pages::between(&list, "href=\"/reviews/documents/", "\"").to_owned();
    (app, format!("{LIST}/{id}"))
}

#[tokio::test]
async fn a_result_that_the_document_contradicts_is_shown_beside_it_and_released_with_a_reason() {
    let (app, page) = with_disagreement().await;
    let status = async || {
        let read = app.get(crate::app::INTERFACE, "/fhir/Observation/o1").await;
        crate::pages::between(&read.text(), "\"status\":\"", "\"").to_owned()
    };
    assert_eq!(status().await, "preliminary");
    // Both values, in the list and on the page.
    for address in [LIST, &page] {
        let text = app.get(REVIEWER, address).await.text();
        assert!(text.contains("CYP2C19 *1/*1") && text.contains("CYP2C19 *2/*2"), "{text}");
    }
    let inbox = app.get(REVIEWER, "/inbox").await.text();
    assert!(inbox.contains("do not say the same"), "{inbox}");
    let token = csrf(Role::LaboratoryReviewer);
    let post = async |more: &[(&str, &str)]| {
        let version = version(&app, &page).await;
        let form = [&[("csrf", token.as_str()), ("version", &version)], more].concat();
        app.call("POST", &page).by(REVIEWER).form(&form).send().await
    };
    let about = [
        ("stated", "CYP2C19 *1/*1"),
        ("read", "CYP2C19 *2/*2 Poor Metabolizer"),
        ("reason", "the form is of another specimen"),
    ];
    let say = async |decision: &str, about: &[(&str, &str)]| {
        post(&[&[("decision", decision)], about].concat()).await
    };
    assert_eq!(say("release", &about[..2]).await.status, 422, "a reason is needed");
    assert_eq!(say("release", &[about[0], ("read", "x"), about[2]]).await.status, 422);
    assert_eq!(say("keep", &about).await.status, 303);
    assert_eq!(status().await, "preliminary");
    assert!(app.get(REVIEWER, &page).await.text().contains("has to correct it"));
    assert_eq!(say("release", &about).await.status, 303);
    assert_eq!(status().await, "final");
    let text = app.get(REVIEWER, &page).await.text();
    assert!(text.contains("Released by") && text.contains("another specimen"), "{text}");
    // The list of what waits forgets it when it is looked at again.
    Follower::new(app.record.clone(), reader(), &tenant()).work_off().unwrap();
    assert!(!app.get(REVIEWER, "/inbox").await.text().contains("do not say the same"));
}

#[tokio::test]
async fn nobody_else_releases_a_result() {
    let (app, page) = with_disagreement().await;
    let analyst = Who::Person(Role::InterfaceAnalyst);
    let token = csrf(Role::InterfaceAnalyst);
    let form = [
        ("csrf", token.as_str()),
        ("version", "1"),
        ("decision", "release"),
        ("stated", "CYP2C19 *1/*1"),
        ("read", "CYP2C19 *2/*2 Poor Metabolizer"),
        ("reason", "x"),
    ];
    assert_eq!(app.call("POST", &page).by(analyst).form(&form).send().await.status, 403);
    let list = app.get(analyst, LIST).await.text();
    assert!(!list.contains("CYP2C19"), "{list}");
}
