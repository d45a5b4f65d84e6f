//! A trial over all samples.

use super::alternatives::{Held, Leaves, Put, genomic_leaves, ways};
use super::clause::{self, Clause, Placed};
use super::document::{self, Level, Match, Reason};
use super::field::{Record, as_text};
use super::genomic::{self, Asked};
use super::names::NameMap;
use super::{clinical, genomic::stripped};
use crate::patient::Day;
use model::Problem;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How V2 was set up.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// The day ages are counted to.
    pub as_of: Day,
    /// Whether the dead are matched.
    pub deceased: bool,
    /// Whether closed trials and levels are matched.
    pub closed: bool,
    /// Whether every clinical key is a reason.
    pub all_clinical_reasons: bool,
    /// Where a trial's status is looked for besides `_summary`: a field of the trial.
    pub status_field: Option<String>,
    /// The map of diagnoses.
    pub names: &'a NameMap,
}

/// Documents of one trial, sorted, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matched {
    /// The documents.
    pub matches: Vec<Match>,
    /// What V2 would stop at, and where its answers are known to differ.
    pub problems: Vec<Problem>,
}

/// Puts a trial to samples.
pub fn run(trial: &Map<String, Value>, records: &[Record], options: &Options<'_>) -> Matched {
    let mut matched = Matched::default();
    let summary = trial.get("_summary");
    let status = status(trial, options);
    if !options.closed && !status.eq_ignore_ascii_case("open to accrual") {
        return matched;
    }
    let protocol = trial.get("protocol_no").map(as_text).unwrap_or_default().replace('-', "");
    let base = Level {
        summary_status: status.to_lowercase(),
        coordinating_center: summary
            .and_then(|summary| summary.get("coordinating_center"))
            .map(as_text)
            .unwrap_or_default(),
        protocol: protocol.parse().ok(),
        ..Level::default()
    };
    let mut documents = BTreeSet::new();
    for (level, list) in levels(trial, &base) {
        if level.closed && !options.closed {
            continue;
        }
        let clause = clause::read(list, &level.match_path, &mut matched.problems);
        if clause.is_lossy() {
            let text = "V2 loses an \"or\" of this clause on some ways and reports more samples";
            matched.problems.push(Problem::note("compat-or-lost", &level.match_path, text));
        }
        let mut put = ClausePut::new(&clause, options, &mut matched.problems);
        for record in records.iter().filter(|record| options.deceased || alive(record)) {
            put.record(record, &level, &mut documents);
        }
        let cut = put.cut;
        if cut {
            let text = "a sample meets the clause in too many ways; not all are told";
            matched.problems.push(Problem::warning("compat-ways", &level.match_path, text));
        }
    }
    matched.matches = documents.into_iter().collect();
    matched
}

pub(super) fn alive(record: &Record) -> bool {
    record.clinical.get("VITAL_STATUS").and_then(Value::as_str) == Some("alive")
}

/// Every level with a `match` of its own. A level above does not count below.
fn levels<'a>(trial: &'a Map<String, Value>, base: &Level) -> Vec<(Level, &'a Value)> {
    let mut all = Vec::new();
    let steps = trial.get("treatment_list").and_then(|list| list.get("step"));
    for (at, step) in items(steps) {
        let path = format!("/treatment_list/step/{at}");
        let arms: Vec<(usize, &Value)> = items(step.get("arm")).collect();
        // A step is closed when all of its arms are, one without arms too.
        let closed = arms.iter().all(|(_, arm)| suspended(arm, "arm_suspended"));
        let names = ("step", "step_internal_id", "step_code");
        add(&mut all, base, (step, &path), names, closed);
        for (at, arm) in arms {
            let path = format!("{path}/arm/{at}");
            let names = ("arm", "arm_internal_id", "arm_code");
            add(&mut all, base, (arm, &path), names, suspended(arm, "arm_suspended"));
            for (at, dose) in items(arm.get("dose_level")) {
                let path = format!("{path}/dose_level/{at}");
                let names = ("dose", "level_internal_id", "level_code");
                add(&mut all, base, (dose, &path), names, suspended(dose, "level_suspended"));
            }
        }
    }
    all
}

fn items(list: Option<&Value>) -> impl Iterator<Item = (usize, &Value)> {
    list.and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn suspended(level: &Value, flag: &str) -> bool {
    level.get(flag).map(as_text).is_some_and(|flag| flag.trim().eq_ignore_ascii_case("y"))
}

fn add<'a>(
    all: &mut Vec<(Level, &'a Value)>,
    base: &Level,
    (level, path): (&'a Value, &str),
    (name, id, code): (&'static str, &str, &str),
    closed: bool,
) {
    if let Some(list) = level.get("match").filter(|list| !list.is_null()) {
        let field = |name: &str| level.get(name).map(as_text).unwrap_or_default();
        let (internal_id, code) = (field(id), field(code));
        let match_path = format!("{path}/match");
        let level = Level { name, internal_id, code, closed, match_path, ..base.clone() };
        all.push((level, list));
    }
}

/// A clause with its genomic leaves read once.
struct ClausePut<'a> {
    clause: &'a Clause,
    options: &'a Options<'a>,
    leaves: Vec<(&'a Map<String, Value>, Asked)>,
    cut: bool,
    problems: &'a mut Vec<Problem>,
}

/// One sample's answers to the leaves.
struct Answers<'r> {
    options: &'r Options<'r>,
    record: &'r Record,
    put: Vec<Put<'r>>,
    problems: &'r mut Vec<Problem>,
}

impl Leaves for Answers<'_> {
    fn clinical(&mut self, keys: &Map<String, Value>) -> bool {
        let with = (self.options.names, self.options.as_of);
        clinical::holds(keys, &self.record.clinical, with, self.problems)
    }

    fn genomic(&mut self, place: usize) -> bool {
        self.put.get(place).is_some_and(Put::holds)
    }

    fn treatments(&mut self, keys: &Map<String, Value>) -> bool {
        treated(keys, self.record)
    }
}

/// Whether a leaf of prior treatments holds for a sample.
fn treated(keys: &Map<String, Value>, record: &Record) -> bool {
    let fits = |row: &&Map<String, Value>| {
        keys.iter()
            .all(|(key, value)| row.get(&key.to_ascii_uppercase()) == Some(&stripped(value).0))
    };
    let excluded = keys.values().any(|value| stripped(value).1);
    let found = record.genomic.iter().any(|row| row.contains_key("DRUG") && fits(&row));
    found != excluded
}

/// Whether a leaf holds for a sample, by itself.
pub(super) fn leaf_holds(leaf: &Placed<'_>, record: &Record, options: &Options<'_>) -> bool {
    let mut told = Vec::new();
    match leaf.kind {
        "clinical" => {
            let with = (options.names, options.as_of);
            clinical::holds(leaf.keys, &record.clinical, with, &mut told)
        }
        "genomic" => {
            let asked = genomic::read(leaf.keys, &mut told);
            let found = genomic::rows(&asked, record);
            Put { keys: leaf.keys, asked: &asked, found }.holds()
        }
        _ => treated(leaf.keys, record),
    }
}

/// Whether a trial runs, and whether the level whose clause stands at a pointer is closed.
pub(super) fn runs(
    trial: &Map<String, Value>,
    match_path: &str,
    options: &Options<'_>,
) -> (bool, bool) {
    let runs = options.closed || status(trial, options).eq_ignore_ascii_case("open to accrual");
    let levels = levels(trial, &Level::default());
    let level = levels.iter().find(|(level, _)| level.match_path == match_path);
    (runs, level.is_none_or(|(level, _)| level.closed && !options.closed))
}

/// The status of a trial, as stated.
fn status(trial: &Map<String, Value>, options: &Options<'_>) -> String {
    let summary = trial.get("_summary");
    summary
        .and_then(|summary| summary.get("status")?.get(0)?.get("value"))
        .or_else(|| trial.get(options.status_field.as_ref()?))
        .map(as_text)
        .unwrap_or_default()
}

impl<'a> ClausePut<'a> {
    fn new(clause: &'a Clause, options: &'a Options<'a>, problems: &'a mut Vec<Problem>) -> Self {
        let mut keys = Vec::new();
        genomic_leaves(clause, &mut keys);
        let leaves = keys.into_iter().map(|keys| (keys, genomic::read(keys, problems))).collect();
        Self { clause, options, leaves, cut: false, problems }
    }

    /// The documents of one sample.
    fn record(&mut self, record: &Record, level: &Level, documents: &mut BTreeSet<Match>) {
        let put = self.leaves.iter().map(|(keys, asked)| Put {
            keys,
            asked,
            found: genomic::rows(asked, record),
        });
        let mut answers =
            Answers { options: self.options, record, put: put.collect(), problems: self.problems };
        let ways = ways(self.clause, &mut answers, &mut 0, &mut self.cut);
        if ways.is_empty() {
            return;
        }
        let put = answers.put;
        let sample = record.sample();
        for way in ways {
            let mut reasons: Vec<Reason> = Vec::new();
            for held in &way {
                match held {
                    Held::Genomic(place) => {
                        reasons.extend(put.get(*place).map(document::reasons).unwrap_or_default());
                    }
                    Held::Treatments => reasons.push(Reason::treatment()),
                    Held::Clinical(keys) => {
                        reasons.extend(clinical_reasons(keys, record, self.options));
                    }
                }
            }
            let hidden = reasons.iter().any(|reason| reason.hidden);
            let kind = (cancer_type(&way), hidden);
            documents
                .extend(reasons.iter().map(|reason| document::of(&sample, level, reason, kind)));
        }
    }
}

/// A burden is a reason; other keys only where all are wanted; ignored ones never.
fn clinical_reasons(
    keys: &Map<String, Value>,
    record: &Record,
    options: &Options<'_>,
) -> Vec<Reason> {
    let reason = |key: &String| {
        let key = key.to_ascii_lowercase();
        match key.as_str() {
            "tmb_numerical" => clinical::burden_of(&record.clinical).map(Reason::burden),
            ignored if clinical::IGNORED.contains(&ignored) => None,
            _ => options.all_clinical_reasons.then(Reason::generic),
        }
    };
    let mut reasons: Vec<Reason> = keys.keys().filter_map(reason).collect();
    reasons.dedup();
    reasons
}

/// Whether a way asks for all solid or all liquid tumours.
fn cancer_type(way: &[Held<'_>]) -> &'static str {
    let mut asked = way.iter().filter_map(|held| match held {
        Held::Clinical(keys) => keys
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case("oncotree_primary_diagnosis"))
            .map(|(_, value)| as_text(value)),
        _ => None,
    });
    match (asked.next().as_deref(), asked.next()) {
        (Some("_SOLID_"), None) => "all_solid",
        (Some("_LIQUID_"), None) => "all_liquid",
        _ => "specific",
    }
}
