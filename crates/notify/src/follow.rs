//! Following the change feed: events are noted, then delivered, and how it went is noted, so that a
//! crash between any two steps repeats and never loses.

mod deliver;

use crate::find;
use crate::request::Wanted;
use crate::{Endpoints, Failure, Sender};
use model::{TenantId, Timestamp};
use record::{
    Access, Commit, Condition, Purpose, Query, Record, ResourceChange, Role, Scope, Subscription,
    SubscriptionStatus, Term,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Changes read from the feed at a time.
const CHANGES_PER_READ_MAX: u32 = 1_000;
/// Deliveries at the same time.
const DELIVERIES_AT_ONCE: usize = 8;
/// Subscriptions looked through at the start.
const RECONCILED_MAX: u32 = 1_000;

/// What a subscription's maker may do at this moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it may read.
    pub access: Access,
    /// Types that its token's scopes keep from it.
    pub closed: Vec<&'static str>,
}

/// Who made subscriptions, and what they may do now.
pub trait Creators: std::fmt::Debug + Send + Sync {
    /// The standing of an actor; `None` where it is not known any more, or may subscribe no more.
    ///
    /// # Errors
    /// When it cannot be looked up.
    fn standing(&self, actor: &str) -> Result<Option<Standing>, Failure>;
}

/// How patient the notifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Wait before the second attempt; it doubles with each that fails.
    pub retry_first: Duration,
    /// The longest wait.
    pub retry_max: Duration,
    /// Attempts before a subscription is given up.
    pub attempts_max: u32,
    /// How often something due is looked for while nothing happens.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_secs(2),
            retry_max: Duration::from_mins(15),
            attempts_max: 10,
            look: Duration::from_millis(500),
        }
    }
}

/// Keeps subscribers up to date.
#[derive(Clone, Debug)]
pub struct Notifier {
    record: Record,
    creators: Arc<dyn Creators>,
    endpoints: Endpoints,
    sender: Sender,
    base: String,
    pace: Pace,
    engine: Access,
    door: Access,
}

impl Notifier {
    /// A notifier of one tenant; `base` is the address of the FHIR interface.
    pub fn new(
        record: Record,
        tenant: &TenantId,
        creators: Arc<dyn Creators>,
        endpoints: Endpoints,
        sender: Sender,
        base: &str,
    ) -> Self {
        let machine =
            |role| Access::new(tenant.clone(), "notify", role, Purpose::Operations, Scope::Tenant);
        let (engine, door) = (machine(Role::Engine), machine(Role::Interface));
        let (base, pace) = (base.to_owned(), Pace::default());
        Self { record, creators, endpoints, sender, base, pace, engine, door }
    }

    /// The same at another pace.
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// Follows the feed until `stop` answers true. A failure is logged and tried again.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        if let Err(error) = self.reconcile() {
            tracing::error!(%error, "subscriptions could not be looked through");
        }
        let mut seen = 0;
        while !stop() {
            seen = self.record.wait_for_change(seen, self.pace.look);
            if let Err(error) = self.pass() {
                tracing::error!(%error, "notifying failed and will be tried again");
                std::thread::sleep(self.pace.look);
            }
        }
    }

    /// Looks once after every subscription: notes its events and sends what is due.
    ///
    /// # Errors
    /// When the record fails.
    pub fn pass(&self) -> Result<(), Failure> {
        let mut due = Vec::new();
        // What goes wrong with one keeps nothing from the others.
        let mut outcome = Ok(());
        for subscription in self.record.served_subscriptions(&self.engine)? {
            match self.look_after(subscription) {
                Ok(ready) => due.extend(ready),
                Err(failure) => outcome = Err(failure),
            }
        }
        for some in due.chunks(DELIVERIES_AT_ONCE) {
            let outcomes: Vec<Result<(), Failure>> = std::thread::scope(|scope| {
                let workers: Vec<_> =
                    some.iter().map(|ready| scope.spawn(|| self.deliver(ready))).collect();
                let broken = || Err(Failure::Setting("a delivery did not finish".to_owned()));
                workers.into_iter().map(|one| one.join().unwrap_or_else(|_| broken())).collect()
            });
            outcome = outcomes.into_iter().fold(outcome, Result::and);
        }
        outcome
    }

    /// Ends what is over, gives up what may not be served, and notes events. What can be delivered
    /// to comes back.
    fn look_after(&self, subscription: Subscription) -> Result<Option<Ready>, Failure> {
        use SubscriptionStatus::{Active, Error, Off, Requested};
        if matches!(subscription.status, Error | Off) {
            return Ok(None);
        }
        let wanted: Wanted =
            serde_json::from_value(subscription.settings.clone()).map_err(Failure::Kept)?;
        if wanted.end.is_some_and(|end| end <= self.record.now()) {
            self.set(&subscription, Off, "")?;
            return Ok(None);
        }
        let Some(standing) = self.standing(&subscription, &wanted)? else { return Ok(None) };
        if let Err(wrong) = self.endpoints.check(&wanted.endpoint) {
            self.set(&subscription, Error, &format!("the endpoint {wrong}"))?;
            return Ok(None);
        }
        let subscription = if subscription.status == Active {
            match self.note_events(subscription, &wanted, &standing.access)? {
                Some(subscription) => subscription,
                None => return Ok(None),
            }
        } else {
            subscription
        };
        let is_due = subscription.retry_at <= self.record.now();
        debug_assert!(matches!(subscription.status, Active | Requested));
        Ok(is_due.then_some(Ready { subscription, wanted, access: standing.access }))
    }

    /// What the maker may do now. A maker that may do it no more ends the service.
    fn standing(
        &self,
        subscription: &Subscription,
        wanted: &Wanted,
    ) -> Result<Option<Standing>, Failure> {
        let standing = self.creators.standing(&subscription.actor)?;
        let focus = wanted.topic().map(|topic| topic.focus).unwrap_or_default();
        let open = standing.filter(|now| !focus.iter().any(|kind| now.closed.contains(kind)));
        if open.is_none() {
            let text = "whoever asked for it may not read what it is about";
            self.set(subscription, SubscriptionStatus::Error, text)?;
        }
        Ok(open)
    }

    /// Reads the feed from where the subscription stands, and notes what it is told of. `None` if
    /// the maker may not read what changed.
    fn note_events(
        &self,
        mut subscription: Subscription,
        wanted: &Wanted,
        access: &Access,
    ) -> Result<Option<Subscription>, Failure> {
        let from = subscription.sequence;
        // With more than that in hand the feed can wait: it forgets nothing.
        let backlog = subscription.events.saturating_sub(subscription.delivered);
        if backlog > record::limit::SUBSCRIPTION_EVENTS_KEPT {
            return Ok(Some(subscription));
        }
        let changes = self.record.changes(&self.engine, from, CHANGES_PER_READ_MAX)?;
        let Some(last) = changes.last() else { return Ok(Some(subscription)) };
        let to = last.sequence;
        let events = match find::events(&self.record, access, wanted, &changes) {
            Err(Failure::Record(record::Failure::Denied { .. })) => {
                let text = "whoever asked for it may not read what it is about";
                self.set(&subscription, SubscriptionStatus::Error, text)?;
                return Ok(None);
            }
            found => found?,
        };
        let count = events.len() as u64;
        let engine = &self.engine;
        if !self.record.note_subscription_events(engine, &subscription, to, events)? {
            return Ok(None);
        }
        subscription.sequence = to;
        subscription.events += count;
        Ok(Some(subscription))
    }

    /// Notes a new status, in the row and in the resource.
    fn set(
        &self,
        subscription: &Subscription,
        status: SubscriptionStatus,
        error: &str,
    ) -> Result<(), Failure> {
        let now = Subscription { status, ..subscription.clone() };
        if self.record.set_subscription(&self.engine, &now)? {
            tracing::info!(id = %now.id, status = status.word(), "a subscription stands otherwise");
            self.publish(&now.id, status, error)?;
        }
        Ok(())
    }

    /// Files the resource with another status. Who changed it meanwhile has said what is wanted.
    fn publish(&self, id: &str, status: SubscriptionStatus, error: &str) -> Result<(), Failure> {
        let stored = self.record.read(&self.door, "Subscription", id)?;
        let Some(stored) = stored.filter(|stored| !stored.deleted) else { return Ok(()) };
        let mut resource: Value = serde_json::from_slice(&stored.body).map_err(Failure::Kept)?;
        let Some(object) = resource.as_object_mut() else { return Ok(()) };
        object.insert("status".to_owned(), json!(status.word()));
        object.remove("error");
        if !error.is_empty() {
            object.insert("error".to_owned(), json!(error));
        }
        let condition = Condition::Version(stored.reference.version);
        let change = ResourceChange::put(resource, Vec::new(), condition);
        let commit = Commit { changes: vec![change], ..Commit::default() };
        match self.record.commit(&self.door, commit) {
            Ok(_) | Err(record::Failure::Conflict { .. }) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// At the start: a crash may have left a resource that says otherwise than what is served.
    fn reconcile(&self) -> Result<(), Failure> {
        let served = self.record.served_subscriptions(&self.engine)?;
        let query = Query {
            resource_type: "Subscription".to_owned(),
            terms: vec![Term {
                parameter: "status".to_owned(),
                modifier: None,
                values: vec!["requested".to_owned(), "active".to_owned(), "error".to_owned()],
            }],
            count: RECONCILED_MAX,
            cursor: None,
        };
        for stored in self.record.search(&self.door, &query)?.entries {
            let id = &stored.reference.id;
            let resource: Value = serde_json::from_slice(&stored.body).map_err(Failure::Kept)?;
            let said = resource.get("status").and_then(Value::as_str).unwrap_or_default();
            match served.iter().find(|one| one.id == *id) {
                Some(one) if one.status.word() != said => self.publish(id, one.status, "")?,
                None if said != SubscriptionStatus::Error.word() => {
                    let text = "it could not be set up; update it to ask for it again";
                    self.publish(id, SubscriptionStatus::Error, text)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A subscription that can be delivered to.
struct Ready {
    subscription: Subscription,
    wanted: Wanted,
    access: Access,
}

/// A time after another one.
fn later(now: Timestamp, by: Duration) -> Timestamp {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.micros().saturating_add(micros))
}
