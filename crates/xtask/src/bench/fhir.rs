//! Load on a FHIR R4 server: N callers, each with one connection, in a closed loop. Plain FHIR,
//! so that another server can be measured by the same requests.
//!
//! Who is asked about are the patients of `bench-resources`, which must have been imported for
//! `read`, `search` and `create`.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{
    Connection, Summary, Target,
    cds::{CALLERS_MAX, REQUESTS_MAX, callers, pace},
    resources::{observation, patient},
};
use crate::arguments::Arguments;

/// Requests of each caller before the clock counts.
const WARM_UP: usize = 20;
/// Media type of everything that is sent.
const FHIR_JSON: &str = "application/fhir+json";
/// Patients from here on are of transactions, so that they meet none that were imported.
const TRANSACTION_PATIENTS_FROM: u32 = 100_000_000;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// One genomic observation, stored under an id of the server's.
    Create,
    /// A patient with four observations in one transaction.
    Transaction,
    /// One observation by its id.
    Read,
    /// Searches of five kinds in turn; see [`searches`].
    Search,
}

/// One run.
#[derive(Debug, Clone)]
pub struct Settings {
    target: Target,
    work: Work,
    headers: Vec<String>,
    callers: usize,
    requests: usize,
    patients: u32,
    first: u32,
}

impl Settings {
    /// Names of the arguments.
    pub const NAMES: &[&str] =
        &["url", "work", "token", "callers", "requests", "patients", "first"];

    /// From the command line.
    ///
    /// # Errors
    /// A missing or wrong argument, or a number over its limit.
    pub fn from(arguments: &Arguments) -> Result<Self> {
        let work = match arguments.required("work")? {
            "create" => Work::Create,
            "transaction" => Work::Transaction,
            "read" => Work::Read,
            "search" => Work::Search,
            other => bail!("`{other}` is no work: create, transaction, read or search"),
        };
        let callers = arguments.parsed_or("callers", 16)?;
        let requests = arguments.parsed_or("requests", 2000)?;
        if !(1..=CALLERS_MAX).contains(&callers) {
            bail!("`--callers` is 1 to {CALLERS_MAX}");
        }
        if !(callers..=REQUESTS_MAX).contains(&requests) {
            bail!("`--requests` is at least the callers and at most {REQUESTS_MAX}");
        }
        let bearer = arguments.get("token").map(|token| format!("authorization: Bearer {token}"));
        let accept = format!("accept: {FHIR_JSON}");
        Ok(Self {
            target: Target::parse(arguments.required("url")?.trim_end_matches('/'))?,
            work,
            headers: bearer.into_iter().chain([accept]).collect(),
            callers,
            requests,
            patients: arguments.parsed_or("patients", 5_000)?,
            first: arguments.parsed_or("first", 0)?,
        })
    }

    /// Method, path and body of a request.
    fn request(&self, number: usize) -> (&'static str, String, String) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let base = self.target.path.trim_end_matches('/');
        // Neighbours are far apart, so that what was just read is not read again.
        let of = number.wrapping_mul(2_654_435_761) % self.patients.max(1);
        match self.work {
            Work::Create => {
                let mut resource = observation(of, number);
                if let Some(members) = resource.as_object_mut() {
                    members.remove("id");
                }
                ("POST", format!("{base}/Observation"), resource.to_string())
            }
            Work::Transaction => {
                let body = transaction(TRANSACTION_PATIENTS_FROM + self.first + number);
                ("POST", if base.is_empty() { "/".to_owned() } else { base.to_owned() }, body)
            }
            Work::Read => {
                let path = format!("{base}/Observation/bench-{of}-{}", number % 19);
                ("GET", path, String::new())
            }
            Work::Search => ("GET", format!("{base}/{}", search(of, number)), String::new()),
        }
    }
}

/// A patient and four observations, each put under its id.
fn transaction(number: u32) -> String {
    let findings = (0..4).map(|finding| observation(number, finding));
    let entries = [patient(number)].into_iter().chain(findings).map(|resource| {
        let text = |name: &str| resource.get(name).and_then(|text| text.as_str()).unwrap_or("");
        let url = format!("{}/{}", text("resourceType"), text("id"));
        json!({"resource": resource, "request": {"method": "PUT", "url": url}})
    });
    let entries: Vec<_> = entries.collect();
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
}

/// What a clinician's pages and an application ask for.
fn search(of: u32, number: u32) -> String {
    match number % 5 {
        // The patient by the hospital's number.
        0 => format!("Patient?identifier=urn:oid:2.999.1%7CMRN{of:07}"),
        // What is known of a patient in one gene.
        1 => format!(
            "Observation?patient=bench-{of}&component-code-value-concept=\
             http://loinc.org%7C48018-6$http://www.genenames.org/geneId%7CHGNC:2621"
        ),
        // The latest findings of a patient.
        2 => format!("Observation?subject=Patient/bench-{of}&_sort=-date&_count=10"),
        // Who has a variant.
        3 => format!(
            "Observation?component-value-concept=NC_000010.11:g.{}G%3EA&_count=20",
            1_000_000 + of % 50_000
        ),
        // Patients of a name.
        _ => format!("Patient?family=Bench{}&birthdate=ge1980&_count=20", of % 977),
    }
}

/// What a run measured.
#[derive(Debug)]
pub struct Measured {
    callers: usize,
    wall: Duration,
    latency: Summary,
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&pace(self.callers, self.wall, &self.latency))
    }
}

/// Runs the load. Every answer must be 200 or 201, or the run fails.
///
/// # Errors
/// No connection, a broken one, or another status.
pub fn run(settings: &Settings) -> Result<Measured> {
    let outcomes = callers(settings.callers, |number, next| call(settings, number, next))?;
    let ended = Instant::now();
    let (mut latencies, mut first) = (Vec::with_capacity(settings.requests), None);
    for (started, of_caller) in outcomes {
        first = first.into_iter().chain([started]).min();
        latencies.extend(of_caller);
    }
    let wall = ended.duration_since(first.unwrap_or(ended));
    Ok(Measured { callers: settings.callers, wall, latency: Summary::new(latencies) })
}

fn call(
    settings: &Settings,
    caller: usize,
    next: &AtomicUsize,
) -> Result<(Instant, Vec<Duration>)> {
    let mut connection = Connection::open(&settings.target, &settings.headers)?;
    for round in 0..WARM_UP {
        // Numbers of the warm-up are beyond those that are measured.
        ask(settings, &mut connection, settings.requests + caller * WARM_UP + round)?;
    }
    let (started, mut latencies) = (Instant::now(), Vec::new());
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= settings.requests {
            return Ok((started, latencies));
        }
        latencies.push(ask(settings, &mut connection, number)?);
    }
}

fn ask(settings: &Settings, connection: &mut Connection, number: usize) -> Result<Duration> {
    let (method, path, body) = settings.request(number);
    let sent = Instant::now();
    let (status, answer) =
        connection.send(method, &path, FHIR_JSON, &body).with_context(|| path.clone())?;
    let took = sent.elapsed();
    if !matches!(status, 200 | 201) {
        let start: String = answer.chars().take(300).collect();
        bail!("{method} {path}: status {status}: {start}");
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_plain_fhir() {
        let settings = |work: &str| {
            let arguments =
                ["--url", "http://127.0.0.1:1/fhir/", "--work", work].map(str::to_owned);
            let arguments = Arguments::parse(&arguments, Settings::NAMES, &[]).unwrap();
            Settings::from(&arguments).unwrap()
        };
        let (method, path, body) = settings("create").request(3);
        assert_eq!((method, path.as_str()), ("POST", "/fhir/Observation"));
        assert!(!body.contains("\"id\":"));
        let (_, path, body) = settings("transaction").request(3);
        assert_eq!(path, "/fhir");
        assert_eq!(body.matches("\"PUT\"").count(), 5);
        let searches = settings("search");
        let paths: Vec<String> = (0..5).map(|number| searches.request(number).1).collect();
        assert!(paths.iter().all(|path| path.starts_with("/fhir/") && !path.contains(' ')));
        assert!(settings("read").request(1).1.starts_with("/fhir/Observation/bench-"));
        let wrong = ["--url", "http://127.0.0.1:1/", "--work", "none"].map(str::to_owned);
        let wrong = Arguments::parse(&wrong, Settings::NAMES, &[]).unwrap();
        assert!(Settings::from(&wrong).is_err());
    }
}
