//! Health for monitors: whether it works, and nothing of anybody.

use crate::app::{TestApp, Who};
use serde_json::json;

#[tokio::test]
async fn health_tells_how_it_is_and_nothing_of_patients() {
    let app = TestApp::with_result();
    for (uri, media_type) in [
        ("/healthz", "text/plain; charset=utf-8"),
        ("/readyz", "application/json"),
        ("/version", "application/json"),
    ] {
        let answer = app.get(Who::Nobody, uri).await;
        assert_eq!(answer.status, 200, "{uri}");
        assert_eq!(answer.header("content-type"), media_type, "{uri}");
        assert_eq!(answer.header("cache-control"), "no-store", "{uri}");
        for told in ["Example", "EXAMPLE", "ana-", "100001", "CYP2C19", "clopidogrel"] {
            assert!(!answer.text().contains(told), "{uri} tells {told}");
        }
    }
    let ready = app.get(Who::Nobody, "/readyz").await.json();
    assert_eq!(ready["writable"], true);
    assert_eq!(ready["interpretation"]["behind"], 0);
    assert_eq!(ready["reviewsOpen"], 0);
    assert_eq!(ready["backup"], json!({"set": false, "until": null, "failed": false}));
    assert_eq!(ready["alerts"], json!({"set": false, "failing": 0}));
    assert!(ready["lastSequence"].as_u64().unwrap() > 0);
    assert_eq!(ready["knowledge"]["pack"], app.interpreter.pack().reference().pack);
    let version = app.get(Who::Nobody, "/version").await.json();
    assert_eq!(version, json!({"name": "cognate", "version": env!("CARGO_PKG_VERSION")}));
}

#[tokio::test]
async fn what_is_not_interpreted_yet_shows() {
    let app = TestApp::new();
    let ready = app.get(Who::Nobody, "/readyz").await.json();
    assert!(ready["interpretation"]["behind"].as_u64().unwrap() > 0);
    app.interpreter.catch_up().unwrap();
    let ready = app.get(Who::Nobody, "/readyz").await.json();
    assert_eq!(ready["interpretation"]["behind"], 0);
}
