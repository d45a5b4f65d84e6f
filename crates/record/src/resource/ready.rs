//! A commit that was checked and is on its way to the writer.

use super::Committed;
use super::commit::{Filing, Searched};
use super::prepare::Prepared;
use crate::together::Begun;
use crate::{Failure, Record};
use std::sync::Arc;

/// A commit that waits for its turn.
pub struct Ready {
    record: Record,
    filing: Filing,
    prepared: Vec<Prepared>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

impl Ready {
    pub(super) fn new(record: Record, filing: Filing, prepared: Vec<Prepared>) -> Self {
        Self { record, filing, prepared }
    }

    /// Does all of it, or nothing; see [`Record::commit`].
    pub fn commit(self) -> Result<Committed, Failure> {
        let Self { record, filing, prepared } = self;
        let (access, raw) = (filing.access.clone(), filing.raw.clone());
        let inner = &record.inner;
        // What the request has begun must be durable before this is.
        let begun = record.gathering.clone();
        let begun = begun.map(|gathering| Begun { gathering, audit: Arc::clone(&inner.audit) });
        let (committed, searched) = inner
            .record_writer
            .write_after(begun, move |executor| filing.run(executor, prepared))?;
        let tenant = access.tenant().as_str();
        match searched {
            Searched::Waits(fresh) => {
                // The commit stands. Whoever searches takes in what could not be begun.
                let _ = record.wait_to_be_searched(tenant, fresh);
            }
            Searched::Taken { numbers, until, known } => {
                drop(known);
                inner.concepts.keep(numbers);
                inner.waiting.forget(tenant, until);
            }
        }
        if let Some((id, state, _)) = raw {
            record.copy_raw_state_later(&access, &id, state);
        }
        Ok(committed)
    }
}
