//! `cognate ingest`

use super::{print, print_json, say};
use crate::arguments::IngestArguments;
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use intake::file::{FileContent, FileSettings, Filed};
use interpret::Interpreter;
use model::PatientId;
use model::assay::AbsentPosition;
use serde_json::{Value, json};
use std::path::Path;

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
    };
    let progress = progress(arguments.files.len());
    let (mut report, mut failed) = (Vec::new(), false);
    for path in &arguments.files {
        progress.set_message(path.display().to_string());
        let (line, fine) = ingest_one(&record, &pack, path, &settings)?;
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
    pack: &knowledge::Pack,
    path: &Path,
    settings: &FileSettings,
) -> anyhow::Result<(Value, bool)> {
    let bytes =
        std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let content = FileContent::of(&bytes);
    match (content, &settings.patient) {
        (FileContent::Unknown, _) => {
            bail!("`{}` is neither VCF, HL7 v2 nor FHIR JSON; nothing was taken in", path.display())
        }
        (FileContent::Variants, None) => bail!(
            "`{}` is a variant file and names no patient; say whose it is with `--patient ID`",
            path.display()
        ),
        (FileContent::Message | FileContent::Fhir, Some(_)) => {
            bail!("`{}` names its own patient; leave out `--patient`", path.display())
        }
        _ => {}
    }
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let filed = intake::file::ingest(record, &store::interface(), pack, &name, bytes, settings);
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
