//! Filing what a person decides about one patient.

use crate::caller::Caller;
use crate::error::Error;
use model::PatientId;
use record::{Access, Commit, Purpose, Record, ResourceChange, Role, Scope};

/// Files in the name of the caller, for this patient alone: the caller's role notes decisions and
/// writes no resources of others. Whether the role may has to be asked before.
pub(crate) fn file_for(
    record: &Record,
    caller: &Caller,
    patient: &PatientId,
    changes: Vec<ResourceChange>,
) -> Result<(), Error> {
    let (tenant, actor) = (caller.access.tenant().clone(), caller.access.actor());
    let scope = Scope::Patients([patient.clone()].into());
    let access = Access::new(tenant, actor, Role::Interface, Purpose::Treatment, scope);
    record.commit(&access, Commit { changes, ..Commit::default() })?;
    Ok(())
}
