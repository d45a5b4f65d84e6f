//! `cognate restore` and `cognate drill`

use super::{backup::told, print, print_json, say};
use crate::arguments::{DrillArguments, RestoreArguments};
use crate::outcome::Outcome;
use crate::{backups, store};
use anyhow::{Context, bail};
use backup::{Restoring, SignedReport, drill, restore, restore_tables};
use record::{CopiedTable, backup_key, copy_to_postgres, random_bytes};
use serde_json::json;
use std::path::Path;

/// Restores a snapshot.
pub(crate) fn run(arguments: &RestoreArguments) -> anyhow::Result<Outcome> {
    let (repository, master_key) = backups::open(&arguments.from)?;
    let Some(id) = backups::which(&repository, &arguments.which)? else {
        say(&format!("there is no such snapshot at {}", repository.place()));
        return Ok(Outcome::NotFound);
    };
    let snapshot = repository.snapshot(&id)?;
    let restoring = Restoring { master_key: &master_key, clock: &store::clock() };
    let to = &arguments.directory;
    let url = arguments.postgres.as_ref();
    let url = url.map(|url| store::address(url, arguments.store_password_file.as_deref()));
    let url = url.transpose()?;
    let restored = match &url {
        Some(url) if snapshot.store != "directory" => {
            restore_tables(&repository, &snapshot, to, url, &restoring)
        }
        _ => restore(&repository, &snapshot, to, &restoring),
    };
    let restored = restored.context("nothing was restored")?;
    if let Some(url) = url.filter(|_| snapshot.store == "directory") {
        let copied = copy_to_postgres(to, &master_key, &url, &store::clock(), &mut |_| {})
            .with_context(|| format!("`{}` is restored, and was not moved", to.display()))?;
        if !copied.iter().all(CopiedTable::is_same) {
            bail!("`{}` is restored; what was read back from {url} is not the same", to.display());
        }
    }
    if arguments.from.json {
        let more = json!({"directory": arguments.directory, "opened": restored.is_opened});
        print_json(&told(&id, &snapshot, more))?;
        return Ok(Outcome::Done);
    }
    print(&format!(
        "{id} of {} is in `{}`: {} bytes, {} versions of resources, {} events\n",
        snapshot.time(),
        arguments.directory.display(),
        restored.bytes,
        restored.examined.resources.versions,
        restored.examined.audit.iter().map(|segment| segment.lines).sum::<u64>()
    ))?;
    if !restored.is_opened && snapshot.schemas != record::schema_versions() {
        say("its schema is an older one; a server of this program would bring it up to date");
    }
    say("the master key is not in backups: put it in its place, or name it");
    Ok(Outcome::Done)
}

/// Restores a snapshot in a place of its own, looks at it, and reports.
pub(crate) fn run_drill(arguments: &DrillArguments) -> anyhow::Result<Outcome> {
    let (repository, master_key) = backups::open(&arguments.from)?;
    let Some(id) = backups::which(&repository, &arguments.which)? else {
        say(&format!("there is no such snapshot at {}", repository.place()));
        return Ok(Outcome::NotFound);
    };
    let snapshot = repository.snapshot(&id)?;
    let temporary = std::env::temp_dir();
    let scratch = arguments.scratch.as_deref().unwrap_or(&temporary);
    let restoring = Restoring { master_key: &master_key, clock: &store::clock() };
    let pick = random_bytes()?.iter().take(8).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    let report = drill(&repository, &snapshot, scratch, &restoring, (arguments.reads, pick))?;
    let signed = SignedReport::new(&report, &backup_key(&master_key)?)?;
    let json = serde_json::to_string_pretty(&signed)?;
    if let Some(path) = &arguments.report {
        let write = |path: &Path, text: &str| {
            std::fs::write(path, text)
                .with_context(|| format!("`{}` cannot be written", path.display()))
        };
        write(path, &format!("{json}\n"))?;
        write(&path.with_extension("txt"), &report.text())?;
    }
    print(&if arguments.from.json { format!("{json}\n") } else { report.text() })?;
    say(&format!("signed by the key {}", signed.key));
    Ok(if report.is_good() { Outcome::Done } else { Outcome::Problem })
}
