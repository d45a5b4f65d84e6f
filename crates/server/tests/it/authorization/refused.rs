//! Requests for authorization that are wrong: who asks is told at an address that is its own, or,
//! where nothing proves that, the person is, here.

use super::with_application;
use super::{CALLBACK, VERIFIER, begun, code, exchanged, parameter, request, token};
use crate::app::BASE;
use serde_json::json;

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_not_registered() {
    let app = with_application();
    let longer = format!("{CALLBACK}&x=y");
    let changes: &[(&str, Option<&str>)] = &[
        ("client_id", None),
        ("client_id", Some("nobody")),
        ("client_id", Some("APP")),
        ("client_id", Some("app ")),
        ("redirect_uri", None),
        ("redirect_uri", Some("https://evil.example/")),
        ("redirect_uri", Some("https://app.example/callback")),
        ("redirect_uri", Some("https://app.example/callback?of=tests#x")),
        ("redirect_uri", Some("https://APP.example/callback?of=tests")),
        ("redirect_uri", Some("https://app.example/callback/../callback?of=tests")),
        ("redirect_uri", Some("https://app.example:443/callback?of=tests")),
        ("redirect_uri", Some("https://app.example@evil.example/callback?of=tests")),
        ("redirect_uri", Some("http://app.example/callback?of=tests")),
        ("redirect_uri", Some("javascript:alert(1)")),
        ("redirect_uri", Some(&longer)),
        ("redirect_uri", Some("https://app.example/callback?of=tests\r\nSet-Cookie: x=y")),
    ];
    for change in changes {
        let uri = request(&[*change]);
        for who in ["", "session-prescriber"] {
            let answer = app.call("GET", &uri).cookie(who).send().await;
            assert_eq!(answer.status, 400, "{change:?}");
            assert_eq!(answer.header("location"), "", "{change:?}");
            assert!(!answer.text().contains("evil.example"), "{change:?}");
        }
    }
    for twice in ["&client_id=app", "&redirect_uri=https%3A%2F%2Fevil.example", "&scope=openid"] {
        let uri = format!("{}{twice}", request(&[]));
        let answer = app.call("GET", &uri).cookie("session-prescriber").send().await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (400, ""), "{twice}");
    }
    let refused = app.audit_text().matches("authorization/refused").count();
    assert_eq!(refused, changes.len() * 2 + 3, "each is kept");
}

#[tokio::test]
async fn what_else_is_wrong_is_told_to_the_application() {
    let app = with_application();
    let hidden = "https://other.example/fhir";
    let changes: &[(&str, Option<&str>, &str)] = &[
        ("response_type", None, "invalid_request"),
        ("response_type", Some("token"), "unsupported_response_type"),
        ("response_type", Some("code token"), "unsupported_response_type"),
        ("response_type", Some("id_token"), "unsupported_response_type"),
        ("state", None, "invalid_request"),
        ("state", Some(""), "invalid_request"),
        ("aud", None, "invalid_request"),
        ("aud", Some(hidden), "invalid_request"),
        ("aud", Some(BASE), "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("code_challenge_method", Some("s256"), "invalid_request"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("request", Some("eyJhbGciOiJub25lIn0.e30."), "invalid_request"),
        ("request_uri", Some("https://evil.example"), "invalid_request"),
        ("scope", None, "invalid_scope"),
        ("scope", Some("admin"), "invalid_scope"),
        ("scope", Some("system/*.rs"), "invalid_scope"),
        ("scope", Some("patient/*.d"), "invalid_scope"),
        ("scope", Some("patient/*.sr"), "invalid_scope"),
        ("launch", Some("made up"), "invalid_request"),
    ];
    for (name, value, word) in changes {
        let uri = request(&[(name, *value)]);
        let answer = app.call("GET", &uri).cookie("session-prescriber").send().await;
        let location = answer.header("location");
        assert_eq!(answer.status, 303, "{name}={value:?}");
        assert!(location.starts_with(&format!("{CALLBACK}&error=")), "{name}={value:?} {location}");
        assert_eq!(parameter(location, "error").as_deref(), Some(*word), "{name}={value:?}");
        assert_eq!(parameter(location, "iss").as_deref(), Some(BASE));
        let state = if *name == "state" { None } else { Some("a state") };
        assert_eq!(parameter(location, "state").as_deref(), state);
        assert_eq!(parameter(location, "code"), None);
    }
    let refused = app.audit_text().matches("authorization/refused").count();
    assert_eq!(refused, changes.len(), "each is kept");
}

#[tokio::test]
async fn scopes_that_were_not_registered_are_not_granted() {
    let app = with_application();
    let scope = "openid patient/*.cruds user/*.rs system/*.rs user/Practitioner.r admin";
    let uri = request(&[("scope", Some(scope))]);
    let code = code(&app, "prescriber", &uri, "ana-example").await;
    let tokens = exchanged(&app, &code).await.json();
    let granted = "openid patient/*.rs user/Practitioner.rs user/Practitioner.r";
    assert_eq!(tokens["scope"], granted);
}

#[tokio::test]
async fn a_code_is_nothing_without_all_that_belongs_to_it() {
    let app = with_application();
    super::register(&app, &super::application("other"));
    let right = |code: &str| {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", "app".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
        ]
    };
    let challenge = identity::pkce::challenge(VERIFIER);
    let wrongs: &[(&str, Option<&str>)] = &[
        ("code", Some("guess")),
        ("code", None),
        ("client_id", Some("other")),
        ("redirect_uri", None),
        ("redirect_uri", Some("https://evil.example")),
        ("code_verifier", None),
        ("code_verifier", Some(&challenge)),
        ("code_verifier", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK")),
    ];
    for (name, value) in wrongs {
        let code = code(&app, "prescriber", &request(&[]), "ana-example").await;
        let mut form = right(&code);
        form.retain(|(known, _)| known != name);
        form.extend(value.map(|value| (*name, value.to_owned())));
        let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = token(&app, &pairs).await;
        assert_eq!(answer.status, 400, "{name}={value:?}");
        assert_eq!(answer.json(), json!({"error": "invalid_grant"}), "{name}={value:?}");
        // Whoever has shown a code with something wrong has used it up.
        let again = right(&code);
        let pairs: Vec<(&str, &str)> = again.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let is_burnt = ["redirect_uri", "code_verifier"].contains(name);
        let status = token(&app, &pairs).await.status.as_u16();
        assert_eq!(status, if is_burnt { 400 } else { 200 }, "{name}={value:?}");
    }
}

#[tokio::test]
async fn forms_that_are_none_are_refused() {
    let app = with_application();
    for (grant, word) in [
        ("password", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:token-exchange", "unsupported_grant_type"),
        ("", "invalid_request"),
    ] {
        let answer = token(&app, &[("grant_type", grant), ("client_id", "app")]).await;
        assert_eq!(answer.json(), json!({"error": word}), "{grant}");
    }
    let twice = [("grant_type", "refresh_token"), ("client_id", "app"), ("client_id", "app")];
    assert_eq!(token(&app, &twice).await.json(), json!({"error": "invalid_request"}));
    let json = app.call("POST", "/auth/token").json(&json!({"grant_type": "refresh_token"}));
    assert_eq!(json.send().await.json(), json!({"error": "invalid_request"}));
    let in_query = "/auth/token?grant_type=refresh_token&client_id=app";
    assert_eq!(app.call("POST", in_query).form(&[]).send().await.status, 400);
    assert_eq!(app.call("GET", in_query).send().await.status, 405);
    let large = "x".repeat(64 * 1024);
    assert_eq!(token(&app, &[("grant_type", &large)]).await.status, 413);
    // What is under way in one session is nothing in another.
    let request = begun(&app, "prescriber", &request(&[])).await;
    let uri = format!("/auth/consent?request={request}");
    let other = app.call("GET", &uri).cookie("session-pharmacist").send().await;
    assert_eq!(other.status, 400);
    assert!(!other.text().contains("Application app"));
}
