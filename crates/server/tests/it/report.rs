//! The pharmacogenomic report as a page and as a PDF. Who may not have it is in `access`.

use crate::app::{INTERFACE, PRESCRIBER, TestApp};
use crate::pages::{between, order};
use serde_json::json;

/// Whether this build makes documents.
pub(crate) const HAS_PDF: bool = cfg!(feature = "pdf");

const PAGE: &str = "/patients/ana-example/pgx-report";
const DOCUMENT: &str = "/patients/ana-example/pgx-report.pdf";

#[tokio::test]
async fn the_page_says_what_the_patient_page_says() {
    let app = TestApp::with_result();
    order(&app, "m-1", "309362", "Clopidogrel 75 mg tablet").await;
    let page = app.get(PRESCRIBER, PAGE).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("<h1><bdi>EXAMPLE, Ana</bdi></h1>") && text.contains("100001"));
    let current = between(&text, "id=\"current\"", "</section>");
    for said in [
        "Avoid",
        "clopidogrel",
        "Clopidogrel 75 mg tablet",
        "CYP2C19",
        "*2/*2",
        "Poor Metabolizer",
        "Acute coronary syndrome or PCI",
        "CPIC",
    ] {
        assert!(current.contains(said), "{said}: {current}");
    }
    assert!(!text.contains("acs-pci"), "the population has its name");
    let genes = between(&text, "id=\"genes\"", "</section>");
    assert!(genes.contains("Called by the laboratory, taken as reported"), "{genes}");
    assert!(genes.contains("not tested"), "{genes}");
    // The pack and the engine at the foot are those that the statements were made with.
    let foot = between(&text, "<footer>", "</footer>");
    let (pack, engine) = (app.interpreter.pack().reference(), app.interpreter.engine());
    assert!(foot.contains(&format!("Pack pgx {}", pack.version)), "{foot}");
    assert!(foot.contains(&format!("engine pgx {}", engine.version)), "{foot}");
    let head = between(&text, "<header", "</header>");
    assert!(head.contains(&pack.digest) && head.contains("final"), "{head}");
}

#[tokio::test]
async fn a_record_without_medicines_does_not_say_that_there_are_none() {
    let app = TestApp::new();
    let dora = json!({"resourceType": "Patient", "id": "dora", "name": [{"family": "Test"}]});
    let put = app.call("PUT", "/fhir/Patient/dora").by(INTERFACE).json(&dora).send().await;
    assert_eq!(put.status, 201, "{}", put.text());
    let page = app.get(PRESCRIBER, "/patients/dora/pgx-report").await.text();
    assert!(page.contains("Medication list not available."), "{page}");
    assert!(page.contains("No gene result: not tested."), "{page}");
    order(&app, "m-1", "309362", "Clopidogrel 75 mg tablet").await;
    let page = app.get(PRESCRIBER, PAGE).await.text();
    assert!(!page.contains("Medication list not available."), "{page}");
    assert!(page.contains("Other drugs about which nothing is known"), "{page}");
}

#[tokio::test]
async fn a_medicine_that_no_advice_speaks_of_is_there_and_not_standard() {
    let app = TestApp::with_result();
    order(&app, "m-1", "999999", "Unobtainium 1 mg <tablet>").await;
    let text = app.get(PRESCRIBER, PAGE).await.text();
    let current = between(&text, "id=\"current\"", "</section>");
    assert!(current.contains("Unobtainium 1 mg &lt;tablet&gt;"), "{current}");
    assert!(current.contains("Not known") && !current.contains("Standard"), "{current}");
}

#[tokio::test]
async fn a_patient_without_any_result_gets_a_report_that_says_so() {
    let app = TestApp::new();
    let text = app.get(PRESCRIBER, "/patients/ben-sample/pgx-report").await.text();
    assert!(text.contains("not tested"), "{text}");
    assert!(!text.contains("Normal Metabolizer") && !text.contains("usual drug"), "{text}");
}

#[tokio::test]
async fn a_result_just_filed_is_in_the_report() {
    let app = TestApp::new();
    app.only_file_message(&crate::cds::poor_metabolizer());
    let text = app.get(PRESCRIBER, PAGE).await.text();
    assert!(text.contains("Poor Metabolizer"), "{text}");
}

#[tokio::test]
async fn nothing_keeps_or_names_it() {
    let app = TestApp::with_result();
    for (uri, name, kind) in [
        (PAGE, "pharmacogenomic-report.html", "text/html; charset=utf-8"),
        (DOCUMENT, "pharmacogenomic-report.pdf", "application/pdf"),
    ] {
        let answer = app.get(PRESCRIBER, uri).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{uri}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        if uri == DOCUMENT && !HAS_PDF {
            continue;
        }
        assert_eq!(answer.header("content-type"), kind, "{uri}");
        let disposition = format!("inline; filename=\"{name}\"");
        assert_eq!(answer.header("content-disposition"), disposition, "{uri}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{uri}");
    }
    // The page's style is let in by its digest; nothing else is.
    let policy = app.get(PRESCRIBER, PAGE).await.header("content-security-policy").to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn the_document_is_one_or_is_refused_in_words() {
    let app = TestApp::with_result();
    // More at once than are made at once.
    let get = || app.get(PRESCRIBER, DOCUMENT);
    let (one, two, three, four) = tokio::join!(get(), get(), get(), get());
    for answer in [one, two, three, four] {
        if HAS_PDF {
            assert_eq!(answer.status, 200);
            assert!(answer.body.starts_with(b"%PDF-1.7"));
        } else {
            assert_eq!(answer.status, 501);
            assert!(answer.text().contains("built without PDF"), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn the_patient_page_leads_to_both() {
    let app = TestApp::with_result();
    let text = app.get(PRESCRIBER, "/patients/ana-example").await.text();
    for uri in [PAGE, DOCUMENT] {
        assert!(text.contains(&format!("href=\"{uri}\"")), "{uri}");
    }
}
