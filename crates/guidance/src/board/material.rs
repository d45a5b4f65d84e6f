//! What a brief is made of, as the server hands it: words of engines and of the record, each with
//! where it comes from. An absence is an absence here already.

use super::Head;
use model::absence::Presence;
use model::lifestyle::Answer;
use model::statement::AdviceState;

/// All that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// Whom it is about.
    pub head: Head,
    /// The question to the board.
    pub question: Option<String>,
    /// What is known of the tumour; `None` if nothing says that there is one.
    pub tumor: Option<Tumor>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What evidence says; `None` where no evidence is in use.
    pub evidence: Option<Evidence>,
    /// Cohorts of trials, by rank; those that say "out" among them.
    pub trials: Vec<Trial>,
    /// Advice on medicines out of inherited genes.
    pub inherited: Vec<Inherited>,
    /// What was answered on habits, exposures and relatives.
    pub lifestyle: Vec<Answer>,
    /// Packs, rules and engines, each with its version.
    pub knowledge: Vec<(String, String)>,
    /// How many remarks there were on reading.
    pub unread: usize,
    /// What changed in the meaning of findings, the latest first.
    pub reinterpreted: Vec<String>,
}

/// Something known, with where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In words.
    pub words: String,
    /// `Observation/stage/_history/2 of 02-Jan-2026`.
    pub sources: Vec<String>,
}

/// What is known of a tumour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tumor {
    /// Its type.
    pub diagnosis: Option<Told>,
    /// Its stage.
    pub stage: Option<Told>,
    /// The patient's performance.
    pub performance: Option<Told>,
    /// Therapies that were given.
    pub therapies: Vec<Told>,
    /// Each report.
    pub reports: Vec<Report>,
    /// What reports contradict each other in.
    pub conflicts: Vec<String>,
    /// Genes that trials ask for.
    pub genes: Vec<GeneTested>,
}

/// A report on the tumour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was done, in the report's words.
    pub panel: Option<String>,
    /// What the specimen is, in words.
    pub specimen: Option<String>,
    /// The resource, with its day.
    pub source: String,
    /// Why its silence says nothing, if it does not.
    pub silence: Option<String>,
    /// Measurements, as reported.
    pub measurements: Vec<String>,
    /// The laboratory's conclusion, in its words.
    pub conclusion: Option<String>,
}

/// What was looked for in a gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneTested {
    /// Symbol.
    pub gene: String,
    /// Each kind of alteration, with what is known.
    pub classes: Vec<(String, Presence)>,
}

/// A finding, with what the laboratory and the rules make of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// As reported.
    pub reported: String,
    /// What else the report says of it.
    pub marks: Vec<String>,
    /// The laboratory's judgements.
    pub laboratory: Vec<Judgement>,
    /// Tier by the rules; `None` where no evidence is in use.
    pub tier: Option<String>,
    /// Oncogenicity in words; `None` where there is no procedure or no evidence in use.
    pub oncogenicity: Option<String>,
    /// Criteria that nobody could assess.
    pub not_assessed: usize,
}

/// What a laboratory makes of a finding, in its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// `level of evidence: Tier I-A`.
    pub words: String,
    /// System, and for what it holds.
    pub system: String,
    /// How it stands to our tier, in words.
    pub comparison: String,
    /// Whether it is another tier than ours.
    pub differs: bool,
}

/// What evidence says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How therapies are ranked, in words.
    pub ranking: String,
    /// Therapies of benefit, by rank.
    pub benefit: Vec<Therapy>,
    /// Resistance and less benefit.
    pub less: Vec<Therapy>,
    /// Harm.
    pub harm: Vec<Therapy>,
    /// Therapies that a test might open: medicines, and what is not known.
    pub open: Vec<(String, Vec<String>)>,
}

/// A therapy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Therapy {
    /// Its medicines.
    pub therapies: String,
    /// Strongest tiers: AMP/ASCO/CAP, ESCAT.
    pub tiers: (String, String),
    /// Findings it rests on.
    pub findings: Vec<String>,
    /// Evidence, strongest first.
    pub evidence: Vec<String>,
    /// Evidence that says otherwise.
    pub against: Vec<String>,
}

/// What a cohort of a trial says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Identifier and cohort: what it is about.
    pub key: String,
    /// Identifier and title.
    pub name: String,
    /// Cohort, phase, sites, version: in words.
    pub about: Vec<String>,
    /// The status in words.
    pub status: String,
    /// Whether it says "out".
    pub is_out: bool,
    /// Criteria that are met, not known, failed.
    pub counts: [usize; 3],
    /// Facts that are missing: what to test or to ask.
    pub missing: Vec<String>,
    /// Criteria that fail, with what was found.
    pub failed: Vec<String>,
    /// Criteria that are met, with what was found.
    pub met: Vec<String>,
}

/// Advice on a medicine out of inherited genes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inherited {
    /// The medicine.
    pub drug: String,
    /// Avoid, Adjust, Standard, Not known.
    pub state: AdviceState,
    /// Genes with their calls.
    pub genes: Vec<String>,
    /// What is advised, or why nothing is.
    pub advice: Vec<String>,
    /// Whether the patient takes it.
    pub is_current: bool,
}
