//! What people make of trial options: the page of one trial for one patient, and lists of work.

use super::{Offer, head, identities, offer};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::trial_work::{may_decide, subject, task};
use crate::views::allergies::allergies;
use crate::views::identity::{demographics, identity, session};
use interpret::matching::{KeptTrial, kept_trial};
use model::PatientId;
use record::Access;
use std::collections::{BTreeMap, BTreeSet};
use subject::TrialDecision;
use task::Work;
use web::view::{Identity, RefusedForm, TaskRow, TrialDecisionRow, TrialWorkView};

/// A trial, and what its cohorts say to a patient today.
pub(crate) struct TrialOfPatient {
    pub(crate) kept: KeptTrial,
    pub(crate) offers: Vec<Offer>,
}

/// Reads a trial with what it says to a patient, as far as this access may know.
///
/// # Errors
/// 404 for a trial or a patient that is not there.
pub(crate) fn trial_of_patient(
    app: &App,
    access: &Access,
    patient: &PatientId,
    trial: &str,
) -> Result<TrialOfPatient, Error> {
    let kept = kept_trial(app.record(), access, trial)?.ok_or_else(Error::not_found)?;
    let found = app.matcher()?.offers(app.record(), access, patient)?;
    let mut offers = found.ok_or_else(Error::not_found)?.offers;
    offers.retain(|offer| offer.trial.trial.id == kept.trial.id);
    Ok(TrialOfPatient { kept, offers })
}

/// The page of one trial for one patient.
pub(crate) fn trial_work(
    app: &App,
    caller: &Caller,
    (id, trial): (&PatientId, &str),
    refused: Option<RefusedForm>,
) -> Result<TrialWorkView, Error> {
    let access = &caller.access;
    let stored = app.record().read(access, "Patient", id.as_str())?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let TrialOfPatient { kept, offers } = trial_of_patient(app, access, id, trial)?;
    let who = identity(&demographics(&stored)?);
    let names = BTreeMap::from([(id.clone(), Some(who.clone()))]);
    let missing: BTreeSet<&str> =
        offers.iter().flat_map(|offer| &offer.explanation.missing).map(String::as_str).collect();
    let records = app.record().records_of_person(access, id)?;
    let found = task::of_person(app, access, &records, &kept)?;
    let is_asked = |fact: &str| found.iter().any(|one| one.is_open() && one.fact == fact);
    let row = |one: &Work| {
        let is_missing = missing.contains(one.fact.as_str());
        task_row(one, &names, one.is_of_criteria && !is_missing)
    };
    let of = |record: &PatientId| subject::decision(app.record(), access, record, &kept.trial.id);
    let decided = of(id)?;
    let beside = records.iter().skip(1).map(of).collect::<Result<Vec<_>, Error>>()?;
    Ok(TrialWorkView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        id: id.clone(),
        identity: who,
        allergies: allergies(app, access, id)?,
        trial: head(&kept),
        offers: offers.iter().map(offer).collect(),
        cohorts: kept.trial.cohorts.iter().map(|cohort| cohort.path.clone()).collect(),
        decision: decided.as_ref().map(|one| decision_row(one, &names)),
        beside: beside.iter().flatten().map(|one| decision_row(one, &names)).collect(),
        choices: subject::CHOICES.map(|(code, words)| (code.to_owned(), words.to_owned())).to_vec(),
        tasks: found.iter().map(row).collect(),
        unasked: missing
            .iter()
            .filter(|fact| !is_asked(fact))
            .map(|fact| (*fact).to_owned())
            .collect(),
        may_decide: may_decide(app, caller)?,
        refused,
    })
}

/// Who patients are, as far as the caller may see it.
type Names = BTreeMap<PatientId, Option<Identity>>;

fn decision_row(of: &TrialDecision, names: &Names) -> TrialDecisionRow {
    TrialDecisionRow {
        patient: of.patient.clone(),
        identity: names.get(&of.patient).cloned().flatten(),
        code: of.status.clone(),
        words: subject::words(&of.status).to_owned(),
        cohort: of.cohort.clone(),
        note: of.note.clone(),
        by: of.by.clone(),
        at: of.at,
        answer: of.answer.clone(),
        trial_version: of.trial_version,
        version: of.version,
    }
}

fn task_row(of: &Work, names: &Names, is_answered: bool) -> TaskRow {
    let state = match of.status.as_str() {
        "completed" => "Found out",
        "cancelled" => "Not needed",
        "requested" => "Asked for",
        other => other,
    };
    TaskRow {
        id: of.id.clone(),
        version: of.version,
        patient: of.patient.clone(),
        identity: names.get(&of.patient).cloned().flatten(),
        trial: of.trial.clone(),
        fact: of.fact.clone(),
        state: state.to_owned(),
        is_open: of.is_open(),
        is_answered,
        owner: of.owner.clone(),
        due: of.due,
        asked_by: of.asked_by.clone(),
        note: of.note.clone(),
        at: of.at,
    }
}

/// What was decided for a patient about each of these trials.
pub(super) fn decided(
    app: &App,
    access: &Access,
    patient: &PatientId,
    trials: BTreeSet<&str>,
) -> Result<BTreeMap<String, TrialDecisionRow>, Error> {
    let mut decided = BTreeMap::new();
    let records = app.record().records_of_person(access, patient)?;
    app.record().read_together(|record| {
        for trial in trials {
            // Its own first; what was decided under a record that was merged is decided, too.
            for of in &records {
                if let Some(found) = subject::decision(record, access, of, trial)? {
                    decided.insert(trial.to_owned(), decision_row(&found, &Names::new()));
                    break;
                }
            }
        }
        Ok::<(), Error>(())
    })?;
    Ok(decided)
}

/// Everybody about whom something was decided for a trial, and whether there are more.
pub(super) fn decisions(
    app: &App,
    access: &Access,
    kept: &KeptTrial,
) -> Result<(Vec<TrialDecisionRow>, bool), Error> {
    let (found, is_more) = subject::decisions(app, access, kept)?;
    let names = identities(app, access, found.iter().map(|one| &one.patient))?;
    let mut rows: Vec<TrialDecisionRow> =
        found.iter().map(|one| decision_row(one, &names)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    Ok((rows, is_more))
}

/// What has to be found out for anybody, what is due first, and whether there is more.
pub(super) fn tasks(app: &App, access: &Access) -> Result<(Vec<TaskRow>, bool), Error> {
    let (found, is_more) = task::open(app, access)?;
    let names = identities(app, access, found.iter().map(|one| &one.patient))?;
    Ok((found.iter().map(|one| task_row(one, &names, false)).collect(), is_more))
}
