//! An EHR launches the patient page: a small one with real signatures, right and wrong.

use crate::app::{Answer, BASE, TestApp, Who, access, tenant};
use crate::authorization::parameter;
use crate::signing::SigningKey;
use identity::jose::Algorithm;
use identity::pkce;
use record::{LinkKind, Role};
use serde_json::{Value, json};
use server::{Provider, ProviderCalls, ProviderKind, ProviderSettings, token_digest};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const ISS: &str = "https://ehr.example/fhir";
const ISSUER: &str = "https://login.ehr.example";
const SYSTEM: &str = "urn:cognate:authority:COGNATE-DEMO";

/// How an EHR's claims and answer are changed.
type Change = fn(&mut Value, &mut Value);

/// The EHR: its keys, its patient, and the token that the next code is good for.
#[derive(Debug)]
struct Ehr {
    keys: Value,
    patient: Mutex<Value>,
    given: Mutex<Option<(Value, String)>>,
}

impl ProviderCalls for Ehr {
    fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        let said = match address {
            "https://ehr.example/fhir/.well-known/smart-configuration" => json!({
                "issuer": ISSUER,
                "authorization_endpoint": format!("{ISSUER}/authorize"),
                "token_endpoint": format!("{ISSUER}/token"),
                "jwks_uri": format!("{ISSUER}/keys"),
            }),
            "https://login.ehr.example/keys" => self.keys.clone(),
            _ => return Err("nothing is there".to_owned()),
        };
        Ok(said.to_string().into_bytes())
    }

    fn post(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<Vec<u8>, String> {
        assert_eq!((address, authorization), ("https://login.ehr.example/token", None));
        let form = format!("?{form}");
        let callback = format!("{BASE}/smart/callback");
        assert_eq!(parameter(&form, "redirect_uri"), Some(callback));
        let (answer, challenge) = self.given.lock().unwrap().take().ok_or("no such code")?;
        assert!(pkce::fits(&challenge, &parameter(&form, "code_verifier").unwrap()));
        Ok(answer.to_string().into_bytes())
    }

    fn resource(&self, address: &str, authorization: &str) -> Result<Vec<u8>, String> {
        assert_eq!(authorization, "Bearer of-the-ehr");
        assert_eq!(address, format!("{ISS}/Patient/theirs-7"));
        Ok(self.patient.lock().unwrap().to_string().into_bytes())
    }
}

struct World {
    app: TestApp,
    ehr: Arc<Ehr>,
    key: SigningKey,
}

fn patient(identifiers: &Value) -> Value {
    json!({"resourceType": "Patient", "id": "theirs-7", "identifier": identifiers})
}

fn world(secure_cookies: bool, frames: &[&str]) -> World {
    let mut app = TestApp::new();
    let key = SigningKey::new("k1", "RS256");
    let identifiers = json!([{"value": "100001"}, {"system": SYSTEM, "value": "100001"}]);
    let ehr = Arc::new(Ehr {
        keys: key.set(),
        patient: Mutex::new(patient(&identifiers)),
        given: Mutex::default(),
    });
    let settings = ProviderSettings {
        kind: ProviderKind::Smart,
        issuer: ISS.to_owned(),
        name: "Hospital EHR".to_owned(),
        client_id: "cognate".to_owned(),
        client_secret: None,
        algorithms: vec![Algorithm::Rs256],
        role_claim: "roles".to_owned(),
        roles: BTreeMap::new(),
        default_role: Some(Role::Prescriber),
    };
    let provider = Provider::new(settings, Arc::clone(&ehr) as Arc<dyn ProviderCalls>).unwrap();
    let settings = server::Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies };
    let frames: Vec<String> = frames.iter().map(|one| (*one).to_owned()).collect();
    let server = server::App::new(app.record.clone(), app.interpreter.clone(), settings);
    let server = server.with_ehr(provider).with_frame_ancestors(&frames).unwrap();
    app.router = server::router(server);
    World { app, ehr, key }
}

/// Where a launch sends the browser, and its cookie's name with value.
async fn sent(world: &World, query: &str) -> (String, String) {
    let answer = world.app.get(Who::Nobody, &format!("/smart/launch?{query}")).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    (answer.header("location").to_owned(), cookie)
}

/// A whole launch; `change` makes the EHR's answer another one.
async fn launched(world: &World, change: impl Fn(&mut Value, &mut Value)) -> Answer {
    let (location, cookie) = sent(world, &format!("iss={ISS}&launch=xyz")).await;
    let now = testkit::clock::NOW.micros() / 1_000_000;
    let mut claims = json!({"iss": ISSUER, "sub": "dr-1", "aud": "cognate", "exp": now + 300,
        "iat": now, "nonce": parameter(&location, "nonce").unwrap(), "name": "Dr. Ehr"});
    let mut answer = json!({"access_token": "of-the-ehr", "token_type": "Bearer",
        "patient": "theirs-7"});
    change(&mut claims, &mut answer);
    answer["id_token"] = world.key.sign(&claims).into();
    let challenge = parameter(&location, "code_challenge").unwrap();
    *world.ehr.given.lock().unwrap() = Some((answer, challenge));
    let state = parameter(&location, "state").unwrap();
    let uri = format!("/smart/callback?code=c&state={state}");
    world.app.call("GET", &uri).header("cookie", &cookie).send().await
}

#[tokio::test]
async fn an_ehr_opens_the_page_of_the_patient_whose_number_it_has() {
    let world = world(false, &[]);
    let (location, _) = sent(&world, &format!("iss={ISS}&launch=xyz")).await;
    assert!(location.starts_with("https://login.ehr.example/authorize?response_type=code&"));
    for (name, value) in [
        ("aud", ISS),
        ("launch", "xyz"),
        ("client_id", "cognate"),
        ("code_challenge_method", "S256"),
        ("scope", "openid fhirUser launch patient/Patient.r"),
    ] {
        assert_eq!(parameter(&location, name).as_deref(), Some(value), "{name}");
    }
    let answer = launched(&world, |_, _| {}).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), "/patients/ana-example");
    let token = crate::login::session_of(&answer);
    let page = world.app.call("GET", "/patients/ana-example").cookie(&token).send().await;
    assert!(page.text().contains("Dr. Ehr") && page.text().contains("EXAMPLE, Ana"));
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    // Without a launch the person chooses the patient at the EHR.
    let (location, _) = sent(&world, &format!("iss={ISS}/")).await;
    let scope = parameter(&location, "scope").unwrap();
    assert!(scope.contains("launch/patient") && parameter(&location, "launch").is_none());
}

#[tokio::test]
async fn an_account_that_was_linked_keeps_its_role() {
    let world = world(false, &[]);
    let door = access(Role::Operator);
    let link = format!("{ISSUER} dr-1");
    world.app.record.put_link(&door, "pharmacist", LinkKind::Provider, &link).unwrap();
    let token = crate::login::session_of(&launched(&world, |_, _| {}).await);
    let session = world.app.record.session(&door, &token_digest(&token)).unwrap().unwrap();
    assert_eq!((session.login.as_str(), session.factors.as_str()), ("pharmacist", "ehr"));
}

#[tokio::test]
async fn another_ehr_launches_nothing() {
    let world = world(false, &[]);
    for iss in ["https://evil.example/fhir", "https://ehr.example", "https://ehr.example/fhir/x"] {
        let answer = world.app.get(Who::Nobody, &format!("/smart/launch?iss={iss}")).await;
        assert_eq!(answer.status, 400, "{iss}");
        assert_eq!(answer.header("set-cookie"), "", "{iss}");
    }
    assert!(world.app.audit_text().contains("another EHR"));
    let without = TestApp::new();
    assert_eq!(without.get(Who::Nobody, "/smart/launch").await.status, 404, "there is none");
}

#[tokio::test]
async fn a_person_or_patient_who_is_not_proven_opens_nothing() {
    let world = world(false, &[]);
    let wrongs: [(&str, u16, Change); 5] = [
        ("the FHIR base as issuer", 400, |claims, _| claims["iss"] = ISS.into()),
        ("for another", 400, |claims, _| claims["aud"] = "other".into()),
        ("of another launch", 400, |claims, _| claims["nonce"] = "other".into()),
        ("no patient", 404, |_, answer| answer["patient"] = Value::Null),
        ("an id that is none", 404, |_, answer| answer["patient"] = "../Patient/x".into()),
    ];
    for (what, status, change) in wrongs {
        let answer = launched(&world, change).await;
        assert_eq!(answer.status, status, "{what}");
        assert_eq!(answer.set_cookie("cognate-session"), None, "{what}");
    }
    let both = json!([{"system": SYSTEM, "value": "100001"},
        {"system": SYSTEM, "value": "100002"}]);
    for (what, theirs) in [
        ("a number without a system", patient(&json!([{"value": "100001"}]))),
        ("a number that nobody has", patient(&json!([{"system": SYSTEM, "value": "0"}]))),
        ("the numbers of two people", patient(&both)),
        ("an old number", patient(&json!([{"system": SYSTEM, "value": "100001", "use": "old"}]))),
        (
            "another patient",
            json!({"resourceType": "Patient", "id": "other",
            "identifier": [{"system": SYSTEM, "value": "100001"}]}),
        ),
    ] {
        *world.ehr.patient.lock().unwrap() = theirs;
        let answer = launched(&world, |_, _| {}).await;
        assert_eq!(answer.status, 404, "{what}");
        assert_eq!(answer.set_cookie("cognate-session"), None, "{what}");
    }
}

#[tokio::test]
async fn a_code_comes_back_to_the_browser_that_left() {
    let world = world(false, &[]);
    let (location, _) = sent(&world, "launch=x").await;
    let state = parameter(&location, "state").unwrap();
    let uri = format!("/smart/callback?code=c&state={state}");
    for cookie in ["cognate-launch=other", "cognate-provider=x", ""] {
        let answer = world.app.call("GET", &uri).header("cookie", cookie).send().await;
        assert_eq!(answer.status, 400, "{cookie}");
    }
}

#[tokio::test]
async fn the_frames_of_the_operators_ehrs_may_show_pages_about_patients() {
    let world = world(true, &["https://ehr.example", "https://other.example:8443"]);
    let answer = launched(&world, |_, _| {}).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("; SameSite=None; Partitioned;"), "{cookie}");
    assert!(cookie.contains("; Secure") && cookie.contains("; HttpOnly"), "{cookie}");
    let token = cookie.split(';').next().unwrap().to_owned();
    let framed = "frame-ancestors https://ehr.example https://other.example:8443";
    for (path, is_framed) in [
        ("/patients/ana-example", true),
        ("/patients/ana-example/emergency", false),
        ("/patients", false),
        ("/account", false),
    ] {
        let page = world.app.call("GET", path).header("cookie", &token).send().await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy");
        assert_eq!(policy.contains(framed), is_framed, "{path}: {policy}");
        assert_eq!(policy.contains("frame-ancestors 'none'"), !is_framed, "{path}: {policy}");
    }
    let settings =
        server::Settings { base_url: BASE.to_owned(), tenant: tenant(), secure_cookies: true };
    let app = TestApp::new();
    let server = server::App::new(app.record.clone(), app.interpreter.clone(), settings);
    for wrong in ["*", "https://ehr.example/", "ehr.example", "https://*.example; script-src *"] {
        assert!(server.with_frame_ancestors(&[wrong.to_owned()]).is_err(), "{wrong}");
    }
}
