//! Events of a subscription: the changes it is told of, numbered from 1 without gaps.

use super::{Subscription, of};
use crate::audit::Touched;
use crate::feed::{Change, ChangeKind};
use crate::limit::{SUBSCRIPTION_EVENTS_KEPT, rows, within};
use crate::resource::patient_of;
use crate::sql::record as sql;
use crate::store::{Row, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;

/// Events noted at once.
const EVENTS_AT_ONCE_MAX: usize = 1_000;

/// An event before it has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened; of several changes told as one, the last.
    pub change: Change,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionEvent {
    /// Its number.
    pub number: u64,
    /// When it was noted.
    pub recorded: Timestamp,
    /// What happened.
    pub change: Change,
}

impl Record {
    /// Notes events found in the change feed between the place where the subscription stood and
    /// `to`, gives them their numbers and moves the place, all or nothing. Two who look at once
    /// find the place moved, and the later notes nothing: whether it was noted.
    pub fn note_subscription_events(
        &self,
        access: &Access,
        subscription: &Subscription,
        to: u64,
        events: Vec<NewEvent>,
    ) -> Result<bool, Failure> {
        self.permit(access, Action::Notify)?;
        within("events", events.len(), EVENTS_AT_ONCE_MAX, "events")?;
        let tenant = access.tenant().as_str().to_owned();
        let (id, from) = (subscription.id.clone(), subscription.sequence);
        let now = self.now().micros();
        self.inner.record_writer.write(move |executor| {
            let key = values![to, &tenant, &id, from];
            let Some(row) = executor.first(sql::SUBSCRIPTION_ADVANCE, key)? else {
                return Ok(false);
            };
            let (mut number, delivered) = (row.count(0)?, row.count(1)?);
            for NewEvent { change } in &events {
                number += 1;
                let patient = change.patient.as_ref().map_or("", |patient| patient.as_str());
                let row = values![
                    &tenant,
                    &id,
                    number,
                    change.sequence,
                    now,
                    change.kind.word(),
                    &change.resource_type,
                    &change.id,
                    change.version,
                    patient,
                    change.deleted,
                ];
                executor.execute(sql::SUBSCRIPTION_EVENT_PUT, row)?;
            }
            if !events.is_empty() {
                executor.execute(sql::SUBSCRIPTION_COUNT, values![number, &tenant, &id])?;
                // What was delivered long ago is let go; what was not never is.
                let old = number.saturating_sub(SUBSCRIPTION_EVENTS_KEPT).min(delivered);
                executor.execute(sql::SUBSCRIPTION_EVENTS_LET_GO, values![&tenant, &id, old])?;
            }
            Ok(true)
        })
    }

    /// Events of a subscription of the caller's own, from one number to another, both included.
    pub fn subscription_events(
        &self,
        access: &Access,
        id: &str,
        (since, until): (u64, u64),
        limit: u32,
    ) -> Result<Vec<SubscriptionEvent>, Failure> {
        if self.subscription(access, id)?.is_none() {
            return Err(Failure::NotFound);
        }
        self.events(access, Action::Subscribe, id, (since, until), limit)
    }

    /// Events that are about to be sent. The audit event that names them and the subscription is on
    /// disk when this returns, before anything of them leaves.
    pub fn events_to_send(
        &self,
        access: &Access,
        id: &str,
        (since, until): (u64, u64),
        limit: u32,
    ) -> Result<Vec<SubscriptionEvent>, Failure> {
        self.permit(access, Action::Notify)?;
        self.events(access, Action::Notify, id, (since, until), limit)
    }

    fn events(
        &self,
        access: &Access,
        action: Action,
        id: &str,
        (since, until): (u64, u64),
        limit: u32,
    ) -> Result<Vec<SubscriptionEvent>, Failure> {
        let limit = rows("limit", limit)?;
        let until = until.min(i64::MAX.unsigned_abs());
        let since = since.min(until);
        self.audited_read(access, action, |executor, touched| {
            let key = values![access.tenant().as_str(), id, since, until, limit];
            let found = executor.query(sql::SUBSCRIPTION_EVENTS, key)?;
            let events = found.iter().map(event).collect::<Result<Vec<_>, _>>()?;
            name(touched, id, &events);
            Ok(events)
        })
    }
}

fn name(touched: &mut Touched, id: &str, events: &[SubscriptionEvent]) {
    touched.entities.extend(of(id).entities);
    for SubscriptionEvent { number, change, .. } in events {
        let Change { resource_type, id, version, .. } = change;
        touched.entities.push(format!("event/{number}/{resource_type}/{id}/_history/{version}"));
        touched.patient(change.patient.as_ref().map_or("", |patient| patient.as_str()));
    }
}

/// Reads an event from its row.
fn event(row: &Row) -> Result<SubscriptionEvent, Failure> {
    let kind = ChangeKind::from_word(row.text(3)?)
        .ok_or_else(|| Failure::Storage("an event is of an unknown kind".to_owned()))?;
    let change = Change {
        sequence: row.count(1)?,
        kind,
        resource_type: row.text(4)?.to_owned(),
        id: row.text(5)?.to_owned(),
        version: row.count(6)?,
        patient: patient_of(row.text(7)?),
        deleted: row.flag(8)?,
    };
    let recorded = Timestamp::from_micros(row.int(2)?);
    Ok(SubscriptionEvent { number: row.count(0)?, recorded, change })
}
