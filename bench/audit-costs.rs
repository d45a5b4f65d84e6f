//! `cargo run --release -p server --features measure-without-audit --example audit-costs`: what
//! the audit log takes of the server's throughput. The same requests with it and without it, by
//! turns, of 64 callers in a closed loop through the router; every event and every commit is
//! durable before the answer. Fails where the whole of it loses a tenth or more.
//!
//! The feature is for this alone: no other build can leave an event out.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod setting;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use interpret::Interpreter;
use knowledge::Pack;
use model::TenantId;
use record::{Client, Role};
use serde_json::{Value, json};
use server::{App, Settings, router, token_digest};
use setting::{access, open};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// So many that the processor is never idle. Few of them wait for the disk, with the log once more
/// than without it, and what is seen is how long they wait, not what the server can do.
const CALLERS: usize = 64;
/// Each with the log and without it, by turns.
const ROUNDS: usize = 9;
const PATIENTS: usize = 100;
const RESULTS_OF_PATIENT: usize = 20;
const GOAL_PERCENT: f64 = 10.0;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum Work {
    Mixed,
    Create,
    Read,
    Search,
}

impl Work {
    /// Throughput is that of all of them by turns; each by itself says where it goes.
    const ALL: [(Self, &'static str); 4] = [
        (Self::Mixed, "creating, reading and searching by turns"),
        (Self::Create, "creating a genomic result"),
        (Self::Read, "reading a result"),
        (Self::Search, "searching the results of a patient"),
    ];

    /// Requests of one caller in a round: about a second of them.
    const fn each(self) -> usize {
        match self {
            Self::Create | Self::Search => 25,
            Self::Mixed => 50,
            Self::Read => 250,
        }
    }

    /// What the request with this number does.
    const fn at(self, number: usize) -> Self {
        match (self, number % 3) {
            (Self::Mixed, 0) => Self::Create,
            (Self::Mixed, 1) => Self::Search,
            (Self::Mixed, _) => Self::Read,
            (one, _) => one,
        }
    }

    /// The request with a number of its own.
    fn request(self, number: usize) -> Result<Request<Body>, Box<dyn Error + Send + Sync>> {
        let patient = number % PATIENTS;
        let (method, path, role, body) = match self.at(number) {
            Self::Create => (Method::POST, "Observation".to_owned(), Role::Interface, {
                Body::from(result(patient, number).to_string())
            }),
            Self::Read | Self::Mixed => {
                let id = number % (PATIENTS * RESULTS_OF_PATIENT);
                (Method::GET, format!("Observation/o{id}"), Role::ServiceClient, Body::empty())
            }
            Self::Search => {
                let path = format!("Observation?patient=Patient/p{patient}&_count=20");
                (Method::GET, path, Role::ServiceClient, Body::empty())
            }
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("/fhir/{path}"))
            .header("authorization", format!("Bearer token-{}", role.word()))
            .header("content-type", "application/fhir+json")
            .body(body)?;
        Ok(request)
    }
}

/// A genotype as a laboratory reports it.
fn result(patient: usize, number: usize) -> Value {
    let coding = |system: &str, code: &str, display: &str| {
        let coding = json!({"system": system, "code": code, "display": display});
        json!({"coding": [coding], "text": display})
    };
    let component = |code: &str, display: &str, value: &str| {
        json!({"code": coding("http://loinc.org", code, display),
            "valueCodeableConcept": {"text": value}})
    };
    json!({
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": "urn:oid:2.999.1", "value": format!("R{number}")}],
        "category": [coding("http://terminology.hl7.org/CodeSystem/observation-category",
            "laboratory", "Laboratory")],
        "code": coding("http://loinc.org", "84413-4", "Genotype display name"),
        "subject": {"reference": format!("Patient/p{patient}")},
        "effectiveDateTime": "2026-03-01T08:00:00Z",
        "issued": "2026-03-02T09:30:00Z",
        "valueCodeableConcept": {"text": "CYP2C19*1/*2"},
        "component": [
            component("48018-6", "Gene studied [ID]", "CYP2C19"),
            component("53040-2", "Genetic variation's effect on drug metabolism",
                "Intermediate metabolizer"),
            component("48013-7", "Genomic reference sequence [ID]", "NG_008384.3"),
        ],
    })
}

fn main() -> ExitCode {
    let directory = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = directory.join(format!("audit-costs-{}", std::process::id()));
    let made = std::fs::create_dir_all(&directory).map_err(Into::into);
    let measured = made.and_then(|()| measure(&directory));
    let _ = std::fs::remove_dir_all(&directory);
    match measured {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("audit-costs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(directory: &Path) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let record = open(directory).map_err(|error| error.to_string())?;
    let tenant = TenantId::new("default");
    for role in [Role::Interface, Role::ServiceClient] {
        let word = role.word().to_owned();
        let token_sha256 = token_digest(&format!("token-{word}"));
        let client = Client { id: word.clone(), name: word, role, token_sha256, scopes: None };
        record.put_client(&access(Role::Operator), client)?;
    }
    let interpreter = Interpreter::new(record.clone(), Arc::new(Pack::built_in()?), &tenant)?;
    let base_url = "http://localhost".to_owned();
    let settings = Settings { base_url, tenant, secure_cookies: false };
    let app = router(App::new(record.clone(), interpreter, settings));
    let runtime = Runtime::new()?;
    runtime.block_on(fill(&app))?;
    let mut is_met = true;
    for (work, what) in Work::ALL {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS * 2 {
            let is_silent = round % 2 == 1;
            record.leave_out_audit_events(is_silent);
            let took = runtime.block_on(load(&app, work, round))?;
            // The first warms up.
            match (round, is_silent) {
                (0, _) => {}
                (_, true) => without.push(took),
                (_, false) => with.push(took),
            }
        }
        record.leave_out_audit_events(false);
        let is_below = report((what, work.each()), with, without);
        is_met &= is_below || !matches!(work, Work::Mixed);
    }
    let verified = record.verify_audit();
    println!("audit log: {}", if verified.is_intact() { "intact" } else { "NOT INTACT" });
    Ok(is_met && verified.is_intact())
}

/// The patients and their results.
async fn fill(app: &Router) -> Result<(), Box<dyn Error + Send + Sync>> {
    for patient in 0..PATIENTS {
        let mut resources = vec![json!({"resourceType": "Patient", "id": format!("p{patient}"),
            "name": [{"family": format!("Example{patient}")}]})];
        resources.extend((0..RESULTS_OF_PATIENT).map(|number| {
            let number = patient + number * PATIENTS;
            let mut result = result(patient, number);
            result["id"] = Value::from(format!("o{number}"));
            result
        }));
        let put = |resource: &Value| {
            let [kind, id] = ["resourceType", "id"].map(|name| resource[name].as_str());
            let url = format!("{}/{}", kind.unwrap_or_default(), id.unwrap_or_default());
            json!({"resource": resource, "request": {"method": "PUT", "url": url}})
        };
        let entries: Vec<Value> = resources.iter().map(put).collect();
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let request = Request::post("/fhir")
            .header("authorization", format!("Bearer token-{}", Role::Interface.word()))
            .header("content-type", "application/fhir+json")
            .body(Body::from(bundle.to_string()))?;
        answered(app, request, StatusCode::OK).await?;
    }
    Ok(())
}

/// One round of all callers.
async fn load(
    app: &Router,
    work: Work,
    round: usize,
) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let app = app.clone();
        callers.spawn(async move {
            for number in 0..work.each() {
                let number = (round * CALLERS + caller) * work.each() + number;
                let is_new = matches!(work.at(number), Work::Create);
                let expected = if is_new { StatusCode::CREATED } else { StatusCode::OK };
                answered(&app, work.request(number)?, expected).await?;
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        });
    }
    while let Some(done) = callers.join_next().await {
        done??;
    }
    Ok(begun.elapsed())
}

async fn answered(
    app: &Router,
    request: Request<Body>,
    expected: StatusCode,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let answer = app.clone().oneshot(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    if status == expected {
        return Ok(());
    }
    Err(format!("answered {status}: {}", String::from_utf8_lossy(&body)).into())
}

fn report(
    (what, each): (&str, usize),
    mut with: Vec<Duration>,
    mut without: Vec<Duration>,
) -> bool {
    let requests = u32::try_from(CALLERS * each).map_or(0.0, f64::from);
    let per_second = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        requests / times.get(times.len() / 2).map_or(f64::INFINITY, Duration::as_secs_f64)
    };
    let (with, without) = (per_second(&mut with), per_second(&mut without));
    let percent = (1.0 - with / without).max(0.0) * 100.0;
    let is_met = percent < GOAL_PERCENT;
    let outcome = if is_met { "met" } else { "NOT MET" };
    println!(
        "figure: audit, {what} | < 10 % of throughput | {percent:.1} %: {with:.0}/s, without it \
         {without:.0}/s | {outcome}"
    );
    is_met
}
