//! Trials and patients of the record.

use super::files::Read;
use super::patients::day;
use crate::arguments::PatientOptions;
use crate::command::panels;
use crate::command::trials::files::tell;
use crate::store;
use interpret::matching::{Matcher, PatientFacts, World, kept_trials};
use model::PatientId;
use record::Record;
use serde_json::Value;
use std::sync::Arc;
use trials::Patient;
use trials::patient::Day;

/// The record, and the day that it is asked about.
pub(super) struct Stored {
    record: Record,
    matcher: Matcher,
    pub(super) as_of: Day,
}

impl Stored {
    /// Opens the record, if the command asks for it, and brings the log up to date.
    pub(super) fn open(options: &PatientOptions) -> anyhow::Result<Option<Self>> {
        let Some(arguments) = options.store() else { return Ok(None) };
        let as_of = day(options.as_of.as_deref())?;
        let record = store::open(&arguments)?;
        let world = World::built_in()?;
        let panels = panels::read(&options.panels, &world.genes)?;
        let world = Arc::new(world.with_panels(panels));
        let matcher = Matcher::new(record.clone(), world, &store::tenant());
        matcher.catch_up()?;
        Ok(Some(Self { record, matcher, as_of }))
    }

    /// The trials of the record that are in use.
    pub(super) fn trials(&self) -> anyhow::Result<Vec<Read>> {
        let kept = kept_trials(&self.record, &store::operator())?;
        let in_use = kept.into_iter().filter(|kept| !kept.is_retired);
        let read = in_use.map(|kept| {
            let ctml = match (&kept.trial.document, kept.trial.imported_from.as_str()) {
                (Some(Value::Object(document)), "ctml") => Some(document.clone()),
                _ => None,
            };
            Read { trial: kept.trial, ctml }
        });
        Ok(read.collect())
    }

    /// Everybody with a tumour.
    pub(super) fn patients(&self) -> anyhow::Result<Vec<Patient>> {
        Ok(self.matcher.patients(self.as_of)?)
    }

    /// One patient; what could not be read is told.
    pub(super) fn patient(&self, id: &str) -> anyhow::Result<Option<Patient>> {
        let (of, world) = (PatientId::new(id), self.matcher.world());
        let facts = PatientFacts::read(&self.record, &store::reader(), world, &of, self.as_of)?;
        Ok(facts.map(|facts| {
            tell(id, &facts.problems);
            facts.patient
        }))
    }
}
