//! Trials: the options of a patient, one trial, and what changed.

mod profile;
mod therapies;

use super::identity::{demographics, identity, session};
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use interpret::matching::{
    KeptTrial, Offer, RANKING, Reason, Source, Status, kept_trial, kept_trials,
};
use model::PatientId;
use record::{Stored, TrialChange};
use std::collections::BTreeMap;
use web::view::{
    Identity, ReasonView, SourceLine, Sourced, StandingRow, TrialHead, TrialOffer,
    TrialOptionsView, TrialPatientRow, TrialView, TrialsView,
};

/// Changes, or patients of a trial, on one page.
const ROWS_A_PAGE: u32 = 100;

/// The tumour of a patient and its trial options, as far as the caller may know.
pub(crate) fn trial_options(
    app: &App,
    caller: &Caller,
    id: &PatientId,
) -> Result<TrialOptionsView, Error> {
    let stored = app.record().read(&caller.access, "Patient", id.as_str())?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let matcher = app.matcher()?;
    let found = matcher.offers(app.record(), &caller.access, id)?;
    let found = found.ok_or_else(Error::not_found)?;
    Ok(TrialOptionsView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        id: id.clone(),
        identity: identity(&demographics(&stored)?),
        tumor: found.facts.has_tumor().then(|| profile::profile(&found, matcher.world())),
        therapies: therapies::therapies(app, &found.facts),
        ranking: RANKING.to_owned(),
        offers: found.offers.iter().map(offer).collect(),
        problems: found.facts.problems.clone(),
    })
}

fn offer(offer: &Offer) -> TrialOffer {
    let cohort = match offer.cohort.code.as_str() {
        "" => offer.cohort.path.clone(),
        code => format!("{} ({code})", offer.cohort.path),
    };
    TrialOffer {
        trial: head(&offer.trial),
        cohort,
        slots: offer.cohort.slots,
        status: offer.status.to_owned(),
        counts: offer.counts,
        missing: offer.explanation.missing.clone(),
        reasons: offer.explanation.parts.iter().map(reason).collect(),
    }
}

fn reason(told: &Reason) -> ReasonView {
    match told {
        Reason::Part { of, outcome, parts } => ReasonView::Part {
            of: of.clone(),
            outcome: (*outcome).to_owned(),
            parts: parts.iter().map(reason).collect(),
        },
        Reason::Leaf(leaf) => ReasonView::Leaf {
            outcome: leaf.outcome.to_owned(),
            expected: leaf.expected.clone(),
            found: Sourced {
                words: leaf.found.clone(),
                sources: leaf.sources.iter().map(source).collect(),
            },
            missing: leaf.missing.clone(),
            asked_at: leaf.source.pointer.clone(),
        },
    }
}

fn source(source: &Source) -> SourceLine {
    SourceLine { resource: source.resource.clone(), date: source.date }
}

/// A trial for people.
pub(crate) fn head(kept: &KeptTrial) -> TrialHead {
    let trial = &kept.trial;
    let open = trial.sites.iter().filter(|site| site.status == Status::Open);
    let name = |site: &interpret::matching::Site| match site.place.as_str() {
        "" => site.name.clone(),
        place => format!("{}, {place}", site.name),
    };
    TrialHead {
        id: trial.id.clone(),
        registry: trial.nct.clone().filter(|number| *number != trial.id),
        title: trial.title.clone(),
        phase: trial.phase.clone(),
        status: if kept.is_retired { "retired".to_owned() } else { word(trial.status).to_owned() },
        version: kept.version,
        recorded: kept.recorded,
        open_sites: open.map(name).collect(),
        sites: trial.sites.len(),
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Open => "open",
        Status::NotYet => "not yet open",
        Status::Suspended => "suspended",
        Status::Closed => "closed",
        Status::Unknown => "not known",
    }
}

/// What the log says of a patient, for the patient's page.
pub(crate) fn standings(
    app: &App,
    caller: &Caller,
    id: &PatientId,
) -> Result<Vec<StandingRow>, Error> {
    let mut found = app.record().trial_standings(&caller.access, id)?;
    let order = ["eligible", "needs-review", "needs-data", "near-miss"];
    let rank = |change: &TrialChange| {
        let status = change.standing.status.as_str();
        (order.iter().position(|one| *one == status), change.standing.trial.clone())
    };
    found.sort_by_key(rank);
    Ok(found.iter().map(standing).collect())
}

fn standing(change: &TrialChange) -> StandingRow {
    StandingRow {
        trial: change.standing.trial.clone(),
        path: change.standing.path.clone(),
        status: change.standing.status.clone(),
        since: change.recorded,
        cause: change.cause.clone(),
    }
}

/// One trial with its patients, from a place of the log on.
pub(crate) fn trial(app: &App, caller: &Caller, id: &str, after: u64) -> Result<TrialView, Error> {
    let kept = kept_trial(app.record(), &caller.access, id)?.ok_or_else(Error::not_found)?;
    let (access, name) = (&caller.access, kept.trial.id.as_str());
    let found = app.record().standings_of_trial(access, name, after, ROWS_A_PAGE)?;
    let next = found.last().filter(|_| found.len() == ROWS_A_PAGE as usize);
    let next = next.map(|last| last.number);
    let mut patients = rows(app, caller, &found)?;
    let order = ["eligible", "needs-review", "needs-data", "near-miss"];
    patients.sort_by_key(|row| order.iter().position(|one| *one == row.standing.status));
    let findings = interpret::matching::findings(&kept.trial);
    let cohort =
        |one: &interpret::matching::Cohort| (one.path.clone(), word(one.status).to_owned());
    Ok(TrialView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        trial: head(&kept),
        cohorts: kept.trial.cohorts.iter().map(cohort).collect(),
        findings: findings.into_iter().map(|one| (one.pointer, one.text)).collect(),
        patients,
        next,
    })
}

/// The trials, and what changed before a place of the log.
pub(crate) fn trials(app: &App, caller: &Caller, before: Option<u64>) -> Result<TrialsView, Error> {
    let found = app.record().trial_changes(&caller.access, before, ROWS_A_PAGE)?;
    let older = found.last().filter(|_| found.len() == ROWS_A_PAGE as usize);
    let older = older.map(|last| last.number);
    let kept = kept_trials(app.record(), &caller.access)?;
    Ok(TrialsView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        changes: rows(app, caller, &found)?,
        older,
        trials: kept.iter().map(head).collect(),
    })
}

/// Changes with the patients' names, each looked up once and as the caller may see it.
fn rows(
    app: &App,
    caller: &Caller,
    changes: &[TrialChange],
) -> Result<Vec<TrialPatientRow>, Error> {
    let mut known: BTreeMap<PatientId, Option<Identity>> = BTreeMap::new();
    app.record().read_together(|record| {
        for change in changes {
            if known.contains_key(&change.patient) {
                continue;
            }
            let stored = record.read(&caller.access, "Patient", change.patient.as_str())?;
            let stored: Option<Stored> = stored.filter(|stored| !stored.deleted);
            let found = stored.map(|stored| demographics(&stored)).transpose()?;
            known.insert(change.patient.clone(), found.map(|found| identity(&found)));
        }
        Ok::<(), Error>(())
    })?;
    let row = |change: &TrialChange| TrialPatientRow {
        patient: change.patient.clone(),
        identity: known.get(&change.patient).cloned().flatten(),
        former: change.former.clone(),
        standing: standing(change),
    };
    Ok(changes.iter().map(row).collect())
}
