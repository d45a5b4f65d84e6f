//! The results that came with a document.

use super::super::ReadDocument;
use crate::failure::Failure;
use crate::hold;
use formats::fhir::access::{all, texts, type_and_id};
use model::PatientId;
use record::{Access, Change, Record, Stored};
use serde_json::Value;
use std::collections::BTreeMap;

/// Levels of grouped results that are followed.
const LEVELS_MAX: usize = 4;
/// Results of the reports of one document.
const RESULTS_MAX: usize = 2_000;

/// A resource that came with a document, by its type and id.
pub(crate) type Name = (String, String);

/// One of them, as it stands.
#[derive(Clone, Debug)]
pub(super) struct One {
    pub(super) version: u64,
    pub(super) body: Value,
}

/// The reports that a document belongs to, and their results.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    /// Whether the document still is this patient's, as it was read.
    pub(super) is_there: bool,
    pub(super) reports: BTreeMap<Name, One>,
    pub(super) results: BTreeMap<Name, One>,
}

impl Beside {
    pub(super) fn of(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        document: &ReadDocument,
    ) -> Result<Self, Failure> {
        Self::at(record, access, patient, document.resource.clone())
    }

    /// What stands beside the document that a resource holds.
    pub(super) fn at(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        name: Name,
    ) -> Result<Self, Failure> {
        Self::gather(name, |name| read(record, access, patient, name))
    }

    /// What stood beside a document that is gone for this patient, by its version before.
    pub(super) fn before(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        gone: &Change,
    ) -> Result<Self, Failure> {
        let name = (gone.resource_type.clone(), gone.id.clone());
        let version = gone.version.saturating_sub(1);
        let holder = record.vread(access, &name.0, &name.1, version)?;
        let holder = holder.and_then(|stored| one(&stored, patient));
        Self::gather(name.clone(), |wanted| {
            let is_gone = *wanted == name;
            if is_gone { Ok(holder.clone()) } else { read(record, access, patient, wanted) }
        })
    }

    /// The same, by whatever reads.
    pub(super) fn gather(
        name: Name,
        read: impl Fn(&Name) -> Result<Option<One>, Failure>,
    ) -> Result<Self, Failure> {
        let mut beside = Self::default();
        let Some(holder) = read(&name)? else { return Ok(beside) };
        beside.is_there = true;
        let reports = if name.0 == "DiagnosticReport" {
            vec![name]
        } else {
            names(&holder.body, "context.related.reference")
        };
        for report in reports.into_iter().filter(|(kind, _)| kind == "DiagnosticReport") {
            let Some(one) = read(&report)? else { continue };
            let mut next = names(&one.body, "result.reference");
            beside.reports.insert(report, one);
            for _ in 0..LEVELS_MAX {
                let mut further = Vec::new();
                for result in next {
                    if beside.results.contains_key(&result) || beside.results.len() >= RESULTS_MAX {
                        continue;
                    }
                    let Some(one) = read(&result)? else { continue };
                    further.extend(names(&one.body, "hasMember.reference"));
                    beside.results.insert(result, one);
                }
                next = further;
            }
        }
        Ok(beside)
    }

    /// The reports that state a result, of those that decisions may rest on.
    pub(super) fn reports_of<'b>(&'b self, result: &Name) -> impl Iterator<Item = Name> + use<'b> {
        let reference = format!("{}/{}", result.0, result.1);
        self.final_reports().filter_map(move |(name, one)| {
            let stated = texts(&one.body, "result.reference").contains(&reference.as_str());
            stated.then(|| name.clone())
        })
    }

    /// The reports that decisions may rest on, were they not held.
    pub(super) fn final_reports(&self) -> impl Iterator<Item = (&Name, &One)> {
        self.reports.iter().filter(|(_, one)| hold::is_final(&hold::status(&one.body)))
    }
}

fn names(resource: &Value, path: &str) -> Vec<Name> {
    let references = all(resource, path).into_iter().filter_map(Value::as_str);
    let named = references.filter_map(type_and_id);
    named.map(|(kind, id)| (kind.to_owned(), id.to_owned())).collect()
}

/// A resource of this patient that stands, and that the caller may read.
fn read(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    (kind, id): &Name,
) -> Result<Option<One>, Failure> {
    let stored = match record.read(access, kind, id) {
        Err(record::Failure::Denied { .. }) => return Ok(None),
        read => read?,
    };
    Ok(stored.and_then(|stored| one(&stored, patient)))
}

/// A version of this patient's that is no deletion.
fn one(stored: &Stored, patient: &PatientId) -> Option<One> {
    let is_whole = !stored.deleted && stored.patient.as_ref() == Some(patient);
    is_whole.then(|| One::of(stored))
}

impl One {
    pub(super) fn of(stored: &Stored) -> Self {
        let body = serde_json::from_slice(&stored.body).unwrap_or_default();
        Self { version: stored.reference.version, body }
    }
}
