//! Putting one patient to trials, and noting what changed.

use super::book::{KeptTrial, kept_trials};
use super::facts::{PatientFacts, World};
use super::remember::Remembered;
use crate::follow::Failure;
use crate::therapies::Therapies;
use model::{PatientId, TenantId};
use record::{
    Access, Purpose, PutTo, PutToTrials, Record, Role, Scope, TRIAL_STATUS_OUT, TrialStanding,
    TrialWatch,
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use trials::criteria::AgeAsked;
use trials::patient::Day;
use trials::population::Plan;
use trials::{Answer, Cohort, Context, Outcome, Patient, Status, answer, date, due};

/// Patients whose facts are read with one wait for the audit log.
pub(super) const PATIENTS_TOGETHER: u32 = 50;
/// Actor of the audit log.
const ACTOR: &str = "trials";

/// Puts patients of the record to trials.
#[derive(Clone, Debug)]
pub struct Matcher {
    pub(super) record: Record,
    pub(super) world: Arc<World>,
    /// Follows the feed and writes the log.
    pub(super) engine: Access,
    /// Reads about patients, as any other system that shows to many what it reads: what is
    /// labelled as sensitive or refused by a consent is not known to it.
    pub(super) reader: Access,
    /// The trials as they were made ready, with how many versions of them there were.
    kept: Arc<Mutex<Kept>>,
    /// What was read of patients.
    pub(super) remembered: Arc<Mutex<Remembered>>,
    /// What evidence says of tumours, where some is in use.
    pub(super) therapies: Option<Arc<Therapies>>,
}

/// How many versions of trials there were, and the trials; nothing before they are read.
type Kept = Option<(u64, Arc<Ready>)>;

/// The trials, made ready for patients.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) trials: Vec<Arc<KeptTrial>>,
    /// Those that take patients, in the order of the plan.
    asked: Vec<Arc<KeptTrial>>,
    plan: Plan,
    ages: BTreeSet<AgeAsked>,
}

impl Ready {
    pub(super) fn of(trials: Vec<KeptTrial>) -> Self {
        let bare = |mut kept: KeptTrial| {
            // The document it was read from is in the record, and nothing here asks for it.
            kept.trial.document = None;
            Arc::new(kept)
        };
        let trials: Vec<Arc<KeptTrial>> = trials.into_iter().map(bare).collect();
        let asked: Vec<_> = trials.iter().filter(|kept| takes_patients(kept)).cloned().collect();
        let plan = Plan::new(asked.iter().map(|kept| &kept.trial));
        let ages = asked.iter().flat_map(|kept| due::ages(&kept.trial)).collect();
        Self { trials, asked, plan, ages }
    }
}

/// Whether patients can join; a trial of which nobody knows is asked.
fn is_open(status: Status) -> bool {
    matches!(status, Status::Open | Status::Unknown)
}

/// Whether a trial is in use and open.
pub(super) fn takes_patients(kept: &KeptTrial) -> bool {
    !kept.is_retired && is_open(kept.trial.status)
}

/// The cohorts of a trial that take patients now.
pub(super) fn open_cohorts(kept: &KeptTrial) -> impl Iterator<Item = &Cohort> {
    let cohorts = if takes_patients(kept) { kept.trial.cohorts.as_slice() } else { &[] };
    cohorts.iter().filter(|cohort| is_open(cohort.status))
}

/// The word for an answer, as the log has it.
pub(super) fn word(answer: Answer) -> &'static str {
    match (answer.outcome, answer.needs_review_only) {
        (Outcome::Eligible, _) => "eligible",
        (Outcome::NeedsData, true) => "needs-review",
        (Outcome::NeedsData, false) => "needs-data",
        (Outcome::NearMiss, _) => "near-miss",
        (Outcome::NotEligible, _) => TRIAL_STATUS_OUT,
    }
}

/// What a cohort says, unless it says "out".
fn standing(kept: &KeptTrial, cohort: &Cohort, answer: Answer) -> Option<TrialStanding> {
    let status = word(answer);
    (status != TRIAL_STATUS_OUT).then(|| TrialStanding {
        trial: kept.trial.id.clone(),
        version: kept.version,
        cohort: cohort.id.clone(),
        path: cohort.path.clone(),
        status: status.to_owned(),
    })
}

impl Matcher {
    /// A matcher of a tenant.
    pub fn new(record: Record, world: Arc<World>, tenant: &TenantId) -> Self {
        let access =
            |role| Access::new(tenant.clone(), ACTOR, role, Purpose::Treatment, Scope::Tenant);
        let (engine, reader) = (access(Role::Engine), access(Role::ServiceClient));
        Self {
            record,
            world,
            engine,
            reader,
            kept: Arc::default(),
            remembered: Arc::default(),
            therapies: None,
        }
    }

    /// The same, noting what changes in what evidence says of the tumours as well.
    #[must_use]
    pub fn with_therapies(self, therapies: Option<Arc<Therapies>>) -> Self {
        Self { therapies, ..self }
    }

    /// The names it reads with.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the log names as having worked it out.
    pub(super) fn engine_name(&self) -> String {
        format!("trials {}; {}", env!("CARGO_PKG_VERSION"), self.world.names)
    }

    /// Today, by the record's clock.
    pub fn today(&self) -> Day {
        let day = self.record.now().day();
        date::day(day.year, day.month.unwrap_or(1), day.day.unwrap_or(1))
    }

    /// The trials as they are now; they are read again when any of them changed.
    pub(super) fn ready(&self) -> Result<Arc<Ready>, Failure> {
        // In this order: what changes in between is read again the next time.
        let versions = self.record.count_trial_versions(&self.engine)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, ready)) = kept.as_ref().filter(|(known, _)| *known == versions) {
            return Ok(Arc::clone(ready));
        }
        let ready = Arc::new(Ready::of(kept_trials(&self.record, &self.engine)?));
        *kept = Some((versions, Arc::clone(&ready)));
        Ok(ready)
    }

    pub(super) fn context(&self, as_of: Day) -> Context<'_> {
        Context { tree: self.world.types.tree(), as_of, deceased: false }
    }

    /// What the matcher may know of a patient.
    pub(super) fn facts(
        &self,
        record: &Record,
        patient: &PatientId,
        today: Day,
    ) -> Result<Option<PatientFacts>, Failure> {
        let facts = PatientFacts::read(record, &self.reader, &self.world, patient, today)?;
        Ok(facts.filter(PatientFacts::has_tumor))
    }

    /// What is to be noted of a patient who is put to trials, and how many pairs were evaluated;
    /// without facts it is somebody whom no trial is for.
    pub(super) fn put(
        &self,
        ready: &Ready,
        (patient, facts): (&PatientId, Option<&Patient>),
        put_to: PutTo,
        (cause, today): (&str, Day),
    ) -> (PutToTrials, u64) {
        let (mut standings, mut evaluations, mut watch) = (Vec::new(), 0, TrialWatch::Off);
        if let Some(facts) = facts {
            (standings, evaluations) = match &put_to {
                PutTo::Every => self.standings_of_all(ready, facts, today),
                PutTo::One(id) => {
                    let kept = ready.trials.iter().find(|kept| kept.trial.id == *id);
                    kept.map(|kept| self.standings(kept, facts, today)).unwrap_or_default()
                }
            };
            let day = due::next_due(facts, &ready.ages, today);
            watch = TrialWatch::On(day.and_then(|day| u32::try_from(day).ok()));
        }
        let put = PutToTrials {
            patient: patient.clone(),
            put_to,
            standings,
            cause: cause.to_owned(),
            engine: self.engine_name(),
            watch,
        };
        (put, evaluations)
    }

    /// What all trials say to a patient: each distinct question of theirs is asked once.
    fn standings_of_all(
        &self,
        ready: &Ready,
        patient: &Patient,
        today: Day,
    ) -> (Vec<TrialStanding>, u64) {
        let answers = ready.plan.answers(patient, &self.context(today));
        let (mut standings, mut asked) = (Vec::new(), 0);
        for ((trial, cohort), answer) in ready.plan.cohorts().iter().zip(answers) {
            let kept = ready.asked.get(*trial);
            let pair = kept.and_then(|kept| Some((kept, kept.trial.cohorts.get(*cohort)?)));
            if let Some((kept, cohort)) = pair.filter(|(_, cohort)| is_open(cohort.status)) {
                asked += 1;
                standings.extend(standing(kept, cohort, answer));
            }
        }
        (standings, asked)
    }

    /// What the cohorts of a trial say that do not say "out", and how many were asked.
    pub(super) fn standings(
        &self,
        kept: &KeptTrial,
        patient: &Patient,
        today: Day,
    ) -> (Vec<TrialStanding>, u64) {
        let context = self.context(today);
        let (mut standings, mut asked) = (Vec::new(), 0);
        for cohort in open_cohorts(kept) {
            asked += 1;
            standings.extend(standing(
                kept,
                cohort,
                answer(&kept.trial, cohort, patient, &context),
            ));
        }
        (standings, asked)
    }

    /// Everybody with a tumour, as known on a day. The feed has to be read to its end before.
    ///
    /// # Errors
    /// When the record fails.
    pub fn patients(&self, as_of: Day) -> Result<Vec<Patient>, Failure> {
        let mut patients = Vec::new();
        let mut after: Option<PatientId> = None;
        loop {
            let page =
                self.record.watched_for_trials(&self.engine, after.as_ref(), PATIENTS_TOGETHER)?;
            let Some(last) = page.last().cloned() else { return Ok(patients) };
            let facts = self.record.read_together(|record| {
                page.iter().map(|of| self.facts(record, of, as_of)).collect()
            });
            let facts: Vec<Option<PatientFacts>> = facts?;
            patients.extend(facts.into_iter().flatten().map(|facts| facts.patient));
            after = Some(last);
        }
    }

    /// What all trials would say to a patient who is looked at for the first time; nothing is
    /// noted. Each tree is walked, so that it can be compared with what the log says.
    ///
    /// # Errors
    /// When the record fails.
    pub fn whole(&self, patient: &PatientId) -> Result<Vec<TrialStanding>, Failure> {
        let (ready, today) = (self.ready()?, self.today());
        let Some(facts) = self.facts(&self.record, patient, today)? else { return Ok(Vec::new()) };
        let of = |kept: &Arc<KeptTrial>| self.standings(kept, &facts.patient, today).0;
        Ok(ready.trials.iter().flat_map(of).collect())
    }
}
