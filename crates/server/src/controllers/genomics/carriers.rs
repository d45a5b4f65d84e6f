//! Keeping the sets of carriers up: whoever was changed is read again, and only they.

use super::ask::read;
use super::genome::Genomes;
use super::marks::new_mark;
use crate::app::App;
use crate::error::Error;
use ::genomics::operation::marks;
use ::genomics::sequence::known;
use formats::fhir::genomics::TYPES;
use model::PatientId;
use record::{Access, Failure, MarkedPatient, Purpose, Record, Role, Scope};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Version of what marks say; sets of another one are made again.
const VERSION: u32 = 1;
/// Changes that are gone through at once.
const CHANGES_AT_ONCE: u64 = 2_000;
/// Changes of other things after which the place in the feed is noted all the same.
const CHANGES_UNNOTED: u64 = 1_000;
/// How long one wait for a change lasts before the stop signal is looked at again.
const WAIT: Duration = Duration::from_millis(500);
/// The longest rest after a pass, and the longest part of it without a look at the stop signal.
const REST_MAX: Duration = Duration::from_secs(30);
/// How often the time of its work it rests after it, and how often while others file.
const RESTS: u32 = 1;
const RESTS_WHILE_FILED: u32 = 9;
const NAP: Duration = Duration::from_millis(100);

/// What marks depend on beside the record: how variants are brought into one form.
pub(super) fn settings(app: &App) -> String {
    let mut settings = VERSION.to_string();
    for reference in &app.genomics().references.0 {
        let names = reference.sequences();
        let build = names.iter().find_map(|name| known(name)?.build);
        // Names and lengths prove a sequence, so that their number tells what is missing.
        let build = build.map_or(String::new(), |build| build.to_string());
        let _ = write!(settings, " {build}:{}", names.len());
    }
    settings
}

/// How far a pass came.
struct Pass {
    /// The last place of the change feed that was looked at.
    until: u64,
    /// Whether nothing is left to do.
    is_end: bool,
    /// The end of the feed.
    last: u64,
}

/// Keeps the sets up that counts are made of.
#[derive(Clone, Debug)]
pub struct Carriers {
    app: App,
    access: Access,
}

impl Carriers {
    /// Over the record of an application, as its own operations read it.
    pub fn new(app: &App) -> Self {
        let tenant = app.settings().tenant.clone();
        let (role, purpose) = (Role::Interface, Purpose::Operations);
        let access = Access::new(tenant, "carriers", role, purpose, Scope::Tenant);
        Self { app: app.clone(), access }
    }

    /// Takes in what was changed, up to the end of the change feed, which is given. Another one
    /// who does it meanwhile is left to it.
    ///
    /// # Errors
    /// When the record cannot be read or written, or what it holds cannot be read.
    pub fn catch_up(&self, stop: &dyn Fn() -> bool) -> Result<u64, Error> {
        loop {
            let Pass { until, is_end, .. } = self.pass()?;
            if is_end || stop() {
                return Ok(until);
            }
        }
    }

    /// Takes in no more than a part of what was changed.
    fn pass(&self) -> Result<Pass, Error> {
        let settings = settings(&self.app);
        let record = self.app.record();
        let at = record.carriers_at(&self.access, &settings)?;
        let changed = record.changed_patients(&self.access, &TYPES, at, CHANGES_AT_ONCE)?;
        let (until, last) = (changed.until, changed.last);
        let is_idle = changed.patients.is_empty() && until.saturating_sub(at) < CHANGES_UNNOTED;
        if until <= at || is_idle && at > 0 {
            return Ok(Pass { until, is_end: true, last });
        }
        let patients = record.read_together(|record| {
            changed.patients.iter().map(|patient| self.marked(record, patient)).collect()
        });
        let patients: Vec<MarkedPatient> = patients?;
        record.keep_carriers(&self.access, &settings, (at, until), patients)?;
        Ok(Pass { until, is_end: until == last, last })
    }

    /// Catches up when something was changed, until it is told to stop. While others file, it rests
    /// after every part nine times as long as it worked, within limits, and so leaves the processor
    /// to them: those who were changed meanwhile are asked one by one.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        let mut last = 0;
        while !stop() {
            let begun = Instant::now();
            let pass = self.pass().unwrap_or_else(|error| {
                // Whom the sets lack is asked meanwhile, and a count says what is wrong. It is
                // tried again when the wait is over, whatever is changed.
                tracing::warn!(%error, "the sets of carriers are behind");
                Pass { until: u64::MAX, is_end: true, last: 0 }
            });
            let share = if pass.last > last { RESTS_WHILE_FILED } else { RESTS };
            last = pass.last;
            let rest = (begun.elapsed() * share).min(REST_MAX);
            let rested = Instant::now();
            while rested.elapsed() < rest && !stop() {
                std::thread::sleep(NAP.min(rest));
            }
            if pass.is_end {
                self.app.record().wait_for_change(pass.until, WAIT);
            }
        }
    }

    fn marked(&self, record: &Record, patient: &PatientId) -> Result<MarkedPatient, Error> {
        let stored = match record.patient_resources(&self.access, patient, &TYPES) {
            Err(Failure::TooMuch { .. }) => {
                return Ok(MarkedPatient { patient: patient.clone(), marks: None });
            }
            stored => stored?,
        };
        let (mut dossier, _) = read(&self.app, &stored)?;
        let genomes = Genomes::read_small(record, &self.access, patient, &mut dossier)?;
        let marks = genomes.and_then(|genomes| marks(&dossier, &genomes));
        let marks = marks.map(|marks| marks.iter().map(new_mark).collect());
        Ok(MarkedPatient { patient: patient.clone(), marks })
    }
}
