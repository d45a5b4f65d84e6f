//! `cognate ingest`

use super::{print, print_json, say};
use crate::arguments::IngestArguments;
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use formats::vendor::study;
use indicatif::{ProgressBar, ProgressStyle};
use intake::file::{FileContent, FileSettings, Filed, ingest};
use intake::variants::{Tools, ingest_variants};
use interpret::Interpreter;
use model::assay::AbsentPosition;
use model::{PartialDate, PatientId};
use record::limit::RAW_BODY_BYTES_MAX;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes by which a file is known for what it is.
const HEAD_BYTES: u64 = 4096;

/// Takes in files, and interprets what changed.
pub(crate) fn run(arguments: &IngestArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let pack = store::pack_in_use(&record)?;
    let interpreter = Interpreter::new(record.clone(), pack.clone(), &store::tenant())?;
    let settings = FileSettings {
        patient: arguments.patient.as_deref().map(PatientId::new),
        sample: arguments.sample.clone(),
        absent_position: if arguments.absent_is_reference {
            AbsentPosition::Reference
        } else {
            AbsentPosition::NotTested
        },
        regions: arguments.regions.as_deref().map(regions).transpose()?,
        authorities: arguments
            .facility
            .iter()
            .map(|text| facility(text))
            .collect::<Result<_, _>>()?,
        signed_on: arguments.signed_on.as_deref().map(day).transpose()?,
        feed: None,
    };
    let references = store::references(&arguments.reference)?;
    let tools = Tools { pack: &pack, references: &references };
    let progress = progress(arguments.files.len());
    let (mut report, mut failed) = (Vec::new(), false);
    for path in &arguments.files {
        progress.set_message(path.display().to_string());
        let (line, fine) = ingest_one(&record, tools, path, &settings)?;
        failed |= !fine;
        report.push(line);
        progress.inc(1);
    }
    progress.set_message("interpreting");
    let interpreted = interpreter.catch_up()?;
    progress.finish_and_clear();
    if arguments.json {
        print_json(&json!({
            "files": report,
            "patientsInterpreted": interpreted.patients,
            "statementsWritten": interpreted.statements_written,
        }))?;
    } else {
        for line in &report {
            let text = line.get("text").and_then(Value::as_str).unwrap_or_default();
            print(&format!("{text}\n"))?;
        }
        say(&format!("{} statements changed", interpreted.statements_written));
    }
    Ok(if failed { Outcome::Problem } else { Outcome::Done })
}

fn ingest_one(
    record: &record::Record,
    tools: Tools<'_>,
    path: &Path,
    settings: &FileSettings,
) -> anyhow::Result<(Value, bool)> {
    let unreadable = || format!("`{}` cannot be read", path.display());
    let mut file: Box<dyn Read> = if path.is_dir() {
        Box::new(std::io::Cursor::new(study(path)?))
    } else {
        Box::new(File::open(path).with_context(unreadable)?)
    };
    let mut head = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut head).with_context(unreadable)?;
    let content = FileContent::of(&head);
    match (content, &settings.patient) {
        (FileContent::Unknown, _) => {
            bail!(
                "`{}` is neither VCF, HL7 v2, FHIR JSON nor a laboratory's report; nothing was \
                 taken in",
                path.display()
            )
        }
        (FileContent::Variants | FileContent::Specimens, None) => {
            bail!("`{}` names no patient; say whose it is with `--patient ID`", path.display())
        }
        (FileContent::Message | FileContent::Fhir | FileContent::Report, Some(_)) => {
            bail!("`{}` names its own patient; leave out `--patient`", path.display())
        }
        _ => {}
    }
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let mut whole = head.as_slice().chain(file);
    let access = store::interface();
    let filed = if content == FileContent::Variants {
        // A genome is larger than memory should be.
        ingest_variants(record, &access, tools, &name, &mut whole, settings)
    } else {
        let mut bytes = Vec::new();
        whole.read_to_end(&mut bytes).with_context(unreadable)?;
        ingest(record, &access, tools.pack, &name, bytes, settings)
    };
    Ok(match filed {
        Ok(Filed { raw, text, problems, done }) => {
            let line = json!({
                "file": path.display().to_string(),
                "raw": raw,
                "done": done,
                "text": format!("{}: {text}", path.display()),
                "problems": problems,
            });
            (line, done)
        }
        Err(error) => {
            let line = json!({
                "file": path.display().to_string(),
                "done": false,
                "text": format!("{}: {error}", path.display()),
                "problems": problems_of(&error),
            });
            (line, false)
        }
    })
}

/// The tables of a study folder, together.
fn study(directory: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("`{}` cannot be read", directory.display());
    let (mut files, mut bytes) = (Vec::new(), 0_u64);
    for entry in std::fs::read_dir(directory).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !study::is_read(&name) || !entry.file_type().with_context(unreadable)?.is_file() {
            continue;
        }
        bytes += entry.metadata().with_context(unreadable)?.len();
        if bytes > RAW_BODY_BYTES_MAX as u64 || files.len() >= study::FILES_MAX {
            bail!(
                "`{}` has more than {} files or {RAW_BODY_BYTES_MAX} bytes; nothing was taken in",
                directory.display(),
                study::FILES_MAX
            );
        }
        files.push((name, std::fs::read(entry.path()).with_context(unreadable)?));
    }
    if files.is_empty() {
        bail!("`{}` has no table of a study; nothing was taken in", directory.display());
    }
    Ok(study::pack(&mut files))
}

/// The regions that a test looked at, as they will be archived.
fn regions(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

/// A whole day.
fn day(text: &str) -> anyhow::Result<PartialDate> {
    PartialDate::parse(text).with_context(|| format!("`{text}` is no day"))
}

/// The facility and its identifier system.
fn facility(text: &str) -> anyhow::Result<(String, String)> {
    let parts = text.split_once('=').filter(|(of, system)| !of.is_empty() && !system.is_empty());
    let Some((of, system)) = parts else {
        bail!("`{text}` is not FACILITY=SYSTEM");
    };
    Ok((of.to_owned(), system.to_owned()))
}

fn problems_of(error: &intake::Failure) -> Vec<model::Problem> {
    match error {
        intake::Failure::Refused(problems) | intake::Failure::Quarantined { problems, .. } => {
            problems.clone()
        }
        _ => Vec::new(),
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(files as u64);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
