//! Delivering to one subscriber: the handshake, what happened, a heartbeat.

use super::{Notifier, Ready, later};
use crate::Failure;
use crate::bundle::{Kind, Notification, notification};
use crate::send::Undelivered;
use record::{Subscription, SubscriptionEvent, SubscriptionStatus};
use std::time::Duration;

/// Notifications sent to one subscriber before the others have their turn.
const IN_A_ROW_MAX: u32 = 25;

impl Notifier {
    /// Sends what is due, until there is nothing or it fails.
    pub(super) fn deliver(&self, ready: &Ready) -> Result<(), Failure> {
        let mut subscription = ready.subscription.clone();
        for _ in 0..IN_A_ROW_MAX {
            let (kind, events) = self.due(ready, &subscription)?;
            let Some(kind) = kind else { return Ok(()) };
            let sent = self.send(ready, &subscription, kind, &events)?;
            let last = events.last().map_or(subscription.delivered, |event| event.number);
            let Some(next) = self.came_to(&subscription, kind, last, sent)? else { return Ok(()) };
            subscription = next;
        }
        Ok(())
    }

    fn due(
        &self,
        ready: &Ready,
        subscription: &Subscription,
    ) -> Result<(Option<Kind>, Vec<SubscriptionEvent>), Failure> {
        if subscription.status == SubscriptionStatus::Requested {
            return Ok((Some(Kind::Handshake), Vec::new()));
        }
        let next = subscription.delivered.saturating_add(1);
        if next <= subscription.events {
            let range = (next, subscription.events);
            let count = ready.wanted.count_max;
            let events =
                self.record.events_to_send(&self.engine, &subscription.id, range, count)?;
            // None are left where it was deleted meanwhile.
            return Ok(((!events.is_empty()).then_some(Kind::Event), events));
        }
        let silence = ready.wanted.heartbeat_seconds.map(u64::from).map(Duration::from_secs);
        let is_silent = silence
            .is_some_and(|silence| later(subscription.sent_at, silence) <= self.record.now());
        Ok((is_silent.then_some(Kind::Heartbeat), Vec::new()))
    }

    fn send(
        &self,
        ready: &Ready,
        subscription: &Subscription,
        kind: Kind,
        events: &[SubscriptionEvent],
    ) -> Result<Result<(), Undelivered>, Failure> {
        let id = self.record.new_id();
        let body = notification(
            &self.record,
            &ready.access,
            &Notification {
                base: &self.base,
                subscription,
                wanted: &ready.wanted,
                kind,
                content: ready.wanted.content,
                events,
                id: &id,
                next: None,
            },
        )?;
        Ok(self.sender.send(&ready.wanted, &body))
    }

    /// Notes how it went; the subscription as it stands, if there may be more to send.
    fn came_to(
        &self,
        former: &Subscription,
        kind: Kind,
        last: u64,
        sent: Result<(), Undelivered>,
    ) -> Result<Option<Subscription>, Failure> {
        let now = self.record.now();
        let Err(why) = sent else {
            let next = Subscription {
                delivered: last,
                failures: 0,
                retry_at: now,
                sent_at: now,
                status: SubscriptionStatus::Active,
                ..former.clone()
            };
            if kind == Kind::Handshake {
                // What happened meanwhile is looked for in the next pass.
                self.set(&next, SubscriptionStatus::Active, "")?;
                return Ok(None);
            }
            let is_noted = self.record.set_subscription(&self.engine, &next)?;
            return Ok((is_noted && kind == Kind::Event).then_some(next));
        };
        let failures = former.failures.saturating_add(1);
        let doubled = 1_u32.checked_shl(former.failures).unwrap_or(u32::MAX);
        let wait = self.pace.retry_first.saturating_mul(doubled).min(self.pace.retry_max);
        let next = Subscription { failures, retry_at: later(now, wait), ..former.clone() };
        tracing::warn!(id = %next.id, failures, %why, "a subscriber could not be notified");
        if failures >= self.pace.attempts_max {
            self.set(&next, SubscriptionStatus::Error, &why.to_string())?;
        } else {
            self.record.set_subscription(&self.engine, &next)?;
        }
        Ok(None)
    }
}
