//! How much of the patient page goes to the browser, for somebody with ten years of data.

use crate::app::{BASE, PRESCRIBER, TestApp, access, pack};
use crate::decade;
use crate::pages::between;
use record::Role;

/// The page as it is sent (RFC 1952).
const COMPRESSED_BYTES_MAX: usize = 30 * 1024;

#[tokio::test]
async fn ten_years_of_data_are_a_page_of_less_than_30_kb() {
    let app = TestApp::new();
    let pack = pack();
    let drugs: Vec<(&str, &str)> =
        pack.pgx.drugs.iter().map(|drug| (drug.rxnorm.as_str(), drug.name.as_str())).collect();
    let body = decade::transaction(&drugs).to_string();
    let (door, look) = (access(Role::Interface), &intake::fhir::no_look);
    intake::fhir::transaction(&app.record, &door, BASE, look, body.as_bytes()).unwrap();
    app.file_message(&decade::message());
    let page = app.get(PRESCRIBER, &format!("/patients/{}", decade::PATIENT)).await;
    assert_eq!(page.status, 200);
    let text = page.text();
    // All of it is there: a small page that leaves things out would be no success.
    let reports = between(&text, "id=\"reports\"", "</section>");
    for year in 2016..2026 {
        assert!(reports.contains(&format!("quarter 4 of {year}")), "{year}: {reports}");
    }
    let taken = between(&text, "Current medicines", "</table>");
    assert_eq!(taken.matches("with water").count(), 12, "{taken}");
    for gene in ["CYP2C19", "CYP2D6", "SLCO1B1", "TPMT", "NUDT15"] {
        assert!(between(&text, "id=\"genes\"", "</section>").contains(gene), "{gene}");
    }
    let uri = format!("/patients/{}", decade::PATIENT);
    let call = app.call("GET", &uri).by(PRESCRIBER).header("accept-encoding", "gzip, br");
    let sent = call.header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(sent.header("content-encoding"), "gzip");
    let bytes = sent.body.len();
    assert!(bytes < COMPRESSED_BYTES_MAX, "{bytes} bytes of {}", text.len());
}
