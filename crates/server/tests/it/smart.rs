//! SMART scopes: a token does what it was granted, within its role, and no more.

use crate::app::{Answer, TestApp, Who, access};
use record::{Client, Role};
use serde_json::json;
use server::token_digest;

/// A client with those scopes; its token is `token-` and its id.
fn client(app: &TestApp, id: &'static str, role: Role, scopes: &str) -> Who {
    let client = Client {
        id: id.to_owned(),
        name: id.to_owned(),
        role,
        token_sha256: token_digest(&format!("token-{id}")),
        scopes: Some(scopes.to_owned()),
    };
    app.record.put_client(&access(Role::Operator), client).unwrap();
    Who::Token(id)
}

async fn ask(app: &TestApp, who: Who, method: &str, address: &str) -> Answer {
    let call = app.call(method, address).by(who);
    match method {
        "POST" | "PUT" => {
            let body = json!({"resourceType": "Patient", "id": "new", "name": [{"family": "X"}]});
            call.json(&body).send().await
        }
        _ => call.send().await,
    }
}

#[tokio::test]
async fn each_interaction_needs_its_letter() {
    let app = TestApp::new();
    let reads = client(&app, "reads", Role::ServiceClient, "system/Patient.r openid");
    let searches = client(&app, "searches", Role::ServiceClient, "system/Patient.s");
    let writes = client(&app, "writes", Role::Interface, "system/Patient.cu");
    let all = client(&app, "all", Role::ServiceClient, "system/*.rs");
    let old = client(&app, "old", Role::ServiceClient, "user/Patient.read");
    let filtered = client(&app, "filtered", Role::ServiceClient, "system/Patient.rs?gender=female");
    let none = client(&app, "none", Role::ServiceClient, "");
    let everybody = [reads, searches, writes, all, old, filtered, none];
    for (method, address, permitted) in [
        ("GET", "/fhir/Patient/ana-example", vec![reads, all, old]),
        ("GET", "/fhir/Patient/ana-example/_history/1", vec![reads, all, old]),
        ("GET", "/fhir/Patient/ana-example/_history", vec![reads, all, old]),
        ("GET", "/fhir/Patient", vec![searches, all, old, filtered]),
        ("GET", "/fhir/Patient/_history", vec![searches, all, old]),
        ("GET", "/fhir/Observation", vec![all]),
        ("GET", "/fhir/_history", vec![all]),
        ("GET", "/fhir/Patient/ana-example/$everything", vec![all]),
        ("POST", "/fhir/Patient", vec![writes]),
        ("PUT", "/fhir/Patient/new", vec![writes]),
        ("DELETE", "/fhir/Patient/new", vec![]),
        ("POST", "/fhir", vec![]),
        ("GET", "/cds-services", everybody.to_vec()),
        ("GET", "/fhir/metadata", everybody.to_vec()),
    ] {
        for who in everybody {
            let answer = ask(&app, who, method, address).await;
            if permitted.contains(&who) {
                assert!(
                    answer.status.is_success(),
                    "{method} {address} {who:?}: {}",
                    answer.text()
                );
            } else {
                assert_eq!(answer.outcome(403)["code"], "forbidden", "{method} {address} {who:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_scope_never_widens_a_role_and_a_patients_needs_a_patient() {
    let app = TestApp::new();
    let reader = client(&app, "reader", Role::ServiceClient, "system/*.cruds");
    assert_eq!(ask(&app, reader, "PUT", "/fhir/Patient/new").await.status, 403, "by its role");
    let launched = client(&app, "launched", Role::ServiceClient, "patient/*.rs");
    for address in ["/fhir/Patient/ana-example", "/fhir/Patient"] {
        assert_eq!(ask(&app, launched, "GET", address).await.status, 403);
    }
    // Beside others, too, a scope about a patient permits nothing where there is none.
    let mixed =
        client(&app, "mixed", Role::ServiceClient, "patient/Observation.rs system/Patient.r");
    assert_eq!(ask(&app, mixed, "GET", "/fhir/Patient/ana-example").await.status, 200);
    assert_eq!(ask(&app, mixed, "GET", "/fhir/Observation").await.status, 403);
    // Decision support is not a matter of scopes: a token that has some is for FHIR alone.
    let order = app.call("POST", "/cds-services/pgx-medication-safety").by(reader).json(&json!({}));
    assert_eq!(order.send().await.status, 403);
}

#[tokio::test]
async fn the_configuration_says_what_is_understood() {
    let app = TestApp::empty();
    let answer = app.get(Who::Nobody, "/fhir/.well-known/smart-configuration").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/json"));
    let capabilities = answer.json()["capabilities"].as_array().unwrap().clone();
    assert!(capabilities.contains(&json!("permission-v2")));
}

#[tokio::test]
async fn a_narrowed_scope_narrows_every_search() {
    let app = TestApp::new();
    let narrowed = client(&app, "narrowed", Role::ServiceClient, "system/Patient.rs?gender=female");
    let total = app.total("Patient").await;
    let seen = app.get(narrowed, "/fhir/Patient").await.json();
    assert!(seen["total"].as_u64().unwrap() < total, "{seen}");
    for entry in seen["entry"].as_array().unwrap() {
        assert_eq!(entry["resource"]["gender"], "female");
    }
    let men = app.get(narrowed, "/fhir/Patient?gender=male").await.json();
    assert_eq!(men["total"], 0);
    // What is taken along needs its own scope, and a chain looks into what was not granted.
    let along = app.get(narrowed, "/fhir/Patient?_include=Patient:organization").await.json();
    for entry in along["entry"].as_array().unwrap() {
        assert_eq!(entry["resource"]["resourceType"], "Patient");
    }
    for chain in [
        "organization.name=x",
        "organization:Organization.name=x",
        "_has:Observation:patient:status=final",
    ] {
        let answer = app.get(narrowed, &format!("/fhir/Patient?{chain}")).await;
        answer.outcome(403);
    }
    let scopes = "system/Patient.rs?gender=female system/Patient.rs?gender=male";
    let two = client(&app, "two", Role::ServiceClient, scopes);
    app.get(two, "/fhir/Patient").await.outcome(403);
}
