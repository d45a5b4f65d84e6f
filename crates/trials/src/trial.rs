//! A trial: who runs it, where it is open, and whom each cohort takes.

use crate::criteria::{Criterion, Leaf, Node, SourceRef};
use model::Problem;
use serde::{Deserialize, Serialize};

/// Version of the JSON form.
pub const FORMAT: &str = "cognate-trial/1";
/// Largest document of a trial, in bytes.
pub const TRIAL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most cohorts of a trial.
pub const COHORTS_MAX: usize = 1_000;

/// Whether patients can join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Patients can join.
    Open,
    /// Not yet.
    NotYet,
    /// Not for now.
    Suspended,
    /// Not any more.
    Closed,
    /// Not stated, or in words that are not known.
    #[default]
    Unknown,
}

impl Status {
    /// Reads the words of registries and of CTML.
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().replace('_', " ").as_str() {
            "open to accrual" | "recruiting" | "enrolling by invitation" | "open" | "active" => {
                Self::Open
            }
            "not yet recruiting" | "on hold" | "approved" | "in review" => Self::NotYet,
            "suspended" | "temporarily closed to accrual" => Self::Suspended,
            "closed to accrual"
            | "active, not recruiting"
            | "active not recruiting"
            | "completed"
            | "terminated"
            | "withdrawn"
            | "closed" => Self::Closed,
            _ => Self::Unknown,
        }
    }
}

/// Where patients can join.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Town and country, where stated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Whether it is open.
    pub status: Status,
    /// Latitude and longitude, in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<(f64, f64)>,
}

/// A part of the trial that takes patients by its own criteria: a step, an arm or a dose level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cohort {
    /// Identifier within the trial.
    pub id: String,
    /// Its code or name.
    pub code: String,
    /// Where it stands, `step 1 / arm 2`.
    pub path: String,
    /// Whether it is open.
    pub status: Status,
    /// Places left, where stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<u32>,
    /// Whom it takes.
    pub criteria: Node,
}

impl Cohort {
    /// Of a trial that has no parts: whom its own criteria take.
    pub(crate) fn whole(trial: &Trial) -> Self {
        Self {
            id: trial.id.clone(),
            code: String::new(),
            path: "trial".to_owned(),
            status: trial.status,
            slots: None,
            criteria: Node::All(Vec::new()),
        }
    }
}

/// Something that a curator has to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Finding {
    /// A stable word for the kind, `unknown-key`.
    pub code: String,
    /// Where in the imported document.
    pub pointer: String,
    /// One sentence.
    pub text: String,
}

impl Finding {
    /// A finding at a place.
    pub fn new(code: &str, pointer: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), pointer: pointer.into(), text: text.into() }
    }
}

/// A trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Trial {
    /// Version of the form, [`FORMAT`].
    pub format: String,
    /// Identifier that answers are given by: the protocol number, or the registry's.
    pub id: String,
    /// Number in ClinicalTrials.gov.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nct: Option<String>,
    /// Version of the curation.
    #[serde(default)]
    pub version: u32,
    /// Short title.
    #[serde(default)]
    pub title: String,
    /// Phase as stated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phase: String,
    /// Whether it is open.
    pub status: Status,
    /// Its status as stated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status_stated: String,
    /// Where it is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Site>,
    /// What every cohort asks.
    pub criteria: Node,
    /// The cohorts.
    pub cohorts: Vec<Cohort>,
    /// What a curator has to decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Which form the trial was imported from, `ctml`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub imported_from: String,
    /// The imported document, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<serde_json::Value>,
}

impl Trial {
    /// An open trial without cohorts.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            id: id.into(),
            nct: None,
            version: 1,
            title: String::new(),
            phase: String::new(),
            status: Status::Open,
            status_stated: String::new(),
            sites: Vec::new(),
            criteria: Node::All(Vec::new()),
            cohorts: Vec::new(),
            findings: Vec::new(),
            imported_from: String::new(),
            document: None,
        }
    }

    /// Reads our own form. A document that is not in it whole is refused.
    pub fn parse(value: serde_json::Value) -> Result<Self, Problem> {
        let trial: Self = serde_json::from_value(value)
            .map_err(|error| Problem::error("trial-not-read", "", error.to_string()))?;
        if trial.format != FORMAT {
            let text = format!("`{}` is not `{FORMAT}`", trial.format);
            return Err(Problem::error("trial-format", "format", text));
        }
        Ok(trial)
    }

    /// What a patient must fulfil for a cohort: what the trial asks, and what the cohort asks, as
    /// one list of the highest parts.
    pub fn parts<'a>(&'a self, cohort: &'a Cohort) -> Vec<&'a Node> {
        let mut parts = Vec::new();
        let mut waiting = vec![&cohort.criteria, &self.criteria];
        while let Some(node) = waiting.pop() {
            match node {
                Node::All(children) => waiting.extend(children.iter().rev()),
                other => parts.push(other),
            }
        }
        parts
    }

    /// Adds a sentence that a person has to read to what every cohort asks.
    pub fn ask_in_words(&mut self, sentence: &str, pointer: &str) {
        let leaf = Leaf {
            recoverable: true,
            source: SourceRef { pointer: pointer.into(), sentence: Some(sentence.into()) },
            ..Leaf::new(Criterion::Text(sentence.to_owned()), pointer)
        };
        if let Node::All(children) = &mut self.criteria {
            children.push(Node::Leaf(Box::new(leaf)));
        }
    }
}
