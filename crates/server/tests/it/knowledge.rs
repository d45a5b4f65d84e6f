//! The knowledge in use, as pages: about nobody, with its sources.

use crate::app::{PRESCRIBER, TestApp};

#[tokio::test]
async fn genes_and_drugs_say_what_follows_from_what_and_by_whom() {
    let app = TestApp::empty();
    let list = app.get(PRESCRIBER, "/knowledge").await;
    assert_eq!(list.status, 200, "{}", list.text());
    let digest = app.interpreter.pack().reference().digest;
    assert!(list.text().contains(digest.get(..12).unwrap()));
    assert!(list.text().contains("href=\"/knowledge/genes/CYP2C19\""));
    let gene = app.get(PRESCRIBER, "/knowledge/genes/CYP2C19").await.text();
    for part in ["*17", "No function", "Poor Metabolizer", "/knowledge/drugs/32968"] {
        assert!(gene.contains(part), "{part}");
    }
    let drug = app.get(PRESCRIBER, "/knowledge/drugs/32968").await.text();
    for part in ["Clopidogrel", "CYP2C19: Poor Metabolizer", "CPIC", "35034351", "strong"] {
        assert!(drug.contains(part), "{part}");
    }
    for nothing in ["/knowledge/genes/NOSUCH", "/knowledge/drugs/0"] {
        assert_eq!(app.get(PRESCRIBER, nothing).await.status, 404, "{nothing}");
    }
}
