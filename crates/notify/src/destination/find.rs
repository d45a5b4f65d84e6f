//! Finding what a destination is told of among changes, under its access: what it may not see is
//! no event.

use super::{Destination, Sends};
use crate::request::{Content, Wanted};
use crate::{Failure, topic};
use formats::fhir::access::{codings, texts};
use formats::fhir::panel::status_of;
use model::reported::ResultStatus;
use record::{Access, Change, ChangeKind, NewDispatch, Query, Record, Term};
use serde_json::Value;

/// The topic of statements that say something else than before.
const INTERPRETATION: &str = "urn:cognate:subscription-topic:interpretation";
/// Reports that one observation may be a part of.
const REPORTS_MAX: u32 = 20;
/// Characters of MSH-10 (ST of 20, HL7 v2.5.1 §2.15.9.10).
const ID_LENGTH: usize = 20;

/// What happened to a result, as a word of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happened {
    Preliminary,
    Final,
    Amended,
    Retracted,
}

impl Happened {
    fn word(self) -> &'static str {
        match self {
            Self::Preliminary => "result.preliminary",
            Self::Final => "result.final",
            Self::Amended => "result.amended",
            Self::Retracted => "result.retracted",
        }
    }

    fn is_wanted(self, sends: Sends) -> bool {
        match self {
            Self::Preliminary => sends.preliminary,
            Self::Final => sends.results,
            Self::Amended => sends.amended,
            Self::Retracted => sends.retracted,
        }
    }
}

/// The dispatches that changes come to, in the order of the changes.
pub(super) fn dispatches(
    record: &Record,
    access: &Access,
    destination: &Destination,
    changes: &[Change],
) -> Result<Vec<NewDispatch>, Failure> {
    let finder = Finder { record, access, destination };
    let mut found: Vec<Found> = Vec::new();
    let of = |wanted: &'static str| {
        // What is nobody's goes into no lane.
        let is_of = move |change: &&Change| {
            change.kind == ChangeKind::Resource
                && change.resource_type == wanted
                && change.patient.is_some()
        };
        changes.iter().filter(is_of)
    };
    for change in of("DiagnosticReport") {
        let happened = finder.of_report(change)?;
        found.extend(happened.map(|happened| Found::new(happened.word(), change.clone())));
    }
    for change in of("Observation").filter(|change| change.version > 1) {
        finder.of_part(change, &mut found)?;
    }
    if destination.sends.statements {
        found.extend(finder.statements(changes)?);
    }
    found.sort_by_key(|one| one.change.sequence);
    let new = |one: Found| NewDispatch {
        id: id(&destination.id, &one),
        event: one.event.to_owned(),
        change: one.change,
    };
    Ok(found.into_iter().map(new).collect())
}

/// An event that was found.
struct Found {
    event: &'static str,
    change: Change,
    /// The version of a part by which the whole has changed; empty where it changed itself.
    part: String,
}

impl Found {
    fn new(event: &'static str, change: Change) -> Self {
        Self { event, change, part: String::new() }
    }
}

/// By what a destination knows a dispatch when it comes again: it follows from what changed.
fn id(destination: &str, Found { change, part, .. }: &Found) -> String {
    let version = change.version.to_string();
    let patient = change.patient.as_ref().map_or("", |patient| patient.as_str());
    let gone = if change.deleted { "gone" } else { "there" };
    let (kind, resource) = (&change.resource_type, &change.id);
    short(["dispatch", destination, kind, resource, &version, patient, gone, part])
}

/// An id that follows from its parts, as long as MSH-10 may be.
pub(super) fn short<const N: usize>(parts: [&str; N]) -> String {
    let whole = record::derived_id(parts).replace('-', "");
    whole.chars().take(ID_LENGTH).collect()
}

struct Finder<'a> {
    record: &'a Record,
    access: &'a Access,
    destination: &'a Destination,
}

impl Finder<'_> {
    /// A version as it was this patient's. One that cannot be opened, as after an erasure, is none:
    /// it can be told to nobody, and what comes after it must not wait for it.
    fn version(&self, change: &Change, version: u64) -> Result<Option<Value>, Failure> {
        let found = self.record.vread(self.access, &change.resource_type, &change.id, version);
        let found = unsealed(found)?.flatten();
        let found = found.filter(|found| !found.deleted && found.patient == change.patient);
        // What was filed can be read: it was checked then.
        Ok(found.and_then(|found| serde_json::from_slice(&found.body).ok()))
    }

    /// What was told once is told when it stops passing the destination's filter, too.
    fn of_report(&self, change: &Change) -> Result<Option<Happened>, Failure> {
        let before = match change.version.checked_sub(1) {
            None | Some(0) => None,
            Some(before) => self.version(change, before)?,
        };
        let now = if change.deleted { None } else { self.version(change, change.version)? };
        if now.is_none() && !(change.deleted && before.is_some()) {
            return Ok(None);
        }
        let happened = happened(before.as_ref(), now.as_ref());
        let sends = self.destination.sends;
        let passes = [before, now].iter().flatten().any(|report| self.passes(report));
        Ok(happened.filter(|one| one.is_wanted(sends) && passes))
    }

    fn passes(&self, report: &Value) -> bool {
        let of = |wanted: &[String], held: Vec<String>| {
            wanted.is_empty() || held.iter().any(|one| wanted.contains(one))
        };
        let categories = codings(report, "category.coding").into_iter().map(|one| one.code);
        let performers = texts(report, "performer.display");
        of(&self.destination.categories, categories.collect())
            && of(
                &self.destination.laboratories,
                performers.into_iter().map(str::to_owned).collect(),
            )
    }

    /// An observation that changed, left for another patient or is gone amends the reports that it
    /// is a part of, unless these are told with it.
    fn of_part(&self, change: &Change, found: &mut Vec<Found>) -> Result<(), Failure> {
        if !self.destination.sends.amended {
            return Ok(());
        }
        let value = format!("Observation/{}", change.id);
        let term =
            Term { parameter: "result".to_owned(), modifier: None, values: vec![value.clone()] };
        let query = Query {
            resource_type: "DiagnosticReport".to_owned(),
            terms: vec![term],
            count: REPORTS_MAX,
            cursor: None,
        };
        let Some(page) = unsealed(self.record.search(self.access, &query))? else { return Ok(()) };
        for stored in page.entries {
            let is_found = found.iter().any(|Found { change, .. }| {
                change.resource_type == "DiagnosticReport" && change.id == stored.reference.id
            });
            let Ok(report) = serde_json::from_slice::<Value>(&stored.body) else { continue };
            let is_told = is_told(status_of(&report)) && self.passes(&report);
            if !is_told || is_found || stored.patient.is_none() {
                continue;
            }
            let part = format!("{value}/{}", change.version);
            let change = Change {
                resource_type: "DiagnosticReport".to_owned(),
                id: stored.reference.id,
                version: stored.reference.version,
                patient: stored.patient,
                deleted: false,
                ..change.clone()
            };
            found.push(Found { event: Happened::Amended.word(), change, part });
        }
        Ok(())
    }

    fn statements(&self, changes: &[Change]) -> Result<Vec<Found>, Failure> {
        let Some(topic) = topic(INTERPRETATION) else { return Ok(Vec::new()) };
        let wanted = Wanted {
            topic: topic.url.to_owned(),
            endpoint: String::new(),
            headers: Vec::new(),
            media_type: String::new(),
            content: Content::IdOnly,
            count_max: 1,
            heartbeat_seconds: None,
            timeout_seconds: 1,
            end: None,
            is_off: false,
            filters: Vec::new(),
        };
        let events = crate::find::events(self.record, self.access, &wanted, changes)?;
        let found = |event: record::NewEvent| Found::new("statement.changed", event.change);
        Ok(events.into_iter().map(found).collect())
    }
}

/// Whether a result in that state was told to anybody as one that holds.
fn is_told(status: ResultStatus) -> bool {
    use ResultStatus::{Amended, Corrected, Final};
    matches!(status, Final | Amended | Corrected)
}

fn happened(before: Option<&Value>, now: Option<&Value>) -> Option<Happened> {
    use ResultStatus::{Amended, Corrected, Final, Partial, Preliminary};
    let Some(now) = now else { return Some(Happened::Retracted) };
    if is_retracted(now) {
        return Some(Happened::Retracted);
    }
    let was_told = before.is_some_and(|before| is_told(status_of(before)));
    match status_of(now) {
        // Whatever becomes of a result that was told: it holds no longer as it was told.
        _ if was_told => Some(Happened::Amended),
        Final => Some(Happened::Final),
        Amended | Corrected => Some(Happened::Amended),
        Preliminary | Partial => Some(Happened::Preliminary),
        _ => None,
    }
}

/// Nothing of what cannot be opened.
fn unsealed<T>(read: Result<T, record::Failure>) -> Result<Option<T>, Failure> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(failure @ record::Failure::Sealed { .. }) => {
            tracing::warn!(%failure, "what is no dispatch because it cannot be read");
            Ok(None)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// What a webhook calls the resource that a change is of.
pub(super) fn subject(change: &Change) -> String {
    match change.kind {
        ChangeKind::Resource => format!("{}/{}", change.resource_type, change.id),
        _ => change.patient.as_ref().map_or_else(String::new, |id| format!("Patient/{id}")),
    }
}

/// Whether a resource is one that was taken back.
pub(super) fn is_retracted(report: &Value) -> bool {
    use ResultStatus::{Cancelled, EnteredInError};
    matches!(status_of(report), EnteredInError | Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_happened_to_a_result() {
        let report = |status: &str| json!({"resourceType": "DiagnosticReport", "status": status});
        let retracted = Some(Happened::Retracted);
        for (before, now, expected) in [
            (None, Some("final"), Some(Happened::Final)),
            (Some("preliminary"), Some("final"), Some(Happened::Final)),
            (Some("final"), Some("final"), Some(Happened::Amended)),
            (Some("final"), Some("corrected"), Some(Happened::Amended)),
            // The first that is heard of it, and no final one before.
            (None, Some("corrected"), Some(Happened::Amended)),
            (Some("final"), Some("entered-in-error"), retracted),
            (Some("final"), Some("cancelled"), retracted),
            (Some("final"), None, retracted),
            // Told as one that holds, and not any more.
            (Some("final"), Some("preliminary"), Some(Happened::Amended)),
            (Some("corrected"), Some("registered"), Some(Happened::Amended)),
            (Some("amended"), Some("unknown"), Some(Happened::Amended)),
            (None, Some("preliminary"), Some(Happened::Preliminary)),
            (None, Some("registered"), None),
            (None, Some("unknown"), None),
        ] {
            let (was, is) = (before.map(report), now.map(report));
            assert_eq!(happened(was.as_ref(), is.as_ref()), expected, "{before:?} {now:?}");
        }
    }
}
