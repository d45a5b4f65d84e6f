//! What has to be found out for a patient and a trial, as a FHIR R4 `Task`.

use super::{
    body, found, not_offered, overtaken, patient_of, require_decider, rests_on, study, typed,
    written,
};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::filing::file;
use axum::http::StatusCode;
use interpret::matching::{KeptTrial, Offer};
use model::PatientId;
use model::time::{PartialDate, Timestamp};
use record::{Access, Commit, Condition, ResourceChange, Stored, derived_id};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KIND: &str = "Task";
/// Own code of these tasks.
const CODE: (&str, &str) = ("urn:cognate:code", "find-out-for-trial");

/// Own code of what the criteria miss, as the reason of a task.
const CRITERIA: (&str, &str) = ("urn:cognate:code", "missing-for-criteria");

/// Something that is to be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    /// Id of the resource.
    pub(crate) id: String,
    /// Version of the resource.
    pub(crate) version: u64,
    /// For whom.
    pub(crate) patient: PatientId,
    /// Identifier of the trial.
    pub(crate) trial: String,
    /// What.
    pub(crate) fact: String,
    /// Code of `task-status`: `requested`, `completed`, `cancelled`, or another system's.
    pub(crate) status: String,
    /// Who finds it out.
    pub(crate) owner: Option<String>,
    /// By when.
    pub(crate) due: Option<PartialDate>,
    /// Who asked.
    pub(crate) asked_by: Option<String>,
    /// When it was asked first.
    pub(crate) asked: Option<String>,
    /// Whether the criteria missed it when it was asked.
    pub(crate) is_of_criteria: bool,
    /// How it ended, in words.
    pub(crate) note: Option<String>,
    /// When this version was written.
    pub(crate) at: Timestamp,
    /// What the answers of the criteria rested on, with those of earlier versions.
    pub(crate) sources: BTreeSet<String>,
}

impl Work {
    /// Whether somebody still has to find it out.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(
            self.status.as_str(),
            "completed" | "cancelled" | "rejected" | "failed" | "entered-in-error"
        )
    }
}

/// What a form asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// One of the facts that the criteria miss, or empty.
    pub(crate) fact: String,
    /// Something else.
    pub(crate) other: String,
    pub(crate) owner: String,
    /// `2026-12-24`, or empty.
    pub(crate) due: String,
}

fn text(of: &Value, pointer: &str) -> Option<String> {
    of.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn read(stored: &Stored, patient: &PatientId) -> Result<Work, Error> {
    let resource = body(stored)?;
    Ok(Work {
        id: stored.reference.id.clone(),
        version: stored.reference.version,
        patient: patient.clone(),
        trial: text(&resource, "/focus/display").unwrap_or_default(),
        fact: text(&resource, "/description").unwrap_or_default(),
        status: text(&resource, "/status").unwrap_or_default(),
        owner: text(&resource, "/owner/display"),
        due: text(&resource, "/restriction/period/end").and_then(|day| PartialDate::parse(&day)),
        asked_by: text(&resource, "/requester/display"),
        asked: text(&resource, "/authoredOn"),
        is_of_criteria: text(&resource, "/reasonCode/coding/0/code").as_deref() == Some(CRITERIA.1),
        note: text(&resource, "/statusReason/text"),
        at: stored.recorded,
        sources: sources(&resource),
    })
}

fn sources(resource: &Value) -> BTreeSet<String> {
    let inputs = resource.get("input").and_then(Value::as_array);
    let inputs = inputs.into_iter().flatten();
    inputs.filter_map(|input| text(input, "/valueReference/reference")).collect()
}

fn all(app: &App, access: &Access, terms: &[(&str, &str)]) -> Result<(Vec<Work>, bool), Error> {
    let code = format!("{}|{}", CODE.0, CODE.1);
    let mut asked = vec![("code", code.as_str())];
    asked.extend(terms);
    let (stored, is_more) = found(app, access, KIND, &asked)?;
    let of = |stored: &Stored| patient_of(stored).map(|patient| read(stored, patient)).transpose();
    let mut work =
        stored.iter().filter_map(|one| of(one).transpose()).collect::<Result<Vec<_>, _>>()?;
    work.sort_by_key(|one| (!one.is_open(), due_first(one), one.asked.clone(), one.id.clone()));
    Ok((work, is_more))
}

/// What is due first, and then what has no day.
fn due_first(work: &Work) -> (bool, String) {
    (work.due.is_none(), work.due.map(|due| due.to_string()).unwrap_or_default())
}

/// What was asked for a person and a trial in any of these records; what is open first, then by
/// the day it is due.
pub(crate) fn of_person(
    app: &App,
    access: &Access,
    records: &[PatientId],
    kept: &KeptTrial,
) -> Result<Vec<Work>, Error> {
    let reference = text(&study(app, kept), "/reference").unwrap_or_default();
    let records: Vec<&str> = records.iter().map(PatientId::as_str).collect();
    Ok(all(app, access, &[("patient", &records.join(",")), ("focus", &reference)])?.0)
}

/// What is open, for all patients and trials, and whether there is more than is read.
pub(crate) fn open(app: &App, access: &Access) -> Result<(Vec<Work>, bool), Error> {
    all(app, access, &[("status", "requested,accepted,in-progress,on-hold,received,ready")])
}

/// Asks for something to be found out; the same asked again, while it is open, changes who does it
/// and by when.
pub(crate) fn ask(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    (kept, offers): (&KeptTrial, &[Offer]),
    asked: &Asked,
) -> Result<(), Error> {
    require_decider(app, caller)?;
    let other = typed("what is to be found out", &asked.other)?;
    let Some(fact) = other.map_or_else(|| typed("the fact", &asked.fact), |one| Ok(Some(one)))?
    else {
        let text = "nothing is named that is to be found out";
        return Err(Error::new(StatusCode::UNPROCESSABLE_ENTITY, "required", text));
    };
    let due = match asked.due.trim() {
        "" => None,
        day => Some(
            PartialDate::parse(day)
                .filter(|_| day.len() == "2026-12-24".len())
                .ok_or_else(|| not_offered(format_args!("`{day}` as a day")))?,
        ),
    };
    let mut missing = offers.iter().flat_map(|offer| &offer.explanation.missing);
    let is_of_criteria = missing.any(|one| *one == fact);
    let trial = kept.trial.id.as_str();
    let tenant = app.settings().tenant.as_str();
    let id = derived_id(["trial work", tenant, patient.as_str(), trial, &fact]);
    let before = current(app, &caller.access, patient, &id)?;
    let now = app.record().now();
    let new = Work {
        id,
        version: before.as_ref().map_or(0, |before| before.version) + 1,
        patient: patient.clone(),
        trial: trial.to_owned(),
        fact,
        status: "requested".to_owned(),
        owner: typed("who finds it out", &asked.owner)?,
        due,
        asked_by: Some(caller.name.clone()),
        asked: Some(now.to_string()),
        is_of_criteria,
        note: None,
        at: now,
        sources: before.iter().flat_map(|before| before.sources.iter().cloned()).collect(),
    };
    if let Some(before) = before.as_ref().filter(|before| before.is_open())
        && (&before.owner, before.due) == (&new.owner, new.due)
    {
        return Ok(());
    }
    write(app, caller, (kept, offers), &new)
}

/// How a task ends: `completed` or `cancelled`, with a remark.
pub(crate) struct Ending<'e> {
    pub(crate) status: &'e str,
    pub(crate) note: &'e str,
    /// The version that the form was begun with.
    pub(crate) version: u64,
}

/// Ends a task.
pub(crate) fn end(
    app: &App,
    caller: &Caller,
    (patient, kept, offers): (&PatientId, &KeptTrial, &[Offer]),
    id: &str,
    ending: &Ending<'_>,
) -> Result<(), Error> {
    require_decider(app, caller)?;
    if !matches!(ending.status, "completed" | "cancelled") {
        return Err(not_offered(format_args!("`{}`", ending.status)));
    }
    let note = typed("the remark", ending.note)?;
    let before = current(app, &caller.access, patient, id)?;
    let before = before.filter(|one| one.trial == kept.trial.id).ok_or_else(Error::not_found)?;
    if before.status == ending.status && before.note == note {
        return Ok(());
    }
    if before.version != ending.version {
        return Err(overtaken());
    }
    let status = ending.status.to_owned();
    let new = Work { version: before.version + 1, status, note, at: app.record().now(), ..before };
    write(app, caller, (kept, offers), &new)
}

/// A task of ours for this patient.
fn current(
    app: &App,
    access: &Access,
    patient: &PatientId,
    id: &str,
) -> Result<Option<Work>, Error> {
    let stored = app.record().read(access, KIND, id)?;
    let Some(stored) = stored.filter(|stored| patient_of(stored) == Some(patient)) else {
        return Ok(None);
    };
    if stored.deleted {
        return Ok(Some(deleted(&stored, patient)));
    }
    let coded = text(&body(&stored)?, "/code/coding/0/code");
    if coded.as_deref() != Some(CODE.1) {
        return Ok(None);
    }
    read(&stored, patient).map(Some)
}

/// A task that another system deleted: nothing of it is left but its version.
fn deleted(stored: &Stored, patient: &PatientId) -> Work {
    Work {
        id: stored.reference.id.clone(),
        version: stored.reference.version,
        patient: patient.clone(),
        trial: String::new(),
        fact: String::new(),
        status: "cancelled".to_owned(),
        owner: None,
        due: None,
        asked_by: None,
        asked: None,
        is_of_criteria: false,
        note: None,
        at: stored.recorded,
        sources: BTreeSet::new(),
    }
}

fn write(
    app: &App,
    caller: &Caller,
    (kept, offers): (&KeptTrial, &[Offer]),
    work: &Work,
) -> Result<(), Error> {
    let condition = match work.version - 1 {
        0 => Condition::Absent,
        before => Condition::Version(before),
    };
    // A trial that is closed by now rests on nothing any more; what is written about it still does.
    let sources: BTreeSet<String> = rests_on(offers).union(&work.sources).cloned().collect();
    let resource = resource(work, &study(app, kept), &sources);
    let changes = vec![ResourceChange::put(resource, Vec::new(), condition)];
    let commit = Commit { changes, ..Commit::default() };
    written(file(app.record(), caller, &work.patient, commit))
}

fn resource(work: &Work, study: &Value, sources: &BTreeSet<String>) -> Value {
    let source = |name| {
        let rests_on = json!({"text": "The criteria rest on"});
        json!({"type": rests_on, "valueReference": {"reference": name}})
    };
    let inputs: Vec<Value> = sources.iter().map(source).collect();
    let mut resource = json!({
        "resourceType": KIND,
        "id": work.id,
        "status": work.status,
        "intent": "plan",
        "code": {
            "coding": [{"system": CODE.0, "code": CODE.1}],
            "text": "To be found out for a trial",
        },
        "description": work.fact,
        "focus": study,
        "for": {"reference": format!("Patient/{}", work.patient)},
        "lastModified": work.at.to_string(),
    });
    let Some(fields) = resource.as_object_mut() else { return resource };
    let criteria = json!({"coding": [{"system": CRITERIA.0, "code": CRITERIA.1}],
        "text": "The criteria miss it"});
    let optional = [
        ("reasonCode", work.is_of_criteria.then_some(criteria)),
        ("authoredOn", work.asked.as_ref().map(|at| json!(at))),
        ("requester", work.asked_by.as_ref().map(|name| json!({"display": name}))),
        ("owner", work.owner.as_ref().map(|name| json!({"display": name}))),
        ("restriction", work.due.map(|day| json!({"period": {"end": day.to_string()}}))),
        ("input", (!inputs.is_empty()).then(|| json!(inputs))),
        ("statusReason", work.note.as_ref().map(|text| json!({"text": text}))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            fields.insert(name.into(), value);
        }
    }
    resource
}
