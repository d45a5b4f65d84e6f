//! The examples of the Genomics Reporting guide, when they are at hand: each is filed over HTTP,
//! found by search and read back as it was sent.

use crate::app::{CLIENT, INTERFACE, TestApp, escape};
use formats::fhir::json::{self, Document};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Examples that the compiled guide has.
const EXAMPLES: usize = 205;

/// The definitions of the guide; everything else in its folder is an example.
const DEFINITIONS: &[&str] = &[
    "CodeSystem",
    "ConceptMap",
    "ImplementationGuide",
    "OperationDefinition",
    "StructureDefinition",
    "ValueSet",
];

/// Types that are kept and read by id, and have no search (docs/FHIR-SEARCH.md).
const NOT_SEARCHED: &[&str] = &["Parameters"];

/// Every example with the bytes of its file; patients first, because a result must be about a
/// patient who is known.
pub(crate) fn examples() -> Option<Vec<(Value, Vec<u8>)>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../../shared/data/fhir/genomics-reporting/resources");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: the examples of the Genomics Reporting guide are not at hand");
        return None;
    };
    let mut found = Vec::new();
    for file in files {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        if !DEFINITIONS.contains(&value["resourceType"].as_str().unwrap()) {
            found.push((value, bytes));
        }
    }
    found.sort_by_key(|(value, _)| (value["resourceType"] != "Patient", place(value)));
    assert_eq!(found.len(), EXAMPLES);
    Some(found)
}

fn place(resource: &Value) -> String {
    format!("{}/{}", text(&resource["resourceType"]), text(&resource["id"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A resource with its decimals as they are written, without what a server adds.
fn content(bytes: &[u8]) -> Document {
    let mut document = json::read(bytes, json::RESOURCE_BYTES_MAX).unwrap();
    let object = document.value.as_object_mut().unwrap();
    if let Some(meta) = object.get_mut("meta").and_then(Value::as_object_mut) {
        meta.remove("versionId");
        meta.remove("lastUpdated");
        if meta.is_empty() {
            object.remove("meta");
        }
    }
    document
}

/// The searches that find a resource: one for each of its identifying elements that its type is
/// searched by.
fn searches(resource: &Value) -> Vec<String> {
    let mut searches = vec![format!("_id={}", text(&resource["id"]))];
    let profiles = resource["meta"]["profile"].as_array().into_iter().flatten();
    searches.extend(profiles.map(|profile| format!("_profile={}", escape(text(profile)))));
    let token = |coding: &Value| {
        let system = coding["system"].as_str().unwrap_or_default();
        escape(&format!("{system}|{}", text(&coding["code"])))
    };
    let all = |value: &Value| match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let kind = text(&resource["resourceType"]);
    let (concepts, reference): (&[&str], &str) = match kind {
        "Observation" | "DiagnosticReport" | "Procedure" | "ServiceRequest" => {
            (&["code", "category"], "subject")
        }
        "DocumentReference" => (&["type", "category"], "subject"),
        "Task" => (&["code"], "for"),
        "Specimen" => (&["type"], "subject"),
        "Device" | "Organization" => (&["type"], ""),
        "MedicationStatement" | "RiskAssessment" => (&[], "subject"),
        _ => (&[], ""),
    };
    for name in concepts {
        for concept in all(&resource[name]) {
            searches.extend(all(&concept["coding"]).iter().map(|c| format!("{name}={}", token(c))));
        }
    }
    if let Some(about) = resource[reference]["reference"].as_str() {
        // A task is for somebody; its parameter is called `patient`, like that of most.
        let name = if reference == "for" { "patient" } else { reference };
        searches.push(format!("{name}={}", escape(about)));
    }
    for identifier in all(&resource["identifier"]) {
        let system = identifier["system"].as_str().unwrap_or_default();
        let value = identifier["value"].as_str();
        let search = |value: &str| format!("identifier={}", escape(&format!("{system}|{value}")));
        searches.extend(value.map(search));
    }
    for component in all(&resource["component"]) {
        let codes = all(&component["code"]["coding"]);
        searches.extend(codes.iter().map(|code| format!("component-code={}", token(code))));
    }
    searches
}

/// What each search has to find, by type and query: ids.
type Expected = BTreeMap<(String, String), BTreeSet<String>>;

fn expect(expected: &mut Expected, resource: &Value) {
    let (kind, id) = (text(&resource["resourceType"]), text(&resource["id"]));
    for query in searches(resource) {
        expected.entry((kind.to_owned(), query)).or_default().insert(id.to_owned());
    }
}

/// Searches that do not find what they have to, with what is missing.
async fn missing(app: &TestApp, expected: &Expected) -> Vec<String> {
    let mut faults = Vec::new();
    for ((kind, query), ids) in expected {
        let answer = app.get(CLIENT, &format!("/fhir/{kind}?{query}&_count=1000")).await;
        let body = answer.json();
        let entries = body["entry"].as_array().cloned().unwrap_or_default();
        let found: BTreeSet<&str> =
            entries.iter().map(|entry| text(&entry["resource"]["id"])).collect();
        let lost: Vec<&String> = ids.iter().filter(|id| !found.contains(id.as_str())).collect();
        if answer.status != 200 || !lost.is_empty() {
            faults.push(format!("{kind}?{query}: {} without {lost:?}", answer.status));
        }
    }
    faults
}

#[tokio::test]
async fn each_is_filed_found_and_read_as_it_was_sent() {
    let Some(examples) = examples() else { return };
    let app = TestApp::empty();
    let mut faults = Vec::new();
    for (resource, bytes) in &examples {
        let place = place(resource);
        let call = app.call("PUT", &format!("/fhir/{place}")).by(INTERFACE);
        let call = call.header("content-type", "application/fhir+json").bytes(bytes.clone());
        let answer = call.send().await;
        if answer.status != 201 {
            faults.push(format!("{place}: {}", answer.text()));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    let mut expected = Expected::new();
    for (resource, bytes) in &examples {
        let (place, kind) = (place(resource), text(&resource["resourceType"]));
        let read = app.get(CLIENT, &format!("/fhir/{place}")).await;
        if read.status != 200 || content(&read.body) != content(bytes) {
            faults.push(format!("{place} came back as {}", read.text()));
        }
        if NOT_SEARCHED.contains(&kind) {
            let uri = format!("/fhir/{kind}?_id={}", text(&resource["id"]));
            let answer = app.get(CLIENT, &uri).await;
            assert_eq!(answer.outcome(404)["code"], "not-supported", "never an empty answer");
        } else {
            expect(&mut expected, resource);
        }
    }
    faults.extend(missing(&app, &expected).await);
    assert_eq!(faults, Vec::<String>::new());
    let mut asked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (kind, query) in expected.keys() {
        let (name, _) = query.split_once('=').unwrap();
        asked.entry(kind).or_default().insert(name);
    }
    // What was asked, so that a change of the examples does not make this test say less.
    for (kind, names) in [
        ("DiagnosticReport", "_id _profile category code identifier subject"),
        ("DocumentReference", "_id _profile identifier subject"),
        ("Observation", "_id _profile category code component-code subject"),
        ("Patient", "_id identifier"),
        ("Procedure", "_id _profile category code identifier subject"),
        ("ServiceRequest", "_id category code identifier subject"),
        ("Specimen", "_id identifier subject type"),
        ("Task", "_id _profile code patient"),
    ] {
        assert_eq!(asked[kind].iter().copied().collect::<Vec<_>>().join(" "), names, "{kind}");
    }
    assert_eq!(asked.len() + NOT_SEARCHED.len(), 15, "{:?}", asked.keys());
}

/// What became of the entries of a transaction: their addresses there and here.
fn addresses(bundle: &Value, answer: &Value) -> Vec<(String, String)> {
    let entries = bundle["entry"].as_array().unwrap();
    let answers = answer["entry"].as_array().unwrap();
    assert_eq!(entries.len(), answers.len());
    let pairs = entries.iter().zip(answers).map(|(entry, answer)| {
        let location = text(&answer["response"]["location"]);
        let parts: Vec<&str> = location.rsplitn(5, '/').collect();
        (text(&entry["fullUrl"]).to_owned(), format!("{}/{}", parts[3], parts[2]))
    });
    pairs.collect()
}

/// The references of a resource, led to where the transaction put their targets.
fn led(value: &mut Value, addresses: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("reference") {
                let known = addresses.get(reference.as_str());
                *reference = known.cloned().unwrap_or_else(|| reference.clone());
            }
            members.values_mut().for_each(|member| led(member, addresses));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| led(item, addresses)),
        _ => {}
    }
}

#[tokio::test]
async fn their_transactions_are_filed_whole_and_found() {
    let Some(examples) = examples() else { return };
    let mut transactions = 0;
    for (bundle, bytes) in examples.iter().filter(|(value, _)| value["type"] == "transaction") {
        transactions += 1;
        let app = TestApp::empty();
        let call = app.call("POST", "/fhir").by(INTERFACE);
        let answer = call.header("content-type", "application/fhir+json").bytes(bytes.clone());
        let answer = answer.send().await;
        assert_eq!(answer.status, 200, "{}: {}", place(bundle), answer.text());
        let pairs = addresses(bundle, &answer.json());
        let mut known = BTreeMap::new();
        for ((full_url, address), entry) in pairs.iter().zip(bundle["entry"].as_array().unwrap()) {
            known.insert(full_url.clone(), address.clone());
            // Entries of a server that is elsewhere are also named by their place there.
            if let Some(id) = entry["resource"]["id"].as_str() {
                let kind = text(&entry["resource"]["resourceType"]);
                if full_url.ends_with(&format!("/{kind}/{id}")) {
                    known.insert(format!("{kind}/{id}"), address.clone());
                }
            }
        }
        let mut expected = Expected::new();
        for ((_, address), entry) in pairs.iter().zip(bundle["entry"].as_array().unwrap()) {
            let mut sent = entry["resource"].clone();
            led(&mut sent, &known);
            sent["id"] = json!(address.rsplit('/').next().unwrap());
            let read = app.get(CLIENT, &format!("/fhir/{address}")).await;
            let sent = content(sent.to_string().as_bytes()).value;
            assert_eq!(content(&read.body).value, sent, "{} {address}", place(bundle));
            // Types without a search are kept and read.
            if sent["resourceType"] != "MolecularSequence" {
                expect(&mut expected, &sent);
            }
        }
        assert_eq!(missing(&app, &expected).await, Vec::<String>::new(), "{}", place(bundle));
    }
    assert_eq!(transactions, 10);
}
