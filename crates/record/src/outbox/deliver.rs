//! What a deliverer asks and notes: that it is the only one of a destination, what is due, and what
//! came of it.

use super::{Dispatch, DispatchState, dispatch, moment, name, of, rearrange};
use crate::limit::{rows, text};
use crate::sql::outbox as sql;
use crate::store::{Executor, values};
use crate::{Access, Action, Failure, Record};
use model::Timestamp;

/// A destination of which the caller is the only deliverer, until it lets go or a time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name.
    pub id: String,
    /// Who holds it.
    pub holder: String,
    /// Until when.
    pub until: Timestamp,
    /// Place in the change feed up to which dispatches were looked for.
    pub sequence: u64,
    /// Attempts that failed one after the other.
    pub failures: u32,
    /// Before when nothing is sent.
    pub retry_at: Timestamp,
    /// When it last acknowledged something.
    pub acknowledged: Option<Timestamp>,
    /// Why the last attempt failed; empty if it did not.
    pub failure: String,
}

/// What came of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The destination has acknowledged it.
    Delivered,
    /// It is tried again, no earlier than then.
    Again {
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// A person has to look.
    Parked {
        /// Why.
        reason: String,
    },
    /// It is not sent.
    Withheld {
        /// Why.
        reason: String,
    },
}

impl Settled {
    fn state(&self) -> DispatchState {
        match self {
            Self::Delivered => DispatchState::Delivered,
            Self::Again { .. } => DispatchState::Queued,
            Self::Parked { .. } => DispatchState::Parked,
            Self::Withheld { .. } => DispatchState::Withheld,
        }
    }
}

/// What came of several attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// Each dispatch as it was read, with what came of it.
    pub dispatches: Vec<(Dispatch, Settled)>,
}

impl Record {
    /// Makes a deliverer the only one of a destination, or lets it go on being so, until a time.
    /// `None` while another one is, or if there is no such destination.
    pub fn hold_destination(
        &self,
        access: &Access,
        id: &str,
        holder: &str,
        until: Timestamp,
    ) -> Result<Option<Held>, Failure> {
        self.permit(access, Action::Notify)?;
        text("holder", holder)?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now().micros());
        let (id, holder) = (id.to_owned(), holder.to_owned());
        self.inner.record_writer.write(move |executor| {
            let key = values![&holder, until.micros(), &tenant, &id, &holder, now];
            let Some(row) = executor.first(sql::DESTINATION_TAKE, key)? else { return Ok(None) };
            Ok(Some(Held {
                id: id.clone(),
                holder: holder.clone(),
                until,
                sequence: row.count(0)?,
                failures: u32::try_from(row.count(1)?).unwrap_or(u32::MAX),
                retry_at: Timestamp::from_micros(row.int(2)?),
                acknowledged: moment(row.int(3)?),
                failure: row.text(4)?.to_owned(),
            }))
        })
    }

    /// Lets another deliverer have the destination at once.
    pub fn leave_destination(&self, access: &Access, held: &Held) -> Result<(), Failure> {
        self.permit(access, Action::Notify)?;
        let key = values![access.tenant().as_str(), &held.id, &held.holder].to_vec();
        self.inner
            .record_writer
            .write(move |executor| executor.execute(sql::DESTINATION_LEAVE, &key).map(|_| ()))
    }

    /// What may be sent now, in the order of the numbers: of no patient anything of whom something
    /// earlier is parked or has to wait. The audit event that names all of it and the destination
    /// is on disk when this returns, before anything of it leaves.
    pub fn dispatches_due(
        &self,
        access: &Access,
        id: &str,
        limit: u32,
    ) -> Result<Vec<Dispatch>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::Notify)?;
        let key = values![access.tenant().as_str(), id, self.now().micros(), limit];
        let found = self.inner.record.read(|executor| {
            let rows = executor.query(sql::DISPATCHES_DUE, key)?;
            rows.iter().map(dispatch).collect::<Result<Vec<_>, _>>()
        })?;
        if !found.is_empty() {
            let mut touched = crate::audit::Touched::default();
            name(&mut touched, id, &found);
            self.note(access, Action::Notify, &touched)?;
        }
        Ok(found)
    }

    /// Notes what came of attempts, and how the destination stands now. What a person has decided
    /// meanwhile of a dispatch stays.
    pub fn settle(
        &self,
        access: &Access,
        held: &Held,
        settlement: Settlement,
    ) -> Result<(), Failure> {
        self.permit(access, Action::Notify)?;
        let mut touched = of(&held.id);
        for (dispatch, settled) in &settlement.dispatches {
            touched.entities.push(format!(
                "settled/{}/{}",
                dispatch.number,
                settled.state().word()
            ));
        }
        self.note(access, Action::Notify, &touched)?;
        let (tenant, held) = (access.tenant().as_str().to_owned(), held.clone());
        let now = self.now().micros();
        self.inner.record_writer.write(move |executor| {
            for (dispatch, settled) in &settlement.dispatches {
                note(executor, &tenant, &held.id, dispatch, settled, now)?;
            }
            let row = values![
                held.failures,
                held.retry_at.micros(),
                held.acknowledged.map_or(0, Timestamp::micros),
                &held.failure,
                &tenant,
                &held.id,
                &held.holder,
            ];
            executor.execute(sql::DESTINATION_STANDS, row).map(|_| ())
        })
    }
}

fn note(
    executor: &dyn Executor,
    tenant: &str,
    destination: &str,
    dispatch: &Dispatch,
    settled: &Settled,
    now: i64,
) -> Result<(), Failure> {
    let failed = u32::from(!matches!(settled, Settled::Delivered | Settled::Withheld { .. }));
    let since = match dispatch.failed_since.micros() {
        0 if failed > 0 => now,
        since => since,
    };
    let (retry_at, settled_at, reason) = match settled {
        Settled::Delivered => (0, now, ""),
        Settled::Again { at, reason } => (at.micros(), 0, reason.as_str()),
        Settled::Parked { reason } | Settled::Withheld { reason } => (0, now, reason.as_str()),
    };
    let row = values![
        settled.state().word(),
        dispatch.attempts.saturating_add(failed),
        since,
        retry_at,
        settled_at,
        reason,
        tenant,
        destination,
        dispatch.number,
    ];
    let noted = executor.execute(sql::DISPATCH_STANDS, row)?;
    if noted > 0 && matches!(settled, Settled::Parked { .. }) {
        let patient = dispatch.change.patient.as_ref().map_or("", |patient| patient.as_str());
        rearrange(executor, tenant, destination, patient)?;
    }
    Ok(())
}
