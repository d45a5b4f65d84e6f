//! Subscriptions of other systems: what they asked for, how far they were told, and the events of
//! each, numbered without gaps (HL7 Subscriptions R5 Backport 1.1.0, "Event Numbers").
//!
//! What is asked for is sealed under a key of the subscription's own, because the headers in it are
//! secrets; deleting a subscription destroys that key. The resource that clients read is filed like
//! any other and holds none of them.

mod event;

pub use event::{NewEvent, SubscriptionEvent};

use crate::audit::Touched;
use crate::limit::{DOCUMENT_BYTES_MAX, SUBSCRIPTIONS_MAX, text, within};
use crate::sql::record as sql;
use crate::store::{Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

crate::access::words! {
    /// How a subscription stands (FHIR R4 `subscription-status`).
    SubscriptionStatus {
        /// Asked for; the endpoint has not answered yet.
        Requested => "requested",
        /// Served.
        Active => "active",
        /// Given up until somebody asks for it again.
        Error => "error",
        /// Over.
        Off => "off",
    }
}

/// A subscription as the notifier sees it.
#[derive(Clone, PartialEq)]
pub struct Subscription {
    /// Logical id of its resource.
    pub id: String,
    /// Who made it, as the audit log names it; nobody else learns what it was told.
    pub actor: String,
    /// How it stands.
    pub status: SubscriptionStatus,
    /// Counts how often it was put, so that an answer to an older one changes nothing.
    pub revision: u64,
    /// Place in the change feed up to which events were looked for.
    pub sequence: u64,
    /// Number of the last event; 0 before the first.
    pub events: u64,
    /// Number of the last event that was delivered.
    pub delivered: u64,
    /// Attempts that failed one after the other.
    pub failures: u32,
    /// Before when nothing is sent.
    pub retry_at: Timestamp,
    /// When something was last delivered.
    pub sent_at: Timestamp,
    /// What was asked for, secrets included.
    pub settings: Value,
}

/// Shows nothing of the settings.
impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("id", &self.id)
            .field("actor", &self.actor)
            .field("status", &self.status)
            .field("events", &self.events)
            .field("delivered", &self.delivered)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// Keeps what is asked for under the id of a resource, requested or off. A new one is told of
    /// what is committed from now on; one that is there goes on where it was. One of somebody
    /// else's is [`Failure::NotFound`].
    pub fn put_subscription(
        &self,
        access: &Access,
        id: &str,
        status: SubscriptionStatus,
        settings: &Value,
    ) -> Result<(), Failure> {
        self.permit(access, Action::Subscribe)?;
        text("subscription", id)?;
        let body = settings.to_string().into_bytes();
        within("subscription", body.len(), DOCUMENT_BYTES_MAX, "bytes")?;
        self.note(access, Action::Subscribe, &of(id))?;
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.owner());
        let (id, keys, now) = (id.to_owned(), Arc::clone(&self.inner.keys), self.now());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let head = executor.first(sql::SUBSCRIPTION_HEAD, values![&tenant, &id])?;
            let revision = match &head {
                Some(row) if row.text(0)? != actor => return Err(Failure::NotFound),
                Some(row) => row.count(1)? + 1,
                None => 1,
            };
            let owner = owner(&id);
            let place = ["subscription", &id, &revision.to_string()];
            let sealed = vault.seal(&owner, &place, &body, now)?;
            if head.is_some() {
                let row = values![status.word(), revision, sealed, &tenant, &id];
                return executor.execute(sql::SUBSCRIPTION_RENEW, row).map(|_| ());
            }
            let count = executor.one(sql::SUBSCRIPTIONS_COUNT, values![&tenant])?.count(0)?;
            let count = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
            within("subscriptions", count, SUBSCRIPTIONS_MAX, "subscriptions")?;
            let last = executor.one(sql::SEQUENCE_LAST, &[])?.count(0)?;
            let status = status.word();
            let row = values![&tenant, &id, &actor, status, revision, last, now.micros(), sealed];
            executor.execute(sql::SUBSCRIPTION_PUT, row).map(|_| ())
        })
    }

    /// A subscription of the caller's own.
    pub fn subscription(&self, access: &Access, id: &str) -> Result<Option<Subscription>, Failure> {
        Ok(self.subscriptions(access)?.into_iter().find(|one| one.id == id))
    }

    /// The caller's own subscriptions, by id.
    pub fn subscriptions(&self, access: &Access) -> Result<Vec<Subscription>, Failure> {
        self.permit(access, Action::Subscribe)?;
        let mut found = self.all_subscriptions(access)?;
        found.retain(|one| one.actor == access.owner());
        Ok(found)
    }

    /// Every subscription, by id, for the machine that notifies.
    pub fn served_subscriptions(&self, access: &Access) -> Result<Vec<Subscription>, Failure> {
        self.permit(access, Action::Notify)?;
        self.all_subscriptions(access)
    }

    /// There are few of them, and none holds anything about a patient but whom it names.
    fn all_subscriptions(&self, access: &Access) -> Result<Vec<Subscription>, Failure> {
        let tenant = access.tenant().as_str();
        self.inner.record.read(|executor| {
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(sql::SUBSCRIPTIONS, values![tenant])?;
            rows.iter().map(|row| stored(&vault, row)).collect()
        })
    }

    /// Forgets a subscription of the caller's own, its events and its key. Whether there was one.
    pub fn delete_subscription(&self, access: &Access, id: &str) -> Result<bool, Failure> {
        self.permit(access, Action::Subscribe)?;
        self.note(access, Action::Subscribe, &of(id))?;
        let (tenant, actor) = (access.tenant().as_str().to_owned(), access.owner());
        let id = id.to_owned();
        self.inner.record_writer.write(move |executor| {
            let dropped =
                executor.execute(sql::SUBSCRIPTION_DROP, values![&tenant, &id, &actor])?;
            if dropped == 0 {
                return Ok(false);
            }
            executor.execute(sql::SUBSCRIPTION_EVENTS_DROP, values![&tenant, &id])?;
            executor.execute(sql::DATA_KEY_DROP, values![&tenant, owner(&id)])?;
            Ok(true)
        })
    }

    /// Notes how a subscription stands and how far it was told, unless it was put anew meanwhile.
    /// Whether it was noted.
    pub fn set_subscription(&self, access: &Access, now: &Subscription) -> Result<bool, Failure> {
        self.permit(access, Action::Notify)?;
        let mut touched = of(&now.id);
        touched.entities.extend([
            format!("status/{}", now.status.word()),
            format!("delivered/{}", now.delivered),
            format!("failures/{}", now.failures),
        ]);
        self.note(access, Action::Notify, &touched)?;
        let row = values![
            now.status.word(),
            now.delivered,
            now.failures,
            now.retry_at.micros(),
            now.sent_at.micros(),
            access.tenant().as_str(),
            &now.id,
            now.revision,
        ]
        .to_vec();
        self.inner
            .record_writer
            .write(move |executor| Ok(executor.execute(sql::SUBSCRIPTION_SET, &row)? > 0))
    }
}

/// The audit event's entity.
fn of(id: &str) -> Touched {
    Touched { entities: vec![format!("Subscription/{id}")], ..Touched::default() }
}

/// Whose data key a subscription is sealed by: its own. No patient's id holds a slash.
fn owner(id: &str) -> String {
    format!("subscription/{id}")
}

/// Opens a subscription from its row.
fn stored(vault: &Vault<'_>, row: &Row) -> Result<Subscription, Failure> {
    let (id, revision) = (row.text(0)?, row.count(3)?);
    let sealed = || Failure::Sealed { place: format!("subscription/{id}") };
    let place = ["subscription", id, &revision.to_string()];
    let body = vault.open(&owner(id), &place, row.bytes(10)?)?;
    Ok(Subscription {
        id: id.to_owned(),
        actor: row.text(1)?.to_owned(),
        status: SubscriptionStatus::from_word(row.text(2)?).ok_or_else(sealed)?,
        revision,
        sequence: row.count(4)?,
        events: row.count(5)?,
        delivered: row.count(6)?,
        failures: u32::try_from(row.count(7)?).unwrap_or(u32::MAX),
        retry_at: Timestamp::from_micros(row.int(8)?),
        sent_at: Timestamp::from_micros(row.int(9)?),
        settings: serde_json::from_slice(&body).map_err(|_| sealed())?,
    })
}
