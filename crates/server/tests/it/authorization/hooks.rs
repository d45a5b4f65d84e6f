//! Calls of decision support that the calling system has signed.

use super::register;
use crate::app::{Answer, BASE, TestApp};
use crate::cds::{clopidogrel_tablet, order};
use crate::signing::SigningKey;
use record::{Registration, Role};
use serde_json::{Value, json};
use std::sync::LazyLock;

const PATH: &str = "/cds-services/pgx-medication-safety";
const ISSUER: &str = "https://ehr.example";
const KEYS: &str = "https://ehr.example/keys";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::new("k", "ES384"));

fn with_system() -> TestApp {
    let app = TestApp::with_result();
    register(
        &app,
        &Registration {
            id: "ehr".to_owned(),
            name: "EHR".to_owned(),
            key_set: Some(KEY.set().to_string()),
            issuer: Some(ISSUER.to_owned()),
            key_set_url: Some(KEYS.to_owned()),
            role: Some(Role::ServiceClient.word().to_owned()),
            ..Registration::default()
        },
    );
    app
}

fn claims(identifier: &str, changes: &[(&str, Value)]) -> Value {
    let now = testkit::clock::NOW.micros() / 1_000_000;
    let mut claims = json!({"iss": ISSUER, "aud": format!("{BASE}{PATH}"), "exp": now + 300,
        "iat": now, "jti": identifier});
    for (name, value) in changes {
        claims[name] = value.clone();
    }
    claims
}

async fn call(app: &TestApp, path: &str, token: &str) -> Answer {
    let body = order("order-sign", "ana-example", "order-1", &clopidogrel_tablet());
    let call = app.call("POST", path).header("authorization", &format!("Bearer {token}"));
    call.json(&body).send().await
}

#[tokio::test]
async fn a_signed_call_is_answered_once() {
    let app = with_system();
    let header = json!({"alg": "ES384", "kid": "k", "typ": "JWT", "jku": KEYS}).to_string();
    for (number, token) in [
        KEY.sign(&claims("1", &[])),
        KEY.sign_texts(&header, &claims("2", &[]).to_string()),
        KEY.sign(&claims("3", &[("aud", json!(["x", format!("{BASE}{PATH}")]))])),
    ]
    .iter()
    .enumerate()
    {
        let answer = call(&app, PATH, token).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
        assert!(answer.json()["cards"].is_array());
        call(&app, PATH, token).await.outcome(401);
    }
    assert!(app.audit_text().contains("client:ehr"));
}

#[tokio::test]
async fn calls_that_are_signed_in_a_wrong_way_are_refused_alike() {
    let app = with_system();
    let stranger = SigningKey::new("k", "ES384");
    let now = testkit::clock::NOW.micros() / 1_000_000;
    let sign = |changes: &[(&str, Value)]| KEY.sign(&claims("x", changes));
    let text = claims("x", &[]).to_string();
    let header = |header: &str| KEY.sign_texts(header, &text);
    for (token, why) in [
        ("a.b.c".to_owned(), "no token"),
        (stranger.sign(&claims("x", &[])), "another key"),
        (sign(&[("iss", json!("https://evil.example"))]), "an unknown issuer"),
        (sign(&[("iss", json!(""))]), "nobody"),
        (sign(&[("iss", Value::Null)]), "no issuer"),
        (sign(&[("aud", json!(BASE))]), "for the server"),
        (sign(&[("aud", json!(format!("{BASE}{PATH}/feedback")))]), "for another address"),
        (sign(&[("aud", json!(format!("{BASE}/cds-services")))]), "for discovery"),
        (sign(&[("exp", json!(now - 301))]), "over"),
        (sign(&[("exp", json!(now + 90_000))]), "for a day"),
        (sign(&[("iat", Value::Null)]), "issued at no time"),
        (sign(&[("iat", json!(now + 600))]), "of tomorrow"),
        (sign(&[("nbf", json!(now + 600))]), "not yet"),
        (sign(&[("jti", Value::Null)]), "without an identifier"),
        (header(r#"{"alg":"none"}"#), "no algorithm"),
        (header(r#"{"alg":"HS256","kid":"k"}"#), "a symmetric algorithm"),
        (header(r#"{"alg":"RS384","kid":"k"}"#), "another algorithm"),
        (header(r#"{"alg":"ES384","kid":"other"}"#), "an unknown key"),
        (header(r#"{"alg":"ES384","kid":"k","jku":"https://evil.example/k"}"#), "keys elsewhere"),
        (header(r#"{"alg":"ES384","kid":"k","jku":7}"#), "keys nowhere"),
    ] {
        let before = app.audit_text().matches("hook/refused").count();
        let answer = call(&app, PATH, &token).await;
        let issue = answer.outcome(401);
        assert_eq!(issue["code"], "login", "{why}");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{why}");
        assert_eq!(issue["details"]["text"], "a login is needed", "{why}: {issue}");
        assert_eq!(app.audit_text().matches("hook/refused").count(), before + 1, "{why}");
    }
    // A signed call is good for decision support alone.
    let token = format!("Bearer {}", KEY.sign(&claims("y", &[])));
    let read = app.call("GET", "/fhir/Patient/ana-example").header("authorization", &token);
    read.send().await.outcome(401);
}
