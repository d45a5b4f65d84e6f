//! Whatever is done to the scopes that are asked for, a token never does more than one with all of
//! what was registered.

use super::{application, code, register, request, with_application, with_token};
use crate::app::TestApp;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// What the application of this test may be granted.
const REGISTERED: &str =
    "openid launch/patient patient/Patient.rs patient/Observation.s?category=laboratory";
/// What is tried with each token, and whether the full token may.
const TRIED: [(&str, bool); 8] = [
    ("/fhir/Patient/ana-example", true),
    ("/fhir/Patient", true),
    ("/fhir/Observation", true),
    ("/fhir/Patient/ben-sample", false),
    ("/fhir/Condition", false),
    ("/fhir/Patient/ana-example/$everything", false),
    ("/fhir/$export", false),
    ("/fhir/_history", false),
];
/// Requests that are tried; each runs the whole flow.
const REQUESTS: usize = 40;

/// Scopes right and wrong, dropped, altered, doubled.
fn scopes() -> impl Strategy<Value = String> {
    let level = prop::sample::select(vec!["patient", "user", "system", "root", ""]);
    let kind = prop::sample::select(vec!["Patient", "Observation", "Condition", "*", "patient"]);
    let letters = prop::sample::select(vec!["rs", "r", "s", "cruds", "sr", "read", "*", "rr"]);
    let filter = prop::sample::select(vec!["", "?category=laboratory", "?category=x", "?"]);
    let word = (level, kind, letters, filter)
        .prop_map(|(level, kind, letters, filter)| format!("{level}/{kind}.{letters}{filter}"));
    let known: Vec<String> = REGISTERED.split(' ').map(str::to_owned).collect();
    let word = prop_oneof![word, prop::sample::select(known)];
    prop::collection::vec(word, 1..6).prop_map(|words| words.join(" "))
}

async fn look(app: &TestApp, scope: &str) {
    // Whoever reads nothing about a patient is asked for none.
    let uri = request(&[("client_id", Some("sound")), ("scope", Some(scope))]);
    let answer = app.call("GET", &uri).cookie("session-prescriber").send().await;
    if !answer.header("location").starts_with("/auth/consent") {
        return;
    }
    let code = code(app, "prescriber", &uri, "ana-example").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "sound"),
        ("code", &code),
        ("redirect_uri", super::CALLBACK),
        ("code_verifier", super::VERIFIER),
    ];
    let tokens: Value = super::token(app, &form).await.json();
    for (uri, may_full) in TRIED {
        let answer = with_token(app, &tokens["access_token"], uri).await;
        assert!(may_full || !answer.status.is_success(), "{scope}: {uri}");
        assert!(!answer.text().contains("ben-sample"), "{scope}: {uri}");
    }
}

#[tokio::test]
async fn no_scopes_give_more_than_all_that_was_registered() {
    let app = with_application();
    let mut registered = application("sound");
    registered.scopes = REGISTERED.to_owned();
    register(&app, &registered);
    let mut runner = TestRunner::deterministic();
    for _ in 0..REQUESTS {
        let tree = scopes().new_tree(&mut runner).unwrap();
        look(&app, &proptest::strategy::ValueTree::current(&tree)).await;
    }
    look(&app, REGISTERED).await;
}
