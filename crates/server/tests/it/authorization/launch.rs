//! Launches: alone with a patient who is chosen, and from an order-entry system.

use super::{
    CALLBACK, begun, code, decide, exchanged, launched, parameter, request, with_application,
    with_token,
};
use crate::app::{BASE, CLIENT, TestApp, Who};
use identity::jose::{Algorithm, KeySet, Unproven};
use serde_json::{Value, json};

const ANA: &str = "/fhir/Patient/ana-example";
const BEN: &str = "/fhir/Patient/ben-sample";

#[tokio::test]
async fn the_configurations_say_where_everything_is() {
    let app = TestApp::empty();
    let smart = app.get(Who::Nobody, "/fhir/.well-known/smart-configuration").await.json();
    let openid = app.get(Who::Nobody, "/.well-known/openid-configuration").await.json();
    for (name, path) in [
        ("authorization_endpoint", "/auth/authorize"),
        ("token_endpoint", "/auth/token"),
        ("introspection_endpoint", "/auth/introspect"),
        ("revocation_endpoint", "/auth/revoke"),
        ("jwks_uri", "/auth/jwks"),
        ("issuer", ""),
    ] {
        for document in [&smart, &openid] {
            assert_eq!(document[name], json!(format!("{BASE}{path}")), "{name}");
            let is_routed = server::routes().iter().any(|(_, route)| *route == path);
            assert!(path.is_empty() || is_routed, "{path}");
        }
    }
    assert_eq!(smart["code_challenge_methods_supported"], json!(["S256"]));
    let capabilities = smart["capabilities"].as_array().unwrap();
    for capability in ["launch-ehr", "launch-standalone", "sso-openid-connect"] {
        assert!(capabilities.contains(&json!(capability)), "{capability}");
    }
    let keys = app.get(Who::Nobody, "/auth/jwks").await.json();
    assert_eq!(keys["keys"][0]["alg"], "ES384");
    assert_eq!(keys, app.get(Who::Nobody, "/auth/jwks").await.json(), "one key, made once");
}

#[tokio::test]
async fn whoever_is_not_logged_in_logs_in_first_and_comes_back() {
    let app = with_application();
    let uri = request(&[]);
    let answer = app.get(Who::Nobody, &uri).await;
    assert_eq!(answer.status, 303);
    let form = app.get(Who::Nobody, answer.header("location")).await;
    let back = uri.replace('&', "&amp;");
    assert!(form.text().contains(&format!("name=\"next\" value=\"{back}\"")), "{}", form.text());
    // A service is nobody here: a token cannot grant anything for a person.
    let service = app.get(CLIENT, &uri).await;
    assert!(service.header("location").starts_with("/login?next="));
}

#[tokio::test]
async fn the_page_names_who_asks_for_what_and_leads_there_only() {
    let app = with_application();
    let token = begun(&app, "prescriber", &request(&[])).await;
    let uri = format!("/auth/consent?request={token}&q=ana");
    let page = app.call("GET", &uri).cookie("session-prescriber").send().await;
    assert_eq!(page.status, 200);
    for text in [
        "Allow “Application app” access?",
        "https://app.example",
        "read, search everything about the patient",
        "know who you are",
        "keep this access for 30 days",
        "EXAMPLE, Ana",
    ] {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
    assert!(!page.text().contains("SAMPLE, Ben"), "not searched for");
    assert!(!page.text().contains("<script"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://app.example;"), "{policy}");
    let narrow = begun(&app, "narrow", &request(&[])).await;
    let uri = format!("/auth/consent?request={narrow}");
    let page = app.call("GET", &uri).cookie("session-narrow").send().await;
    assert!(page.text().contains("SAMPLE, Ben") && !page.text().contains("EXAMPLE, Ana"));
}

#[tokio::test]
async fn alone_the_person_chooses_the_patient() {
    let app = with_application();
    let tokens = launched(&app).await;
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 300);
    assert_eq!(tokens["patient"], "ana-example");
    assert_eq!(tokens["need_patient_banner"], true);
    assert_eq!(tokens["fhirUser"], format!("{BASE}/fhir/Practitioner/p1"));
    let scopes = "openid fhirUser launch/patient offline_access patient/*.rs";
    assert_eq!(tokens["scope"], scopes);
    let token = &tokens["access_token"];
    assert_eq!(with_token(&app, token, ANA).await.status, 200);
    with_token(&app, token, BEN).await.outcome(404);
    let all = with_token(&app, token, "/fhir/Patient").await.json();
    assert_eq!(all["total"], 1, "the patient in context is everybody");
    let bearer = format!("Bearer {}", token.as_str().unwrap());
    let export = app.call("GET", "/fhir/Patient/$export").header("authorization", &bearer);
    export.header("prefer", "respond-async").send().await.outcome(403);
    let text = app.audit_text();
    let who = "\"actor\":\"account:prescriber\",\"application\":\"client:app\"";
    assert!(text.contains(who), "who, and by what");
    assert!(!text.contains(token.as_str().unwrap()), "no token is ever kept");
}

#[tokio::test]
async fn the_id_token_says_who_it_is_signed_by_a_published_key() {
    let app = with_application();
    let tokens = launched(&app).await;
    let keys = app.get(Who::Nobody, "/auth/jwks").await;
    let (keys, problems) = KeySet::read(&keys.body);
    assert!(problems.is_empty());
    let token = Unproven::read(tokens["id_token"].as_str().unwrap()).unwrap();
    let claims = token.prove(&keys, &[Algorithm::Es384]).unwrap().claims;
    assert_eq!(claims["iss"], BASE);
    assert_eq!(claims["sub"], "prescriber");
    assert_eq!(claims["aud"], "app");
    assert_eq!(claims["nonce"], "once");
    assert_eq!(claims["fhirUser"], format!("{BASE}/fhir/Practitioner/p1"));
    let (issued, end) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(end - issued, 300);
    assert_eq!(claims["auth_time"], testkit::clock::NOW.micros() / 1_000_000);
}

#[tokio::test]
async fn who_is_no_resource_has_no_such_claim() {
    let app = with_application();
    let code = code(&app, "pharmacist", &request(&[]), "ana-example").await;
    let tokens = exchanged(&app, &code).await.json();
    assert_eq!(tokens.get("fhirUser"), None);
    assert!(!tokens["scope"].as_str().unwrap().contains("fhirUser"));
}

/// A launch that the order-entry system makes.
async fn made(app: &TestApp, body: &Value) -> String {
    let answer = app.post(CLIENT, "/auth/launch", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["iss"], format!("{BASE}/fhir"));
    answer.json()["launch"].as_str().unwrap().to_owned()
}

const LAUNCHING: &str = "launch openid patient/Patient.r";

#[tokio::test]
async fn an_order_entry_system_launches_with_its_patient() {
    let app = with_application();
    let body = json!({"client_id": "app", "patient": "ben-sample", "encounter": "e1"});
    let launch = made(&app, &body).await;
    let uri = request(&[("launch", Some(&launch)), ("scope", Some(LAUNCHING))]);
    let code = code(&app, "prescriber", &uri, "").await;
    let tokens = exchanged(&app, &code).await.json();
    assert_eq!(tokens["patient"], "ben-sample");
    assert_eq!(tokens["encounter"], "e1");
    assert_eq!(tokens["need_patient_banner"], false);
    assert_eq!(tokens.get("refresh_token"), None, "nobody asked for it");
    assert_eq!(with_token(&app, &tokens["access_token"], BEN).await.status, 200);
    with_token(&app, &tokens["access_token"], ANA).await.outcome(404);
    with_token(&app, &tokens["access_token"], "/fhir/Patient").await.outcome(403);
    // The launch was used.
    let again = app.call("GET", &uri).cookie("session-prescriber").send().await;
    let error = parameter(again.header("location"), "error");
    assert_eq!(error.as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn forged_launches_open_nothing() {
    let app = with_application();
    let mut other = super::application("other");
    other.name = "Another".to_owned();
    super::register(&app, &other);
    let of_other = made(&app, &json!({"client_id": "other", "patient": "ana-example"})).await;
    let hidden = made(&app, &json!({"client_id": "app", "patient": "ana-example"})).await;
    let personal =
        made(&app, &json!({"client_id": "app", "patient": "ana-example", "login": "narrow"})).await;
    let old = made(&app, &json!({"client_id": "app", "patient": "ana-example"})).await;
    let scope = Some(LAUNCHING);
    for (login, launch, scope, word) in [
        ("prescriber", Some(of_other.as_str()), scope, "invalid_request"),
        ("prescriber", Some("ana-example"), scope, "invalid_request"),
        ("prescriber", Some(""), scope, "invalid_request"),
        ("prescriber", None, scope, "invalid_request"),
        ("prescriber", Some(&hidden), Some("patient/*.rs"), "invalid_request"),
        ("narrow", Some(&hidden), scope, "access_denied"),
        ("prescriber", Some(&personal), scope, "access_denied"),
    ] {
        let uri = request(&[("launch", launch), ("scope", scope)]);
        let call = app.call("GET", &uri).cookie(&format!("session-{login}"));
        let answer = call.send().await;
        let location = answer.header("location");
        assert!(location.starts_with(CALLBACK), "{login} {launch:?}: {location}");
        assert_eq!(parameter(location, "error").as_deref(), Some(word), "{login} {launch:?}");
    }
    app.wait_minutes(5);
    let uri = request(&[("launch", Some(&old)), ("scope", scope)]);
    let answer = app.call("GET", &uri).cookie("session-prescriber").send().await;
    let error = parameter(answer.header("location"), "error");
    assert_eq!(error.as_deref(), Some("invalid_request"), "too late");
    for (body, status) in [
        (json!({"client_id": "app", "patient": "nobody-at-all"}), 404),
        (json!({"client_id": "nobody", "patient": "ana-example"}), 400),
        (json!({"client_id": "app", "patient": "ana-example", "role": "operator"}), 400),
        (json!([]), 400),
    ] {
        app.post(CLIENT, "/auth/launch", &body).await.outcome(status);
    }
}

#[tokio::test]
async fn the_person_may_say_no_and_only_the_person_decides() {
    let app = with_application();
    let token = begun(&app, "prescriber", &request(&[])).await;
    // Another person, another session of the same person, and a form of another site.
    let other = decide(&app, "pharmacist", &token, &[("decision", "grant")]).await;
    assert_eq!(other.status, 400);
    let call = app.call("POST", "/auth/consent").cookie("session-prescriber");
    let form = [("csrf", "x"), ("request", token.as_str()), ("decision", "grant")];
    assert_eq!(call.form(&form).send().await.status, 403);
    let unchosen = decide(&app, "prescriber", &token, &[("decision", "grant")]).await;
    assert_eq!(unchosen.status, 400);
    assert!(unchosen.text().contains("Choose the patient"));
    let hidden = [("decision", "grant"), ("patient", "nobody-at-all")];
    assert_eq!(decide(&app, "prescriber", &token, &hidden).await.status, 404);
    let no = decide(&app, "prescriber", &token, &[("decision", "refuse")]).await;
    let location = no.header("location");
    assert_eq!(parameter(location, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(location, "state").as_deref(), Some("a state"));
    let grant = [("decision", "grant"), ("patient", "ana-example")];
    assert_eq!(decide(&app, "prescriber", &token, &grant).await.status, 400, "it is over");
    let narrow = begun(&app, "narrow", &request(&[])).await;
    assert_eq!(decide(&app, "narrow", &narrow, &grant).await.status, 404, "who is not seen");
    let late = begun(&app, "prescriber", &request(&[])).await;
    app.wait_minutes(10);
    assert_eq!(decide(&app, "prescriber", &late, &grant).await.status, 400, "too late");
    assert!(app.audit_text().contains("a request of another session"));
}
