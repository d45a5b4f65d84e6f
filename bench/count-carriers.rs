//! `cargo run --release -p server --example count-carriers -- [SUBJECTS] [DIRECTORY]`: files
//! subjects with two variants, a genotype and a test each, makes the sets of carriers, asks counts
//! of the population operations through the router, and prints what it took. A measurement, not a
//! test.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

mod setting;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use interpret::Interpreter;
use knowledge::Pack;
use model::TenantId;
use record::{Client, Record, Role};
use serde_json::{Value, json};
use server::{App, Carriers, Settings, router, token_digest};
use setting::{access, open};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt as _;

/// Subjects of one transaction.
const SUBJECTS_AT_ONCE: u64 = 200;
/// Questions of each kind.
const QUESTIONS: usize = 200;
/// Variants beside the common one.
const VARIANTS: u64 = 2_000;
const LOINC: &str = "http://loinc.org";
const ANALYSIS: &str =
    "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genomic-study-analysis";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let subjects = arguments.next().map_or(Ok(100_000), |count| count.parse())?;
    let directory = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = directory.join(format!("count-carriers-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let measured = measure(subjects, &directory);
    std::fs::remove_dir_all(&directory)?;
    measured
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

/// The place of a variant, counted from 0, and its bases.
fn variant(number: u64) -> String {
    format!("NC_000010.11:{}:G:A", 94_760_000 + number * 10)
}

/// A number of a subject that looks random (Knuth's multiplicative hash).
fn mixed(subject: u64, salt: u64) -> u64 {
    (subject.wrapping_mul(2_654_435_761).wrapping_add(salt * 40_503) >> 7) % 1_000_003
}

fn observation(id: &str, subject: &str, code: &str, mut content: Value) -> Value {
    let held = json!({"resourceType": "Observation", "id": id, "status": "final",
        "code": coded(LOINC, code), "subject": {"reference": subject},
        "effectiveDateTime": "2026-01-02"});
    if let (Some(content), Some(held)) = (content.as_object_mut(), held.as_object()) {
        held.iter().for_each(|(name, value)| {
            content.insert(name.clone(), value.clone());
        });
    }
    content
}

/// A subject with two variants, a genotype and the test that they come from.
fn resources(number: u64) -> Vec<Value> {
    let id = format!("s{number:07}");
    let subject = format!("Patient/{id}");
    let is_common = mixed(number, 1) % 100 < 40;
    let carried = [if is_common { 0 } else { 1 + mixed(number, 2) % VARIANTS }, {
        // Few have the later ones.
        let share = mixed(number, 3) % VARIANTS;
        1 + share * share / VARIANTS
    }];
    let mut held = vec![json!({"resourceType": "Patient", "id": id, "gender": "unknown",
        "birthDate": "1980-01-01", "name": [{"family": "Sample", "given": [id]}],
        "identifier": [{"system": "urn:bench", "value": id}]})];
    for (place, carried) in carried.into_iter().enumerate() {
        let spdi = coded("https://api.ncbi.nlm.nih.gov/variation/v0/spdi", &variant(carried));
        let content = json!({"valueCodeableConcept": coded(LOINC, "LA9633-4"), "component": [
            {"code": coded(LOINC, "81252-9"), "valueCodeableConcept": spdi},
            {"code": coded(LOINC, "48002-0"), "valueCodeableConcept": coded(LOINC, "LA6683-2")}]});
        held.push(observation(&format!("{id}-{place}"), &subject, "69548-6", content));
    }
    let genotype = if is_common { "CYP2C19 *1/*2" } else { "CYP2C19 *1/*17" };
    let content = json!({"valueCodeableConcept": {"text": genotype}});
    held.push(observation(&format!("{id}-g"), &subject, "84413-4", content));
    // Two panels, of which one ends earlier.
    let end = if number.is_multiple_of(3) { 94_765_000 } else { 94_800_000 };
    held.push(json!({"resourceType": "Procedure", "id": format!("{id}-t"), "status": "completed",
        "meta": {"profile": [ANALYSIS]}, "subject": {"reference": subject},
        "performedDateTime": "2026-01-01", "extension": [
            {"url": format!("{ANALYSIS}-genome-build"),
                "valueCodeableConcept": coded(LOINC, "LA26806-2")},
            {"url": format!("{ANALYSIS}-regions"), "extension": [{
                "url": "urn:cognate:extension:callable-region",
                "valueString": format!("GRCh38:chr10:94750000-{end}")}]}]}));
    held
}

fn file(record: &Record, subjects: u64) -> Result<(), Box<dyn Error>> {
    let interface = access(Role::Interface);
    let look = &intake::fhir::no_look;
    let mut from = 0;
    while from < subjects {
        let until = (from + SUBJECTS_AT_ONCE).min(subjects);
        let entry = |resource: Value| {
            let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
            let url = format!("{}/{}", text("resourceType"), text("id"));
            json!({"resource": resource, "request": {"method": "PUT", "url": url}})
        };
        let entries: Vec<Value> = (from..until).flat_map(resources).map(entry).collect();
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        intake::fhir::transaction(record, &interface, "", look, bundle.to_string().as_bytes())?;
        from = until;
    }
    Ok(())
}

fn measure(subjects: u64, directory: &Path) -> Result<(), Box<dyn Error>> {
    let record = open(directory)?;
    let started = Instant::now();
    file(&record, subjects)?;
    println!("{subjects} subjects filed in {:.0} s", started.elapsed().as_secs_f64());
    let client = Client {
        id: "bench".to_owned(),
        name: "bench".to_owned(),
        role: Role::ServiceClient,
        token_sha256: token_digest("token-bench"),
        scopes: None,
    };
    record.put_client(&access(Role::Operator), client)?;
    let tenant = TenantId::new("default");
    let interpreter = Interpreter::new(record.clone(), Arc::new(Pack::built_in()?), &tenant)?;
    let base_url = "http://localhost".to_owned();
    let app = App::new(record, interpreter, Settings { base_url, tenant, secure_cookies: false });
    let started = Instant::now();
    Carriers::new(&app).catch_up(&|| false).map_err(|error| error.to_string())?;
    let size = std::fs::metadata(directory.join("store").join("genome.db"))?.len();
    println!("sets made in {:.0} s; {size} bytes", started.elapsed().as_secs_f64());
    ask(&app)
}

fn ask(app: &App) -> Result<(), Box<dyn Error>> {
    let list =
        |from: u64, count: u64| (from..from + count).map(variant).collect::<Vec<_>>().join(",");
    let specific = "find-population-specific-variants?variants=";
    let (common, rare) = (variant(0), variant(1_999));
    let app = router(app.clone());
    let runtime = tokio::runtime::Runtime::new()?;
    for (what, question) in [
        ("a common variant", format!("{specific}{common}")),
        ("a rare variant", format!("{specific}{rare}")),
        ("twenty variants", format!("{specific}{}", list(0, 20))),
        ("two hundred, all in one of each list", {
            format!("{specific}{}&variants={}", list(0, 100), list(100, 100))
        }),
        ("genotypes", "find-population-specific-haplotypes?haplotypes=*1,*2,*17".to_owned()),
        (
            "a structural range",
            "find-population-structural-intersecting-variants?ranges=NC_000010.11:94760000-94800000"
                .to_owned(),
        ),
    ] {
        let mut took = Vec::new();
        let mut text = String::new();
        for _ in 0..QUESTIONS {
            let request = Request::get(format!("/fhir/${question}"))
                .header("authorization", "Bearer token-bench")
                .body(Body::empty())?;
            let started = Instant::now();
            let (status, body) = runtime.block_on(async {
                let answer = app.clone().oneshot(request).await?;
                let status = answer.status();
                let body = answer.into_body().collect().await?.to_bytes();
                Ok::<_, Box<dyn Error>>((status, body))
            })?;
            took.push(started.elapsed());
            text = String::from_utf8_lossy(&body).into_owned();
            if status != StatusCode::OK {
                return Err(format!("answered {status}: {text}").into());
            }
        }
        took.sort_unstable();
        let at = |share: usize| {
            let place = (took.len() * share / 100).min(took.len().saturating_sub(1));
            took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
        };
        let answer: Value = serde_json::from_str(&text)?;
        let first = answer.pointer("/parameter/0/part").map(Value::to_string).unwrap_or_default();
        let first: String = first.chars().take(300).collect();
        println!("{what}: p50 {:.2}, p99 {:.2} ms; {first}", at(50), at(99));
    }
    Ok(())
}
