//! Which version of a result stands: what may take its place, and what a new one leaves out.

use crate::failure::Failure;
use crate::hold;
use crate::oru::{Filing, reference_to};
use formats::fhir::access::{
    all, authority_to_system, extensions, id, instant, resource_type, type_and_id,
};
use formats::fhir::codes::REPORT_VERSION;
use model::PatientId;
use model::patient::Identifier;
use model::reported::ResultStatus;
use record::{Access, Condition, Query, Record, Term};
use serde_json::Value;
use std::cmp::Ordering;

/// Reports with one filler number that are looked at; a number stands for one report or few.
const REPORTS_MAX: u32 = 50;

/// Why a person must look at a result before it is filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    /// Stable word for the review list.
    pub(crate) word: &'static str,
    /// One sentence without the patient's data.
    pub(crate) reason: &'static str,
    /// Patients that it concerns.
    pub(crate) patients: Vec<PatientId>,
}

/// What the record holds of a result before a message about it is filed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Earlier {
    /// Nothing, ever: no resource of the result is there, for all have their ids from it and are
    /// filed together.
    Never,
    /// Its report was deleted.
    Deleted,
    /// The report that stands.
    Report(Value),
}

impl Earlier {
    /// What the record holds of the result that a filing is about.
    pub(crate) fn of(record: &Record, access: &Access, filing: &Filing) -> Result<Self, Failure> {
        let stored = record.read(access, filing.main(), &filing.report_id)?;
        Ok(match stored {
            None => Self::Never,
            Some(stored) if stored.deleted => Self::Deleted,
            Some(stored) => {
                let standing = serde_json::from_slice(&stored.body).unwrap_or_default();
                Self::Report(hold::lifted(&standing))
            }
        })
    }

    /// Results, by type and id, that the report had and the filing has not.
    pub(crate) fn left_out_of(&self, filing: &Filing) -> Vec<(String, String)> {
        let Self::Report(report) = self else { return Vec::new() };
        let kept: Vec<String> =
            filing.resources.iter().filter_map(|(resource, _)| reference_to(resource)).collect();
        let gone = all(report, "result.reference")
            .into_iter()
            .filter_map(Value::as_str)
            .filter(|reference| !kept.iter().any(|kept| kept == reference))
            .filter_map(type_and_id);
        gone.map(|(kind, id)| (kind.to_owned(), id.to_owned())).collect()
    }
}

/// What speaks against filing a message's results for their patient, if anything.
pub(crate) fn objection(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    filings: &[(Filing, Earlier)],
) -> Result<Option<Objection>, Failure> {
    for (filing, earlier) in filings {
        if let Some(other) = filed_for_another(record, access, patient, filing)? {
            let patients = vec![patient.clone(), other];
            let reason = "this result is filed for another patient, and was not taken back there";
            return Ok(Some(Objection { word: "other-patient", reason, patients }));
        }
        if let Some(reason) = superseded(record, access, filing, earlier)? {
            let patients = vec![patient.clone()];
            return Ok(Some(Objection { word: "superseded", reason, patients }));
        }
    }
    Ok(None)
}

/// Why a result must not take the place of the version that stands. Versions follow each other by
/// the time of release (OBR-22), then by how final they are, then by arrival. What is final is
/// replaced neither by what is not yet, nor silently by what says less (HL7 v2.5.1 table 0085:
/// after F come C, D and W only).
fn superseded(
    record: &Record,
    access: &Access,
    filing: &Filing,
    earlier: &Earlier,
) -> Result<Option<&'static str>, Failure> {
    let Earlier::Report(standing) = earlier else { return Ok(None) };
    let (is_final, is_corrected) = (is_final(standing), status(standing) != "final");
    let released = filing.issued.zip(instant(standing, "issued"));
    let numbered = filing.version.zip(version_of(standing));
    let by_number = numbered.map(|(incoming, standing)| incoming.cmp(&standing));
    let by_time = released.map(|(incoming, standing)| incoming.cmp(&standing));
    let order = by_number.filter(|order| *order != Ordering::Equal).or(by_time).or(by_number);
    if order == Some(Ordering::Less) {
        return Ok(Some("a later version of this result is filed already"));
    }
    if !is_final {
        return Ok(None);
    }
    match filing.status {
        ResultStatus::Registered
        | ResultStatus::Partial
        | ResultStatus::Preliminary
        | ResultStatus::Unknown => Ok(Some("a final version of this result is filed already")),
        ResultStatus::Final if is_corrected && order != Some(Ordering::Greater) => {
            Ok(Some("a corrected version of this result is filed already"))
        }
        ResultStatus::Final | ResultStatus::Amended
            if leaves_out(record, access, filing, earlier)? =>
        {
            Ok(Some(
                "results of the filed version of this result are missing, and it is no correction",
            ))
        }
        _ => Ok(None),
    }
}

/// The laboratory's number of the version that stands.
fn version_of(report: &Value) -> Option<u32> {
    let stated = extensions(report, REPORT_VERSION).into_iter().next()?;
    stated.get("valueString").and_then(Value::as_str)?.parse().ok()
}

/// Whether a final result would go that the message does not take back.
fn leaves_out(
    record: &Record,
    access: &Access,
    filing: &Filing,
    earlier: &Earlier,
) -> Result<bool, Failure> {
    for (kind, id) in earlier.left_out_of(filing) {
        if filing.taken_back.contains(&format!("{kind}/{id}")) {
            continue;
        }
        if current(record, access, &kind, &id)?.is_some_and(|standing| is_final(&standing)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Another patient for whom a report with this filler number stands. A filler number without an
/// authority is nobody's number.
fn filed_for_another(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    filing: &Filing,
) -> Result<Option<PatientId>, Failure> {
    let Some(filler) = filing.filler.as_ref().filter(|filler| !filler.authority.is_empty()) else {
        return Ok(None);
    };
    let Identifier { authority, value } = filler;
    let token = format!("{}|{}", escaped(&authority_to_system(authority)), escaped(value));
    let query = Query {
        resource_type: "DiagnosticReport".to_owned(),
        terms: vec![Term {
            parameter: "identifier".to_owned(),
            modifier: None,
            values: vec![token],
        }],
        count: REPORTS_MAX,
        cursor: None,
    };
    for stored in record.search(access, &query)?.entries {
        let Some(other) = stored.patient.filter(|other| other != patient) else { continue };
        let report: Value = serde_json::from_slice(&stored.body).unwrap_or_default();
        if is_live(record, access, &report)? {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// Whether anything of a report still stands: it or all of its results may have been taken back.
fn is_live(record: &Record, access: &Access, report: &Value) -> Result<bool, Failure> {
    let references: Vec<(&str, &str)> = all(report, "result.reference")
        .into_iter()
        .filter_map(|reference| type_and_id(reference.as_str()?))
        .collect();
    if is_taken_back(report) || references.is_empty() {
        return Ok(!is_taken_back(report));
    }
    for (kind, id) in references {
        if current(record, access, kind, id)?.is_some_and(|standing| !is_taken_back(&standing)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// In a search value `,`, `|`, `$` and `\\` are escaped (FHIR R4 §3.1.1.5).
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ',' | '|' | '$' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn status(resource: &Value) -> &str {
    resource.get("status").and_then(Value::as_str).unwrap_or_default()
}

fn is_final(resource: &Value) -> bool {
    matches!(status(resource), "final" | "corrected" | "amended" | "appended")
}

fn is_taken_back(resource: &Value) -> bool {
    matches!(status(resource), "entered-in-error" | "cancelled")
}

/// The current version, if there is one that is not deleted.
fn current(
    record: &Record,
    access: &Access,
    kind: &str,
    id: &str,
) -> Result<Option<Value>, Failure> {
    let stored = record.read(access, kind, id)?.filter(|stored| !stored.deleted);
    let standing = |body: &[u8]| hold::lifted(&serde_json::from_slice(body).unwrap_or_default());
    Ok(stored.map(|stored| standing(&stored.body)))
}

/// The condition under which a resource is to be written; `None` if it stands there already.
pub(crate) fn standing(
    record: &Record,
    access: &Access,
    resource: &Value,
) -> Result<Option<Condition>, Failure> {
    let kind = resource_type(resource).unwrap_or_default();
    let id = id(resource).unwrap_or_default();
    // What was taken back by one correction may come again with the next.
    let Some(stored) = record.read(access, kind, id)?.filter(|stored| !stored.deleted) else {
        return Ok(Some(Condition::Absent));
    };
    let same = serde_json::from_slice::<Value>(&stored.body)
        .is_ok_and(|standing| same_content(&standing, resource));
    Ok((!same).then_some(Condition::Version(stored.reference.version)))
}

/// Equal but for what the record itself adds (`meta.versionId`, `meta.lastUpdated`), and for being
/// held: what is sent again as it was stays held.
fn same_content(standing: &Value, incoming: &Value) -> bool {
    let plain = |value: &Value| {
        let mut value = hold::lifted(value);
        if let Some(object) = value.as_object_mut() {
            let empty = object.get_mut("meta").and_then(Value::as_object_mut).is_some_and(|meta| {
                meta.remove("versionId");
                meta.remove("lastUpdated");
                meta.is_empty()
            });
            if empty {
                object.remove("meta");
            }
        }
        value
    };
    plain(standing) == plain(incoming)
}
