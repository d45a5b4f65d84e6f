//! The authorization server, as applications, order-entry systems and people use it.

mod backend;
mod hooks;
mod launch;
mod refused;
mod sound;
mod tokens;

use crate::app::{Answer, BASE, TestApp, access, escape};
use identity::pkce;
use record::{LinkKind, Registration, Role};
use serde_json::Value;
use server::token_digest;

/// Where the applications of the tests are.
pub(crate) const CALLBACK: &str = "https://app.example/callback?of=tests";
/// What is kept from everybody until the code is exchanged.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// What the application may be granted at most.
const SCOPES: &str = "openid fhirUser launch launch/patient offline_access patient/*.rs \
                      user/Practitioner.rs";

/// The demonstration's patients, an application that keeps no secret, and a person with a resource.
pub(crate) fn with_application() -> TestApp {
    let app = TestApp::new();
    register(&app, &application("app"));
    let door = access(Role::Operator);
    app.record.put_link(&door, "prescriber", LinkKind::Resource, "Practitioner/p1").unwrap();
    app
}

pub(crate) fn application(id: &str) -> Registration {
    Registration {
        id: id.to_owned(),
        name: format!("Application {id}"),
        scopes: SCOPES.to_owned(),
        redirect_uris: vec![CALLBACK.to_owned()],
        ..Registration::default()
    }
}

pub(crate) fn register(app: &TestApp, registration: &Registration) {
    app.record.put_registration(&access(Role::Operator), registration).unwrap();
}

/// A right request, changed: a value that is `None` leaves the parameter out.
pub(crate) fn request(changes: &[(&str, Option<&str>)]) -> String {
    let challenge = pkce::challenge(VERIFIER);
    let audience = format!("{BASE}/fhir");
    let mut pairs: Vec<(&str, &str)> = vec![
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid fhirUser launch/patient offline_access patient/*.rs"),
        ("state", "a state"),
        ("aud", &audience),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("nonce", "once"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if let Some(value) = value {
            pairs.push((name, value));
        }
    }
    let query: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    format!("/auth/authorize?{}", query.join("&"))
}

/// A parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// Begins a request as a person and gives the token of what is to be looked at.
pub(crate) async fn begun(app: &TestApp, login: &str, uri: &str) -> String {
    let answer = app.call("GET", uri).cookie(&format!("session-{login}")).send().await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.header("location");
    assert!(location.starts_with("/auth/consent?request="), "{location}");
    parameter(location, "request").unwrap()
}

/// Decides as a person.
pub(crate) async fn decide(
    app: &TestApp,
    login: &str,
    request: &str,
    more: &[(&str, &str)],
) -> Answer {
    let csrf = token_digest(&format!("form:session-{login}"));
    let mut form = vec![("csrf", csrf.as_str()), ("request", request)];
    form.extend_from_slice(more);
    let call = app.call("POST", "/auth/consent").cookie(&format!("session-{login}"));
    call.form(&form).send().await
}

/// A code for a person and a patient.
pub(crate) async fn code(app: &TestApp, login: &str, uri: &str, patient: &str) -> String {
    let request = begun(app, login, uri).await;
    let mut form = vec![("decision", "grant")];
    if !patient.is_empty() {
        form.push(("patient", patient));
    }
    let answer = decide(app, login, &request, &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.header("location");
    assert!(location.starts_with(&format!("{CALLBACK}&code=")), "{location}");
    assert_eq!(parameter(location, "state").as_deref(), Some("a state"));
    assert_eq!(parameter(location, "iss").as_deref(), Some(BASE));
    parameter(location, "code").unwrap()
}

/// Exchanges a code as the application.
pub(crate) async fn exchanged(app: &TestApp, code: &str) -> Answer {
    token(
        app,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "app"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ],
    )
    .await
}

pub(crate) async fn token(app: &TestApp, form: &[(&str, &str)]) -> Answer {
    app.call("POST", "/auth/token").form(form).send().await
}

/// The tokens of a standalone launch with Ana.
pub(crate) async fn launched(app: &TestApp) -> Value {
    let code = code(app, "prescriber", &request(&[]), "ana-example").await;
    let answer = exchanged(app, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// A request with a bearer token.
pub(crate) async fn with_token(app: &TestApp, token: &Value, uri: &str) -> Answer {
    let token = format!("Bearer {}", token.as_str().unwrap());
    app.call("GET", uri).header("authorization", &token).send().await
}
