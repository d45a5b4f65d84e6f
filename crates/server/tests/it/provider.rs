//! Logging in at an external provider: a small one with real signatures, right and wrong.

use crate::app::{Answer, BASE, TestApp, Who, access, tenant};
use crate::authorization::parameter;
use crate::login::session_of;
use crate::signing::SigningKey;
use identity::jose::Algorithm;
use identity::pkce;
use record::{LinkKind, Role};
use serde_json::{Value, json};
use server::{Provider, ProviderCalls, ProviderKind, ProviderSettings, token_digest};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const ISSUER: &str = "https://login.example";
const CLIENT: &str = "cognate";
const SECRET: &str = "a secret/with signs";

/// A provider: what it says of itself, its keys, and the codes that it has given.
#[derive(Debug)]
struct Login {
    configuration: Mutex<Value>,
    keys: Mutex<Value>,
    /// The ID token that the next code is good for, and the challenge it came with.
    given: Mutex<Option<(String, String)>>,
    asked: Mutex<Vec<String>>,
}

impl ProviderCalls for Login {
    fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        self.asked.lock().unwrap().push(address.to_owned());
        match address.strip_prefix(ISSUER) {
            Some("/.well-known/openid-configuration") => {
                Ok(self.configuration.lock().unwrap().to_string().into_bytes())
            }
            Some("/keys") => Ok(self.keys.lock().unwrap().to_string().into_bytes()),
            _ => Err("nothing is there".to_owned()),
        }
    }

    fn post(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<Vec<u8>, String> {
        assert_eq!(address, format!("{ISSUER}/token"));
        // "cognate:a+secret%2Fwith+signs"
        assert_eq!(authorization, Some("Basic Y29nbmF0ZTphK3NlY3JldCUyRndpdGgrc2lnbnM="));
        let address = format!("?{form}");
        assert_eq!(parameter(&address, "grant_type").as_deref(), Some("authorization_code"));
        let callback = format!("{BASE}/login/provider/callback");
        assert_eq!(parameter(&address, "redirect_uri"), Some(callback));
        let (token, challenge) = self.given.lock().unwrap().take().ok_or("no such code")?;
        let verifier = parameter(&address, "code_verifier").unwrap();
        assert!(pkce::fits(&challenge, &verifier), "the verifier is that of the challenge");
        Ok(json!({"id_token": token, "access_token": "x"}).to_string().into_bytes())
    }

    fn resource(&self, _address: &str, _authorization: &str) -> Result<Vec<u8>, String> {
        Err("nothing is there".to_owned())
    }
}

fn application(app: &TestApp) -> server::App {
    let base_url = BASE.to_owned();
    let settings = server::Settings { base_url, tenant: tenant(), secure_cookies: false };
    server::App::new(app.record.clone(), app.interpreter.clone(), settings)
}

struct World {
    app: TestApp,
    login: Arc<Login>,
    key: SigningKey,
}

fn world() -> World {
    let mut app = TestApp::new();
    let key = SigningKey::new("k1", "RS256");
    let login = Arc::new(Login {
        configuration: Mutex::new(json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/keys"),
        })),
        keys: Mutex::new(key.set()),
        given: Mutex::default(),
        asked: Mutex::default(),
    });
    let roles = [("doctors", Role::Prescriber), ("admins", Role::Operator), ("p", Role::Patient)];
    let settings = ProviderSettings {
        kind: ProviderKind::OpenId,
        issuer: ISSUER.to_owned(),
        name: "Hospital".to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: Some(SECRET.to_owned()),
        algorithms: vec![Algorithm::Rs256, Algorithm::Es384],
        role_claim: "groups".to_owned(),
        roles: BTreeMap::from(roles.map(|(value, role)| (value.to_owned(), role))),
        default_role: None,
    };
    let provider = Provider::new(settings, Arc::clone(&login) as Arc<dyn ProviderCalls>).unwrap();
    app.router = server::router(application(&app).with_provider(provider));
    World { app, login, key }
}

/// Where a person is sent, and the cookie it has.
async fn sent(world: &World) -> (String, String) {
    let answer = world.app.get(Who::Nobody, "/login/provider?next=/patients/ana-example").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let state = answer.set_cookie("cognate-provider").unwrap();
    let location = answer.header("location").to_owned();
    assert!(location.starts_with(&format!("{ISSUER}/authorize?response_type=code&")), "{location}");
    let state = state.split(['=', ';']).nth(1).unwrap().to_owned();
    assert_eq!(parameter(&location, "state").as_ref(), Some(&state));
    (location, state)
}

fn claims(nonce: &str) -> Value {
    let now = testkit::clock::NOW.micros() / 1_000_000;
    json!({"iss": ISSUER, "sub": "u-1", "aud": CLIENT, "exp": now + 300, "iat": now,
        "nonce": nonce, "name": "Dr. Hospital", "groups": ["doctors"]})
}

/// A whole log-in in which the provider gives a token made from the nonce.
async fn logged_in(world: &World, make: impl Fn(&str) -> String) -> Answer {
    let (location, state) = sent(world).await;
    let nonce = parameter(&location, "nonce").unwrap();
    let challenge = parameter(&location, "code_challenge").unwrap();
    *world.login.given.lock().unwrap() = Some((make(&nonce), challenge));
    come_back(world, &state, &state, "").await
}

async fn come_back(world: &World, state: &str, cookie: &str, more: &str) -> Answer {
    let uri = format!("/login/provider/callback?code=c&state={state}{more}");
    let call = world.app.call("GET", &uri);
    call.header("cookie", &format!("cognate-provider={cookie}")).send().await
}

#[tokio::test]
async fn a_person_of_the_provider_gets_in_with_the_role_of_its_claim() {
    let world = world();
    let form = world.app.get(Who::Nobody, "/login?next=/patients").await;
    assert!(form.text().contains("Log in at Hospital"));
    let answer = logged_in(&world, |nonce| world.key.sign(&claims(nonce))).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/patients/ana-example"));
    let token = session_of(&answer);
    let page = world.app.call("GET", "/patients").cookie(&token).send().await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Dr. Hospital") && page.text().contains("prescriber"));
    let door = access(Role::Operator);
    let session = world.app.record.session(&door, &token_digest(&token)).unwrap().unwrap();
    assert_eq!(session.factors, "provider");
    // No password opens that account.
    let by_password = crate::login::log_in(&world.app, &session.login, "!", "/").await;
    assert_eq!(by_password.status, 401);
    // Another group, another role: at the next log-in.
    let operator = |nonce: &str| {
        let mut claims = claims(nonce);
        claims["groups"] = json!("admins");
        world.key.sign(&claims)
    };
    let token = session_of(&logged_in(&world, operator).await);
    let page = world.app.call("GET", "/patients/nobody").cookie(&token).send().await;
    assert_eq!(page.status, 403, "an operator reads no clinical content");
    let first = world.app.call("GET", "/patients").cookie(&token).send().await;
    assert_eq!(first.header("location"), "/administration");
}

#[tokio::test]
async fn an_account_that_was_linked_is_the_persons_whatever_the_claims_say() {
    let world = world();
    let door = access(Role::Operator);
    let link = format!("{ISSUER} u-1");
    world.app.record.put_link(&door, "pharmacist", LinkKind::Provider, &link).unwrap();
    let answer = logged_in(&world, |nonce| {
        let mut claims = claims(nonce);
        claims["groups"] = json!(["admins"]);
        world.key.sign(&claims)
    })
    .await;
    let session = world.app.record.session(&door, &token_digest(&session_of(&answer))).unwrap();
    assert_eq!(session.unwrap().login, "pharmacist");
}

#[tokio::test]
async fn wrong_tokens_open_nothing_and_are_noted() {
    let world = world();
    let now = testkit::clock::NOW.micros() / 1_000_000;
    let stranger = SigningKey::new("k1", "RS256");
    let pinned = SigningKey::new("k1", "RS384");
    let changed = |nonce: &str, changes: &[(&str, Value)]| {
        let mut claims = claims(nonce);
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        claims
    };
    let wrongs: Vec<(&str, Vec<(&str, Value)>)> = vec![
        ("another issuer", vec![("iss", json!("https://evil.example"))]),
        ("the issuer with a slash", vec![("iss", json!(format!("{ISSUER}/")))]),
        ("for another", vec![("aud", json!("other"))]),
        ("for several", vec![("aud", json!([CLIENT, "other"]))]),
        ("asked for by another", vec![("azp", json!("other"))]),
        ("over", vec![("exp", json!(now - 61))]),
        ("for ever", vec![("exp", json!(now + 100_000))]),
        ("of tomorrow", vec![("iat", json!(now + 90_000)), ("exp", json!(now + 90_100))]),
        ("issued at no time", vec![("iat", Value::Null)]),
        ("of another log-in", vec![("nonce", json!("another"))]),
        ("without a nonce", vec![("nonce", Value::Null)]),
        ("of nobody", vec![("sub", json!(""))]),
        ("in no group", vec![("groups", json!([]))]),
        ("in an unknown group", vec![("groups", json!(["visitors"]))]),
        ("in two groups that differ", vec![("groups", json!(["doctors", "admins"]))]),
        ("a patient", vec![("groups", json!(["p"]))]),
        ("in groups that are none", vec![("groups", json!({"doctors": true}))]),
    ];
    let refused = |answer: &Answer, why: &str| {
        assert_eq!(answer.status, 400, "{why}");
        assert!(answer.set_cookie("cognate-session").is_none(), "{why}");
        assert!(answer.text().contains("did not succeed"), "{why}");
    };
    for (why, changes) in &wrongs {
        let answer = logged_in(&world, |nonce| world.key.sign(&changed(nonce, changes))).await;
        refused(&answer, why);
    }
    let headers =
        [r#"{"alg":"none"}"#, r#"{"alg":"HS256","kid":"k1"}"#, r#"{"alg":"RS256","jwk":{}}"#];
    for header in headers {
        let sign = |nonce: &str| world.key.sign_texts(header, &claims(nonce).to_string());
        refused(&logged_in(&world, sign).await, header);
    }
    refused(&logged_in(&world, |nonce| stranger.sign(&claims(nonce))).await, "another key");
    refused(&logged_in(&world, |nonce| pinned.sign(&claims(nonce))).await, "another algorithm");
    refused(&logged_in(&world, |_| "no token".to_owned()).await, "no token");
    let count = world.app.audit_text().matches("provider/refused").count();
    assert_eq!(count, wrongs.len() + 6, "each is kept");
}

#[tokio::test]
async fn only_the_browser_that_left_comes_back_and_once() {
    let world = world();
    let (location, state) = sent(&world).await;
    let nonce = parameter(&location, "nonce").unwrap();
    let give = || {
        let challenge = parameter(&location, "code_challenge").unwrap();
        *world.login.given.lock().unwrap() = Some((world.key.sign(&claims(&nonce)), challenge));
    };
    give();
    assert_eq!(come_back(&world, &state, "other", "").await.status, 400);
    assert_eq!(come_back(&world, "other", "other", "").await.status, 400);
    assert_eq!(come_back(&world, &state, &state, "&state=x").await.status, 400, "twice");
    assert_eq!(come_back(&world, &state, &state, "").await.status, 303);
    give();
    assert_eq!(come_back(&world, &state, &state, "").await.status, 400, "it was used");
    let (_, state) = sent(&world).await;
    give();
    let mixed = come_back(&world, &state, &state, "&iss=https%3A%2F%2Fevil.example").await;
    assert_eq!(mixed.status, 400, "another provider's answer");
    let (_, state) = sent(&world).await;
    world.app.wait_minutes(10);
    assert_eq!(come_back(&world, &state, &state, "").await.status, 400, "too late");
}

#[tokio::test]
async fn new_keys_are_found_and_not_asked_for_all_the_time() {
    let world = world();
    let new = SigningKey::new("k2", "ES384");
    let sign = |nonce: &str| new.sign(&claims(nonce));
    assert_eq!(logged_in(&world, sign).await.status, 400, "not known yet");
    *world.login.keys.lock().unwrap() = new.set();
    assert_eq!(logged_in(&world, sign).await.status, 400, "asked a moment ago");
    world.app.wait_minutes(2);
    let in_two_minutes = |nonce: &str| {
        let mut claims = claims(nonce);
        claims["iat"] = json!(testkit::clock::NOW.micros() / 1_000_000 + 120);
        new.sign(&claims)
    };
    assert_eq!(logged_in(&world, in_two_minutes).await.status, 303);
    let asked = world.login.asked.lock().unwrap().clone();
    assert_eq!(asked.iter().filter(|address| address.ends_with("/keys")).count(), 2);
}

#[tokio::test]
async fn a_provider_that_says_what_cannot_be_is_not_used() {
    for (name, value) in [
        ("issuer", json!("https://evil.example")),
        ("issuer", Value::Null),
        ("authorization_endpoint", json!("http://login.example/authorize")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
        ("token_endpoint", Value::Null),
        ("jwks_uri", json!("https://login.example/nothing")),
    ] {
        let world = world();
        world.login.configuration.lock().unwrap()[name] = value.clone();
        let answer = world.app.get(Who::Nobody, "/login/provider").await;
        assert_eq!(answer.status, 503, "{name} {value}");
        assert!(answer.text().contains("cannot be reached"), "{name}");
    }
    let app = TestApp::empty();
    assert_eq!(app.get(Who::Nobody, "/login/provider").await.status, 404, "there is none");
    assert!(!app.get(Who::Nobody, "/login").await.text().contains("Log in at"));
}
