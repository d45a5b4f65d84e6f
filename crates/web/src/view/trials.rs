//! Views of trials: the options of one patient with the tumour's profile, one trial with its
//! patients, and what changed.

use super::course::ValueSeries;
use super::identity::{Identity, Known, Session};
use super::molecular::{CopyStripView, LollipopView};
use super::therapies::TherapiesView;
use super::trial_work::{TaskRow, TrialDecisionRow};
use model::absence::Presence;
use model::id::PatientId;
use model::problem::Problem;
use model::time::{PartialDate, Timestamp};

/// What is known of a patient's tumour, and the trials that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialOptionsView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Who it is.
    pub identity: Identity,
    /// Allergies in words; `Known::Value(vec![])` = recorded that there are none.
    pub allergies: Known<Vec<String>>,
    /// The tumour; `None` if nothing says that there is one.
    pub tumor: Option<TumorProfileView>,
    /// What evidence says of the tumour; `None` where no evidence is in use.
    pub therapies: Option<TherapiesView>,
    /// What evidence said otherwise than before, the latest first.
    pub reinterpreted: Vec<ReinterpretedRow>,
    /// The brief for a tumour board.
    pub brief: BriefOffer,
    /// How the options are ranked, in words.
    pub ranking: String,
    /// The options, by rank.
    pub offers: Vec<TrialOffer>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Something that evidence says otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReinterpretedRow {
    /// A finding, or medicines and their effect.
    pub about: String,
    /// The tier before; `None` where it was not listed.
    pub former: Option<String>,
    /// The tier now; `None` where it is not listed any more.
    pub now: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Why: other evidence, or a resource that changed.
    pub cause: String,
}

/// The brief for a tumour board, and the versions of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BriefOffer {
    /// The version that was issued last.
    pub issued: Option<u64>,
    /// Whether the reader may issue one.
    pub may_issue: bool,
    /// The question of the version that was issued last.
    pub question: String,
}

/// Something that is known, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sourced {
    /// In words.
    pub words: String,
    /// Resources that say so, with the day they speak of.
    pub sources: Vec<SourceLine>,
}

/// A resource, and the day that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// `Observation/stage/_history/2`.
    pub resource: String,
    /// The day, as far as it is known.
    pub date: Option<PartialDate>,
}

/// What is known of a tumour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TumorProfileView {
    /// Its type.
    pub diagnosis: Option<Sourced>,
    /// Its stage.
    pub stage: Option<Sourced>,
    /// The patient's performance.
    pub performance: Option<Sourced>,
    /// Therapies that were given.
    pub therapies: Vec<Sourced>,
    /// Each report.
    pub reports: Vec<TumorReportRow>,
    /// What reports contradict each other in.
    pub conflicts: Vec<String>,
    /// Genes that trials ask for: found, tested and absent, or not tested.
    pub genes: Vec<GeneTestedRow>,
    /// Fractions of reads, in percent, of what was found in more than one report.
    pub fractions: Vec<ValueSeries>,
    /// Small variants along the proteins of their genes, those of most reports first.
    pub lollipops: Vec<LollipopView>,
    /// Numbers of copies; `None` where no report says anything of them, nor what it looked at.
    pub copies: Option<CopyStripView>,
}

/// A report on a tumour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TumorReportRow {
    /// Where it stands.
    pub source: SourceLine,
    /// What was done, in the report's words.
    pub panel: Option<String>,
    /// What the specimen is, in words.
    pub specimen: Option<String>,
    /// The laboratory's conclusion, in its words.
    pub conclusion: Option<String>,
    /// Why its silence says nothing, if it does not.
    pub silence: Option<String>,
    /// Alterations, as reported.
    pub events: Vec<String>,
    /// Measurements, as reported.
    pub biomarkers: Vec<String>,
}

/// What was looked for in a gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneTestedRow {
    /// Symbol.
    pub gene: String,
    /// Each kind of alteration, with what is known.
    pub classes: Vec<(String, Presence)>,
}

/// What one cohort of a trial says to the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialOffer {
    /// The trial.
    pub trial: TrialHead,
    /// The cohort, with its place in the trial and its code.
    pub cohort: String,
    /// Its place in the trial alone.
    pub path: String,
    /// Places left, where stated.
    pub slots: Option<u32>,
    /// `eligible`, `needs-review`, `needs-data`, `near-miss`, `not-eligible`.
    pub status: String,
    /// Criteria that are met, not known, failed.
    pub counts: [usize; 3],
    /// Facts that are missing, in words: what to test or to ask.
    pub missing: Vec<String>,
    /// Why, criterion by criterion.
    pub reasons: Vec<ReasonView>,
    /// What people decided about the trial, and since when.
    pub decided: Option<TrialDecisionRow>,
}

/// A criterion, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReasonView {
    /// Several together.
    Part {
        /// `all`, `any`, `at least 2`.
        of: String,
        /// `met`, `not known`, `failed`.
        outcome: String,
        /// They.
        parts: Vec<ReasonView>,
    },
    /// One.
    Leaf {
        /// `met`, `not known`, `failed`.
        outcome: String,
        /// What is asked.
        expected: String,
        /// What is known, and where it comes from.
        found: Sourced,
        /// What would answer it.
        missing: Option<String>,
        /// Where the protocol asks it.
        asked_at: String,
    },
}

/// A trial, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialHead {
    /// Its identifier.
    pub id: String,
    /// Its number in a public registry.
    pub registry: Option<String>,
    /// Its title.
    pub title: String,
    /// Its phase, as stated.
    pub phase: String,
    /// `open`, `suspended`, …; `retired` for one out of use.
    pub status: String,
    /// Version in the record.
    pub version: u64,
    /// When that was kept.
    pub recorded: Timestamp,
    /// Open sites.
    pub open_sites: Vec<String>,
    /// How many sites are named.
    pub sites: usize,
}

/// The options that the log knows, on the page of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRow {
    /// The trial.
    pub trial: String,
    /// The cohort's place in it.
    pub path: String,
    /// What it says.
    pub status: String,
    /// Since when.
    pub since: Timestamp,
    /// Why it changed then.
    pub cause: String,
    /// Whether it is of evidence: then the path is what it is about, and the status its tier.
    pub is_evidence: bool,
}

/// One trial, with its patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// The trial.
    pub trial: TrialHead,
    /// Cohorts, each with its status.
    pub cohorts: Vec<(String, String)>,
    /// What a curator has to decide: where, and what.
    pub findings: Vec<(String, String)>,
    /// How many patients there are.
    pub patients_total: usize,
    /// How many patients have each status, in the order of work; one with several cohorts counts
    /// under each of theirs.
    pub bins: Vec<BinRow>,
    /// Whether the counts are of the first patients only.
    pub is_counted_in_part: bool,
    /// The status whose patients are listed; `None` for all.
    pub status: Option<String>,
    /// What is missing most often.
    pub missing: MissingView,
    /// Its patients, by status.
    pub patients: Vec<TrialPatientRow>,
    /// What was decided for whom, whatever the criteria say.
    pub decisions: Vec<TrialDecisionRow>,
    /// Whether there are more decisions than these.
    pub has_more_decisions: bool,
    /// Where the next page begins.
    pub next: Option<u64>,
}

/// How many patients of a trial have a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BinRow {
    /// The status.
    pub status: String,
    /// Patients.
    pub patients: usize,
}

/// What is missing for the patients of a trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingView {
    /// Patients who were looked at.
    pub looked_at: usize,
    /// Patients with missing facts.
    pub of: usize,
    /// Each fact, the most frequent first.
    pub facts: Vec<MissingRow>,
}

/// A fact that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRow {
    /// The fact in words: what to test or to ask.
    pub fact: String,
    /// For how many patients it is missing.
    pub patients: usize,
    /// For how many it is all that is missing, so that it alone would decide.
    pub decides: usize,
}

/// A patient of a trial, or a change for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialPatientRow {
    /// Id of the `Patient` resource.
    pub patient: PatientId,
    /// Who it is; `None` for one whose name may not be seen.
    pub identity: Option<Identity>,
    /// The status before.
    pub former: String,
    /// What is said now.
    pub standing: StandingRow,
}

/// Trials, and what changed for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialsView {
    /// Who is looking.
    pub session: Session,
    /// Today, for ages.
    pub today: PartialDate,
    /// What changed, the latest first.
    pub changes: Vec<TrialPatientRow>,
    /// Where older changes begin.
    pub older: Option<u64>,
    /// What has to be found out for patients, what is due first.
    pub tasks: Vec<TaskRow>,
    /// Whether there is more of that.
    pub has_more_tasks: bool,
    /// The trials.
    pub trials: Vec<TrialHead>,
}
