//! `cargo run --release -p server --example show-patient -- [DIRECTORY]`: files ten years of one
//! patient, asks for the patient page through the router, and prints what that took and how large
//! it is. A measurement, not a test.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

mod decade;
mod setting;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt as _;
use intake::feed::Feed;
use intake::work::Worker;
use interpret::Interpreter;
use knowledge::Pack;
use model::{TenantId, Timestamp};
use record::{Account, Role, Scope, Session};
use server::{App, Settings, router, token_digest};
use setting::{access, now, open};
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt as _;

/// Pages asked for.
const PAGES: usize = 500;
/// Patients whom the ten years' one is merged with: the demonstration's.
const PATIENTS: &str = include_str!("../demo/fhir/patients.transaction.json");
const HOUR_MICROS: i64 = 3_600_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = directory.join(format!("show-patient-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let measured = measure(&directory);
    std::fs::remove_dir_all(&directory)?;
    measured
}

fn measure(directory: &Path) -> Result<(), Box<dyn Error>> {
    let (record, tenant) = (open(directory)?, TenantId::new("default"));
    let pack = Arc::new(Pack::built_in()?);
    let drugs = pack.pgx.drugs.iter().map(|drug| (drug.rxnorm.as_str(), drug.name.as_str()));
    let years = decade::transaction(&drugs.collect::<Vec<_>>()).to_string();
    for bundle in [PATIENTS, &years] {
        let (door, look) = (access(Role::Interface), &intake::fhir::no_look);
        intake::fhir::transaction(&record, &door, "", look, bundle.as_bytes())?;
    }
    let feed = Feed::production("north", &tenant);
    let message = decade::message().into_bytes();
    intake::receive::receive(&record, &feed, "127.0.0.1", message)?;
    Worker::new(record.clone(), Arc::clone(&pack), vec![feed], &tenant).work_off()?;
    let account = Account {
        login: "bench".to_owned(),
        display_name: "bench".to_owned(),
        role: Role::Prescriber,
        password_hash: "none".to_owned(),
        scope: Scope::Tenant,
    };
    record.put_account(&access(Role::Operator), account)?;
    let (started, over) = (now(), Timestamp::from_micros(now().micros() + HOUR_MICROS));
    let session = Session::new(token_digest("bench"), "bench", "password", started, over);
    record.put_session(&access(Role::Operator), session)?;
    let interpreter = Interpreter::new(record.clone(), pack, &tenant)?;
    interpreter.catch_up()?;
    let base_url = "http://localhost".to_owned();
    let settings = Settings { base_url, tenant, secure_cookies: false };
    let app = router(App::new(record, interpreter, settings));
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut took, mut page) = (Vec::new(), Vec::new());
    for _ in 0..PAGES {
        let request = Request::get(format!("/patients/{}", decade::PATIENT))
            .header("cookie", "cognate-session=bench")
            .body(Body::empty())?;
        let started = Instant::now();
        let (status, body) = runtime.block_on(async {
            let answer = app.clone().oneshot(request).await?;
            let status = answer.status();
            Ok::<_, Box<dyn Error>>((status, answer.into_body().collect().await?.to_bytes()))
        })?;
        took.push(started.elapsed());
        if status != StatusCode::OK {
            return Err(format!("answered {status}").into());
        }
        page = body.to_vec();
    }
    let mut sent = GzEncoder::new(Vec::new(), Compression::default());
    sent.write_all(&page)?;
    took.sort_unstable();
    let at = |share: usize| {
        let place = (took.len() * share / 100).min(took.len().saturating_sub(1));
        took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    };
    println!(
        "patient page of ten years: p50 {:.1}, p99 {:.1} ms; {} bytes, {} compressed",
        at(50),
        at(99),
        page.len(),
        sent.finish()?.len()
    );
    Ok(())
}
