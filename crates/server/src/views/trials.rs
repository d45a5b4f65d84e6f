//! Trials: the options of a patient, one trial, and what changed.

mod missing;
mod molecular;
mod profile;
mod therapies;
mod work;

pub(super) use profile::fractions;
pub(crate) use work::{TrialOfPatient, trial_of_patient, trial_work};

use super::allergies::allergies;
use super::identity::{demographics, identity, session};
use crate::app::App;
use crate::board;
use crate::caller::Caller;
use crate::error::Error;
use guidance::board::Kind;
use interpret::matching::{
    KeptTrial, Offer, PatientFacts, RANKING, Reason, Source, Sources, Status, kept_trial,
    kept_trials,
};
use model::PatientId;
use model::patient::Patient;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, Stored, TRIAL_STATUS_OUT, TrialChange};
use std::collections::{BTreeMap, BTreeSet};
use web::view::{
    AlterationRow, BinRow, BriefOffer, Identity, ReasonView, ReinterpretedRow, SourceLine, Sourced,
    StandingRow, TherapiesView, TrialHead, TrialOffer, TrialOptionsView, TrialPatientRow,
    TrialView, TrialsView, TumorProfileView,
};

/// Changes, or patients of a trial, on one page.
const ROWS_A_PAGE: u32 = 100;
/// Changes of interpretation on the page of a patient.
const REINTERPRETED_MAX: u32 = 50;
/// The statuses of patients who are not out, in the order of work.
const WORK: [&str; 4] = ["eligible", "needs-review", "needs-data", "near-miss"];

/// The tumour of a patient and its trial options, as far as the caller may know.
pub(crate) fn trial_options(
    app: &App,
    caller: &Caller,
    id: &PatientId,
) -> Result<TrialOptionsView, Error> {
    let known = tumor_known(app, &caller.access, id)?;
    let issued = board::latest(app, &caller.access, id, Kind::TumourBoard)?;
    let trials = known.offers.iter().map(|offer| offer.trial.id.as_str()).collect();
    let decided = work::decided(app, &caller.access, id, trials)?;
    let mut offers = known.offers;
    for offer in &mut offers {
        offer.decided = decided.get(&offer.trial.id).cloned();
    }
    Ok(TrialOptionsView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        id: id.clone(),
        identity: identity(&known.patient),
        allergies: allergies(app, &caller.access, id)?,
        brief: BriefOffer {
            may_issue: board::may_issue(app, caller)?,
            question: issued.as_ref().and_then(|one| one.brief.question()).unwrap_or("").to_owned(),
            issued: issued.map(|one| one.version),
        },
        tumor: known.tumor,
        therapies: known.therapies,
        reinterpreted: known.reinterpreted,
        ranking: RANKING.to_owned(),
        offers,
        problems: known.facts.problems,
    })
}

/// What is known of a patient's tumour, as the page and the brief both say it.
pub(crate) struct TumorKnown {
    /// Who it is.
    pub(crate) patient: Patient,
    /// What was read of the record.
    pub(crate) facts: PatientFacts,
    /// The tumour; `None` if nothing says that there is one.
    pub(crate) tumor: Option<TumorProfileView>,
    /// What evidence says; `None` where no evidence is in use.
    pub(crate) therapies: Option<TherapiesView>,
    /// What evidence said otherwise than before, the latest first.
    pub(crate) reinterpreted: Vec<ReinterpretedRow>,
    /// The trial options, by rank.
    pub(crate) offers: Vec<TrialOffer>,
}

impl TumorKnown {
    /// The findings as reported, without a tier of ours.
    pub(crate) fn unjudged(&self) -> Vec<AlterationRow> {
        therapies::unjudged(&self.facts)
    }

    /// The resources that all this is read from, without their versions.
    pub(crate) fn inputs(&self) -> BTreeSet<String> {
        let none = Sources::default();
        let sources = self.facts.patient.sources.as_deref().unwrap_or(&none);
        let parts = [&sources.person, &sources.diagnoses, &sources.stage, &sources.performance];
        let parts = parts.into_iter().flatten();
        let therapies = sources.therapies.iter().chain(&sources.labs).map(|(_, of)| of);
        let reports = sources.reports.iter();
        let found = reports.clone().flat_map(|(profile, _)| &profile.sources).map(String::as_str);
        let all = parts.chain(therapies).chain(reports.map(|(_, of)| of));
        let events = self.facts.patient.tumor.events.iter();
        let judged = events.flat_map(|event| &event.judgements).map(|one| one.source.as_str());
        let all = all.map(|source| source.resource.as_str()).chain(found).chain(judged);
        all.map(|one| one.split("/_history").next().unwrap_or_default().to_owned())
            .filter(|one| one.contains('/'))
            .collect()
    }
}

/// Reads what is known of a patient's tumour, as far as this access may know.
pub(crate) fn tumor_known(app: &App, access: &Access, id: &PatientId) -> Result<TumorKnown, Error> {
    let stored = app.record().read(access, "Patient", id.as_str())?;
    let stored = stored.filter(|stored| !stored.deleted).ok_or_else(Error::not_found)?;
    let matcher = app.matcher()?;
    let found = matcher.offers(app.record(), access, id)?;
    let found = found.ok_or_else(Error::not_found)?;
    Ok(TumorKnown {
        patient: demographics(&stored)?,
        tumor: found.facts.has_tumor().then(|| profile::profile(&found, matcher.world())),
        therapies: therapies::therapies(app, &found.facts),
        reinterpreted: reinterpreted(app, access, id, REINTERPRETED_MAX as usize)?,
        offers: found.offers.iter().map(offer).collect(),
        facts: found.facts,
    })
}

/// What evidence said otherwise than before. What was said at the first look is no change of it.
pub(super) fn reinterpreted(
    app: &App,
    access: &Access,
    id: &PatientId,
    most: usize,
) -> Result<Vec<ReinterpretedRow>, Error> {
    let changes = app.record().evidence_changes(access, id, REINTERPRETED_MAX)?;
    let is_all = changes.len() < REINTERPRETED_MAX as usize;
    let first = changes.last().filter(|_| is_all).map(|change| change.cause.clone());
    let is_first = |change: &TrialChange| {
        change.former == TRIAL_STATUS_OUT && Some(&change.cause) == first.as_ref()
    };
    let tier = |word: &str| (word != TRIAL_STATUS_OUT).then(|| word.to_owned());
    let row = |change: TrialChange| ReinterpretedRow {
        about: change.standing.path.clone(),
        former: tier(&change.former),
        now: tier(&change.standing.status),
        since: change.recorded,
        cause: change.cause,
    };
    Ok(changes.into_iter().filter(|change| !is_first(change)).take(most).map(row).collect())
}

fn offer(offer: &Offer) -> TrialOffer {
    let cohort = match offer.cohort.code.as_str() {
        "" => offer.cohort.path.clone(),
        code => format!("{} ({code})", offer.cohort.path),
    };
    TrialOffer {
        trial: head(&offer.trial),
        cohort,
        path: offer.cohort.path.clone(),
        slots: offer.cohort.slots,
        status: offer.status.to_owned(),
        counts: offer.counts,
        missing: offer.explanation.missing.clone(),
        reasons: offer.explanation.parts.iter().map(reason).collect(),
        decided: None,
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
    let rank = |change: &TrialChange| {
        let status = change.standing.status.as_str();
        (WORK.iter().position(|one| *one == status), change.standing.trial.clone())
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
        is_evidence: change.standing.is_evidence(),
    }
}

/// Which patients of a trial are asked for.
pub(crate) struct PatientsAsked {
    /// Those of one status; `None` = all.
    pub(crate) status: Option<String>,
    /// Place in the log after which the page begins.
    pub(crate) after: u64,
}

/// Standings of a trial that are counted; beyond, the page says that there are more.
const COUNTED_MAX: usize = 5_000;

/// Everybody to whom a trial does not say "out", as far as they are counted.
fn standings_counted(
    app: &App,
    access: &Access,
    trial: &str,
) -> Result<(Vec<TrialChange>, bool), Error> {
    let mut found: Vec<TrialChange> = Vec::new();
    loop {
        let after = found.last().map_or(0, |last| last.number);
        let page = app.record().standings_of_trial(access, trial, after, PAGE_ROWS_MAX)?;
        let is_last = page.len() < PAGE_ROWS_MAX as usize;
        found.extend(page);
        if is_last || found.len() >= COUNTED_MAX {
            return Ok((found, !is_last));
        }
    }
}

/// How many patients have each status: one with several cohorts counts under each of theirs.
fn bins(standings: &[TrialChange]) -> Vec<BinRow> {
    let row = |status: &&str| {
        let of_status = standings.iter().filter(|change| change.standing.status == **status);
        BinRow { status: (*status).to_owned(), patients: patients(of_status) }
    };
    WORK.iter().map(row).collect()
}

/// How many patients there are.
fn patients<'c>(changes: impl Iterator<Item = &'c TrialChange>) -> usize {
    changes.map(|change| &change.patient).collect::<BTreeSet<_>>().len()
}

/// One trial with its patients, from a place of the log on.
pub(crate) fn trial(
    app: &App,
    caller: &Caller,
    id: &str,
    asked: PatientsAsked,
) -> Result<TrialView, Error> {
    let kept = kept_trial(app.record(), &caller.access, id)?.ok_or_else(Error::not_found)?;
    let (access, name) = (&caller.access, kept.trial.id.as_str());
    let (all, is_counted_in_part) = standings_counted(app, access, name)?;
    let is_asked = |change: &&TrialChange| {
        let of_status = asked.status.as_ref().is_none_or(|one| *one == change.standing.status);
        of_status && change.number > asked.after
    };
    let mut found: Vec<TrialChange> = all.iter().filter(is_asked).cloned().collect();
    let is_more = found.len() > ROWS_A_PAGE as usize;
    found.truncate(ROWS_A_PAGE as usize);
    let next = found.last().filter(|_| is_more).map(|last| last.number);
    let mut patients = rows(app, caller, &found)?;
    patients.sort_by_key(|row| WORK.iter().position(|one| *one == row.standing.status));
    let findings = interpret::matching::findings(&kept.trial);
    let (decisions, has_more_decisions) = work::decisions(app, access, &kept)?;
    let cohort =
        |one: &interpret::matching::Cohort| (one.path.clone(), word(one.status).to_owned());
    Ok(TrialView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        trial: head(&kept),
        cohorts: kept.trial.cohorts.iter().map(cohort).collect(),
        findings: findings.into_iter().map(|one| (one.pointer, one.text)).collect(),
        patients_total: self::patients(all.iter()),
        bins: bins(&all),
        is_counted_in_part,
        status: asked.status,
        missing: missing::missing(app, access, &kept, &all)?,
        patients,
        decisions,
        has_more_decisions,
        next,
    })
}

/// The trials, and what changed before a place of the log.
pub(crate) fn trials(app: &App, caller: &Caller, before: Option<u64>) -> Result<TrialsView, Error> {
    let found = app.record().trial_changes(&caller.access, before, ROWS_A_PAGE)?;
    let older = found.last().filter(|_| found.len() == ROWS_A_PAGE as usize);
    let older = older.map(|last| last.number);
    let kept = kept_trials(app.record(), &caller.access)?;
    let (tasks, has_more_tasks) = work::tasks(app, &caller.access)?;
    Ok(TrialsView {
        session: session(app, caller)?,
        today: app.record().now().day(),
        changes: rows(app, caller, &found)?,
        older,
        tasks,
        has_more_tasks,
        trials: kept.iter().map(head).collect(),
    })
}

/// Changes with the patients' names.
fn rows(
    app: &App,
    caller: &Caller,
    changes: &[TrialChange],
) -> Result<Vec<TrialPatientRow>, Error> {
    let known = identities(app, &caller.access, changes.iter().map(|change| &change.patient))?;
    let row = |change: &TrialChange| TrialPatientRow {
        patient: change.patient.clone(),
        identity: known.get(&change.patient).cloned().flatten(),
        former: change.former.clone(),
        standing: standing(change),
    };
    Ok(changes.iter().map(row).collect())
}

/// Who patients are, each looked up once and as the caller may see it.
fn identities<'p>(
    app: &App,
    access: &Access,
    patients: impl Iterator<Item = &'p PatientId>,
) -> Result<BTreeMap<PatientId, Option<Identity>>, Error> {
    let patients: BTreeSet<&PatientId> = patients.collect();
    let mut known = BTreeMap::new();
    app.record().read_together(|record| {
        for patient in patients {
            let stored = record.read(access, "Patient", patient.as_str())?;
            let stored: Option<Stored> = stored.filter(|stored| !stored.deleted);
            let found = stored.map(|stored| demographics(&stored)).transpose()?;
            known.insert(patient.clone(), found.map(|found| identity(&found)));
        }
        Ok::<(), Error>(())
    })?;
    Ok(known)
}
