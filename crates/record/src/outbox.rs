//! What is to be sent onward: destinations, and for each a queue of dispatches in the order of the
//! change feed. The feed is written in the transaction of the version that causes a change and has
//! no gaps, so a destination's place in it is moved together with the dispatches that were found
//! there: a crash between any two steps repeats and never loses (decision 0008).
//!
//! A dispatch says what changed and holds nothing of what it says. One that is parked holds the
//! later ones of its patient and nobody else's.

mod deliver;
mod steer;

pub use deliver::{Held, Settled, Settlement};
pub use steer::Steer;

use crate::audit::Touched;
use crate::feed::{Change, ChangeKind};
use crate::limit::{DESTINATIONS_MAX, DISPATCHES_KEPT, rows, text, within};
use crate::resource::patient_of;
use crate::sql::outbox as sql;
use crate::sql::record::SEQUENCE_LAST;
use crate::store::{Executor, Row, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use std::collections::BTreeMap;

/// Dispatches noted at once.
const DISPATCHES_AT_ONCE_MAX: usize = 1_000;

crate::access::words! {
    /// How a dispatch stands.
    DispatchState {
        /// It is sent when its turn comes.
        Queued => "queued",
        /// An earlier one of the same patient is parked.
        Held => "held",
        /// It is not sent until a person has looked.
        Parked => "parked",
        /// The destination has acknowledged it.
        Delivered => "delivered",
        /// A person has decided that it is not sent.
        Skipped => "skipped",
        /// The destination may not be told, or there is nothing to tell any more.
        Withheld => "withheld",
    }
}

/// A dispatch before it has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDispatch {
    /// By what the destination knows it when it comes again.
    pub id: String,
    /// What kind of event it is, `result.final`.
    pub event: String,
    /// What changed; of several changes told as one, the last. Its patient is whose lane it is in.
    pub change: Change,
}

/// One thing that is to be sent to one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// Its place in the queue.
    pub number: u64,
    /// By what the destination knows it when it comes again: MSH-10, `webhook-id`.
    pub id: String,
    /// What kind of event it is.
    pub event: String,
    /// What changed.
    pub change: Change,
    /// When it was noted.
    pub recorded: Timestamp,
    /// How it stands.
    pub state: DispatchState,
    /// Attempts that failed.
    pub attempts: u32,
    /// When the first of them failed; 0 before.
    pub failed_since: Timestamp,
    /// Before when it is not sent.
    pub retry_at: Timestamp,
    /// When it came to its present state; 0 while it is queued.
    pub settled: Timestamp,
    /// Why it stands as it does, in words that hold nothing of it.
    pub reason: String,
}

/// How one destination stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutboxStanding {
    /// Its name.
    pub id: String,
    /// Place in the change feed up to which dispatches were looked for.
    pub sequence: u64,
    /// Attempts that failed one after the other.
    pub failures: u32,
    /// Before when nothing is sent; `None` while nothing has to wait.
    pub retry_at: Option<Timestamp>,
    /// When it last acknowledged something; `None` before.
    pub acknowledged: Option<Timestamp>,
    /// Why the last attempt failed; empty if it did not.
    pub failure: String,
    /// Dispatches by state.
    pub counts: BTreeMap<DispatchState, u64>,
    /// When the oldest was noted that waits: queued, held or parked.
    pub oldest: Option<Timestamp>,
}

impl OutboxStanding {
    /// Dispatches in a state.
    pub fn count(&self, state: DispatchState) -> u64 {
        self.counts.get(&state).copied().unwrap_or_default()
    }

    fn add(&mut self, state: DispatchState, count: u64, oldest: i64) {
        use DispatchState::{Held, Parked, Queued};
        *self.counts.entry(state).or_default() += count;
        if matches!(state, Queued | Held | Parked) {
            let oldest = Timestamp::from_micros(oldest);
            self.oldest = Some(self.oldest.map_or(oldest, |known| known.min(oldest)));
        }
    }
}

impl Record {
    /// Makes a destination known. A new one is told of what is committed from now on; one that is
    /// there goes on where it was.
    pub fn ensure_destination(&self, access: &Access, id: &str) -> Result<(), Failure> {
        self.ensure_destination_at(access, id, None)
    }

    /// The same for one that is told of what came in, not of what has changed: its places are those
    /// of the archive, and a new one begins behind `place`.
    pub fn ensure_destination_at(
        &self,
        access: &Access,
        id: &str,
        place: Option<u64>,
    ) -> Result<(), Failure> {
        self.permit(access, Action::Notify)?;
        text("destination", id)?;
        self.note(access, Action::Notify, &of(id))?;
        let (tenant, id) = (access.tenant().as_str().to_owned(), id.to_owned());
        self.inner.record_writer.write(move |executor| {
            let last = match place {
                Some(place) => place,
                None => executor.one(SEQUENCE_LAST, &[])?.count(0)?,
            };
            executor.execute(sql::DESTINATION_PUT, values![&tenant, &id, last])?;
            let count = executor.one(sql::DESTINATIONS_COUNT, values![&tenant])?.count(0)?;
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            within("destinations", count, DESTINATIONS_MAX, "destinations")
        })
    }

    /// Notes dispatches found in the change feed between the place where the destination stood and
    /// `to`, gives them their numbers and moves the place, all or nothing. Two who look at once
    /// find the place moved, and the later notes nothing: whether it was noted.
    pub fn note_dispatches(
        &self,
        access: &Access,
        id: &str,
        (from, to): (u64, u64),
        dispatches: Vec<NewDispatch>,
    ) -> Result<bool, Failure> {
        self.permit(access, Action::Notify)?;
        within("dispatches", dispatches.len(), DISPATCHES_AT_ONCE_MAX, "dispatches")?;
        let (tenant, id) = (access.tenant().as_str().to_owned(), id.to_owned());
        let now = self.now().micros();
        self.inner.record_writer.write(move |executor| {
            let key = values![to, &tenant, &id, from];
            let Some(row) = executor.first(sql::DESTINATION_ADVANCE, key)? else {
                return Ok(false);
            };
            let mut number = row.count(0)?;
            for new in &dispatches {
                number += 1;
                put(executor, (&tenant, &id), number, new, now)?;
            }
            if !dispatches.is_empty() {
                executor.execute(sql::DESTINATION_NUMBERED, values![number, &tenant, &id])?;
                // What was settled long ago is let go; what waits never is.
                let old = number.saturating_sub(DISPATCHES_KEPT);
                executor.execute(sql::DISPATCHES_LET_GO, values![&tenant, &id, old])?;
            }
            Ok(true)
        })
    }

    /// How every destination stands, by name.
    pub fn outbox(&self, access: &Access) -> Result<Vec<OutboxStanding>, Failure> {
        self.audited_read(access, Action::ReadOutbox, |executor, _| {
            let tenant = access.tenant().as_str();
            let mut found = Vec::new();
            for row in executor.query(sql::DESTINATIONS, values![tenant])? {
                found.push(OutboxStanding {
                    id: row.text(0)?.to_owned(),
                    sequence: row.count(1)?,
                    failures: u32::try_from(row.count(2)?).unwrap_or(u32::MAX),
                    retry_at: moment(row.int(3)?),
                    acknowledged: moment(row.int(4)?),
                    failure: row.text(5)?.to_owned(),
                    ..OutboxStanding::default()
                });
            }
            for row in executor.query(sql::DISPATCHES_COUNT, values![tenant])? {
                let of = found.iter_mut().find(|one| row.text(0).is_ok_and(|id| id == one.id));
                if let (Some(of), Some(state)) = (of, DispatchState::from_word(row.text(1)?)) {
                    of.add(state, row.count(2)?, row.int(3)?);
                }
            }
            for row in executor.query(sql::DISPATCHES_DELIVERED, values![tenant])? {
                let of = found.iter_mut().find(|one| row.text(0).is_ok_and(|id| id == one.id));
                if let Some(of) = of {
                    of.add(DispatchState::Delivered, row.count(1)?, 0);
                }
            }
            Ok(found)
        })
    }

    /// Dispatches of a destination in one state, in the order of their numbers.
    pub fn dispatches(
        &self,
        access: &Access,
        id: &str,
        state: DispatchState,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Dispatch>, Failure> {
        let limit = rows("limit", limit)?;
        let after = after.min(i64::MAX.unsigned_abs());
        self.audited_read(access, Action::ReadOutbox, |executor, touched| {
            let key = values![access.tenant().as_str(), id, state.word(), after, limit];
            let found = executor.query(sql::DISPATCHES, key)?;
            let found = found.iter().map(dispatch).collect::<Result<Vec<_>, _>>()?;
            name(touched, id, &found);
            Ok(found)
        })
    }
}

/// How the destinations of all tenants stand, for [`Record::health`].
pub(crate) fn standing(executor: &dyn Executor) -> Result<Vec<OutboxStanding>, Failure> {
    let mut found: BTreeMap<(String, String), OutboxStanding> = BTreeMap::new();
    for row in executor.query(sql::OUTBOX_STANDS, &[])? {
        let id = row.text(1)?.to_owned();
        let one = found.entry((row.text(0)?.to_owned(), id.clone())).or_default();
        one.id = id;
        one.failures = u32::try_from(row.count(2)?).unwrap_or(u32::MAX);
        (one.retry_at, one.acknowledged) = (moment(row.int(3)?), moment(row.int(4)?));
        if let Some(state) = row.optional_text(5)?.and_then(DispatchState::from_word) {
            one.add(state, row.count(6)?, row.int(7)?);
        }
    }
    Ok(found.into_values().collect())
}

fn put(
    executor: &dyn Executor,
    (tenant, id): (&str, &str),
    number: u64,
    new: &NewDispatch,
    now: i64,
) -> Result<(), Failure> {
    let change = &new.change;
    let patient = change.patient.as_ref().map_or("", |patient| patient.as_str());
    let waits = executor.first(sql::DISPATCH_WAITS, values![tenant, id, patient])?.is_some();
    let state = if waits { DispatchState::Held } else { DispatchState::Queued };
    let row = values![
        tenant,
        id,
        number,
        &new.id,
        &new.event,
        patient,
        change.sequence,
        change.kind.word(),
        &change.resource_type,
        &change.id,
        change.version,
        change.deleted,
        now,
        state.word(),
    ];
    executor.execute(sql::DISPATCH_PUT, row).map(|_| ())
}

/// Holds what comes after the first parked dispatch of a patient, and nothing else of it.
fn rearrange(
    executor: &dyn Executor,
    tenant: &str,
    destination: &str,
    patient: &str,
) -> Result<(), Failure> {
    let lane = values![tenant, destination, patient];
    let parked = executor.first(sql::DISPATCH_FIRST_PARKED, lane)?;
    let parked = parked.map(|row| row.count(0)).transpose()?;
    let until = parked.unwrap_or(i64::MAX.unsigned_abs());
    executor.execute(sql::DISPATCHES_FREE, values![tenant, destination, patient, until])?;
    executor.execute(sql::DISPATCHES_HOLD, values![tenant, destination, patient, until])?;
    Ok(())
}

/// The audit event's entity.
fn of(id: &str) -> Touched {
    Touched { entities: vec![format!("Destination/{id}")], ..Touched::default() }
}

/// Names a destination and dispatches in an audit event.
fn name(touched: &mut Touched, id: &str, dispatches: &[Dispatch]) {
    touched.entities.extend(of(id).entities);
    for Dispatch { number, change, .. } in dispatches {
        let Change { resource_type, id, version, .. } = change;
        touched.entities.push(format!("dispatch/{number}/{resource_type}/{id}/_history/{version}"));
        touched.patient(change.patient.as_ref().map_or("", |patient| patient.as_str()));
    }
}

/// A time that may not have come yet.
fn moment(micros: i64) -> Option<Timestamp> {
    (micros > 0).then(|| Timestamp::from_micros(micros))
}

/// Reads a dispatch from its row.
fn dispatch(row: &Row) -> Result<Dispatch, Failure> {
    let unknown = |what: &str| Failure::Storage(format!("a dispatch is of an unknown {what}"));
    Ok(Dispatch {
        number: row.count(0)?,
        id: row.text(1)?.to_owned(),
        event: row.text(2)?.to_owned(),
        change: Change {
            sequence: row.count(4)?,
            kind: ChangeKind::from_word(row.text(5)?).ok_or_else(|| unknown("kind"))?,
            resource_type: row.text(6)?.to_owned(),
            id: row.text(7)?.to_owned(),
            version: row.count(8)?,
            patient: patient_of(row.text(3)?),
            deleted: row.flag(9)?,
        },
        recorded: Timestamp::from_micros(row.int(10)?),
        state: DispatchState::from_word(row.text(11)?).ok_or_else(|| unknown("state"))?,
        attempts: u32::try_from(row.count(12)?).unwrap_or(u32::MAX),
        failed_since: Timestamp::from_micros(row.int(13)?),
        retry_at: Timestamp::from_micros(row.int(14)?),
        settled: Timestamp::from_micros(row.int(15)?),
        reason: row.text(16)?.to_owned(),
    })
}
