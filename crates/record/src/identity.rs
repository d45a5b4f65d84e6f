//! What log-ins leave: sessions, tickets, registered applications, credentials, signing keys.
//!
//! A log-in happens before there is a user: the server asks as [`crate::Role::Operator`] for
//! [`crate::Purpose::Operations`]. Nothing in here is about a patient but the context of a launch.

mod credential;
mod link;
mod registration;
mod session;
mod signing;
mod ticket;

pub use credential::{Credential, CredentialKind};
pub use link::LinkKind;
pub use registration::Registration;
pub use session::Session;
pub use signing::SigningKey;
pub use ticket::{Taken, Ticket, TicketKind};

use crate::audit::Touched;
use crate::limit;
use crate::store::Executor;
use crate::{Access, Action, Failure, Record};

/// Entities of one event of a refusal.
const ENTITIES_MAX: usize = 8;

impl Record {
    /// Notes that a proof of who somebody is was refused: `refused/signature`, `client/ehr`.
    pub fn note_refusal(&self, access: &Access, entities: Vec<String>) -> Result<(), Failure> {
        self.permit(access, Action::ReadAccounts)?;
        limit::within("entities", entities.len(), ENTITIES_MAX, "entities")?;
        for entity in &entities {
            limit::text("entity", entity)?;
        }
        let touched = Touched { entities, ..Touched::default() };
        self.inner.audit.note(self.now(), access, Action::ReadAccounts, false, &touched)
    }

    /// Permission to change log-ins, and the durable event of it.
    fn permit_identity(&self, access: &Access, entities: Vec<String>) -> Result<(), Failure> {
        self.permit(access, Action::WriteAccounts)?;
        let touched = Touched { entities, ..Touched::default() };
        self.note(access, Action::WriteAccounts, &touched)
    }

    /// Writes to `decision.db`, where sessions and tickets are.
    fn write_identity<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Executor) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.inner.decision_writer.write(work)
    }
}
