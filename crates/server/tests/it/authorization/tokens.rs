//! Tokens: short, rotated, ended at once, and never more than who they are of.

use super::{
    CALLBACK, VERIFIER, code, exchanged, launched, register, request, token, with_application,
    with_token,
};
use crate::app::{Answer, CLIENT, PASSWORD, TestApp, access};
use model::PatientId;
use record::{Account, Registration, Role, Scope};
use serde_json::{Value, json};
use server::{password_hash, token_digest};
use std::collections::BTreeSet;

const ANA: &str = "/fhir/Patient/ana-example";

async fn refresh(app: &TestApp, token: &Value, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("client_id", "app"),
        ("refresh_token", token.as_str().unwrap()),
    ];
    form.extend_from_slice(more);
    super::token(app, &form).await
}

#[track_caller]
fn refused(answer: &Answer, word: &str) {
    assert_eq!(answer.json(), json!({"error": word}), "nothing but the word");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_access_token_ends_after_five_minutes() {
    let app = with_application();
    let tokens = launched(&app).await;
    let look = || with_token(&app, &tokens["access_token"], ANA);
    app.wait_minutes(4);
    assert_eq!(look().await.status, 200);
    app.wait_minutes(1);
    look().await.outcome(401);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_second_use_ends_everything() {
    let app = with_application();
    let tokens = launched(&app).await;
    let renewed = refresh(&app, &tokens["refresh_token"], &[]).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    let renewed = renewed.json();
    assert_eq!(renewed["patient"], "ana-example");
    assert_eq!(renewed["scope"], tokens["scope"]);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    assert_eq!(with_token(&app, &renewed["access_token"], ANA).await.status, 200);
    // The thief, or the application after the thief.
    refused(&refresh(&app, &tokens["refresh_token"], &[]).await, "invalid_grant");
    refused(&refresh(&app, &renewed["refresh_token"], &[]).await, "invalid_grant");
    for gone in [&tokens, &renewed] {
        with_token(&app, &gone["access_token"], ANA).await.outcome(401);
    }
    assert!(app.audit_text().contains("used a second time: its family has ended"));
}

#[tokio::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let app = with_application();
    let tokens = launched(&app).await;
    for more in [
        "patient/*.cruds",
        "user/*.rs",
        "system/*.rs",
        "patient/*.rs user/Practitioner.rs",
        "launch",
        "patient/*.sr",
    ] {
        let answer = refresh(&app, &tokens["refresh_token"], &[("scope", more)]).await;
        refused(&answer, "invalid_scope");
    }
    let less = refresh(&app, &tokens["refresh_token"], &[("scope", "patient/Patient.r")]).await;
    let less = less.json();
    assert_eq!(less["scope"], "patient/Patient.r");
    assert_eq!(with_token(&app, &less["access_token"], ANA).await.status, 200);
    with_token(&app, &less["access_token"], "/fhir/Patient").await.outcome(403);
    let full = refresh(&app, &less["refresh_token"], &[]).await.json();
    assert_eq!(full["scope"], tokens["scope"], "what was granted stays granted");
}

#[tokio::test]
async fn a_grant_ends_after_thirty_days_however_often_it_is_refreshed() {
    let app = with_application();
    let mut tokens = launched(&app).await;
    for _ in 0..2 {
        app.wait_hours(14 * 24);
        tokens = refresh(&app, &tokens["refresh_token"], &[]).await.json();
    }
    app.wait_hours(2 * 24);
    refused(&refresh(&app, &tokens["refresh_token"], &[]).await, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_once_for_a_minute() {
    let app = with_application();
    let first = code(&app, "prescriber", &request(&[]), "ana-example").await;
    let tokens = exchanged(&app, &first).await.json();
    refused(&exchanged(&app, &first).await, "invalid_grant");
    with_token(&app, &tokens["access_token"], ANA).await.outcome(401);
    refused(&refresh(&app, &tokens["refresh_token"], &[]).await, "invalid_grant");
    let late = code(&app, "prescriber", &request(&[]), "ana-example").await;
    app.wait_minutes(1);
    refused(&exchanged(&app, &late).await, "invalid_grant");
}

#[tokio::test]
async fn what_is_revoked_is_ended_at_the_next_request() {
    let app = with_application();
    for which in ["access_token", "refresh_token"] {
        let tokens = launched(&app).await;
        let named = tokens[which].as_str().unwrap();
        let other = Registration { id: "other".to_owned(), ..super::application("other") };
        register(&app, &other);
        let revoke = |client: &'static str| {
            app.call("POST", "/auth/revoke").form(&[("token", named), ("client_id", client)]).send()
        };
        assert_eq!(revoke("other").await.status, 200, "nobody learns what is another's");
        assert_eq!(with_token(&app, &tokens["access_token"], ANA).await.status, 200);
        assert_eq!(revoke("app").await.status, 200);
        with_token(&app, &tokens["access_token"], ANA).await.outcome(401);
        refused(&refresh(&app, &tokens["refresh_token"], &[]).await, "invalid_grant");
        assert_eq!(revoke("app").await.status, 200, "again is no error");
    }
}

async fn introspected(app: &TestApp, token: &Value, headers: &[(&str, &str)]) -> Answer {
    let mut call = app.call("POST", "/auth/introspect");
    for (name, value) in headers {
        call = call.header(name, value);
    }
    call.form(&[("token", token.as_str().unwrap())]).send().await
}

#[tokio::test]
async fn introspection_tells_systems_and_the_tokens_own_client() {
    let app = with_application();
    let secret = Registration {
        secret_sha256: Some(token_digest("a secret")),
        ..super::application("keeper")
    };
    register(&app, &secret);
    let tokens = launched(&app).await;
    let system = [("authorization", "Bearer token-service-client")];
    let seen = introspected(&app, &tokens["access_token"], &system).await.json();
    assert_eq!(seen["active"], true);
    assert_eq!(seen["client_id"], "app");
    assert_eq!(seen["sub"], "prescriber");
    assert_eq!(seen["patient"], "ana-example");
    assert_eq!(seen["scope"], tokens["scope"]);
    assert_eq!(seen["fhirUser"], tokens["fhirUser"]);
    // "keeper:a secret", another client: it learns nothing.
    let other = [("authorization", "Basic a2VlcGVyOmErc2VjcmV0")];
    let unseen = introspected(&app, &tokens["access_token"], &other).await;
    assert_eq!(unseen.json(), json!({"active": false}));
    refused(&introspected(&app, &tokens["access_token"], &[]).await, "invalid_client");
    for wrong in ["Basic a2VlcGVyOng=", "Basic ?", "Bearer of-nobody", "Bearer token-operator"] {
        let answer = introspected(&app, &tokens["access_token"], &[("authorization", wrong)]).await;
        assert_eq!(answer.status, 401, "{wrong}");
        refused(&answer, "invalid_client");
    }
    let id = introspected(&app, &json!("no token"), &system).await;
    assert_eq!(id.json(), json!({"active": false}));
    app.wait_minutes(5);
    let old = introspected(&app, &tokens["access_token"], &system).await;
    assert_eq!(old.json(), json!({"active": false}));
}

#[tokio::test]
async fn a_client_with_a_secret_has_to_show_it() {
    let app = with_application();
    let secret = Registration {
        secret_sha256: Some(token_digest("a secret")),
        ..super::application("keeper")
    };
    register(&app, &secret);
    let uri = request(&[("client_id", Some("keeper"))]);
    let form = |code: &str| {
        [
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
        ]
    };
    let call = |header: Option<&'static str>, code: String| {
        let call = app.call("POST", "/auth/token");
        let call = header.into_iter().fold(call, |call, text| call.header("authorization", text));
        let form = form(&code);
        let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        call.form(&pairs).send()
    };
    let first = code(&app, "prescriber", &uri, "ana-example").await;
    for wrong in [None, Some("Basic a2VlcGVyOng="), Some("Basic YXBwOg=="), Some("Basic")] {
        let answer = call(wrong, first.clone()).await;
        assert_eq!(answer.status, 401, "{wrong:?}");
        refused(&answer, "invalid_client");
    }
    let right = call(Some("Basic a2VlcGVyOmErc2VjcmV0"), first).await;
    assert_eq!(right.status, 200, "{}", right.text());
    let named = token(&app, &[("grant_type", "authorization_code"), ("client_id", "keeper")]).await;
    refused(&named, "invalid_client");
    let twice = [("client_secret", "a secret"), ("client_id", "keeper"), ("grant_type", "x")];
    refused(&token(&app, &twice).await, "unsupported_grant_type");
    let in_form = [
        ("client_secret", "a secret"),
        ("client_id", "keeper"),
        ("grant_type", "authorization_code"),
    ];
    refused(&token(&app, &in_form).await, "invalid_request");
}

#[tokio::test]
async fn a_token_does_no_more_than_its_account_may_now() {
    let app = with_application();
    let tokens = launched(&app).await;
    let account = |scope: Scope, role: Role| Account {
        login: "prescriber".to_owned(),
        display_name: "Dr. prescriber".to_owned(),
        role,
        password_hash: password_hash(PASSWORD).unwrap(),
        scope,
    };
    let door = access(Role::Operator);
    let ben = Scope::Patients(BTreeSet::from([PatientId::new("ben-sample")]));
    app.record.put_account(&door, account(ben, Role::Prescriber)).unwrap();
    with_token(&app, &tokens["access_token"], ANA).await.outcome(401);
    app.record.put_account(&door, account(Scope::Tenant, Role::Operator)).unwrap();
    with_token(&app, &tokens["access_token"], ANA).await.outcome(403);
    app.record.put_account(&door, account(Scope::Tenant, Role::Prescriber)).unwrap();
    assert_eq!(with_token(&app, &tokens["access_token"], ANA).await.status, 200);
    app.record.end_sessions(&door, "prescriber").unwrap();
    with_token(&app, &tokens["access_token"], ANA).await.outcome(401);
    // A token of an application is no session: it opens no page and no order screen.
    let tokens = launched_again(&app).await;
    let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    for uri in ["/patients", "/auth/consent"] {
        let answer = app.call("GET", uri).header("authorization", &token).send().await;
        assert_ne!(answer.status, 200, "{uri}");
    }
    let call = app.call("POST", "/cds-services/pgx-medication-safety").json(&json!({}));
    call.header("authorization", &token).send().await.outcome(403);
    assert_eq!(app.get(CLIENT, ANA).await.status, 200);
}

/// The same after the session was ended: by one of another login of the same right.
async fn launched_again(app: &TestApp) -> Value {
    let code = code(app, "pharmacist", &request(&[]), "ana-example").await;
    exchanged(app, &code).await.json()
}
