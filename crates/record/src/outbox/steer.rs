//! What a person decides about a dispatch.

use super::{DispatchState, dispatch, name, rearrange};
use crate::audit::Touched;
use crate::sql::outbox as sql;
use crate::store::values;
use crate::{Access, Action, Failure, Record};

crate::access::words! {
    /// What a person decides about a dispatch.
    Steer {
        /// One that is parked is sent again, and those of its patient that it held follow.
        Release => "release",
        /// It is not sent, and those of its patient that it held go on.
        Skip => "skip",
        /// It is not sent for now, and those of its patient that come later wait.
        Park => "park",
        /// It and everything settled of its patient that came later is sent again, in order and
        /// under the same ids.
        Resend => "resend",
    }
}

impl Steer {
    /// Whether it can be said of a dispatch in that state.
    pub fn fits(self, state: DispatchState) -> bool {
        use DispatchState::{Delivered, Held, Parked, Queued, Skipped, Withheld};
        match self {
            Self::Release => state == Parked,
            Self::Skip => matches!(state, Parked | Queued | Held),
            Self::Park => matches!(state, Queued | Held),
            Self::Resend => matches!(state, Delivered | Skipped | Withheld),
        }
    }
}

impl Record {
    /// Does what a person decided about a dispatch. [`Failure::NotFound`] if there is no such one,
    /// [`Failure::Invalid`] if it stands otherwise than the decision needs.
    pub fn steer(
        &self,
        access: &Access,
        destination: &str,
        number: u64,
        decision: Steer,
    ) -> Result<(), Failure> {
        self.permit(access, Action::SteerOutbox)?;
        let (tenant, id) = (access.tenant().as_str().to_owned(), destination.to_owned());
        let number = number.min(i64::MAX.unsigned_abs());
        let key = values![&tenant, &id, number];
        let found = self.inner.record.read(|executor| {
            executor.first(sql::DISPATCH_GET, key)?.map(|row| dispatch(&row)).transpose()
        })?;
        let found = found.ok_or(Failure::NotFound)?;
        let mut touched = Touched::default();
        name(&mut touched, &id, std::slice::from_ref(&found));
        touched.entities.push(format!("decision/{}", decision.word()));
        self.note(access, Action::SteerOutbox, &touched)?;
        let by = format!("{} by {}", decision.word(), access.actor());
        let now = self.now().micros();
        self.inner.record_writer.write(move |executor| {
            // What was decided is decided of how it stands now.
            let row = executor.one(sql::DISPATCH_GET, values![&tenant, &id, number])?;
            let found = dispatch(&row)?;
            if !decision.fits(found.state) {
                let text =
                    format!("is {} and cannot be told to {}", found.state.word(), decision.word());
                return Err(Failure::Invalid { place: format!("dispatch {number}"), text });
            }
            let patient = found.change.patient.as_ref().map_or("", |patient| patient.as_str());
            let (state, settled, reason) = match decision {
                Steer::Release => (DispatchState::Queued, 0, ""),
                Steer::Skip => (DispatchState::Skipped, now, by.as_str()),
                Steer::Park => (DispatchState::Parked, now, by.as_str()),
                Steer::Resend => {
                    let lane = values![&tenant, &id, patient, number];
                    executor.execute(sql::DISPATCHES_AGAIN, lane)?;
                    return rearrange(executor, &tenant, &id, patient);
                }
            };
            let row = values![state.word(), settled, reason, &tenant, &id, number];
            executor.execute(sql::DISPATCH_SET, row)?;
            rearrange(executor, &tenant, &id, patient)
        })
    }
}
