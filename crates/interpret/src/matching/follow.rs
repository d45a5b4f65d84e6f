//! Following the feed and the calendar: who changed is put to all trials, a trial that changed to
//! all patients with a tumour, and for whom a day is due to all trials again.

use super::matcher::{Matcher, PATIENTS_TOGETHER, Ready};
use crate::follow::{Failure, rest};
use crate::person::those_who_stay;
use model::PatientId;
use record::{Change, ChangeKind, PutTo};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use trials::patient::Day;

/// Name of the follower's place in the feed.
const CURSOR: &str = "trials";
/// Changes read from the feed at a time.
const CHANGES_PER_READ_MAX: u32 = 1_000;
/// How long a wait for a change lasts before the stop signal and the day are looked at again.
const WAIT_MILLISECONDS: u64 = 1_000;

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Changes of the feed.
    pub changes: u64,
    /// Times that a patient was looked at.
    pub patients: u64,
    /// Of those, whose resources were read; what was read of the others had not changed.
    pub read: u64,
    /// Pairs of a patient and a cohort that were evaluated.
    pub evaluations: u64,
    /// Changes that were noted in the log.
    pub noted: u64,
}

impl Matcher {
    /// Reads the feed to its end, then looks at those for whom today is due.
    ///
    /// # Errors
    /// When the record fails; the place in the feed is kept, so nothing is skipped.
    pub fn catch_up(&self) -> Result<Matched, Failure> {
        self.catch_up_with(&|_| true)
    }

    /// As [`Matcher::catch_up`]. `next` hears how long a part of the feed took, and says whether to
    /// go on.
    fn catch_up_with(&self, next: &dyn Fn(Duration) -> bool) -> Result<Matched, Failure> {
        let mut matched = Matched::default();
        let (place, last) = self.record.cursor_and_last(&self.engine, &self.cursor())?;
        // From the beginning, everybody is put to the trials as they are now.
        let old_trials_until = if place == 0 { last } else { 0 };
        let mut begun = Instant::now();
        while self.step(old_trials_until, &mut matched)? {
            if !next(begun.elapsed()) {
                return Ok(matched);
            }
            begun = Instant::now();
        }
        self.other_evidence(&mut matched)?;
        self.due(self.today(), &mut matched)?;
        Ok(matched)
    }

    /// One place in the feed for each engine and version of the names: with others, everybody is
    /// looked at again.
    fn cursor(&self) -> String {
        format!("{CURSOR}:{}", self.engine_name())
    }

    fn step(&self, old_trials_until: u64, matched: &mut Matched) -> Result<bool, Failure> {
        let cursor = self.cursor();
        let place = self.record.cursor(&self.engine, &cursor)?;
        let changes = self.record.changes(&self.engine, place, CHANGES_PER_READ_MAX)?;
        let Some(last) = changes.last() else { return Ok(false) };
        // What it notes itself is in the feed as well.
        let others = changes.iter().filter(|one| one.kind != ChangeKind::TrialStatus);
        matched.changes += others.count() as u64;
        let trials: BTreeMap<&str, &Change> = changes
            .iter()
            .filter(|one| one.kind == ChangeKind::Trial && one.sequence > old_trials_until)
            .map(|one| (one.id.as_str(), one))
            .collect();
        let mut patients = causes(&changes);
        for (stays, because_of) in those_who_stay(&self.record, &self.engine, &changes)? {
            let cause = patients.get(&because_of).cloned().unwrap_or_default();
            patients.insert(stays, cause);
        }
        if !trials.is_empty() || !patients.is_empty() {
            let (ready, today) = (self.ready()?, self.today());
            let patients: Vec<(PatientId, String)> = patients.into_iter().collect();
            self.put_all(&ready, &patients, &PutTo::Every, today, matched)?;
            for (id, change) in trials {
                let cause = format!("trial {id} version {}", change.version);
                let put_to = PutTo::One(id.to_owned());
                self.put_everybody(&ready, &put_to, (&cause, today), matched)?;
            }
        }
        // Only after all of them: a crash before this repeats work, and repeating it notes nothing.
        self.record.set_cursor(&self.engine, &cursor, last.sequence)?;
        Ok(true)
    }

    /// Puts patients to trials, some at a time.
    fn put_all(
        &self,
        ready: &Ready,
        patients: &[(PatientId, String)],
        put_to: &PutTo,
        today: Day,
        matched: &mut Matched,
    ) -> Result<(), Failure> {
        for some in patients.chunks(PATIENTS_TOGETHER as usize) {
            let ids: Vec<PatientId> = some.iter().map(|(of, _)| of.clone()).collect();
            let (known, read) = self.known(&ids, today)?;
            let mut puts = Vec::with_capacity(some.len());
            for ((of, cause), known) in some.iter().zip(&known) {
                let of = (of, known.as_deref());
                let (put, evaluations) = self.put(ready, of, put_to.clone(), (cause, today));
                matched.evaluations += evaluations;
                puts.push(put);
                if *put_to == PutTo::Every {
                    puts.extend(self.put_to_evidence(of.0, of.1, cause));
                }
            }
            matched.patients += some.len() as u64;
            matched.read += read;
            matched.noted += u64::from(self.record.put_trial_standings(&self.engine, puts)?);
        }
        Ok(())
    }

    /// Puts everybody with a tumour to trials.
    fn put_everybody(
        &self,
        ready: &Ready,
        put_to: &PutTo,
        (cause, today): (&str, Day),
        matched: &mut Matched,
    ) -> Result<(), Failure> {
        let mut after: Option<PatientId> = None;
        loop {
            let page =
                self.record.watched_for_trials(&self.engine, after.as_ref(), PATIENTS_TOGETHER)?;
            let Some(last) = page.last().cloned() else { return Ok(()) };
            let page: Vec<_> = page.into_iter().map(|of| (of, cause.to_owned())).collect();
            self.put_all(ready, &page, put_to, today, matched)?;
            after = Some(last);
        }
    }

    /// Looks at those for whom today, or a day before, is due.
    fn due(&self, today: Day, matched: &mut Matched) -> Result<(), Failure> {
        let day = u32::try_from(today).unwrap_or(0);
        loop {
            let due = self.record.due_for_trials(&self.engine, day, PATIENTS_TOGETHER)?;
            if due.is_empty() {
                return Ok(());
            }
            let cause = "a birthday, or a fact that counts no more".to_owned();
            let due: Vec<_> = due.into_iter().map(|of| (of, cause.clone())).collect();
            // Whoever was looked at is due on a later day only, so this ends.
            self.put_all(&*self.ready()?, &due, &PutTo::Every, today, matched)?;
        }
    }

    /// Follows feed and calendar until `stop` answers true. A failure is logged and tried again.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        let wait = Duration::from_millis(WAIT_MILLISECONDS);
        while !stop() {
            // Filing goes first.
            let next = |worked| {
                rest(&self.record, worked, stop);
                !stop()
            };
            match self.catch_up_with(&next) {
                Ok(_) => {
                    let day = self.today();
                    let place = self.record.cursor(&self.engine, &self.cursor()).unwrap_or(0);
                    while self.record.wait_for_change(place, wait) <= place
                        && self.today() == day
                        && !stop()
                    {}
                }
                Err(error) => {
                    tracing::error!(%error, "matching of trials failed and will be tried again");
                    std::thread::sleep(wait);
                }
            }
        }
    }
}

/// The last change of somebody's resources, and all of those.
struct Changed<'c> {
    last: &'c Change,
    all: BTreeSet<(&'c str, &'c str)>,
}

impl Changed<'_> {
    fn words(&self) -> String {
        let Change { resource_type, id, version, deleted, .. } = self.last;
        let gone = if *deleted { " is gone" } else { "" };
        let more = match self.all.len() {
            0 | 1 => String::new(),
            many => format!(", and {} more", many - 1),
        };
        format!("{resource_type}/{id}/_history/{version}{gone}{more}")
    }
}

/// Who changed, and by what: the last of their resources, and how many more there are.
fn causes(changes: &[Change]) -> BTreeMap<PatientId, String> {
    let mut seen: BTreeMap<PatientId, Changed<'_>> = BTreeMap::new();
    for change in changes.iter().filter(|one| one.kind == ChangeKind::Resource) {
        let Some(patient) = &change.patient else { continue };
        let changed = seen
            .entry(patient.clone())
            .or_insert_with(|| Changed { last: change, all: BTreeSet::new() });
        changed.last = change;
        changed.all.insert((&change.resource_type, &change.id));
    }
    seen.into_iter().map(|(patient, changed)| (patient, changed.words())).collect()
}
