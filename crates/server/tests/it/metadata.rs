//! The CapabilityStatement promises what is routed, and every promise is kept.

use crate::app::{CLIENT, INTERFACE, TestApp, Who, local};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SMART: &str = "/fhir/.well-known/smart-configuration";
const ANA: &str = "Patient/ana-example";

/// The smallest resource of a type that may be filed; what each type requires is R4's.
fn smallest(resource_type: &str) -> Value {
    let subject = json!({"reference": ANA});
    let words = json!({"text": "something"});
    let mut resource = match resource_type {
        "AllergyIntolerance" => json!({"patient": subject}),
        "AuditEvent" => json!({
            "type": {"code": "rest"}, "recorded": "2026-01-12T09:30:00Z",
            "agent": [{"requestor": true}], "source": {"observer": {"display": "somebody"}}
        }),
        "Binary" => json!({"contentType": "text/plain"}),
        "Bundle" => json!({"type": "collection"}),
        "Consent" => json!({
            "status": "active", "scope": words, "category": [words], "patient": subject
        }),
        "Device" | "ResearchStudy" => json!({"status": "active"}),
        "Group" => json!({"type": "person", "actual": true}),
        "List" => json!({"status": "current", "mode": "working", "subject": subject}),
        "Media" => json!({"status": "completed", "content": {"title": "Image"}}),
        "MedicationAdministration" => json!({
            "status": "completed", "subject": subject, "medicationCodeableConcept": words,
            "effectiveDateTime": "2026-01-12"
        }),
        "PractitionerRole" => json!({"active": true}),
        "ResearchSubject" => json!({
            "status": "on-study", "study": {"display": "a study"}, "individual": subject
        }),
        "RiskAssessment" => json!({"status": "final", "subject": subject}),
        "Subscription" => crate::subscription::wanted(
            crate::subscription::RESULT,
            "https://ehr.example/hooks",
            "empty",
        ),
        "Condition" => json!({"subject": subject}),
        "DiagnosticReport" | "Observation" => {
            json!({"status": "final", "code": words, "subject": subject})
        }
        "DocumentReference" => json!({
            "status": "current", "subject": subject,
            "content": [{"attachment": {"title": "Report"}}]
        }),
        "Encounter" => json!({"status": "finished", "class": {"code": "AMB"}, "subject": subject}),
        "Medication" | "Specimen" => json!({"status": if resource_type == "Medication" {
            "active"
        } else {
            "available"
        }}),
        "MedicationRequest" | "MedicationStatement" => json!({
            "status": "active", "subject": subject, "medicationCodeableConcept": words
        }),
        "Organization" => json!({"name": "Somewhere"}),
        "Patient" | "Practitioner" => json!({"name": [{"family": "Somebody"}]}),
        "Procedure" | "QuestionnaireResponse" => {
            json!({"status": "completed", "subject": subject})
        }
        "Provenance" => json!({
            "target": [subject], "recorded": "2026-01-12T09:30:00Z",
            "agent": [{"who": {"display": "somebody"}}]
        }),
        "ServiceRequest" => json!({"status": "active", "intent": "order", "subject": subject}),
        "Task" => json!({"status": "requested", "intent": "order", "for": subject}),
        other => panic!("the test has no {other}; add the smallest one that may be filed"),
    };
    resource["resourceType"] = json!(resource_type);
    if resource_type == "MedicationRequest" {
        resource["intent"] = json!("order");
    }
    resource
}

async fn statement(app: &TestApp) -> Value {
    let answer = app.get(Who::Nobody, "/fhir/metadata").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/fhir+json; charset=utf-8");
    answer.json()
}

fn codes(interactions: &Value) -> BTreeSet<String> {
    let list = interactions.as_array().unwrap().iter();
    list.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn it_lists_exactly_what_is_routed() {
    let app = TestApp::empty();
    let statement = statement(&app).await;
    assert_eq!(statement["fhirVersion"], "4.0.1");
    assert_eq!(statement["kind"], "instance");
    let interaction = |(method, path): (&str, &str)| match (method, path) {
        ("GET", "/fhir/{type}") | ("POST", "/fhir/{type}/_search") => Some("search-type"),
        ("POST", "/fhir/{type}") => Some("create"),
        ("GET", "/fhir/{type}/{id}") => Some("read"),
        ("PUT", "/fhir/{type}/{id}") => Some("update"),
        ("GET", "/fhir/{type}/{id}/_history/{version}") => Some("vread"),
        ("GET", "/fhir/{type}/{id}/_history") => Some("history-instance"),
        ("GET", "/fhir/{type}/_history") => Some("history-type"),
        ("PATCH", "/fhir/{type}/{id}") => Some("patch"),
        ("DELETE", "/fhir/{type}/{id}") => Some("delete"),
        // The conditional update is said by a flag, operations have a list of their own.
        ("PUT", "/fhir/{type}") => None,
        (_, path) if path.contains("/$") => None,
        // The system's own: the base and the CapabilityStatement itself.
        (_, "/fhir" | "/fhir/" | "/fhir/metadata" | "/fhir/_history" | SMART) => None,
        (_, path) if path.starts_with("/fhir") => panic!("{method} {path} is not in this test"),
        _ => None,
    };
    let routed: BTreeSet<String> =
        server::routes().into_iter().filter_map(interaction).map(str::to_owned).collect();
    let rest = &statement["rest"][0];
    for resource in rest["resource"].as_array().unwrap() {
        assert_eq!(codes(&resource["interaction"]), routed, "{}", resource["type"]);
        // A subscription has one maker, who knows its address.
        let is_conditional = resource["type"] != "Subscription";
        for way in ["conditionalCreate", "conditionalUpdate"] {
            assert_eq!(resource.get(way).is_some(), is_conditional, "{}", resource["type"]);
        }
    }
    let system = ["batch", "history-system", "transaction"].map(str::to_owned);
    assert_eq!(codes(&rest["interaction"]), BTreeSet::from(system));
    let named = rest["operation"].as_array().unwrap().iter();
    let named: BTreeSet<&str> = named.map(|one| one["name"].as_str().unwrap()).collect();
    let routed: BTreeSet<&str> = server::routes()
        .into_iter()
        .filter_map(|(_, path)| path.rsplit_once("/$").map(|(_, name)| name))
        // Where a job of `$export` is looked at.
        .filter(|name| !name.starts_with("export-"))
        .collect();
    assert_eq!(named, routed);
}

#[tokio::test]
async fn every_interaction_of_every_type_is_answered() {
    let mut app = TestApp::new();
    let endpoints = notify::Endpoints::new(&["https://ehr.example/"]).unwrap();
    app.router = server::router(crate::subscription::with_endpoints(&app, endpoints));
    let statement = statement(&app).await;
    let resources = statement["rest"][0]["resource"].as_array().unwrap().clone();
    assert_eq!(resources.len(), record::searched_types().count());
    for resource in resources {
        let kind = resource["type"].as_str().unwrap();
        let promised = codes(&resource["interaction"]);
        assert_eq!(promised.len(), 9, "a new interaction has to be called here: {promised:?}");
        let mut body = smallest(kind);
        let created = app.post(INTERFACE, &format!("/fhir/{kind}"), &body).await;
        assert_eq!(created.status, 201, "{kind}: {}", created.text());
        let version = local(created.header("location"));
        let vread = app.get(CLIENT, &version).await;
        assert_eq!(vread.status, 200, "{kind}: {}", vread.text());
        let address = version.split("/_history/").next().unwrap();
        let read = app.get(CLIENT, address).await;
        assert_eq!((read.status, &read.body), (vread.status, &vread.body), "{kind}");
        body["id"] = read.json()["id"].clone();
        let updated = app.call("PUT", address).by(INTERFACE).json(&body).send().await;
        assert_eq!(updated.status, 200, "{kind}: {}", updated.text());
        let id = body["id"].as_str().unwrap();
        let found = app.get(CLIENT, &format!("/fhir/{kind}?_id={id}")).await.json();
        assert_eq!(found["total"], 1, "{kind}");
        assert_eq!(found["entry"][0]["resource"]["meta"]["versionId"], "2", "{kind}");
        let call = app.call("PATCH", address).by(INTERFACE).bytes(format!(
            r#"[{{"op":"add","path":"/language","value":"de"}},
            {{"op":"test","path":"/id","value":"{id}"}}]"#
        ));
        let patched = call.header("content-type", "application/json-patch+json").send().await;
        assert_eq!(patched.status, 200, "{kind}: {}", patched.text());
        let deleted = app.call("DELETE", address).by(INTERFACE).send().await;
        assert_eq!(deleted.status, 204, "{kind}: {}", deleted.text());
        for history in [format!("{address}/_history"), format!("/fhir/{kind}/_history?_count=4")] {
            let history = app.get(CLIENT, &history).await.json();
            let entries = history["entry"].as_array().unwrap();
            assert_eq!(entries.len(), 4, "{kind}");
            assert_eq!(entries[0]["request"]["method"], "DELETE", "{kind}");
            assert_eq!(entries[1]["resource"]["language"], "de", "{kind}");
        }
    }
    for kind in ["transaction", "batch"] {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": [
            {"request": {"method": "POST", "url": "Patient"}, "resource": smallest("Patient")}
        ]});
        let answer = app.post(INTERFACE, "/fhir", &bundle).await;
        assert_eq!(answer.status, 200, "{kind}: {}", answer.text());
        assert_eq!(answer.json()["type"], format!("{kind}-response"));
        assert_eq!(answer.json()["entry"][0]["response"]["status"], "201 Created");
    }
}

#[tokio::test]
async fn every_search_parameter_is_known() {
    let app = TestApp::new();
    let statement = statement(&app).await;
    let mut asked = 0;
    for resource in statement["rest"][0]["resource"].as_array().unwrap() {
        let kind = resource["type"].as_str().unwrap();
        for parameter in resource["searchParam"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            let value = match parameter["type"].as_str().unwrap() {
                "token" | "uri" => "something",
                "string" => "Some",
                "date" => "ge2026-01-01",
                "number" | "quantity" => "gt5.4",
                "reference" => ANA,
                // The second part of a composite may be of any kind.
                "composite" if name.ends_with("-quantity") => "x$5.4",
                "composite" if name.ends_with("-date") => "x$2026",
                "composite" => "x$x",
                other => panic!("{kind}?{name} is a {other}"),
            };
            let uri = format!("/fhir/{kind}?{name}={value}");
            let strict = app.call("GET", &uri).by(CLIENT).header("prefer", "handling=strict");
            let answer = strict.send().await;
            assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
            assert_eq!(answer.json()["type"], "searchset", "{uri}");
            let link = answer.json()["link"][0]["url"].as_str().unwrap().to_owned();
            assert!(link.contains(&format!("?{name}=")), "{uri} was not used: {link}");
            asked += 1;
        }
    }
    assert!(asked > 500, "{asked}");
}

#[tokio::test]
async fn every_include_that_is_listed_is_taken() {
    let app = TestApp::new();
    let statement = statement(&app).await;
    let mut asked = 0;
    for resource in statement["rest"][0]["resource"].as_array().unwrap() {
        let kind = resource["type"].as_str().unwrap();
        for (list, name) in [("searchInclude", "_include"), ("searchRevInclude", "_revinclude")] {
            for include in resource[list].as_array().into_iter().flatten() {
                let include = include.as_str().unwrap();
                // One of each type is enough over HTTP.
                if include.ends_with(":patient") || include.ends_with(":encounter") {
                    let uri = format!("/fhir/{kind}?{name}={include}&_count=1");
                    let answer = app.get(CLIENT, &uri).await;
                    assert_eq!(answer.status, 200, "{uri}: {}", answer.text());
                    asked += 1;
                }
            }
        }
        for parameter in resource["searchParam"].as_array().unwrap() {
            let definition = parameter["definition"].as_str().unwrap();
            assert!(definition.starts_with("http://hl7.org/fhir/SearchParameter/"), "{definition}");
        }
    }
    assert!(asked > 30, "{asked}");
}
