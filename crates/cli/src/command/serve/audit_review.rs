//! The review of the audit log while the server runs.

use crate::arguments::WatchArguments;
use crate::command::audit::read;
use crate::store;
use record::{Access, Purpose, Record, ReviewFacts, ReviewRules, Role, Scope};
use std::time::{Duration, Instant};

/// How soon it is noticed that the server stops.
const NAP: Duration = Duration::from_millis(200);

/// Looks through what the audit log has more, again and again.
pub(super) struct Watch {
    record: Record,
    access: Access,
    facts: ReviewFacts,
    rules: ReviewRules,
    every: Duration,
}

impl Watch {
    /// A file of rules or people that cannot be used is an error: the operator counts on it.
    pub(super) fn new(arguments: &WatchArguments, record: Record) -> anyhow::Result<Self> {
        let (role, purpose) = (Role::Engine, Purpose::Operations);
        Ok(Self {
            record,
            access: Access::new(store::tenant(), "audit-review", role, purpose, Scope::Tenant),
            facts: read(arguments.audit_review_people.as_deref())?,
            rules: read(arguments.audit_review_rules.as_deref())?,
            every: Duration::from_secs(arguments.audit_review_every),
        })
    }

    /// Until it is told to stop.
    pub(super) fn follow(&self, stop: &dyn Fn() -> bool) {
        while !stop() {
            match self.record.look_for_snooping(&self.access, &self.facts, &self.rules) {
                Ok(looked) if looked.filed > 0 => {
                    tracing::warn!(findings = looked.filed, "the audit log holds what to look at");
                }
                Ok(_) => {}
                Err(failure) => tracing::error!(%failure, "the audit log was not looked through"),
            }
            let rested = Instant::now();
            while rested.elapsed() < self.every && !stop() {
                std::thread::sleep(NAP.min(self.every));
            }
        }
    }
}
