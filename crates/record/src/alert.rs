//! Alerts about what waits for a privacy officer: emergencies at once, and findings of the review.
//!
//! Each entry of a queue is its own outbox: how far its alert got is sealed with it, so that a
//! crash repeats an alert and never loses one, and whoever looks at the entry sees whether anybody
//! was told. An alert says that something waits, not about whom or why.

use crate::audit::Touched;
use crate::limit::within;
use crate::sql::finding as sql;
use crate::store::values;
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record, emergency, finding};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Entries of a queue that are looked at in one query.
const OPEN_PER_READ: usize = 200;
/// Bytes of the words about a delivery that failed.
const FAILURE_BYTES_MAX: usize = 200;

crate::access::words! {
    /// What an alert is about.
    AlertKind {
        /// A patient was opened without the usual permission.
        Emergency => "emergency",
        /// The review of the audit log found something.
        Finding => "finding",
    }
}

/// How far the alert about an entry got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When somebody was told; `None` until then.
    pub told: Option<Timestamp>,
    /// Attempts that failed.
    pub failures: u32,
    /// Before when it is not tried again; `None` before the first attempt.
    pub retry_at: Option<Timestamp>,
    /// Why the last attempt failed, in words that hold nothing of what was sent.
    pub failure: Option<String>,
}

/// An alert that has to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What it is about.
    pub kind: AlertKind,
    /// Id of the emergency or the finding.
    pub id: String,
    /// When that came about.
    pub since: Timestamp,
    /// When a person has to have looked at it.
    pub due: Timestamp,
    /// How far it got.
    pub delivery: Delivery,
}

/// Which alerts have to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertsDue {
    /// Those to be sent now.
    pub due: Vec<Alert>,
    /// How many have failed so far and wait to be tried again, those of `due` among them.
    pub failing: u64,
}

impl Alert {
    fn is_due(&self, now: Timestamp) -> bool {
        self.delivery.told.is_none() && self.delivery.retry_at.is_none_or(|at| at <= now)
    }

    fn is_failing(&self) -> bool {
        self.delivery.told.is_none() && self.delivery.failures > 0
    }

    fn entity(&self) -> String {
        format!("{}/{}", self.kind.word(), self.id)
    }
}

impl Record {
    /// Alerts to be sent now, of whatever nobody has looked at yet; at most `limit`, emergencies
    /// first. That they are about to leave is noted, unless there are none.
    pub fn alerts_due(&self, access: &Access, limit: usize) -> Result<AlertsDue, Failure> {
        self.permit(access, Action::Notify)?;
        let (tenant, now) = (access.tenant().as_str(), self.now());
        let mut found = AlertsDue::default();
        for kind in AlertKind::ALL {
            let mut place = (0, String::new());
            loop {
                let some = self.open_entries(tenant, *kind, &place)?;
                let Some(last) = some.last() else { break };
                place = (last.due.micros(), last.id.clone());
                found.failing += some.iter().filter(|alert| alert.is_failing()).count() as u64;
                found.due.extend(some.into_iter().filter(|alert| alert.is_due(now)));
                found.due.truncate(limit);
            }
        }
        if !found.due.is_empty() {
            let entities = found.due.iter().map(Alert::entity).collect();
            self.note(access, Action::Notify, &Touched { entities, ..Touched::default() })?;
        }
        Ok(found)
    }

    /// Entries of a queue that nobody has looked at, after a place in it.
    fn open_entries(
        &self,
        tenant: &str,
        kind: AlertKind,
        (due, id): &(i64, String),
    ) -> Result<Vec<Alert>, Failure> {
        let key = values![tenant, *due, id, OPEN_PER_READ as u64];
        self.inner.record.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            match kind {
                AlertKind::Emergency => {
                    let rows = executor.query(sql::EMERGENCIES_OPEN, key)?;
                    let of = |row| {
                        let one = emergency::stored(&vault, row)?;
                        let (since, delivery) = (one.begins, one.delivery);
                        Ok(Alert { kind, id: one.id, since, due: one.due, delivery })
                    };
                    rows.iter().map(of).collect()
                }
                AlertKind::Finding => {
                    let rows = executor.query(sql::FINDINGS_OPEN, key)?;
                    let of = |row| {
                        let one = finding::stored(&vault, row)?;
                        let (since, delivery) = (one.found, one.delivery);
                        Ok(Alert { kind, id: one.id, since, due: one.due, delivery })
                    };
                    rows.iter().map(of).collect()
                }
            }
        })
    }

    /// Notes how far an alert got. Whether it was noted: not where somebody has looked at the entry
    /// meanwhile, or the patient was erased.
    pub fn note_alert(&self, access: &Access, alert: &Alert) -> Result<bool, Failure> {
        self.permit(access, Action::Notify)?;
        let words = alert.delivery.failure.as_deref().unwrap_or_default();
        within("failure", words.len(), FAILURE_BYTES_MAX, "bytes")?;
        let came = match alert.delivery.told {
            Some(_) => "alert/told".to_owned(),
            None => format!("alert/failed/{}", alert.delivery.failures),
        };
        let entities = vec![alert.entity(), came];
        self.note(access, Action::Notify, &Touched { entities, ..Touched::default() })?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        let (keys, alert) = (Arc::clone(&self.inner.keys), alert.clone());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let noted = (alert.id.as_str(), &alert.delivery);
            match alert.kind {
                AlertKind::Emergency => {
                    emergency::note_delivery(executor, &vault, &tenant, noted, now)
                }
                AlertKind::Finding => finding::note_delivery(executor, &vault, &tenant, noted, now),
            }
        })
    }
}
