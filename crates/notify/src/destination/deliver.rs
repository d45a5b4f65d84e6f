//! Delivering to one destination: what happened is noted, what is due is sent, and what came of it
//! is noted, so that a crash between any two steps repeats under the same id and never loses.

mod lane;

use super::{Chance, DeliveryPace, Destination, Kind, acknowledge, find};
use crate::Failure;
use crate::wire::{Answer, Line};
use lane::{Lane, Outcome};
use model::{PatientId, TenantId, Timestamp};
use record::{Access, Dispatch, Held, NewDispatch, Purpose, Record, Role, Scope, Settlement};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Changes read from the feed at a time.
const CHANGES_PER_READ_MAX: u32 = 1_000;
/// Looked at while one dispatch at a time is tried, to find whose turn it is.
const DISPATCHES_WHILE_OPEN: u32 = 10;
/// Looks that are left out while there is nothing to do.
const RESTS: u32 = 4;
/// Seconds that connecting may take, TLS included.
const CONNECTING_SECONDS: u64 = 30;
/// Dispatches sent before it is noted what came of them.
const DISPATCHES_AT_ONCE: u32 = 100;

/// What one pass came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivering {
    /// Dispatches that were noted.
    pub noted: usize,
    /// Dispatches that were acknowledged.
    pub delivered: usize,
    /// Whether there may be more to do at once.
    pub goes_on: bool,
    /// Whether nothing waits that could be due soon.
    pub rests: bool,
}

/// Keeps one destination up to date.
#[derive(Clone, Debug)]
pub struct Deliverer {
    pub(super) record: Record,
    pub(super) destination: Arc<Destination>,
    pub(super) pace: DeliveryPace,
    pub(super) chance: Chance,
    /// What the destination may be told.
    pub(super) access: Access,
    engine: Access,
    holder: String,
    lines: Arc<Vec<Mutex<Line>>>,
}

impl Deliverer {
    /// A deliverer of one tenant. Files of certificates are read now.
    ///
    /// # Errors
    /// What of the destination cannot be used, or when the record fails.
    pub fn new(
        record: Record,
        tenant: &TenantId,
        destination: Destination,
        chance: Chance,
    ) -> Result<Self, Failure> {
        let (role, purpose) = (Role::Engine, Purpose::Operations);
        let engine = Access::new(tenant.clone(), "destinations", role, purpose, Scope::Tenant);
        let actor = format!("destination:{}", destination.id);
        // Messages are read in the archive, as the feed does that they are of.
        let is_acknowledging = matches!(destination.kind, Kind::Acknowledgements(_));
        let role = if is_acknowledging { Role::Interface } else { Role::ServiceClient };
        let purpose = destination.purpose;
        let access = Access::new(tenant.clone(), actor, role, purpose, Scope::Tenant);
        let lines = (0..destination.connections)
            .map(|_| Line::new(&destination).map(Mutex::new))
            .collect::<Result<Vec<_>, _>>()?;
        let place = is_acknowledging.then(|| acknowledge::last(&record, &access)).transpose()?;
        record.ensure_destination_at(&engine, &destination.id, place)?;
        Ok(Self {
            holder: record.new_id(),
            record,
            destination: Arc::new(destination),
            pace: DeliveryPace::default(),
            chance,
            access,
            engine,
            lines: Arc::new(lines),
        })
    }

    /// The same at another pace.
    #[must_use]
    pub fn at_pace(self, pace: DeliveryPace) -> Self {
        Self { pace, ..self }
    }

    /// Whether the destination can be reached, without sending anything of anybody.
    ///
    /// # Errors
    /// Why not.
    pub fn test(destination: &Destination, now: Timestamp) -> Result<(), String> {
        let mut line = Line::new(destination).map_err(|failure| failure.to_string())?;
        match line.reach(now) {
            Answer::Accepted => Ok(()),
            Answer::Failed(why) | Answer::Rejected(why) => Err(why),
            Answer::Broken(why) => Err(why.to_owned()),
        }
    }

    /// Delivers until `stop` answers true. A failure is logged and tried again.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        let id = self.destination.id.as_str();
        let mut seen = 0;
        while !stop() {
            match self.pass(stop) {
                Ok(done) if done.goes_on => {}
                Ok(done) => {
                    // Each look is a commit: without anything to do there are fewer of them.
                    let rest = if done.rests { RESTS } else { 1 };
                    seen = self.record.wait_for_change(seen, self.pace.look.saturating_mul(rest));
                }
                Err(error) => {
                    tracing::error!(id, %error, "delivering failed and will be tried again");
                    std::thread::sleep(self.pace.look);
                }
            }
        }
        if let Err(error) = self.leave() {
            tracing::warn!(id, %error, "a destination could not be let go");
        }
    }

    /// Looks once after the destination; nothing if somebody else does.
    ///
    /// # Errors
    /// When the record fails.
    pub fn pass(&self, stop: &dyn Fn() -> bool) -> Result<Delivering, Failure> {
        let Some(held) = self.hold()? else { return Ok(Delivering::default()) };
        let noted = self.note(&held)?;
        let mut done = Delivering { noted: noted.unwrap_or(0), ..Delivering::default() };
        done.goes_on = noted.is_some();
        if held.failures > 0 && self.record.now() < held.retry_at {
            return Ok(done);
        }
        let due = self.due(&held)?;
        if due.is_empty() {
            done.rests = held.failures == 0 && noted.is_none();
            return Ok(done);
        }
        let is_full = due.len() >= DISPATCHES_AT_ONCE as usize;
        let outcome = self.send(&held, due, stop);
        done.delivered = outcome.delivered();
        done.goes_on |= outcome.broken.is_none() && (is_full || done.delivered > 0);
        self.settle(held, outcome)?;
        Ok(done)
    }

    /// Lets another deliverer have the destination at once.
    ///
    /// # Errors
    /// When the record fails.
    pub fn leave(&self) -> Result<(), Failure> {
        match self.hold()? {
            Some(held) => Ok(self.record.leave_destination(&self.engine, &held)?),
            None => Ok(()),
        }
    }

    fn hold(&self) -> Result<Option<Held>, Failure> {
        let until = later(self.record.now(), self.pace.hold.saturating_add(self.last_answer()));
        Ok(self.record.hold_destination(&self.engine, &self.destination.id, &self.holder, until)?)
    }

    /// Looks from where the destination stands. `None` if there was nothing new.
    fn note(&self, held: &Held) -> Result<Option<usize>, Failure> {
        let from = held.sequence;
        let found = match self.destination.kind {
            Kind::Acknowledgements(_) => {
                acknowledge::dispatches(&self.record, &self.access, &self.destination, from)?
            }
            _ => self.changed(from)?,
        };
        let Some((to, new)) = found else { return Ok(None) };
        let (count, id) = (new.len(), &self.destination.id);
        let is_noted = self.record.note_dispatches(&self.engine, id, (from, to), new)?;
        Ok(is_noted.then_some(count))
    }

    /// What the change feed comes to behind a place, and up to where it was looked.
    fn changed(&self, from: u64) -> Result<Option<(u64, Vec<NewDispatch>)>, Failure> {
        let changes = self.record.changes(&self.engine, from, CHANGES_PER_READ_MAX)?;
        let Some(last) = changes.last() else { return Ok(None) };
        let to = last.sequence;
        let new = find::dispatches(&self.record, &self.access, &self.destination, &changes)?;
        Ok(Some((to, new)))
    }

    /// What is sent now: one alone while nobody knows whether the destination is back.
    fn due(&self, held: &Held) -> Result<Vec<Dispatch>, Failure> {
        let is_open = held.failures >= self.destination.open_after;
        let count = if is_open { DISPATCHES_WHILE_OPEN } else { DISPATCHES_AT_ONCE };
        let id = &self.destination.id;
        let mut due = turns(self.record.dispatches_due(&self.engine, id, count)?);
        if is_open {
            due.truncate(1);
        }
        Ok(due)
    }

    /// Sends over all lines at once, each patient's over one of them and in order.
    fn send(&self, held: &Held, due: Vec<Dispatch>, stop: &dyn Fn() -> bool) -> Outcome {
        let mut parts: Vec<Vec<Dispatch>> = self.lines.iter().map(|_| Vec::new()).collect();
        for dispatch in due {
            let patient = dispatch.change.patient.as_ref().map_or("", |patient| patient.as_str());
            let sum: usize = patient.bytes().map(usize::from).sum();
            let place = sum.checked_rem(parts.len()).unwrap_or_default();
            if let Some(part) = parts.get_mut(place) {
                part.push(dispatch);
            }
        }
        // Whatever is under way may take as long as an answer may.
        let end =
            Timestamp::from_micros(held.until.micros().saturating_sub(micros(self.last_answer())));
        if let [line] = self.lines.as_slice() {
            let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
            let part = parts.pop().unwrap_or_default();
            return Lane { deliverer: self, held, end }.run(&mut line, part, stop);
        }
        let outcomes = std::thread::scope(|scope| {
            let workers: Vec<_> = self
                .lines
                .iter()
                .zip(parts)
                .filter(|(_, part)| !part.is_empty())
                .map(|(line, part)| {
                    scope.spawn(move || {
                        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
                        Lane { deliverer: self, held, end }.run(&mut line, part, &|| false)
                    })
                })
                .collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect::<Vec<_>>()
        });
        outcomes.into_iter().fold(Outcome::default(), Outcome::and)
    }

    /// How long the last dispatch may take that is begun: connecting, and its answer.
    fn last_answer(&self) -> Duration {
        let told = self.destination.timeout_seconds.saturating_mul(2);
        Duration::from_secs(told.saturating_add(CONNECTING_SECONDS))
    }

    fn settle(&self, held: Held, outcome: Outcome) -> Result<(), Failure> {
        let now = self.record.now();
        let acknowledged = if outcome.delivered() > 0 { Some(now) } else { held.acknowledged };
        let (failures, failure) = match (outcome.broken, outcome.answered) {
            (None, false) => (held.failures, held.failure.clone()),
            (None, true) => (0, String::new()),
            (Some(why), true) => (1, why),
            (Some(why), false) => (held.failures.saturating_add(1), why),
        };
        let retry_at = match failures {
            0 => Timestamp::from_micros(0),
            _ if failures == held.failures => held.retry_at,
            _ => later(now, self.pace.wait(failures, self.chance.next())),
        };
        let id = self.destination.id.as_str();
        if failures > held.failures {
            tracing::warn!(id, failures, why = %failure, "a destination could not be delivered to");
        }
        let held = Held { failures, retry_at, failure, acknowledged, ..held };
        let settlement = Settlement { dispatches: outcome.dispatches };
        Ok(self.record.settle(&self.engine, &held, settlement)?)
    }
}

/// Patients whose next dispatch failed least often come first, so that one which a destination
/// cannot bear keeps nobody waiting; of each patient everything in order.
fn turns(due: Vec<Dispatch>) -> Vec<Dispatch> {
    let mut patients: BTreeMap<Option<PatientId>, Vec<Dispatch>> = BTreeMap::new();
    for dispatch in due {
        patients.entry(dispatch.change.patient.clone()).or_default().push(dispatch);
    }
    let mut all: Vec<Vec<Dispatch>> = patients.into_values().collect();
    all.sort_by_key(|one| one.first().map(|first| (first.attempts, first.number)));
    all.into_iter().flatten().collect()
}

fn micros(of: Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

/// A time after another one.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(micros(by)))
}
