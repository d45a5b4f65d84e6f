//! The table of what may be done: role × purpose × action. What is not in it is denied.

use super::{Action, Purpose, Role};

/// Reading what is known about patients.
const CLINICAL: &[Action] = &[
    Action::ReadClinical,
    Action::ReadFacts,
    Action::FindPatients,
    Action::ReadStatements,
    Action::ReadPack,
];

/// Noting what was shown while an order is written.
const DECISIONS: &[Action] = &[Action::WriteDecisions, Action::ReadDecisions, Action::ReadPack];

/// Going through what a new pack changed.
const CHANGES: &[Action] = &[Action::ReadPackChanges, Action::ReadPack];

/// Working the list of results that could not be filed.
const REVIEWING: &[Action] = &[
    Action::ReadRaw,
    Action::SetRawState,
    Action::ReadReviews,
    Action::ResolveReview,
    Action::ReadClinical,
    Action::FindPatients,
    Action::Commit,
];

/// Mending the connections to laboratories.
const CONNECTIONS: &[Action] = &[Action::ReadRaw, Action::SetRawState, Action::ReadReviews];

/// Receiving and filing. Reading is what FHIR transactions and matching need, a cursor what a
/// file needs that is taken in piece by piece.
const FILING: &[Action] = &[
    Action::Subscribe,
    Action::UseCursor,
    Action::KeepCarriers,
    Action::ArchiveRaw,
    Action::ReadRaw,
    Action::SetRawState,
    Action::Commit,
    Action::ReadClinical,
    Action::FindPatients,
    Action::ReadReviews,
];

/// Interpreting, and telling subscribers what came of it.
const INTERPRETING: &[Action] = &[
    Action::Notify,
    Action::ReadFacts,
    Action::FindPatients,
    Action::PutStatements,
    Action::ReadStatements,
    Action::ReadChanges,
    Action::UseCursor,
    Action::KeepPack,
    Action::ReadPack,
    Action::AdoptPack,
    Action::ReadPackChanges,
];

/// Running the installation.
const RUNNING: &[Action] = &[
    Action::ReadAccounts,
    Action::WriteAccounts,
    Action::UseCursor,
    Action::KeepPack,
    Action::ReadPack,
];

/// Another system: orders with cards, and FHIR reads.
const CLIENT: &[Action] = &[
    Action::Subscribe,
    Action::ReadClinical,
    Action::Export,
    Action::ReadFacts,
    Action::FindPatients,
    Action::ReadStatements,
    Action::WriteDecisions,
    Action::ReadDecisions,
    Action::ReadPack,
];

/// Whether a role may do something for a purpose. Research reads nothing about single patients;
/// an operator and a privacy officer read no clinical content for any purpose.
pub fn permitted(role: Role, purpose: Purpose, action: Action) -> bool {
    let tables: &[&[Action]] = match (role, purpose) {
        (
            Role::Prescriber | Role::Pharmacist | Role::Geneticist | Role::Oncologist,
            Purpose::Treatment,
        ) => &[CLINICAL, DECISIONS, CHANGES],
        (Role::LaboratoryReviewer, Purpose::Treatment | Purpose::Operations) => &[REVIEWING],
        (Role::InterfaceAnalyst, Purpose::Operations) => &[CONNECTIONS],
        (Role::PrivacyOfficer, Purpose::Operations) => &[&[Action::ReadAccounts]],
        (Role::Operator, Purpose::Operations) => &[RUNNING],
        (Role::Interface, Purpose::Treatment | Purpose::Operations) => &[FILING],
        (Role::Engine, Purpose::Treatment | Purpose::Operations) => &[INTERPRETING],
        (Role::ServiceClient, Purpose::Treatment) => &[CLIENT],
        (
            Role::Prescriber | Role::Pharmacist | Role::Geneticist | Role::Oncologist,
            Purpose::Operations,
        ) => &[&[Action::ReadFeedback]],
        (Role::Patient, Purpose::PatientRequest) => {
            &[&[Action::ReadClinical, Action::ReadStatements]]
        }
        _ => &[],
    };
    tables.iter().any(|table| table.contains(&action))
}

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
    )
}
