//! A second factor for everybody, and a passkey as a fresh proof.

use crate::app::{Answer, BASE, PASSWORD, PRESCRIBER, TestApp, Who, access};
use crate::authenticator::Authenticator;
use crate::login::{log_in, session_of};
use crate::passkeys::{HOST, added, challenge, post};
use crate::proof::{act, code};
use crate::signing::base64url;
use record::{CredentialKind, Role};
use serde_json::json;
use server::token_digest;

const LOGIN: &str = "prescriber";
/// What a password alone is good for.
const OPEN: &[&str] = &[
    "/account",
    "/account/totp",
    "/account/totp/confirm",
    "/account/passkeys",
    "/account/passkeys/options",
    "/step-up",
    "/step-up/passkey",
    "/step-up/passkey/options",
    "/logout",
];

fn required() -> TestApp {
    let mut app = TestApp::with_result();
    app.require_second_factor();
    app
}

async fn session(app: &TestApp) -> String {
    session_of(&log_in(app, LOGIN, PASSWORD, "/").await)
}

async fn get(app: &TestApp, token: &str, path: &str) -> Answer {
    app.call("GET", path).cookie(token).send().await
}

fn factors(app: &TestApp, token: &str) -> String {
    let door = access(Role::Operator);
    app.record.session(&door, &token_digest(token)).unwrap().unwrap().factors
}

/// Answers the challenge of a new proof.
async fn proven(app: &TestApp, token: &str, authenticator: &Authenticator) -> Answer {
    let csrf = token_digest(&format!("form:{token}"));
    let cookie = format!("cognate-session={token}");
    let asked = post(app, "/step-up/passkey/options", &cookie, &json!({"csrf": csrf})).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let client = Authenticator::client_data("webauthn.get", &challenge(&asked.json()), BASE);
    let body = json!({
        "csrf": csrf,
        "id": base64url(&authenticator.id),
        "client_data": base64url(&client),
        "authenticator_data": base64url(authenticator.data()),
        "signature": base64url(authenticator.sign(&client)),
        "next": "/patients/ana-example",
    });
    post(app, "/step-up/passkey", &cookie, &body).await
}

#[tokio::test]
async fn a_password_alone_opens_no_route_but_those_that_set_a_factor_up() {
    let app = required();
    let token = session(&app).await;
    let mut closed = 0;
    for (method, route) in server::routes() {
        let path = route
            .replace("{type}", "Patient")
            .replace("{id}", "ana-example")
            .replace(['{', '}'], "");
        let nobody = app.call(method, &path).send().await;
        let is_guarded = nobody.status == 401
            || nobody.status == 303 && nobody.header("location").starts_with("/login?");
        if !is_guarded || OPEN.contains(&route) {
            continue;
        }
        let answer = app.call(method, &path).cookie(&token).send().await;
        let is_led = answer.status == 303 && answer.header("location") == "/account";
        assert!(is_led || answer.status == 403, "{method} {path}: {}", answer.status);
        closed += 1;
    }
    assert!(closed > 60, "{closed}");
    let account = get(&app, &token, "/account").await.text();
    assert!(account.contains("asks everybody for a second factor"), "{account}");
    assert!(!account.contains("href=\"/patients\""), "{account}");
    // Services have no factors.
    let service = Who::Client(Role::ServiceClient);
    assert_eq!(app.get(service, "/fhir/Patient/ana-example").await.status, 200);
}

#[tokio::test]
async fn with_an_authenticator_set_up_the_session_goes_on_as_one_of_both() {
    let app = required();
    let token = session(&app).await;
    assert_eq!(act(&app, &token, "/account/totp", &[]).await.status, 200);
    let right = code(&app, CredentialKind::TotpOffered, 0);
    let done = act(&app, &token, "/account/totp/confirm", &[("code", &right)]).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let strong = session_of(&done);
    assert_eq!(factors(&app, &strong), "password totp");
    assert_eq!(get(&app, &strong, "/patients/ana-example").await.status, 200);
    assert_eq!(get(&app, &token, "/account").await.header("location"), "/login?next=/account");
    // The form on the page that showed the recovery codes is of the session that goes on.
    let csrf = token_digest(&format!("form:{strong}"));
    assert!(done.text().contains(&csrf));
    // The last one stays.
    let removed = act(&app, &strong, "/account/totp/remove", &[]).await;
    assert_eq!(removed.status, 409, "{}", removed.text());
    assert_eq!(log_in(&app, LOGIN, PASSWORD, "/").await.header("location"), "/login/code");
}

#[tokio::test]
async fn whoever_has_a_passkey_shows_it_and_a_password_sets_up_nothing_beside_it() {
    let mut app = TestApp::with_result();
    let mut authenticator = Authenticator::new("one", HOST, true);
    let before = session(&app).await;
    assert_eq!(added(&app, &before, &authenticator).await.status, 200);
    app.require_second_factor();
    let token = session(&app).await;
    for path in ["/patients/ana-example", "/account", "/account/passkeys"] {
        let answer = get(&app, &token, path).await;
        assert!(answer.header("location").starts_with("/step-up?next="), "{path}");
    }
    let offered = act(&app, &token, "/account/totp", &[]).await;
    assert_eq!(offered.header("location"), "/step-up?next=/account");
    let form = get(&app, &token, "/step-up?next=/patients").await.text();
    assert!(form.contains("action=\"/step-up/passkey\"") && !form.contains("type=\"password\""));
    assert_eq!(act(&app, &token, "/step-up", &[("password", PASSWORD)]).await.status, 403);
    authenticator.counter += 1;
    let answer = proven(&app, &token, &authenticator).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json(), json!({"next": "/patients/ana-example"}));
    let strong = session_of(&answer);
    assert_eq!(factors(&app, &strong), "passkey");
    assert_eq!(get(&app, &strong, "/patients/ana-example").await.status, 200);
    let id = base64url(&authenticator.id);
    let removed = act(&app, &strong, "/account/passkeys/remove", &[("id", &id)]).await;
    assert_eq!(removed.status, 409);
}

#[tokio::test]
async fn an_own_passkey_is_a_fresh_proof_and_nobody_elses_is() {
    let app = TestApp::with_result();
    let mut own = Authenticator::new("own", HOST, true);
    let mut other = Authenticator::new("other", HOST, true);
    let token = session(&app).await;
    assert_eq!(added(&app, &token, &own).await.status, 200);
    let pharmacist = session_of(&log_in(&app, "pharmacist", PASSWORD, "/").await);
    assert_eq!(added(&app, &pharmacist, &other).await.status, 200);
    app.wait_minutes(6);
    let stale = get(&app, &token, "/account/passkeys").await;
    assert_eq!(stale.header("location"), "/step-up?next=/account/passkeys");
    other.counter += 1;
    let before = app.audit_text().matches("passkey/refused").count();
    assert_eq!(proven(&app, &token, &other).await.status, 401);
    assert_eq!(app.audit_text().matches("passkey/refused").count(), before + 1);
    own.counter += 1;
    let fresh = session_of(&proven(&app, &token, &own).await);
    assert_eq!(get(&app, &fresh, "/account/passkeys").await.status, 200);
    assert_eq!(get(&app, &token, "/account").await.status, 303, "the old one is over");
    // In an emergency it stands for the password.
    let page = get(&app, &fresh, "/patients/ana-example/emergency").await.text();
    assert!(!page.contains("type=\"password\""), "{page}");
    let form = [("reason", "life-threatening"), ("text", "unconscious after a fall")];
    let opened = act(&app, &fresh, "/patients/ana-example/emergency", &form).await;
    assert_eq!(opened.header("location"), "/patients/ana-example");
    let by_password = app.get(PRESCRIBER, "/patients/ben-sample/emergency").await.text();
    assert!(by_password.contains("type=\"password\""));
}
