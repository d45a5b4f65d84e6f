//! Resources in bulk, then one by one:
//! `cargo run --release -p intake --example import-resources -- FILE [CREATED] [DIRECTORY]`.
//! The file is NDJSON, such as `cargo xtask bench-resources` writes; of its observations so many
//! are created again by sixteen callers, each with an id of its own. Everything is durable before
//! it counts. With a directory, the store stays there.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod measure;
mod setting;

use intake::{fhir, ndjson};
use measure::Measure;
use record::{Record, Role};
use serde_json::Value;
use setting::{access, open};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Callers who create at the same time.
const CALLERS: usize = 16;
/// Bytes that are read at once.
const BUFFER_BYTES: usize = 1024 * 1024;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("the file is missing")?;
    let created = arguments.next().map_or(Ok(4_000), |one| one.parse())?;
    let scratch = tempfile::tempdir()?;
    let directory = arguments.next().map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&directory)?;
    let record = open(&directory).map_err(|error| error.to_string())?;

    let measure = Measure::begin();
    let source = BufReader::with_capacity(BUFFER_BYTES, File::open(&file)?);
    let imported = ndjson::import(&record, &access(Role::Interface), &file, source, |_| {})?;
    measure.end("imported", usize::try_from(imported.filed)?);
    if imported.refused > 0 {
        return Err(format!("{} lines were refused", imported.refused).into());
    }

    let bodies = observations(&file, created)?;
    let measure = Measure::begin();
    create(&record, &bodies)?;
    measure.end("created", bodies.len());
    Ok(())
}

/// The first observations of a file, without their ids.
fn observations(file: &str, count: usize) -> Outcome<Vec<Vec<u8>>> {
    let mut bodies = Vec::new();
    for line in BufReader::new(File::open(file)?).lines() {
        let mut resource: Value = serde_json::from_str(&line?)?;
        let is_wanted = resource.get("resourceType").and_then(Value::as_str) == Some("Observation");
        if let Some(members) = resource.as_object_mut().filter(|_| is_wanted) {
            members.shift_remove("id");
            bodies.push(serde_json::to_vec(&resource)?);
        }
        if bodies.len() >= count {
            break;
        }
    }
    Ok(bodies)
}

fn create(record: &Record, bodies: &[Vec<u8>]) -> Outcome<()> {
    let access = access(Role::Interface);
    let access = &access;
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                scope.spawn(move || -> Outcome<()> {
                    for body in bodies.iter().skip(caller).step_by(CALLERS) {
                        fhir::create(record, access, "Observation", None, body)
                            .map_err(|error| format!("{error:?}"))?;
                    }
                    Ok(())
                })
            })
            .collect();
        for caller in callers {
            caller.join().map_err(|_| "a caller broke off")??;
        }
        Ok(())
    })
}
