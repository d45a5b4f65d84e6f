//! `cargo run --release -p server --example file-genome -- GENOME.vcf.gz [DIRECTORY]`: files a
//! genome into a new store, asks `$find-subject-variants` of it through the router, and prints
//! what both took. A measurement, not a test.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

mod setting;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use genomics::reference::References;
use http_body_util::BodyExt as _;
use intake::file::FileSettings;
use intake::variants::{Tools, ingest_variants};
use interpret::Interpreter;
use knowledge::Pack;
use model::{PatientId, TenantId};
use record::{Client, Record, Role};
use server::{App, Settings, router, token_digest};
use setting::{access, open};
use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt as _;

/// Questions of each kind.
const QUESTIONS: u64 = 2_000;
/// Ticks of a second in `/proc/self/stat`, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;
/// Ana, Ben and Carla.
const PATIENTS: &str = include_str!("../demo/fhir/patients.transaction.json");
/// Chromosomes that are asked about, with their lengths on GRCh38.
const CHROMOSOMES: [(&str, u64); 3] =
    [("NC_000001.11", 248_956_422), ("NC_000007.14", 159_345_973), ("NC_000019.10", 58_617_616)];

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(genome) = arguments.next() else {
        return Err("usage: file-genome GENOME.vcf.gz [DIRECTORY]".into());
    };
    let directory = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = directory.join(format!("file-genome-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let measured = measure(Path::new(&genome), &directory);
    std::fs::remove_dir_all(&directory)?;
    measured
}

fn measure(genome: &Path, directory: &Path) -> Result<(), Box<dyn Error>> {
    let record = open(directory)?;
    let interface = access(Role::Interface);
    let look = &intake::fhir::no_look;
    intake::fhir::transaction(&record, &interface, "", look, PATIENTS.as_bytes())?;
    let pack = Arc::new(Pack::built_in()?);
    let tools = Tools { pack: &pack, references: &References::default() };
    let patient = Some(PatientId::new("ben-sample"));
    let settings = FileSettings { patient, ..FileSettings::default() };
    let (cpu, started) = (cpu_seconds()?, Instant::now());
    let mut file = File::open(genome)?;
    ingest_variants(&record, &interface, tools, "bench.vcf.gz", &mut file, &settings)?;
    println!(
        "filed in {:.2} s, {:.2} s of CPU, resident set up to {} MB",
        started.elapsed().as_secs_f64(),
        cpu_seconds()? - cpu,
        resident_megabytes()?
    );
    let size = std::fs::metadata(directory.join("store").join("genome.db"))?.len();
    let genomes = record.genomes(&access(Role::Geneticist), &PatientId::new("ben-sample"))?;
    for genome in genomes {
        let body = &genome.body;
        println!(
            "{} calls, {} blocks of {} bytes; genome.db {size} bytes",
            body["calls"], genome.blocks, genome.bytes
        );
    }
    // Whatever the filing left in caches of this process is not a caller's luck.
    drop(record);
    let started = Instant::now();
    let record = open(directory)?;
    println!("opened in {:.1} ms", started.elapsed().as_secs_f64() * 1000.0);
    ask(&record, pack)
}

fn ask(record: &Record, pack: Arc<Pack>) -> Result<(), Box<dyn Error>> {
    let client = Client {
        id: "bench".to_owned(),
        name: "bench".to_owned(),
        role: Role::ServiceClient,
        token_sha256: token_digest("token-bench"),
        scopes: None,
    };
    record.put_client(&access(Role::Operator), client)?;
    let tenant = TenantId::new("default");
    let interpreter = Interpreter::new(record.clone(), pack, &tenant)?;
    let base_url = "http://localhost".to_owned();
    let settings = Settings { base_url, tenant, secure_cookies: false };
    let app = router(App::new(record.clone(), interpreter, settings));
    let runtime = tokio::runtime::Runtime::new()?;
    for bases in [1, 20_000] {
        let mut took = Vec::new();
        let mut bytes = 0;
        let cpu = cpu_seconds()?;
        for number in 0..QUESTIONS {
            let at = usize::try_from(number)? % CHROMOSOMES.len();
            let (sequence, length) = CHROMOSOMES.get(at).ok_or("no chromosome")?;
            // Multiples of a prime lie all over the chromosome.
            let start = number.wrapping_mul(982_451_653) % (length - bases);
            let uri = format!(
                "/fhir/$find-subject-variants?subject=Patient/ben-sample&includeVariants=true\
                 &ranges={sequence}:{start}-{}",
                start + bases
            );
            let request = Request::get(uri)
                .header("authorization", "Bearer token-bench")
                .body(Body::empty())?;
            let started = Instant::now();
            let answer = runtime.block_on(async {
                let answer = app.clone().oneshot(request).await?;
                let status = answer.status();
                let body = answer.into_body().collect().await?.to_bytes();
                Ok::<_, Box<dyn Error>>((status, body.len()))
            })?;
            took.push(started.elapsed());
            if answer.0 != StatusCode::OK {
                return Err(format!("answered {}", answer.0).into());
            }
            bytes += answer.1;
        }
        let cpu = (cpu_seconds()? - cpu) * 1000.0 / f64::from(u32::try_from(QUESTIONS)?);
        took.sort_unstable();
        let at = |share: usize| {
            let place = (took.len() * share / 1000).min(took.len().saturating_sub(1));
            took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
        };
        println!(
            "find-subject-variants over {bases} bases: p50 {:.2}, p99 {:.2}, p99.9 {:.2} ms; \
             {cpu:.2} ms of CPU and {} bytes an answer",
            at(500),
            at(990),
            at(999),
            bytes / took.len().max(1)
        );
    }
    Ok(())
}

/// User and system time of this process.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || -> Result<f64, Box<dyn Error>> {
        Ok(fields.next().ok_or("too few fields in /proc/self/stat")?.parse()?)
    };
    Ok((next()? + next()?) / TICKS_PER_SECOND)
}

fn resident_megabytes() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: u64 = line.split_whitespace().next().ok_or("no number")?.parse()?;
    Ok(kilobytes / 1024)
}
