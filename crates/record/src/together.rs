//! Reads of one request, noted in the audit log each by itself and waited for once.

use crate::audit::{Audit, Place, Touched};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The reads whose events may wait for each other.
pub(crate) const GATHERED: [Action; 3] =
    [Action::ReadClinical, Action::ReadFacts, Action::ReadStatements];

/// Events that were noted and not waited for yet.
#[derive(Debug, Default)]
pub(crate) struct Gathering(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    /// The last event in each segment; a full disk begins a new one.
    places: Vec<Place>,
    is_over: bool,
}

impl Gathering {
    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a read; `false` if the gathering is over, and nothing was noted.
    pub(crate) fn note(
        &self,
        audit: &Audit,
        now: Timestamp,
        access: &Access,
        action: Action,
        touched: &Touched,
    ) -> Result<bool, Failure> {
        let mut gathered = self.lock();
        if gathered.is_over {
            return Ok(false);
        }
        let place = audit.append_event(now, access, action, true, touched)?;
        match gathered.places.last_mut() {
            Some(last) if last.segment == place.segment => *last = place,
            _ => gathered.places.push(place),
        }
        Ok(true)
    }
}

impl Record {
    /// Reads of resources, facts and statements whose audit events become durable together, before
    /// what they come to is given: one wait for the disk in place of one for each read. `work` gets
    /// a record of its own for them and must let nothing of what it read leave but in what it
    /// gives. Events of everything else that is done there are waited for as ever, and so are those
    /// of reads when `work` is over.
    ///
    /// # Errors
    /// What `work` gives; that the events cannot be made durable, whatever it gives.
    pub fn read_together<T, E: From<Failure>>(
        &self,
        work: impl FnOnce(&Record) -> Result<T, E>,
    ) -> Result<T, E> {
        let gathering = Arc::new(Gathering::default());
        let record = Record { gathering: Some(Arc::clone(&gathering)), ..self.clone() };
        let given = work(&record);
        let places = {
            let mut gathered = gathering.lock();
            gathered.is_over = true;
            std::mem::take(&mut gathered.places)
        };
        for place in places {
            self.inner.audit.await_durable(place)?;
        }
        given
    }
}
