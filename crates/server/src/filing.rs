//! Filing what a person wrote on a page, in that person's name and for that patient alone.

use crate::caller::Caller;
use crate::error::Error;
use model::PatientId;
use record::{Access, Commit, Purpose, Record, Role, Scope};

/// Files in the name of the caller, for this patient alone: the caller's role notes decisions and
/// writes no resources of others. Whoever calls this has asked whether the caller may.
///
/// # Errors
/// When the record refuses or fails.
pub(crate) fn file(
    record: &Record,
    caller: &Caller,
    patient: &PatientId,
    commit: Commit,
) -> Result<(), Error> {
    let (tenant, actor) = (caller.access.tenant().clone(), caller.access.actor());
    let scope = Scope::Patients([patient.clone()].into());
    let access = Access::new(tenant, actor, Role::Interface, Purpose::Treatment, scope);
    record.commit(&access, commit)?;
    Ok(())
}
