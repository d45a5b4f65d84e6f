//! What was decided for a patient and a trial, as a FHIR R4 `ResearchSubject`.

use super::{
    body, found, not_offered, overtaken, patient_of, require_decider, rests_on, study, typed,
    written,
};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::filing::file;
use interpret::matching::{KeptTrial, Offer};
use model::PatientId;
use model::time::Timestamp;
use record::{Access, Commit, Condition, Record, ResourceChange, Stored, derived_id};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KIND: &str = "ResearchSubject";
/// Own extension: who decided what on which grounds.
const DECISION: &str = "urn:cognate:extension:trial-decision";

/// What is decided, by the code of `research-subject-status` (FHIR R4) and in words.
pub(crate) const CHOICES: [(&str, &str); 8] = [
    ("candidate", "To be considered"),
    ("screening", "Being screened"),
    ("eligible", "Screened: may take part"),
    ("ineligible", "Screened: may not take part"),
    ("not-registered", "Not followed up"),
    ("on-study", "Takes part"),
    ("off-study", "Has ended taking part"),
    ("withdrawn", "Has withdrawn"),
];

/// What a status is called; one that another system wrote goes by its code.
pub(crate) fn words(status: &str) -> &str {
    CHOICES.iter().find(|(code, _)| *code == status).map_or(status, |(_, words)| words)
}

/// A decision that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrialDecision {
    /// Whom it is about.
    pub(crate) patient: PatientId,
    /// Version of the resource.
    pub(crate) version: u64,
    /// Code of `research-subject-status`.
    pub(crate) status: String,
    /// The cohort that was looked at.
    pub(crate) cohort: Option<String>,
    /// A remark.
    pub(crate) note: Option<String>,
    /// Who decided; `None` where another system wrote it.
    pub(crate) by: Option<String>,
    /// When.
    pub(crate) at: Timestamp,
    /// What the criteria said then.
    pub(crate) answer: Option<String>,
    /// The version of the trial's criteria then.
    pub(crate) trial_version: Option<u64>,
    /// First day of taking part.
    pub(crate) start: Option<String>,
    /// Last day of it.
    pub(crate) end: Option<String>,
    /// What the answers rested on, with those of earlier versions.
    pub(crate) sources: BTreeSet<String>,
}

/// What a form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) status: String,
    pub(crate) cohort: String,
    pub(crate) note: String,
    /// The version that the form was begun with; 0 for none.
    pub(crate) version: u64,
}

fn id_of(access: &Access, patient: &PatientId, trial: &str) -> String {
    derived_id(["trial decision", access.tenant().as_str(), patient.as_str(), trial])
}

fn text(of: &Value, pointer: &str) -> Option<String> {
    of.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn read(stored: &Stored, patient: &PatientId) -> Result<TrialDecision, Error> {
    let resource = body(stored)?;
    let parts = resource.get("extension").and_then(Value::as_array);
    let ours =
        parts.into_iter().flatten().find(|one| text(one, "/url").as_deref() == Some(DECISION));
    let parts = ours.and_then(|one| one.get("extension")).and_then(Value::as_array);
    let part = |name: &str| {
        parts.into_iter().flatten().find(|one| text(one, "/url").as_deref() == Some(name))
    };
    let said = |name: &str| part(name).and_then(|one| text(one, "/valueString"));
    let sources = parts.into_iter().flatten();
    let sources = sources.filter_map(|one| text(one, "/valueReference/reference")).collect();
    Ok(TrialDecision {
        patient: patient.clone(),
        version: stored.reference.version,
        status: text(&resource, "/status").unwrap_or_default(),
        cohort: said("cohort"),
        note: said("note"),
        by: said("by"),
        at: stored.recorded,
        answer: said("answer"),
        trial_version: part("trialVersion")
            .and_then(|one| one.get("valuePositiveInt"))
            .and_then(Value::as_u64),
        start: text(&resource, "/period/start"),
        end: text(&resource, "/period/end"),
        sources,
    })
}

/// What was decided for a patient and a trial, as far as this access may know.
pub(crate) fn decision(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    trial: &str,
) -> Result<Option<TrialDecision>, Error> {
    let stored = record.read(access, KIND, &id_of(access, patient, trial))?;
    stored.filter(|stored| !stored.deleted).map(|stored| read(&stored, patient)).transpose()
}

/// Everybody about whom something was decided for a trial, and whether there are more than are
/// read. Another system's entries for the same study are among them.
pub(crate) fn decisions(
    app: &App,
    access: &Access,
    kept: &KeptTrial,
) -> Result<(Vec<TrialDecision>, bool), Error> {
    let study = study(app, kept);
    let reference = text(&study, "/reference").unwrap_or_default();
    let (stored, is_more) = found(app, access, KIND, &[("study", &reference)])?;
    let of = |stored: &Stored| patient_of(stored).map(|patient| read(stored, patient)).transpose();
    let decisions =
        stored.iter().filter_map(|one| of(one).transpose()).collect::<Result<_, _>>()?;
    Ok((decisions, is_more))
}

/// Keeps a decision with what the criteria say at this moment. One that says what is kept already
/// is not kept again, so that a form sent twice leaves one version.
pub(crate) fn decide(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    (kept, offers): (&KeptTrial, &[Offer]),
    given: &Given,
) -> Result<(), Error> {
    require_decider(app, caller)?;
    if !CHOICES.iter().any(|(code, _)| *code == given.status) {
        return Err(not_offered(format_args!("`{}`", given.status)));
    }
    let is_known = |cohort: &str| kept.trial.cohorts.iter().any(|one| one.path == cohort);
    let cohort = Some(given.cohort.as_str()).filter(|cohort| !cohort.is_empty());
    if let Some(unknown) = cohort.filter(|cohort| !is_known(cohort)) {
        return Err(not_offered(format_args!("the cohort `{unknown}`")));
    }
    let note = typed("the remark", &given.note)?;
    let id = id_of(&caller.access, patient, &kept.trial.id);
    let stored = app.record().read(&caller.access, KIND, &id)?;
    let before = stored.as_ref().map_or(0, |stored| stored.reference.version);
    let last = stored.filter(|stored| !stored.deleted);
    let last = last.map(|stored| read(&stored, patient)).transpose()?;
    let now = app.record().now();
    // A trial that is closed by now rests on nothing any more; what is written about it still does.
    let mut sources = rests_on(offers);
    sources.extend(last.iter().flat_map(|last| last.sources.iter().cloned()));
    let new = TrialDecision {
        patient: patient.clone(),
        version: before + 1,
        status: given.status.clone(),
        cohort: cohort.map(str::to_owned),
        note,
        by: Some(caller.name.clone()),
        at: now,
        answer: answer(offers, cohort),
        trial_version: Some(kept.version),
        start: start(&given.status, last.as_ref(), now),
        end: end(&given.status, last.as_ref(), now),
        sources,
    };
    if let Some(last) = &last {
        let sources = new.sources.clone();
        let same = TrialDecision { version: new.version, at: new.at, sources, ..last.clone() };
        if same == new {
            return Ok(());
        }
    }
    // Of what another system deleted no page shows a version.
    if given.version != last.as_ref().map_or(0, |last| last.version) {
        return Err(overtaken());
    }
    let condition = if before == 0 { Condition::Absent } else { Condition::Version(before) };
    let resource = resource(&id, &new, &study(app, kept));
    let changes = vec![ResourceChange::put(resource, Vec::new(), condition)];
    written(file(app.record(), caller, patient, Commit { changes, ..Commit::default() }))
}

/// What the criteria of a cohort say, or the best answer of any where none was chosen.
fn answer(offers: &[Offer], cohort: Option<&str>) -> Option<String> {
    let of = |offer: &&Offer| cohort.is_none_or(|path| offer.cohort.path == path);
    offers.iter().find(of).map(|offer| offer.status.to_owned())
}

/// The first day of taking part: today for who begins, and what it was from then on.
fn start(status: &str, last: Option<&TrialDecision>, now: Timestamp) -> Option<String> {
    let before = last.and_then(|last| last.start.clone());
    match status {
        "on-study" => Some(before.unwrap_or_else(|| now.day().to_string())),
        "off-study" | "withdrawn" => before,
        _ => None,
    }
}

/// The last day of it: today for who ends, and what it was from then on.
fn end(status: &str, last: Option<&TrialDecision>, now: Timestamp) -> Option<String> {
    let last = last.filter(|last| last.start.is_some())?;
    let is_over = matches!(status, "off-study" | "withdrawn");
    is_over.then(|| last.end.clone().unwrap_or_else(|| now.day().to_string()))
}

fn resource(id: &str, decision: &TrialDecision, study: &Value) -> Value {
    let said = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| json!({"url": name, "valueString": text}))
    };
    let version = decision.trial_version;
    let source = |name| json!({"url": "source", "valueReference": {"reference": name}});
    let parts: Vec<Value> = [
        said("by", &decision.by),
        said("cohort", &decision.cohort),
        said("note", &decision.note),
        said("answer", &decision.answer),
        version.map(|number| json!({"url": "trialVersion", "valuePositiveInt": number})),
    ]
    .into_iter()
    .flatten()
    .chain(decision.sources.iter().map(source))
    .collect();
    let mut resource = json!({
        "resourceType": KIND,
        "id": id,
        "extension": [{"url": DECISION, "extension": parts}],
        "status": decision.status,
        "study": study,
        "individual": {"reference": format!("Patient/{}", decision.patient)},
    });
    let Some(fields) = resource.as_object_mut() else { return resource };
    if let Some(start) = &decision.start {
        let mut period = json!({"start": start});
        if let (Some(period), Some(end)) = (period.as_object_mut(), &decision.end) {
            period.insert("end".into(), json!(end));
        }
        fields.insert("period".into(), period);
    }
    if let Some(cohort) = decision.cohort.as_ref().filter(|_| decision.start.is_some()) {
        fields.insert("assignedArm".into(), json!(cohort));
    }
    resource
}
