//! How people prove who they are: not too often wrong, by a second factor, anew where it matters.

use crate::app::{Answer, PASSWORD, TestApp, access};
use crate::login::{log_in, session_of};
use identity::totp;
use record::{CredentialKind, Role};
use server::token_digest;

const LOGIN: &str = "prescriber";

/// A form in a session.
pub(crate) async fn act(app: &TestApp, token: &str, path: &str, more: &[(&str, &str)]) -> Answer {
    let csrf = token_digest(&format!("form:{token}"));
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend_from_slice(more);
    app.call("POST", path).cookie(token).form(&form).send().await
}

/// The code that an authenticator shows some steps from now.
pub(crate) fn code(app: &TestApp, kind: CredentialKind, steps: i64) -> String {
    let door = access(Role::Operator);
    let secret = app.record.credentials(&door, LOGIN, kind).unwrap();
    totp::code(&secret[0].body, app.record.now().micros().div_euclid(30_000_000) + steps)
}

/// Sets an authenticator up, and gives the recovery codes.
async fn set_up(app: &TestApp) -> Vec<String> {
    let token = session_of(&log_in(app, LOGIN, PASSWORD, "/").await);
    let offered = act(app, &token, "/account/totp", &[]).await;
    assert_eq!(offered.status, 200, "{}", offered.text());
    for text in ["otpauth://totp/Cognate:prescriber?secret=", "<svg class=\"qr\""] {
        assert!(offered.text().contains(text), "{text}");
    }
    let wrong = act(app, &token, "/account/totp/confirm", &[("code", "000000")]).await;
    assert_eq!(wrong.status, 400);
    let without = session_of(&log_in(app, LOGIN, PASSWORD, "/").await);
    assert!(!without.is_empty(), "an offer that was not proven asks nobody for a code");
    let right = code(app, CredentialKind::TotpOffered, 0);
    let done = act(app, &token, "/account/totp/confirm", &[("code", &right)]).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let text = done.text();
    let codes: Vec<String> = text
        .split("<li><code>")
        .skip(1)
        .map(|rest| rest.split("</code>").next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    codes
}

/// Shows a code in a log-in that has shown its password.
async fn show(app: &TestApp, waiting: &str, code: &str) -> Answer {
    let csrf = token_digest(&format!("form:{waiting}"));
    let call = app.call("POST", "/login/code");
    let call = call.header("cookie", &format!("cognate-factor={waiting}"));
    call.form(&[("csrf", &csrf), ("code", code)]).send().await
}

/// Shows the password, and gives what waits for the code.
async fn waiting(app: &TestApp, next: &str) -> String {
    let answer = log_in(app, LOGIN, PASSWORD, next).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/login/code"));
    assert!(answer.set_cookie("cognate-session").is_none(), "a password alone opens nothing");
    let cookie = answer.set_cookie("cognate-factor").unwrap();
    for flag in ["; HttpOnly", "; SameSite=Lax", "; Max-Age=300"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    cookie.split(['=', ';']).nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn whoever_is_wrong_too_often_waits_also_with_the_right_password() {
    let app = TestApp::new();
    for login in [LOGIN, "nobody"] {
        for number in 0..10 {
            let answer = log_in(&app, login, "guess", "/").await;
            assert_eq!(answer.status, 401, "{login} {number}");
        }
    }
    let right = log_in(&app, LOGIN, PASSWORD, "/").await;
    let nobody = log_in(&app, "nobody", PASSWORD, "/").await;
    for answer in [&right, &nobody] {
        assert_eq!(answer.status, 429);
        assert!(answer.text().contains("Too many wrong attempts"));
        assert!(answer.set_cookie("cognate-session").is_none());
    }
    assert_eq!(log_in(&app, "pharmacist", PASSWORD, "/").await.status, 303, "nobody else waits");
    app.wait_minutes(15);
    assert_eq!(log_in(&app, LOGIN, PASSWORD, "/").await.status, 303);
    assert_eq!(app.audit_text().matches("login/refused").count(), 20);
}

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_is_good_once() {
    let app = TestApp::new();
    set_up(&app).await;
    let first = waiting(&app, "/patients/ana-example").await;
    let used = code(&app, CredentialKind::Totp, 0);
    assert_eq!(show(&app, &first, &used).await.status, 401, "it was the first code");
    for wrong in ["", "000000", "12345", "1234567", "abcdef"] {
        assert_eq!(show(&app, &first, wrong).await.status, 401, "{wrong}");
    }
    let right = code(&app, CredentialKind::Totp, 1);
    let answer = show(&app, &first, &right).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), "/patients/ana-example");
    let token = session_of(&answer);
    assert_eq!(app.call("GET", "/patients").cookie(&token).send().await.status, 200);
    let second = waiting(&app, "/").await;
    assert_eq!(show(&app, &second, &right).await.status, 401, "shown before");
    let again = show(&app, &first, &right).await;
    assert!(again.set_cookie("cognate-session").is_none(), "that log-in is over");
    app.wait_minutes(5);
    let late = show(&app, &second, &code(&app, CredentialKind::Totp, 0)).await;
    assert!(late.set_cookie("cognate-session").is_none(), "too late");
}

#[tokio::test]
async fn a_recovery_code_is_good_once() {
    let app = TestApp::new();
    let codes = set_up(&app).await;
    let (start, end) = codes[0].split_at(10);
    let spelt = format!("{} {end}", start.to_uppercase());
    let one = waiting(&app, "/").await;
    assert_eq!(show(&app, &one, &spelt).await.status, 303);
    let two = waiting(&app, "/").await;
    assert_eq!(show(&app, &two, &codes[0]).await.status, 401);
    assert_eq!(show(&app, &two, &"a".repeat(20)).await.status, 401);
    assert_eq!(show(&app, &two, &codes[1]).await.status, 303);
}

#[tokio::test]
async fn codes_are_guessed_no_more_often_than_passwords() {
    let app = TestApp::new();
    set_up(&app).await;
    let token = waiting(&app, "/").await;
    // One was wrong while it was set up.
    for number in 0..9 {
        assert_eq!(show(&app, &token, "000000").await.status, 401, "{number}");
    }
    let right = code(&app, CredentialKind::Totp, 1);
    assert_eq!(show(&app, &token, &right).await.status, 429);
}

#[tokio::test]
async fn what_matters_needs_a_fresh_proof() {
    let app = TestApp::new();
    let token = session_of(&log_in(&app, LOGIN, PASSWORD, "/").await);
    app.wait_minutes(5);
    for path in ["/account/totp", "/account/totp/confirm", "/account/totp/remove"] {
        let answer = act(&app, &token, path, &[("code", "1")]).await;
        assert_eq!(answer.header("location"), "/step-up?next=/account", "{path}");
    }
    let form = app.call("GET", "/step-up?next=/account").cookie(&token).send().await;
    assert!(form.text().contains("name=\"next\" value=\"/account\""));
    let wrong = act(&app, &token, "/step-up", &[("password", "guess"), ("next", "/account")]).await;
    assert_eq!(wrong.status, 401);
    let right = [("password", PASSWORD), ("next", "/account")];
    let foreign = app.call("POST", "/step-up").cookie(&token).form(&right);
    assert_eq!(foreign.send().await.status, 403, "a form of another site");
    let answer = act(&app, &token, "/step-up", &right).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/account"));
    let fresh = session_of(&answer);
    assert_ne!(fresh, token, "a new token");
    let old = app.call("GET", "/account").cookie(&token).send().await;
    assert_eq!(old.status, 303, "the old one is over");
    assert_eq!(act(&app, &fresh, "/account/totp", &[]).await.status, 200);
    let code = code(&app, CredentialKind::TotpOffered, 0);
    assert_eq!(act(&app, &fresh, "/account/totp/confirm", &[("code", &code)]).await.status, 200);
    app.wait_minutes(6);
    let password_alone = act(&app, &fresh, "/step-up", &right).await;
    assert_eq!(password_alone.status, 401, "the second factor is asked for, too");
}

#[tokio::test]
async fn taking_the_authenticator_away_takes_all_of_it_away() {
    let app = TestApp::new();
    set_up(&app).await;
    let waiting = waiting(&app, "/").await;
    let session = show(&app, &waiting, &code(&app, CredentialKind::Totp, 1)).await;
    let token = session_of(&session);
    assert_eq!(act(&app, &token, "/account/totp/remove", &[]).await.status, 303);
    let door = access(Role::Operator);
    for kind in [CredentialKind::Totp, CredentialKind::TotpOffered, CredentialKind::Recovery] {
        assert!(app.record.credentials(&door, LOGIN, kind).unwrap().is_empty(), "{kind:?}");
    }
    assert!(!session_of(&log_in(&app, LOGIN, PASSWORD, "/").await).is_empty());
}

#[tokio::test]
async fn a_session_says_by_what_it_was_proven() {
    let app = TestApp::new();
    let door = access(Role::Operator);
    let factors =
        |token: &str| app.record.session(&door, &token_digest(token)).unwrap().unwrap().factors;
    let token = session_of(&log_in(&app, LOGIN, PASSWORD, "/").await);
    assert_eq!(factors(&token), "password");
    let codes = set_up(&app).await;
    let one = waiting(&app, "/").await;
    let session = show(&app, &one, &code(&app, CredentialKind::Totp, 1)).await;
    assert_eq!(factors(&session_of(&session)), "password totp");
    let two = waiting(&app, "/").await;
    assert_eq!(factors(&session_of(&show(&app, &two, &codes[3]).await)), "password recovery");
}
