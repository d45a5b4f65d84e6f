//! Logging in and out (OWASP ASVS 5, V6 and V7).

use crate::app::{Answer, PASSWORD, PRESCRIBER, TestApp, Who};
use server::token_digest;

/// Opens the login form; its token.
async fn form_token(app: &TestApp, cookie: &str) -> String {
    let form = app.get(Who::Nobody, "/login").await;
    assert_eq!(form.status, 200);
    let set = form.set_cookie(cookie).unwrap();
    set.split(['=', ';']).nth(1).unwrap().to_owned()
}

pub(crate) async fn log_in(app: &TestApp, login: &str, password: &str, next: &str) -> Answer {
    let token = form_token(app, "cognate-login").await;
    let pairs = [("login", login), ("password", password), ("csrf", &token), ("next", next)];
    let call = app.call("POST", "/login").header("cookie", &format!("cognate-login={token}"));
    call.form(&pairs).send().await
}

pub(crate) fn session_of(answer: &Answer) -> String {
    let set = answer.set_cookie("cognate-session").unwrap();
    set.split(['=', ';']).nth(1).unwrap().to_owned()
}

/// A page without what is new on each: the form token.
fn without_token(answer: &Answer) -> String {
    let text = answer.text();
    let (before, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
    format!("{before}{}", rest.split_once('"').unwrap().1)
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_look_the_same() {
    let app = TestApp::new();
    let wrong = log_in(&app, "prescriber", "guess", "/patients").await;
    let unknown = log_in(&app, "nobody", "guess", "/patients").await;
    for answer in [&wrong, &unknown] {
        assert_eq!(answer.status, 401);
        assert!(answer.text().contains("The login or the password is wrong"));
        assert!(answer.set_cookie("cognate-session").is_none());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(without_token(&wrong), without_token(&unknown));
    for password in ["", " ", &PASSWORD.to_uppercase(), &format!("{PASSWORD} ")] {
        assert_eq!(log_in(&app, "prescriber", password, "/").await.status, 401, "{password:?}");
    }
}

#[tokio::test]
async fn the_right_password_opens_the_pages() {
    let app = TestApp::new();
    let answer = log_in(&app, "prescriber", PASSWORD, "/patients/ana-example?drug=x").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("location"), "/patients/ana-example?drug=x");
    let cookie = answer.set_cookie("cognate-session").unwrap();
    for flag in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=43200"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let token = session_of(&answer);
    assert_eq!(token.len(), 64, "256 bits");
    let page = app.call("GET", "/patients").cookie(&token).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Dr. prescriber"));
    let again = session_of(&log_in(&app, "prescriber", PASSWORD, "/").await);
    assert_ne!(again, token, "each login is a session of its own");
}

#[tokio::test]
async fn behind_tls_cookies_never_travel_without_it() {
    let app = TestApp::with_cookies(true);
    let token = form_token(&app, "__Host-cognate-login").await;
    let pairs = [("login", "prescriber"), ("password", PASSWORD), ("csrf", &token)];
    let cookie = format!("__Host-cognate-login={token}");
    let answer = app.call("POST", "/login").header("cookie", &cookie).form(&pairs).send().await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.header("strict-transport-security"), "max-age=63072000");
    let plain = TestApp::with_cookies(false).call("GET", "/healthz").send().await;
    assert!(!plain.headers.contains_key("strict-transport-security"));
    let set = answer.set_cookie("__Host-cognate-session").unwrap();
    for flag in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(set.contains(flag), "{set}");
    }
    let token = set.split(['=', ';']).nth(1).unwrap();
    let with = |name: &str| {
        let cookie = format!("{name}={token}");
        app.call("GET", "/patients").header("cookie", &cookie)
    };
    assert_eq!(with("__Host-cognate-session").send().await.status, 200);
    assert_eq!(with("cognate-session").send().await.status, 303, "the weaker name is not taken");
}

#[tokio::test]
async fn a_session_ends_by_the_clock() {
    let app = TestApp::new();
    let token = session_of(&log_in(&app, "prescriber", PASSWORD, "/").await);
    let page = || app.call("GET", "/patients").cookie(&token).send();
    // Whoever works on stays logged in, up to twelve hours.
    for _ in 0..50 {
        app.wait_minutes(14);
        assert_eq!(page().await.status, 200);
    }
    app.wait_minutes(14);
    assert_eq!(page().await.status, 200);
    app.wait_minutes(6);
    let gone = page().await;
    assert_eq!(gone.status, 303);
    assert_eq!(gone.header("location"), "/login?next=/patients");
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_after_a_quarter_of_an_hour() {
    let app = TestApp::new();
    let token = session_of(&log_in(&app, "prescriber", PASSWORD, "/").await);
    let page = || app.call("GET", "/patients").cookie(&token).send();
    app.wait_minutes(14);
    assert_eq!(page().await.status, 200);
    app.wait_minutes(15);
    assert_eq!(page().await.status, 303, "the last use counts, and it is long ago");
    app.wait_minutes(-15);
    assert_eq!(page().await.status, 200, "the record decides, not the cookie");
}

#[tokio::test]
async fn logging_out_ends_the_session_for_good() {
    let app = TestApp::new();
    let token = session_of(&log_in(&app, "prescriber", PASSWORD, "/").await);
    let csrf = token_digest(&format!("form:{token}"));
    let page = app.call("GET", "/patients").cookie(&token).send().await;
    assert!(page.text().contains(&csrf), "the form to log out carries its token");
    let out = app.call("POST", "/logout").cookie(&token).form(&[("csrf", &csrf)]).send().await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/login"));
    assert!(out.set_cookie("cognate-session").unwrap().contains("Max-Age=0"));
    assert_eq!(app.call("GET", "/patients").cookie(&token).send().await.status, 303);
}

#[tokio::test]
async fn forms_of_another_site_are_refused() {
    let app = TestApp::new();
    let session = "session-prescriber";
    let of_another = token_digest("form:session-pharmacist");
    for csrf in ["", "guess", session, &of_another] {
        let call = app.call("POST", "/logout").by(PRESCRIBER).form(&[("csrf", csrf)]);
        let answer = call.send().await;
        assert_eq!(answer.status, 403, "{csrf}");
        assert!(answer.text().contains("The form was not accepted"));
    }
    assert_eq!(app.get(PRESCRIBER, "/patients").await.status, 200, "still logged in");
    // A service has no form to have sent.
    let service = app.call("POST", "/logout").by(crate::app::CLIENT).form(&[("csrf", "")]);
    assert_eq!(service.send().await.status, 403);
    let token = form_token(&app, "cognate-login").await;
    for (cookie, csrf) in [("", token.as_str()), ("other", &token), (&token, ""), ("", "")] {
        let pairs = [("login", "prescriber"), ("password", PASSWORD), ("csrf", csrf)];
        let call = app.call("POST", "/login").header("cookie", &format!("cognate-login={cookie}"));
        let answer = call.form(&pairs).send().await;
        assert!(answer.set_cookie("cognate-session").is_none(), "{cookie} {csrf}");
        assert_eq!(answer.status, 403, "{cookie} {csrf}");
    }
}

#[tokio::test]
async fn the_login_leads_to_this_server_only() {
    let app = TestApp::new();
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
        "",
    ] {
        let answer = log_in(&app, "prescriber", PASSWORD, next).await;
        assert_eq!(answer.header("location"), "/patients", "{next:?}");
        let uri = format!("/login?next={}", crate::app::escape(next));
        let form = app.get(Who::Nobody, &uri).await;
        assert!(form.text().contains("name=\"next\" value=\"/patients\""), "{next:?}");
    }
}

#[tokio::test]
async fn the_way_back_survives_the_login() {
    let app = TestApp::new();
    let answer = app.get(Who::Nobody, "/patients/ana-example").await;
    let form = app.get(Who::Nobody, answer.header("location")).await;
    assert!(form.text().contains("name=\"next\" value=\"/patients/ana-example\""));
}
