//! `cognate knowledge changes`

use crate::arguments::ChangesArguments;
use crate::command::{print, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use interpret::{ChangeKind, PatientChanges};
use record::{Access, Adoption, Record};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Patients read at a time.
const PATIENTS_PER_PAGE: u32 = 200;
/// Adoptions that are looked through for an id.
const ADOPTIONS_MAX: u32 = 1000;

/// The list that an adoption left.
pub(super) fn run(arguments: &ChangesArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = store::engine();
    let Some(adoption) = find(&record, &access, arguments.adoption.as_deref())? else {
        say("no pack has been adopted");
        return Ok(Outcome::NotFound);
    };
    let counts = record.adoption_counts(&access, &adoption.id)?;
    let head = json!({
        "adoption": adoption.id,
        "pack": adoption.pack,
        "former": adoption.former,
        "by": adoption.actor,
        "started": adoption.started.to_string(),
        "finished": adoption.finished.map(|at| at.to_string()),
        "lookedAt": adoption.patients,
        "changed": counts.patients,
        "currentMedicine": counts.current_medicine,
    });
    let mut list = ListWriter::new(arguments.json, &head)?;
    let mut after = None;
    loop {
        let page = record.pack_changes(&access, &adoption.id, after.as_ref(), PATIENTS_PER_PAGE)?;
        let Some(last) = page.last() else { break };
        after = Some(last.patient.clone());
        for change in page.iter().filter(|change| change.current_medicine || !arguments.current) {
            let changes: PatientChanges = serde_json::from_value(change.body.clone())
                .context("an entry of the list cannot be read")?;
            list.add(&change.body, || lines(&changes))?;
        }
    }
    list.end()?;
    say(&format!(
        "{} {}: {} of {} patients, {} of whom take a medicine that is concerned{}",
        adoption.pack.pack,
        adoption.pack.version,
        counts.patients,
        adoption.patients,
        counts.current_medicine,
        if adoption.finished.is_none() { "; the adoption is not finished" } else { "" }
    ));
    Ok(Outcome::Done)
}

/// The adoption of that id, else the latest one.
fn find(record: &Record, access: &Access, id: Option<&str>) -> anyhow::Result<Option<Adoption>> {
    let adoptions = record.adoptions(access, if id.is_some() { ADOPTIONS_MAX } else { 1 })?;
    Ok(adoptions.into_iter().find(|adoption| id.is_none_or(|id| adoption.id == id)))
}

/// A patient and what changes, for people.
pub(super) fn lines(changes: &PatientChanges) -> String {
    let mut text = format!("{}\n", changes.patient);
    for change in &changes.changes {
        let kind = match change.kind {
            ChangeKind::Phenotype => "phenotype",
            ChangeKind::Advice => "advice",
            ChangeKind::Wording => "wording",
        };
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "not in the pack".into());
        let taken = if change.current_medicine { " (takes it)" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {} {kind}{taken}: {} → {}  [{}]",
            change.name,
            side(&change.before),
            side(&change.after),
            change.statement
        );
    }
    text
}

/// Writes a list of any length as it comes: lines, or one JSON object with the list in it.
pub(super) struct ListWriter {
    json: bool,
    written: bool,
}

impl ListWriter {
    /// Begins the list. `head` is the rest of the JSON object.
    pub(super) fn new(json: bool, head: &Value) -> anyhow::Result<Self> {
        if json {
            let head = head.to_string();
            let fields = head.strip_suffix('}').unwrap_or("{");
            print(&format!("{fields},\"patients\":["))?;
        }
        Ok(Self { json, written: false })
    }

    /// Adds an entry.
    pub(super) fn add(
        &mut self,
        entry: &Value,
        lines: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        let comma = if self.written { ",\n" } else { "\n" };
        self.written = true;
        print(&if self.json { format!("{comma}{entry}") } else { lines() })
    }

    /// Ends the list.
    pub(super) fn end(self) -> anyhow::Result<()> {
        if self.json { print("]}\n") } else { Ok(()) }
    }
}
