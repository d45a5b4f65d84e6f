//! Alerts to whoever guards privacy: that an emergency was opened, that the review of the audit log
//! found something. Signed, and sent until they have arrived or somebody has looked.
//!
//! An alert says that something waits, since when and until when, and where to look. It names no
//! patient, nobody who read, and no reason: it may end on a telephone.

mod destination;

pub use destination::AlertDestination;

use crate::send::Undelivered;
use crate::{Failure, Pace, Sender};
use model::{TenantId, Timestamp};
use record::{
    Access, Alert, AlertKind, AlertState, AlertsDue, Delivery, Purpose, Record, Role, Scope,
};
use serde_json::json;
use std::time::Duration;

/// Alerts sent in one pass, one after the other.
const ALERTS_PER_PASS_MAX: usize = 50;
/// How long one may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Tells whoever guards privacy.
#[derive(Clone, Debug)]
pub struct Alerter {
    record: Record,
    destination: AlertDestination,
    sender: Sender,
    page: String,
    pace: Pace,
    engine: Access,
}

impl Alerter {
    /// An alerter of one tenant; `page` is where what waits can be looked at.
    pub fn new(
        record: Record,
        tenant: &TenantId,
        destination: AlertDestination,
        sender: Sender,
        page: &str,
    ) -> Self {
        let (role, purpose) = (Role::Engine, Purpose::Operations);
        let engine = Access::new(tenant.clone(), "alert", role, purpose, Scope::Tenant);
        Self { record, destination, sender, page: page.to_owned(), pace: Pace::default(), engine }
    }

    /// The same at another pace. Alerts are never given up, whatever the pace says.
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Looks for alerts until `stop` answers true. A failure is logged and tried again.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        while !stop() {
            if let Err(error) = self.pass() {
                tracing::error!(%error, "alerts could not be looked for, and will be again");
            }
            std::thread::sleep(self.pace.look);
        }
    }

    /// Sends once what is due, and notes how it went; how many arrived.
    ///
    /// # Errors
    /// When the record fails.
    pub fn pass(&self) -> Result<u64, Failure> {
        let AlertsDue { due, failing } =
            self.record.alerts_due(&self.engine, ALERTS_PER_PASS_MAX)?;
        self.record.note_alerting(AlertState { is_set: true, failing });
        let mut arrived = 0;
        for mut alert in due {
            let sent = self.send(&alert);
            arrived += u64::from(sent.is_ok());
            let former = std::mem::take(&mut alert.delivery);
            alert.delivery = self.came_to(&alert, former, sent);
            self.record.note_alert(&self.engine, &alert)?;
        }
        Ok(arrived)
    }

    fn send(&self, alert: &Alert) -> Result<(), Undelivered> {
        let what = match alert.kind {
            AlertKind::Emergency => "emergency.opened",
            AlertKind::Finding => "finding.filed",
        };
        let body = json!({
            "type": what,
            "timestamp": alert.since.to_string(),
            "data": { "id": alert.id, "due": alert.due.to_string(), "page": self.page },
        });
        let body = body.to_string();
        // The same at each attempt, so that a receiver knows what it has had.
        let id = format!("{}_{}", alert.kind.word(), alert.id);
        let headers = self.destination.sign(&id, self.record.now(), &body);
        let to = (self.destination.endpoint(), "application/json");
        self.sender.post(to, &headers, TIMEOUT, body.as_bytes())
    }

    fn came_to(&self, alert: &Alert, former: Delivery, sent: Result<(), Undelivered>) -> Delivery {
        let now = self.record.now();
        let Err(why) = sent else { return Delivery { told: Some(now), ..former } };
        let failures = former.failures.saturating_add(1);
        let doubled = 1_u32.checked_shl(former.failures).unwrap_or(u32::MAX);
        let wait = self.pace.retry_first.saturating_mul(doubled).min(self.pace.retry_max);
        let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
        let retry_at = Timestamp::from_micros(now.micros().saturating_add(micros));
        let kind = alert.kind.word();
        tracing::error!(id = %alert.id, kind, failures, %why, "an alert was not delivered");
        let failure = Some(why.to_string());
        Delivery { told: None, failures, retry_at: Some(retry_at), failure }
    }
}
