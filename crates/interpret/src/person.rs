//! Whom changes are about beyond the records that changed: records of one person that were merged.

use model::fact::FactContent;
use model::{PatientId, ResourceRef};
use record::{Access, Change, ChangeKind, Failure, Record};
use std::collections::BTreeSet;

/// Patients whose links are read with one wait for the audit log.
const READ_TOGETHER_MAX: usize = 50;

/// Whose resources changed.
pub(crate) fn changed(changes: &[Change]) -> BTreeSet<PatientId> {
    let resources = changes.iter().filter(|change| change.kind == ChangeKind::Resource);
    resources.filter_map(|change| change.patient.clone()).collect()
}

/// Those whom the records of these patients were merged into, or were until these changes, each
/// with the record that says so: what is known of them rests on both.
pub(crate) fn those_who_stay(
    record: &Record,
    access: &Access,
    changes: &[Change],
) -> Result<Vec<(PatientId, PatientId)>, Failure> {
    let mut known = changed(changes);
    let mut waiting: Vec<PatientId> = known.iter().cloned().collect();
    let mut stay = Vec::new();
    for change in changes.iter().filter(|change| change.resource_type == "Patient") {
        let before = stayed_before(record, access, change)?;
        if let Some(one) = before.filter(|one| known.insert(one.clone())) {
            waiting.push(one.clone());
            stay.push((one, PatientId::new(&*change.id)));
        }
    }
    while !waiting.is_empty() {
        let mut next = Vec::new();
        for some in waiting.chunks(READ_TOGETHER_MAX) {
            record.read_together(|record| {
                for of in some {
                    let one = record.links_of_patient(access, of)?.replaced_by;
                    next.extend(one.map(|one| (one, of.clone())));
                }
                Ok::<(), Failure>(())
            })?;
        }
        next.retain(|(one, _)| known.insert(one.clone()));
        waiting = next.iter().map(|(one, _)| one.clone()).collect();
        stay.append(&mut next);
    }
    Ok(stay)
}

/// The record that a `Patient` was merged into before it changed: a link that only one side takes
/// back ends the merge, and a record that is gone is no part of it any more.
fn stayed_before(
    record: &Record,
    access: &Access,
    change: &Change,
) -> Result<Option<PatientId>, Failure> {
    let Some(version) = change.version.checked_sub(1).filter(|version| *version > 0) else {
        return Ok(None);
    };
    let before =
        ResourceRef { resource_type: change.resource_type.clone(), id: change.id.clone(), version };
    let facts = record.facts_of_version(access, &before)?;
    Ok(facts.into_iter().find_map(|filed| match filed.fact.content {
        FactContent::Patient(patient) => patient.links.replaced_by,
        _ => None,
    }))
}
