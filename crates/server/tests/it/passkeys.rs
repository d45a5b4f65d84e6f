//! Passkeys over HTTP: added with a fresh proof, good for logging in, and wrong in many ways.

use crate::app::{Answer, BASE, PASSWORD, TestApp, Who, access};
use crate::authenticator::Authenticator;
use crate::login::{log_in, session_of};
use crate::signing::base64url;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use record::Role;
use serde_json::{Value, json};
use server::token_digest;

pub(crate) const HOST: &str = "cognate.example";
const LOGIN: &str = "prescriber";

pub(crate) fn challenge(options: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(options["challenge"].as_str().unwrap()).unwrap()
}

pub(crate) async fn post(app: &TestApp, path: &str, cookie: &str, body: &Value) -> Answer {
    let call = app.call("POST", path).header("cookie", cookie);
    call.header("content-type", "application/json").bytes(body.to_string()).send().await
}

/// Adds a passkey in a session.
pub(crate) async fn added(app: &TestApp, token: &str, authenticator: &Authenticator) -> Answer {
    let csrf = token_digest(&format!("form:{token}"));
    let cookie = format!("cognate-session={token}");
    let asked = post(app, "/account/passkeys/options", &cookie, &json!({"csrf": csrf})).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let options = asked.json();
    assert_eq!(options["rp"]["id"], HOST);
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let client = Authenticator::client_data("webauthn.create", &challenge(&options), BASE);
    let body = json!({"csrf": csrf, "client_data": base64url(&client),
        "attestation": base64url(authenticator.attestation("none"))});
    let answer = post(app, "/account/passkeys", &cookie, &body).await;
    let again = post(app, "/account/passkeys", &cookie, &body).await;
    assert_eq!(again.status, 401, "a challenge is answered once");
    answer
}

/// The form token of the page, and its cookie.
async fn form(app: &TestApp) -> (String, String) {
    let page = app.get(Who::Nobody, "/login/passkey?next=/patients/ana-example").await;
    assert_eq!(page.status, 200);
    let set = page.set_cookie("cognate-login").unwrap();
    let csrf = set.split(['=', ';']).nth(1).unwrap().to_owned();
    (csrf.clone(), format!("cognate-login={csrf}"))
}

/// Answers a challenge; what is changed is changed before it is sent.
pub(crate) async fn answered(
    app: &TestApp,
    authenticator: &Authenticator,
    changes: &[(&str, &str)],
) -> Answer {
    let (csrf, cookie) = form(app).await;
    let asked = post(app, "/login/passkey/options", &cookie, &json!({"csrf": csrf})).await;
    let options = asked.json();
    assert_eq!(options["userVerification"], "required");
    let find = |name: &str| changes.iter().find(|(known, _)| *known == name).map(|(_, v)| *v);
    let asked = challenge(&options);
    let challenge = find("challenge").map_or(asked.as_slice(), str::as_bytes);
    let origin = find("origin").unwrap_or(BASE);
    let client = Authenticator::client_data("webauthn.get", challenge, origin);
    let mut body = json!({
        "csrf": csrf,
        "id": base64url(&authenticator.id),
        "client_data": base64url(&client),
        "authenticator_data": base64url(authenticator.data()),
        "signature": base64url(authenticator.sign(&client)),
        "next": "/patients/ana-example",
    });
    if let Some(id) = find("id") {
        body["id"] = json!(base64url(id));
    }
    let answer = post(app, "/login/passkey", &cookie, &body).await;
    if answer.status == 200 {
        let again = post(app, "/login/passkey", &cookie, &body).await;
        assert_eq!(again.status, 401, "an answer is good once");
    }
    answer
}

#[tokio::test]
async fn a_passkey_is_added_and_opens_a_session() {
    let app = TestApp::new();
    for (elliptic, id) in [(true, "one"), (false, "two")] {
        let token = session_of(&log_in(&app, LOGIN, PASSWORD, "/").await);
        let mut authenticator = Authenticator::new(id, HOST, elliptic);
        assert_eq!(added(&app, &token, &authenticator).await.status, 200);
        authenticator.counter += 1;
        let answer = answered(&app, &authenticator, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json(), json!({"next": "/patients/ana-example"}));
        let session = session_of(&answer);
        assert_eq!(app.call("GET", "/patients").cookie(&session).send().await.status, 200);
        let door = access(Role::Operator);
        let kept = app.record.session(&door, &token_digest(&session)).unwrap().unwrap();
        assert_eq!((kept.login.as_str(), kept.factors.as_str()), (LOGIN, "passkey"));
    }
    let session = session_of(&log_in(&app, LOGIN, PASSWORD, "/").await);
    let page = app.call("GET", "/account/passkeys").cookie(&session).send().await;
    assert_eq!(page.text().matches("Made on 2026-01-12").count(), 2);
    assert!(page.text().contains("<script src=\"/assets/passkey."));
    let csrf = token_digest(&format!("form:{session}"));
    let form = [("csrf", csrf.as_str()), ("id", "b25l")];
    let gone = app.call("POST", "/account/passkeys/remove").cookie(&session).form(&form);
    assert_eq!(gone.send().await.status, 303);
    let mut removed = Authenticator::new("one", HOST, true);
    removed.counter = 9;
    assert_eq!(answered(&app, &removed, &[]).await.status, 401);
}

#[tokio::test]
async fn answers_that_are_wrong_are_refused_alike_and_noted() {
    let app = TestApp::new();
    let token = session_of(&log_in(&app, LOGIN, PASSWORD, "/").await);
    let mut right = Authenticator::new("one", HOST, true);
    right.counter = 5;
    assert_eq!(added(&app, &token, &right).await.status, 200);
    assert_eq!(answered(&app, &right, &[]).await.status, 401, "its counter stands still");
    right.counter = 4;
    assert_eq!(answered(&app, &right, &[]).await.status, 401, "it was copied");
    right.counter = 6;
    for changes in
        [[("challenge", "of nobody")], [("origin", "https://evil.example")], [("id", "unknown")]]
    {
        let before = app.audit_text().matches("passkey/refused").count();
        let answer = answered(&app, &right, &changes).await;
        assert_eq!(answer.status, 401, "{changes:?}");
        assert_eq!(answer.json(), json!({"error": "refused"}), "{changes:?}");
        assert!(answer.set_cookie("cognate-session").is_none());
        assert_eq!(app.audit_text().matches("passkey/refused").count(), before + 1, "{changes:?}");
    }
    for (host, flags) in [("evil.example", 0x05), (HOST, 0x01), (HOST, 0x05)] {
        let mut other = Authenticator::new("one", host, true);
        (other.flags, other.counter) = (flags, 7);
        assert_eq!(answered(&app, &other, &[]).await.status, 401, "{host} {flags}");
    }
    assert_eq!(answered(&app, &right, &[]).await.status, 200);
    assert_eq!(added(&app, &token, &right).await.status, 401, "it is known");
}

#[tokio::test]
async fn adding_needs_a_fresh_proof_and_a_page_of_ours() {
    let app = TestApp::new();
    let token = session_of(&log_in(&app, LOGIN, PASSWORD, "/").await);
    let csrf = token_digest(&format!("form:{token}"));
    let cookie = format!("cognate-session={token}");
    let path = "/account/passkeys/options";
    assert_eq!(post(&app, path, &cookie, &json!({"csrf": "x"})).await.status, 403);
    let form = app.call("POST", path).cookie(&token).form(&[("csrf", &csrf)]);
    assert_eq!(form.send().await.status, 400, "no JSON");
    app.wait_minutes(5);
    let stale = post(&app, path, &cookie, &json!({"csrf": csrf})).await;
    let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=300";
    assert_eq!((stale.status.as_u16(), stale.header("www-authenticate")), (401, challenge));
    let page = app.call("GET", "/account/passkeys").cookie(&token).send().await;
    assert_eq!(page.header("location"), "/step-up?next=/account/passkeys");
    let foreign = post(&app, "/login/passkey/options", "", &json!({"csrf": "x"})).await;
    assert_eq!(foreign.status, 403);
}
