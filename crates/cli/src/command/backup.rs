//! `cognate backup`

use super::{print, print_json, say};
use crate::arguments::{
    BackupArguments, BackupCommand, BackupPruneArguments, BackupTakeArguments,
    BackupVerifyArguments, FromArguments,
};
use crate::outcome::Outcome;
use crate::{backups, store};
use anyhow::Context;
use backup::{Failure, Keep, Repository, Snapshot, SnapshotId, Taking};
use record::backup_key;
use serde_json::{Map, Value, json};

/// Runs one of the commands.
pub(crate) fn run(arguments: &BackupArguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        None => take(&arguments.take),
        Some(BackupCommand::List(from)) => list(from),
        Some(BackupCommand::Verify(arguments)) => verify(arguments),
        Some(BackupCommand::Prune(arguments)) => prune(arguments),
    }
}

/// Takes a snapshot of a record, whether or not a server has it open.
fn take(arguments: &BackupTakeArguments) -> anyhow::Result<Outcome> {
    let to = arguments.to.as_deref().context("name a place with `--to`")?;
    let master_key = store::master_key(&arguments.store)?;
    let destination = backups::destination(to, &arguments.bucket)?;
    let id = store::random_id()?;
    let repository = Repository::open_or_create(destination, &backup_key(&master_key)?, &id)?;
    let taking = Taking {
        directory: &arguments.store.directory,
        store: &store::kind(&arguments.store)?,
        master_key: &master_key,
        clock: &store::clock(),
        program: env!("CARGO_PKG_VERSION"),
        afresh: arguments.full,
        resources: true,
        only_changes: false,
    };
    let taken = match backup::take(&repository, &taking) {
        Err(Failure::Record(record::Failure::NotFound)) => {
            say(&format!("there is no record in {}", store::place(&arguments.store)));
            return Ok(Outcome::NotFound);
        }
        other => other.context("no snapshot was taken")?,
    };
    let (snapshot, sent) = (taken.snapshot, taken.sent);
    if arguments.json {
        let sent = json!({"sentChunks": sent.chunks, "sentBytes": sent.bytes});
        print_json(&told(snapshot.id(), &snapshot, sent))?;
    } else {
        print(&format!(
            "{}: {} files, {} bytes; {} chunks of {} bytes were new\n",
            snapshot.id(),
            snapshot.files.len(),
            snapshot.bytes(),
            sent.chunks,
            sent.bytes
        ))?;
    }
    Ok(Outcome::Done)
}

/// A snapshot as JSON, with what else is to be told.
pub(crate) fn told(id: &SnapshotId, snapshot: &Snapshot, more: Value) -> Map<String, Value> {
    let about = json!({
        "snapshot": id.to_string(),
        "time": id.time().to_string(),
        "previous": snapshot.previous.as_ref().map(ToString::to_string),
        "program": snapshot.program,
        "store": snapshot.store,
        "schemas": snapshot.schemas,
        "files": snapshot.files.len(),
        "bytes": snapshot.bytes(),
        "auditEvents": snapshot.audit.segments.iter().map(|s| s.lines).sum::<u64>(),
        "resourceVersions": snapshot.resources.as_ref().map(|resources| resources.versions),
        "resourceSha256": snapshot.resources.as_ref().map(|resources| &resources.sha256),
    });
    [about, more].into_iter().filter_map(object).flatten().collect()
}

fn object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(members) = value { Some(members) } else { None }
}

fn list(from: &FromArguments) -> anyhow::Result<Outcome> {
    let (repository, _) = backups::open(from)?;
    let (mut all, mut outcome) = (Vec::new(), Outcome::Done);
    for id in repository.list()? {
        match repository.snapshot(&id) {
            Ok(snapshot) if from.json => all.push(told(&id, &snapshot, json!({}))),
            Ok(snapshot) => print(&format!(
                "{id}  {}  {:>14} bytes  {:>5} files  {}\n",
                id.time(),
                snapshot.bytes(),
                snapshot.files.len(),
                snapshot.store
            ))?,
            // The others are still told.
            Err(failure @ (Failure::Snapshot { .. } | Failure::Form { .. })) => {
                outcome = Outcome::Problem;
                say(&failure.to_string());
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    if from.json {
        print_json(&all)?;
    }
    Ok(outcome)
}

fn verify(arguments: &BackupVerifyArguments) -> anyhow::Result<Outcome> {
    let (repository, _) = backups::open(&arguments.from)?;
    let only = arguments.snapshot.as_ref().map(|text| repository.find(text)).transpose()?;
    let found = repository.verify(only.as_ref().map(std::slice::from_ref))?;
    if arguments.from.json {
        print_json(&json!({"whole": found.is_whole(), "snapshots": found.snapshots,
            "files": found.files, "chunks": found.chunks, "bytes": found.bytes,
            "problems": found.problems}))?;
    } else {
        let whole = if found.is_whole() { "whole" } else { "NOT WHOLE" };
        print(&format!(
            "{} snapshots, {} files, {} chunks of {} bytes: {whole}\n",
            found.snapshots, found.files, found.chunks, found.bytes
        ))?;
        for problem in &found.problems {
            print(&format!("{problem}\n"))?;
        }
    }
    Ok(if found.is_whole() { Outcome::Done } else { Outcome::Problem })
}

fn prune(arguments: &BackupPruneArguments) -> anyhow::Result<Outcome> {
    let (repository, _) = backups::open(&arguments.from)?;
    let keep = Keep {
        last: arguments.keep_last,
        hourly: arguments.keep_hourly,
        daily: arguments.keep_daily,
        weekly: arguments.keep_weekly,
        monthly: arguments.keep_monthly,
        yearly: arguments.keep_yearly,
    };
    let pruned = repository.prune(&keep, &store::random_id()?, &*store::clock())?;
    if arguments.from.json {
        let names = |ids: &[SnapshotId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        print_json(&json!({"kept": names(&pruned.kept), "removed": names(&pruned.removed),
            "chunksRemoved": pruned.chunks, "bytesRemoved": pruned.bytes}))?;
    } else {
        print(&format!(
            "{} snapshots kept, {} removed, with {} chunks of {} bytes\n",
            pruned.kept.len(),
            pruned.removed.len(),
            pruned.chunks,
            pruned.bytes
        ))?;
    }
    Ok(Outcome::Done)
}
