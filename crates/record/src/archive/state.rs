//! The state of raw messages. It is kept in `record.db`, so that filing and its state are one
//! transaction; `archive.db` holds a copy to search by, which may lag behind after a crash.

use super::{RawState, RawSummary, unopened};
use crate::audit::Touched;
use crate::limit::{PROBLEMS_MAX, within};
use crate::sql::{archive as archive_sql, record as sql};
use crate::store::{Executor, Value, values};
use crate::{Access, Action, Failure, Record};
use model::{Problem, RawId, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// States that wait for the next message.
const STATES_WAITING_MAX: usize = 64;

/// States that `record.db` has and `archive.db` is to have, the latest last.
#[derive(Default)]
pub(crate) struct LaterStates(Mutex<Vec<[Value; 3]>>);

impl LaterStates {
    fn lock(&self) -> MutexGuard<'_, Vec<[Value; 3]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// How many wait now.
    fn add(&self, access: &Access, id: &RawId, state: RawState) -> usize {
        let mut states = self.lock();
        states.push([state.word().into(), access.tenant().as_str().into(), id.as_str().into()]);
        states.len()
    }

    /// Copies what waits, within a transaction of `archive.db`. What is not copied is kept.
    pub(crate) fn copy(&self, executor: &dyn Executor) -> Result<(), Failure> {
        let states = std::mem::take(&mut *self.lock());
        let copied = states
            .iter()
            .try_for_each(|row| executor.execute(archive_sql::RAW_STATE_PUT, row).map(|_| ()));
        if copied.is_err() {
            self.lock().splice(0..0, states);
        }
        copied
    }
}

/// Refuses more problems than are kept.
pub(crate) fn check_problems(problems: &[Problem]) -> Result<(), Failure> {
    within("problems", problems.len(), PROBLEMS_MAX, "problems")
}

/// State and problems; `None` if nothing has happened since the archiving.
pub(crate) fn state_in_record(
    executor: &dyn Executor,
    tenant: &str,
    id: &RawId,
) -> Result<Option<(RawState, Vec<Problem>)>, Failure> {
    let Some(row) = executor.first(sql::RAW_STATE_GET, values![tenant, id.as_str()])? else {
        return Ok(None);
    };
    let unknown = || Failure::Storage(format!("raw/{id} has an unknown state"));
    let state = RawState::from_word(row.text(0)?).ok_or_else(unknown)?;
    let problems = serde_json::from_str(row.text(1)?).map_err(|_| unknown())?;
    Ok(Some((state, problems)))
}

/// Writes state and problems, and by what the message was read.
pub(crate) fn put_state(
    executor: &dyn Executor,
    (tenant, id): (&str, &RawId),
    state: RawState,
    problems: &[Problem],
    reading: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), Failure> {
    let problems =
        serde_json::to_string(problems).map_err(|error| Failure::Storage(error.to_string()))?;
    let reading = reading.map_or(Value::Null, |reading| reading.to_vec().into());
    let row = values![tenant, id.as_str(), state.word(), problems, now.micros(), reading];
    executor.execute(sql::RAW_STATE_PUT, row).map(|_| ())
}

impl Record {
    /// Changes the state of a message. Setting a filed one back to `Received` lets it be filed
    /// again.
    pub fn set_raw_state(
        &self,
        access: &Access,
        id: &RawId,
        state: RawState,
        note: &[Problem],
    ) -> Result<(), Failure> {
        self.permit(access, Action::SetRawState)?;
        check_problems(note)?;
        self.require_raw(access, id)?;
        let entities = vec![format!("raw/{id}")];
        self.note(access, Action::SetRawState, &Touched { entities, ..Touched::default() })?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        let (row_id, note) = (id.clone(), note.to_vec());
        self.inner.record_writer.write(move |executor| {
            let name = (tenant.as_str(), &row_id);
            put_state(executor, name, state, &note, None, now)
        })?;
        self.copy_raw_state(access, id, state)
    }

    /// Changes the state of a message that is still in the state somebody saw it in. One that is
    /// not is [`Failure::Conflict`]: whoever was faster is not passed over.
    pub fn change_raw_state(
        &self,
        access: &Access,
        id: &RawId,
        (from, to): (RawState, RawState),
        note: &[Problem],
    ) -> Result<(), Failure> {
        self.permit(access, Action::SetRawState)?;
        check_problems(note)?;
        let tenant = access.tenant().as_str().to_owned();
        let key = values![&tenant, id.as_str()].to_vec();
        let row = self.inner.archive.read(|executor| executor.first(archive_sql::RAW_GET, &key))?;
        // What it was archived in stands until `record.db` says otherwise.
        let archived = unopened(&row.ok_or(Failure::NotFound)?)?.state;
        let entities = vec![format!("raw/{id}")];
        self.note(access, Action::SetRawState, &Touched { entities, ..Touched::default() })?;
        let (now, row_id, note) = (self.now(), id.clone(), note.to_vec());
        self.inner.record_writer.write(move |executor| {
            let found = state_in_record(executor, &tenant, &row_id)?;
            let found = found.map_or(archived, |(state, _)| state);
            if found != from {
                return Err(Failure::Conflict {
                    place: format!("raw/{row_id}"),
                    expected: from.word().to_owned(),
                    found: found.word().to_owned(),
                });
            }
            put_state(executor, (&tenant, &row_id), to, &note, None, now)
        })?;
        self.copy_raw_state(access, id, to)
    }

    /// Refuses a message that was never archived.
    pub(crate) fn require_raw(&self, access: &Access, id: &RawId) -> Result<(), Failure> {
        if self.gathering.as_ref().is_some_and(|gathering| gathering.archives(id)) {
            return Ok(());
        }
        let key = values![access.tenant().as_str(), id.as_str()];
        match self.inner.archive.read(|executor| executor.first(archive_sql::RAW_GET, key))? {
            Some(_) => Ok(()),
            None => Err(Failure::NotFound),
        }
    }

    /// Brings the copy in `archive.db` up to date.
    pub(crate) fn copy_raw_state(
        &self,
        access: &Access,
        id: &RawId,
        state: RawState,
    ) -> Result<(), Failure> {
        self.inner.later_states.add(access, id, state);
        self.copy_later_states()
    }

    /// Has the copy brought up to date with the next message that is archived, or when somebody
    /// looks at the list.
    pub(crate) fn copy_raw_state_later(&self, access: &Access, id: &RawId, state: RawState) {
        if self.inner.later_states.add(access, id, state) >= STATES_WAITING_MAX {
            // One that fails is made up for by whoever looks at the list.
            let states = Arc::clone(&self.inner.later_states);
            let _ = self.inner.archive_writer.post(move |executor| states.copy(executor));
        }
    }

    /// Copies what waits.
    pub(crate) fn copy_later_states(&self) -> Result<(), Failure> {
        if self.inner.later_states.is_empty() {
            return self.inner.archive_writer.drain();
        }
        let states = Arc::clone(&self.inner.later_states);
        self.inner.archive_writer.write(move |executor| states.copy(executor))
    }

    /// Copies the states that a crash between the two databases left behind, until the first
    /// messages that seem to wait do wait.
    pub(super) fn copy_lagging_states(&self, access: &Access, first: u32) -> Result<(), Failure> {
        self.copy_later_states()?;
        let tenant = access.tenant().as_str();
        let key = values![tenant, RawState::Received.word(), 0_i64, first].to_vec();
        loop {
            let rows = self
                .inner
                .archive
                .read(|executor| executor.query(archive_sql::RAW_IN_STATE_AFTER, &key))?;
            let lagging = self.inner.record.read(|executor| {
                let mut lagging = Vec::new();
                for row in &rows {
                    let id = RawId::new(row.text(0)?);
                    if let Some((state, _)) = state_in_record(executor, tenant, &id)?
                        && state != RawState::Received
                    {
                        lagging.push((id, state));
                    }
                }
                Ok(lagging)
            })?;
            if lagging.is_empty() {
                return Ok(());
            }
            for (id, state) in lagging {
                self.copy_raw_state(access, &id, state)?;
            }
        }
    }

    /// Adds states and problems from `record.db`, and names for the audit what is given.
    pub(super) fn complete(
        &self,
        access: &Access,
        summaries: Vec<&mut RawSummary>,
        touched: &mut Touched,
    ) -> Result<(), Failure> {
        let tenant = access.tenant().as_str();
        self.inner.record.read(|executor| {
            for summary in summaries {
                let id = &summary.id;
                touched.entities.push(format!("raw/{id}"));
                let patients = executor.query(sql::RAW_PATIENTS, values![tenant, id.as_str()])?;
                for row in patients {
                    touched.patient(row.text(0)?);
                }
                if let Some((state, problems)) = state_in_record(executor, tenant, id)? {
                    summary.state = state;
                    summary.problems = problems;
                }
            }
            Ok(())
        })
    }
}
