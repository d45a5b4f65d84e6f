//! SMART Backend Services: a client by itself, by what its key has signed.

use super::{register, token, with_token};
use crate::app::{Answer, BASE, TestApp, Who, access};
use crate::signing::SigningKey;
use record::{Registration, Role};
use serde_json::{Value, json};
use std::sync::LazyLock;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ANA: &str = "/fhir/Patient/ana-example";

static RSA: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::new("r", "RS384"));
static ELLIPTIC: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::new("e", "ES384"));

fn service(id: &str, key: &SigningKey, role: Role) -> Registration {
    Registration {
        id: id.to_owned(),
        name: "Service".to_owned(),
        scopes: "system/Patient.rs system/Observation.rs?category=laboratory".to_owned(),
        key_set: Some(key.set().to_string()),
        role: Some(role.word().to_owned()),
        ..Registration::default()
    }
}

fn with_services() -> TestApp {
    let app = TestApp::new();
    register(&app, &service("rsa", &RSA, Role::ServiceClient));
    register(&app, &service("elliptic", &ELLIPTIC, Role::ServiceClient));
    app
}

/// Right claims of a client, changed.
fn claims(id: &str, identifier: &str, changes: &[(&str, Value)]) -> Value {
    let now = testkit::clock::NOW.micros() / 1_000_000;
    let mut claims = json!({"iss": id, "sub": id, "aud": format!("{BASE}/auth/token"),
        "exp": now + 240, "jti": identifier});
    for (name, value) in changes {
        claims[name] = value.clone();
    }
    claims
}

async fn asked(app: &TestApp, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    if !more.iter().any(|(name, _)| *name == "scope") {
        form.push(("scope", "system/*.rs"));
    }
    form.extend_from_slice(more);
    token(app, &form).await
}

#[tokio::test]
async fn a_service_gets_what_it_was_registered_for() {
    let app = with_services();
    for (id, key) in [("rsa", &*RSA), ("elliptic", &*ELLIPTIC)] {
        let answer = asked(&app, &key.sign(&claims(id, "1", &[])), &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let tokens = answer.json();
        assert_eq!(tokens["expires_in"], 300);
        let scopes = "system/Patient.rs system/Observation.rs?category=laboratory";
        assert_eq!(tokens["scope"], scopes);
        assert_eq!(tokens.get("refresh_token"), None);
        let token = &tokens["access_token"];
        assert_eq!(with_token(&app, token, ANA).await.status, 200);
        assert_eq!(with_token(&app, token, "/fhir/Observation").await.status, 200);
        with_token(&app, token, "/fhir/Condition").await.outcome(403);
        assert!(app.audit_text().contains(&format!("client:{id}")));
    }
}

#[tokio::test]
async fn nothing_of_a_person_is_granted_to_a_service() {
    let app = with_services();
    for (number, scope) in
        ["patient/*.rs", "user/*.rs", "openid", "launch/patient", "system/Patient.d", "", "x"]
            .into_iter()
            .enumerate()
    {
        let assertion = RSA.sign(&claims("rsa", &number.to_string(), &[]));
        let answer = asked(&app, &assertion, &[("scope", scope)]).await;
        assert_eq!(answer.json(), json!({"error": "invalid_scope"}), "{scope}");
    }
}

#[tokio::test]
async fn wrong_assertions_are_refused_alike_and_noted() {
    let app = with_services();
    let stranger = SigningKey::new("r", "RS384");
    let rs256 = SigningKey::new("r", "RS256");
    let now = testkit::clock::NOW.micros() / 1_000_000;
    let sign = |changes: &[(&str, Value)]| RSA.sign(&claims("rsa", "x", changes));
    let text = claims("rsa", "x", &[]).to_string();
    let header = |header: &str| RSA.sign_texts(header, &text);
    let twice = text.replacen('{', "{\"iss\":\"elliptic\",", 1);
    for (assertion, why) in [
        (String::new(), "nothing"),
        ("a.b.c".to_owned(), "no token"),
        (stranger.sign(&claims("rsa", "x", &[])), "another key"),
        (rs256.sign(&claims("rsa", "x", &[])), "another algorithm"),
        (ELLIPTIC.sign(&claims("rsa", "x", &[])), "another client's key"),
        (RSA.sign(&claims("elliptic", "x", &[])), "another client's name"),
        (RSA.sign(&claims("nobody", "x", &[])), "an unknown client"),
        (RSA.sign_texts(r#"{"alg":"RS384","kid":"r"}"#, &twice), "a claim twice"),
        (header(r#"{"alg":"none"}"#), "no algorithm"),
        (header(r#"{"alg":"HS384","kid":"r"}"#), "a symmetric algorithm"),
        (header(r#"{"alg":"RS384","kid":"other"}"#), "an unknown key"),
        (header(r#"{"alg":"RS384","kid":"r","jku":"https://evil.example"}"#), "keys elsewhere"),
        (header(r#"{"alg":"RS384","kid":"r","jwk":{}}"#), "a key of its own"),
        (header(r#"{"alg":"RS384","kid":"r","crit":["x"]}"#), "a critical header"),
        (sign(&[("sub", json!("elliptic"))]), "about another"),
        (sign(&[("aud", json!("https://evil.example/auth/token"))]), "for another"),
        (sign(&[("aud", json!(BASE))]), "for the whole server"),
        (sign(&[("exp", json!(now - 60))]), "over"),
        (sign(&[("exp", json!(now + 3_600))]), "for an hour"),
        (sign(&[("exp", Value::Null)]), "for ever"),
        (sign(&[("nbf", json!(now + 120))]), "not yet"),
        (sign(&[("iat", json!(now + 120))]), "of tomorrow"),
        (sign(&[("jti", json!(""))]), "without an identifier"),
    ] {
        let before = app.audit_text().matches("token/refused").count();
        let answer = asked(&app, &assertion, &[]).await;
        assert_eq!(answer.status, 401, "{why}");
        assert_eq!(answer.json(), json!({"error": "invalid_client"}), "{why}");
        assert_eq!(app.audit_text().matches("token/refused").count(), before + 1, "{why}");
    }
}

#[tokio::test]
async fn an_assertion_is_good_once() {
    let app = with_services();
    let assertion = RSA.sign(&claims("rsa", "once", &[]));
    assert_eq!(asked(&app, &assertion, &[]).await.status, 200);
    assert_eq!(asked(&app, &assertion, &[]).await.status, 401);
    let same = RSA.sign(&claims("rsa", "once", &[("exp", json!(1_768_210_200 + 250))]));
    assert_eq!(asked(&app, &same, &[]).await.status, 401, "the identifier counts");
    let other = ELLIPTIC.sign(&claims("elliptic", "once", &[]));
    assert_eq!(asked(&app, &other, &[]).await.status, 200, "and is its client's own");
    // Shown at another address first, it is used as well.
    let revoked = RSA.sign(&claims("rsa", "elsewhere", &[]));
    let form =
        [("token", "x"), ("client_assertion_type", TYPE), ("client_assertion", revoked.as_str())];
    assert_eq!(app.call("POST", "/auth/revoke").form(&form).send().await.status, 200);
    assert_eq!(asked(&app, &revoked, &[]).await.status, 401);
}

#[tokio::test]
async fn other_proofs_are_none_of_a_service() {
    let app = with_services();
    let form =
        [("grant_type", "client_credentials"), ("scope", "system/*.rs"), ("client_id", "rsa")];
    assert_eq!(token(&app, &form).await.json(), json!({"error": "invalid_client"}));
    let right = RSA.sign(&claims("rsa", "1", &[]));
    let other = asked(&app, &right, &[("client_id", "elliptic")]).await;
    assert_eq!(other.json(), json!({"error": "invalid_client"}));
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "system/*.rs"),
        ("client_assertion", right.as_str()),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
    ];
    assert_eq!(token(&app, &form).await.json(), json!({"error": "invalid_client"}));
    let both =
        app.call("POST", "/auth/token").header("authorization", "Basic cnNhOng=").form(&form);
    assert_eq!(both.send().await.json(), json!({"error": "invalid_request"}));
    // A client without a role of its own may do nothing by itself.
    let mut roleless = service("roleless", &RSA, Role::ServiceClient);
    roleless.role = None;
    register(&app, &roleless);
    let answer = asked(&app, &RSA.sign(&claims("roleless", "1", &[])), &[]).await;
    assert_eq!(answer.json(), json!({"error": "unauthorized_client"}));
    // One that was taken away is unknown, and so is what it was given.
    let tokens = asked(&app, &RSA.sign(&claims("rsa", "2", &[])), &[]).await.json();
    app.record.delete_registration(&access(Role::Operator), "rsa").unwrap();
    with_token(&app, &tokens["access_token"], ANA).await.outcome(401);
    let gone = asked(&app, &RSA.sign(&claims("rsa", "3", &[])), &[]).await;
    assert_eq!(gone.json(), json!({"error": "invalid_client"}));
    assert_eq!(app.get(Who::Stranger, ANA).await.status, 401);
}
