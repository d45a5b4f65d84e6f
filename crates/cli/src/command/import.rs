//! `cognate import`

use super::{print, print_json, say};
use crate::arguments::BulkArguments;
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use intake::ndjson::{Imported, import};
use record::Record;
use serde_json::json;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 1024 * 1024;

/// Files resources in bulk. What it says of them is interpreted by the server, or by the next
/// command that interprets.
pub(crate) fn run(arguments: &BulkArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let bytes = arguments.files.iter().map(|path| std::fs::metadata(path).map_or(0, |m| m.len()));
    let progress = bar(bytes.sum());
    let mut reports = Vec::new();
    let mut refused = 0;
    for path in &arguments.files {
        progress.set_message(path.display().to_string());
        let imported = one(&record, path, &progress)?;
        refused += imported.refused;
        reports.push((path.display().to_string(), imported));
    }
    progress.finish_and_clear();
    if arguments.json {
        let files = reports.iter().map(|(name, done)| {
            json!({"file": name, "filed": done.filed, "refused": done.refused,
                "linesDoneBefore": done.lines_done_before, "problems": done.problems})
        });
        print_json(&json!({"files": files.collect::<Vec<_>>()}))?;
    } else {
        for (name, done) in &reports {
            print(&format!("{name}: {}\n", words(done)))?;
            for problem in &done.problems {
                say(&format!("{name}: {problem}"));
            }
        }
    }
    Ok(if refused > 0 { Outcome::Problem } else { Outcome::Done })
}

fn words(done: &Imported) -> String {
    let others = [(done.refused, "lines refused"), (done.lines_done_before, "lines done before")];
    let others = others.iter().filter(|(count, _)| *count > 0);
    let others: Vec<String> = others.map(|(count, what)| format!("{count} {what}")).collect();
    let filed = format!("{} resources filed", done.filed);
    std::iter::once(filed).chain(others).collect::<Vec<_>>().join(", ")
}

fn one(record: &Record, path: &Path, progress: &ProgressBar) -> anyhow::Result<Imported> {
    let unreadable = || format!("`{}` cannot be read", path.display());
    let digest = digest(path).with_context(unreadable)?;
    let file = File::open(path).with_context(unreadable)?;
    let source = BufReader::with_capacity(BUFFER_BYTES, file);
    import(record, &store::interface(), &digest, source, |bytes| progress.inc(bytes))
        .with_context(|| format!("`{}` was not imported to its end", path.display()))
}

/// The content's name: the same file, wherever it lies, is gone on with.
fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = intake::ndjson::Digest::default();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finish()),
            read => hash.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// A bar on a terminal, nothing elsewhere.
fn bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    match ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
