//! `cognate trials add`, `list` and `retire`: the trials of the record.

use super::files::{World, files, trials};
use crate::arguments::{TrialsAddArguments, TrialsListArguments, TrialsRetireArguments};
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context as _;
use interpret::matching::{KeptTrial, file_study, keep_trial, kept_trial, kept_trials};
use model::RawId;
use model::provenance::Door;
use record::limit::{PAGE_ROWS_MAX, RAW_BODY_BYTES_MAX};
use record::{Archived, Failure, NewRaw, RawState, Record};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Name of the feed that trials come in by.
const FEED: &str = "trials";

/// Keeps trials in the record: the archive first, then what was made of each document.
pub(super) fn add(arguments: &TrialsAddArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let record = store::open(&arguments.store)?;
    let (mut lines, mut all_kept) = (Vec::new(), true);
    for named in &arguments.files {
        for path in files(named)? {
            let raw = archived(&record, &path)?;
            let read = trials(std::slice::from_ref(&path), &world)?;
            let state = if read.is_empty() { RawState::ParseError } else { RawState::Filed };
            all_kept &= !read.is_empty();
            for one in &read {
                match keep_trial(&record, &store::operator(), &raw, &one.trial) {
                    Ok(version) => {
                        file(&record, &one.trial.id)?;
                        let findings = ::trials::lint::lint(&one.trial).len();
                        lines.push(json!({
                            "trial": one.trial.id, "version": version,
                            "cohorts": one.trial.cohorts.len(), "findings": findings,
                        }));
                    }
                    // One that cannot be kept does not keep out the others of its file.
                    Err(interpret::Failure::Record(
                        failure @ (Failure::Invalid { .. } | Failure::TooMuch { .. }),
                    )) => {
                        all_kept = false;
                        say(&format!("{}: {failure}", path.display()));
                    }
                    Err(failure) => return Err(failure.into()),
                }
            }
            record.set_raw_state(&store::interface(), &raw, state, &[])?;
        }
    }
    if arguments.json {
        print_json(&lines)?;
    } else {
        for line in &lines {
            let (trial, version) = (line["trial"].as_str().unwrap_or_default(), &line["version"]);
            let (cohorts, findings) = (&line["cohorts"], &line["findings"]);
            print(&format!(
                "{trial}: version {version}, {cohorts} cohorts, {findings} findings for a curator\n"
            ))?;
        }
    }
    Ok(if all_kept { Outcome::Done } else { Outcome::Problem })
}

/// Files the trial as a FHIR resource, so that it is read and searched like any other.
fn file(record: &Record, id: &str) -> anyhow::Result<()> {
    if let Some(kept) = kept_trial(record, &store::operator(), id)? {
        file_study(record, &store::interface(), &kept)?;
    }
    Ok(())
}

/// The bytes of a file as they are, in the archive; those that are there already stay.
fn archived(record: &Record, path: &Path) -> anyhow::Result<RawId> {
    let failed = || format!("`{}` cannot be read", path.display());
    let mut body = Vec::new();
    let limit = u64::try_from(RAW_BODY_BYTES_MAX + 1)?;
    let file = File::open(path).with_context(failed)?;
    file.take(limit).read_to_end(&mut body).with_context(failed)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let raw = NewRaw {
        feed: FEED.to_owned(),
        door: Door::File,
        media_type: "application/json".to_owned(),
        message_key: name,
        peer: String::new(),
        body,
        // Read right here: the worker of a server that runs beside must not take it for a report.
        state: RawState::Piece,
    };
    Ok(match record.archive_once(&store::interface(), raw, b"")? {
        Archived::New(id) => id,
        Archived::Known(summary) => summary.id,
    })
}

/// Lists trials, or the versions of one.
pub(super) fn list(arguments: &TrialsListArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = store::operator();
    let lines = match &arguments.trial {
        None => kept_trials(&record, &access)?.iter().map(line).collect(),
        Some(id) => match kept_trial(&record, &access, id)? {
            None => {
                say(&format!("there is no trial `{id}`"));
                return Ok(Outcome::NotFound);
            }
            Some(kept) => versions(&record, &kept.trial.id)?,
        },
    };
    if arguments.json {
        print_json(&lines)?;
        return Ok(Outcome::Done);
    }
    for line in &lines {
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let state = if line["retired"] == true { "retired".to_owned() } else { word("status") };
        print(&format!(
            "{}  version {}  {state}  {}  {}\n",
            word("trial"),
            line["version"],
            word("recorded"),
            word("title")
        ))?;
    }
    Ok(Outcome::Done)
}

fn line(kept: &KeptTrial) -> Value {
    let trial = &kept.trial;
    let open = trial.sites.iter().filter(|site| site.status == ::trials::Status::Open);
    json!({
        "trial": trial.id,
        "registry": trial.nct,
        "title": trial.title,
        "version": kept.version,
        "curation_version": trial.version,
        "status": trial.status,
        "retired": kept.is_retired,
        "phase": trial.phase,
        "cohorts": trial.cohorts.len(),
        "sites": trial.sites.len(),
        "sites_open": open.count(),
        "findings": ::trials::lint::lint(trial).len(),
        "sha256": kept.sha256,
        "raw": kept.raw.as_str(),
        "actor": kept.actor,
        "recorded": kept.recorded.to_string(),
    })
}

fn versions(record: &Record, id: &str) -> anyhow::Result<Vec<Value>> {
    let versions = record.trial_versions(&store::operator(), id, PAGE_ROWS_MAX)?;
    let version = |stored: &record::StoredTrial| -> anyhow::Result<Value> {
        let body: Value = serde_json::from_slice(&stored.body)?;
        Ok(json!({
            "trial": stored.id,
            "registry": stored.registry,
            "title": body.get("title"),
            "version": stored.version,
            "curation_version": body.get("version"),
            "status": body.get("status"),
            "retired": stored.is_retired,
            "sha256": stored.sha256,
            "raw": stored.raw.as_str(),
            "actor": stored.actor,
            "recorded": stored.recorded.to_string(),
        }))
    };
    versions.iter().map(version).collect()
}

/// Takes a trial out of use.
pub(super) fn retire(arguments: &TrialsRetireArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = store::operator();
    let Some(found) = record.trial(&access, &arguments.trial)? else {
        say(&format!("there is no trial `{}`", arguments.trial));
        return Ok(Outcome::NotFound);
    };
    let version = record.retire_trial(&access, &found.id)?;
    file(&record, &found.id)?;
    print(&format!("{}: out of use since version {version}\n", found.id))?;
    Ok(Outcome::Done)
}
