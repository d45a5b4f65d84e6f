//! The results that came with a document.

use super::super::ReadDocument;
use crate::failure::Failure;
use crate::hold;
use formats::fhir::access::{all, text, texts, type_and_id};
use model::PatientId;
use record::{Access, Query, Record, Stored, Term};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Levels of grouped results that are followed.
const LEVELS_MAX: usize = 4;
/// Results of the reports of one document.
const RESULTS_MAX: usize = 2_000;
/// Type of a number that is the order's, not the laboratory's (HL7 v2 table 0203).
const PLACER: &str = "PLAC";
/// Numbers of the reports of one document.
const NUMBERS_MAX: usize = 20;
/// Reports under them.
const REPORTS_MAX: u32 = 50;

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
    /// What stands beside a document: what came with it, and what came in other messages under the
    /// same number.
    pub(super) fn of(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        document: &ReadDocument,
    ) -> Result<Self, Failure> {
        let name = document.resource.clone();
        let holder = read(record, access, patient, &name)?;
        Self::at(record, access, patient, name)?.with_numbered((record, access), patient, holder)
    }

    /// What stood beside a document that is gone for this patient, in the same way.
    pub(super) fn left(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        document: &ReadDocument,
    ) -> Result<Self, Failure> {
        let (kind, id) = &document.resource;
        let Some(stored) = record.read(access, kind, id)? else { return Ok(Self::default()) };
        let (name, version) = (document.resource.clone(), stored.reference.version);
        let holder = before(record, access, patient, &name, version)?;
        let beside = Self::before(record, access, patient, (name, version))?;
        let beside = beside.with_numbered((record, access), patient, holder)?;
        Ok(Self { is_there: false, ..beside })
    }

    /// What came with the document that a resource holds.
    pub(super) fn at(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        name: Name,
    ) -> Result<Self, Failure> {
        Self::gather(name, |name| read(record, access, patient, name))
    }

    /// Adds the reports that came in other messages under the same number. The number of an order
    /// may be that of several reports, so it is asked for only where nothing came with the document
    /// or has the laboratory's own number.
    fn with_numbered(
        mut self,
        (record, access): (&Record, &Access),
        patient: &PatientId,
        holder: Option<One>,
    ) -> Result<Self, Failure> {
        let Some(holder) = holder else { return Ok(self) };
        for is_of_order in [false, true] {
            if is_of_order && !self.results.is_empty() {
                break;
            }
            for report in numbered(record, access, &self.numbers(&holder.body, is_of_order))? {
                self.add(report, |name| read(record, access, patient, name))?;
            }
        }
        Ok(self)
    }

    /// The numbers of the reports of a document, and those that it names itself, as a search asks
    /// for them: `system|value`. A number without its authority is nobody's.
    fn numbers(&self, holder: &Value, is_of_order: bool) -> BTreeSet<String> {
        let of_reports = self.reports.values().flat_map(|one| all(&one.body, "identifier"));
        let own = all(holder, "context.related.identifier");
        let number = |identifier: &Value| {
            let part = |name| text(identifier, name).filter(|part| !part.trim().is_empty());
            let kind = identifier.pointer("/type/coding/0/code").and_then(Value::as_str);
            let token = [part("system")?, part("value")?].map(crate::version::escaped);
            ((kind == Some(PLACER)) == is_of_order).then(|| token.join("|"))
        };
        of_reports.chain(own).filter_map(number).take(NUMBERS_MAX).collect()
    }

    /// What came with a document that is gone for this patient since this version.
    pub(super) fn before(
        record: &Record,
        access: &Access,
        patient: &PatientId,
        (name, version): (Name, u64),
    ) -> Result<Self, Failure> {
        let holder = before(record, access, patient, &name, version)?;
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
            beside.add(report, &read)?;
        }
        Ok(beside)
    }

    /// Adds a report with its results.
    fn add(
        &mut self,
        report: Name,
        read: impl Fn(&Name) -> Result<Option<One>, Failure>,
    ) -> Result<(), Failure> {
        if self.reports.contains_key(&report) {
            return Ok(());
        }
        let Some(one) = read(&report)? else { return Ok(()) };
        let mut next = names(&one.body, "result.reference");
        self.reports.insert(report, one);
        for _ in 0..LEVELS_MAX {
            let mut further = Vec::new();
            for result in next {
                if self.results.contains_key(&result) || self.results.len() >= RESULTS_MAX {
                    continue;
                }
                let Some(one) = read(&result)? else { continue };
                further.extend(names(&one.body, "hasMember.reference"));
                self.results.insert(result, one);
            }
            next = further;
        }
        Ok(())
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

/// The version before one with which a document was gone for this patient.
fn before(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    (kind, id): &Name,
    version: u64,
) -> Result<Option<One>, Failure> {
    let stored = record.vread(access, kind, id, version.saturating_sub(1))?;
    Ok(stored.and_then(|stored| one(&stored, patient)))
}

/// The reports that bear one of these numbers.
fn numbered(
    record: &Record,
    access: &Access,
    numbers: &BTreeSet<String>,
) -> Result<Vec<Name>, Failure> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query {
        resource_type: "DiagnosticReport".to_owned(),
        terms: vec![Term {
            parameter: "identifier".to_owned(),
            modifier: None,
            values: numbers.iter().cloned().collect(),
        }],
        count: REPORTS_MAX,
        cursor: None,
    };
    let found = record.search(access, &query)?.entries;
    let name = |stored: Stored| (stored.reference.resource_type, stored.reference.id);
    Ok(found.into_iter().map(name).collect())
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
