//! Whose a message is.

use crate::failure::Failure;
use crate::matching::{Claimed, Match, decide};
use model::PatientId;
use model::patient::Patient;
use record::{Access, Record};

/// Whose something is.
pub(crate) enum Whose {
    /// As it says itself: to be matched.
    Claimed(Claimed),
    /// As whoever handed it in said.
    Named(PatientId),
}

/// Whose something is for sure.
pub(crate) struct Matched {
    pub(crate) patient: PatientId,
    /// Who that is, and in which version, where it was matched by what was claimed.
    pub(crate) known: Option<(Patient, u64)>,
}

/// Why nobody can be sure, and who might be meant.
type Unsure = (String, Vec<PatientId>);

/// Whose something is for sure; else why not, and who might be meant.
pub(crate) fn patient_of(
    record: &Record,
    access: &Access,
    whose: &Whose,
) -> Result<Result<PatientId, Unsure>, Failure> {
    Ok(matched(record, access, whose)?.map(|matched| matched.patient))
}

/// The same, with who was matched and in which version.
pub(crate) fn matched(
    record: &Record,
    access: &Access,
    whose: &Whose,
) -> Result<Result<Matched, Unsure>, Failure> {
    match whose {
        Whose::Claimed(claimed) => {
            let found = record.find_patient_versions(access, &claimed.identifiers)?;
            let (found, versions): (Vec<Patient>, Vec<u64>) = found.into_iter().unzip();
            Ok(match decide(claimed, &found) {
                Match::Sure(patient) => {
                    // Only one was found.
                    let version = versions.first().copied();
                    let (id, patient) = (patient.id.clone(), *patient);
                    Ok(Matched { patient: id, known: version.map(|version| (patient, version)) })
                }
                Match::Review { reason, candidates } => {
                    let ids = candidates.into_iter().map(|(id, _)| PatientId::new(id));
                    Err((reason, ids.collect()))
                }
            })
        }
        Whose::Named(patient) => {
            let known = record.read(access, "Patient", patient.as_str())?;
            let is_known = known.is_some_and(|stored| !stored.deleted);
            let reason = || ("the patient that was named is not known".to_owned(), Vec::new());
            let matched = || Matched { patient: patient.clone(), known: None };
            Ok(if is_known { Ok(matched()) } else { Err(reason()) })
        }
    }
}
