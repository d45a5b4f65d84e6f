//! Which actions are about a patient at all. Who may do them is said by the policies.

use super::Action;

/// Whether an action concerns more than single patients can be asked for: it is denied to an
/// access that is narrowed to some.
pub(super) fn needs_tenant(action: Action) -> bool {
    !matches!(
        action,
        Action::ReadClinical
            | Action::ReadFacts
            | Action::FindPatients
            | Action::ReadStatements
            | Action::PutStatements
            | Action::Commit
            | Action::WriteDecisions
            | Action::ReadDecisions
            | Action::ReadPack
            | Action::ReadTrials
            | Action::ReadAudit
            | Action::OpenEmergency
    )
}

/// Whether what the policies leave of an action becomes part of its queries. Every other action is
/// done or refused as a whole.
pub(crate) fn is_filtered(action: Action) -> bool {
    matches!(
        action,
        Action::ReadClinical
            | Action::Export
            | Action::ReadFacts
            | Action::FindPatients
            | Action::ReadStatements
            | Action::Count
            | Action::ExportDeidentified
    )
}
