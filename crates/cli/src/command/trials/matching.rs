//! `cognate trials match`

use super::files::{Read, World, bytes, trials};
use super::migrate;
use super::patients::Cohort;
use super::stored::Stored;
use crate::arguments::{Semantics, TrialFiles, TrialsMatchArguments};
use crate::command::{print, say};
use crate::outcome::Outcome;
use anyhow::anyhow;
use serde_json::{Value, json};
use trials::compat::{Matched, NameMap, Options, Record, run as run_compat};
use trials::patient::Day;
use trials::population::{Bits, Evaluator, Plan, SHARD_PATIENTS, Sets, Shard, ShardBuilder};
use trials::{Context, Patient, Status, Trial};

/// Matches patients with trials.
pub(super) fn run(arguments: &TrialsMatchArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let stored = Stored::open(&arguments.patients)?;
    let read = named_trials(&arguments.trials, stored.as_ref(), &world)?;
    if let Some(stored) = &stored {
        if arguments.semantics != Semantics::ThreeValued {
            return Err(anyhow!("`ctml-compat` matches `--study` and `--matchminer` alone"));
        }
        let patients = stored.patients()?;
        return said(arguments, &three_valued(arguments, &read, (&patients, stored.as_of), &world));
    }
    let cohort = Cohort::read(&arguments.patients, &world)?;
    let answers = match arguments.semantics {
        Semantics::ThreeValued => {
            let patients = cohort.patients(&world);
            three_valued(arguments, &read, (&patients, cohort.as_of), &world)
        }
        Semantics::CtmlCompat => {
            let names = name_map(arguments, &world)?;
            let options = options(arguments, cohort.as_of, &names);
            let records = cohort.records(&world);
            read.iter().map(|one| compat(one, &records, &options)).collect()
        }
        Semantics::Both => {
            let names = name_map(arguments, &world)?;
            let options = options(arguments, cohort.as_of, &names);
            let (patients, as_of) = (cohort.patients(&world), cohort.as_of);
            let deceased = arguments.patients.deceased;
            let context = Context { tree: &world.tree, as_of, deceased };
            let records = cohort.records(&world);
            let samples: Vec<_> = records.iter().zip(&patients).collect();
            let sides = (&options, &context, samples.as_slice());
            read.iter().map(|one| migrate::compared(one, &records, sides)).collect()
        }
    };
    said(arguments, &answers)
}

fn options<'a>(arguments: &TrialsMatchArguments, as_of: Day, names: &'a NameMap) -> Options<'a> {
    Options {
        as_of,
        deceased: arguments.patients.deceased,
        closed: arguments.closed,
        all_clinical_reasons: arguments.all_clinical_reasons,
        status_field: arguments.status_field.clone(),
        names,
    }
}

/// The trials of the files, or of the record.
pub(super) fn named_trials(
    files: &TrialFiles,
    stored: Option<&Stored>,
    world: &World,
) -> anyhow::Result<Vec<Read>> {
    let read = match (&files.trials, stored) {
        (Some(path), _) => trials(std::slice::from_ref(path), world)?,
        (None, Some(stored)) => stored.trials()?,
        (None, None) => Vec::new(),
    };
    match (read.is_empty(), &files.trials) {
        (false, _) => Ok(read),
        (true, Some(path)) => Err(anyhow!("`{}` has no trials", path.display())),
        (true, None) => Err(anyhow!("the record has no trials; `cognate trials add` keeps some")),
    }
}

fn said(arguments: &TrialsMatchArguments, answers: &[Value]) -> anyhow::Result<Outcome> {
    for answer in answers {
        if arguments.json {
            print(&format!("{}\n", serde_json::to_string(answer)?))?;
        } else {
            print(&match arguments.semantics {
                Semantics::Both => migrate::for_people(answer),
                Semantics::ThreeValued | Semantics::CtmlCompat => for_people(answer),
            })?;
        }
    }
    Ok(Outcome::Done)
}

fn name_map(arguments: &TrialsMatchArguments, world: &World) -> anyhow::Result<NameMap> {
    let Some(file) = &arguments.name_map else { return Ok(NameMap::legacy(&world.names)) };
    let map: serde_json::Map<String, Value> = serde_json::from_slice(&bytes(file)?)?;
    NameMap::from_json(&map)
        .ok_or_else(|| anyhow!("`{}` is no object of lists of names", file.display()))
}

/// Identifiers of one cohort's patients, by what it says to them.
#[derive(Clone, Debug, Default)]
struct Ids {
    eligible: Vec<String>,
    needs_data: Vec<String>,
    needs_review: Vec<String>,
    near_miss: Vec<String>,
}

impl Ids {
    fn add(&mut self, sets: &Sets, shard: &Shard, patients: &[Patient]) {
        let ids = |bits: &Bits| -> Vec<String> {
            let of = |place| patients.get(usize::from(place)).map(|one: &Patient| one.id.clone());
            shard.places(bits).into_iter().filter_map(of).collect()
        };
        self.eligible.extend(ids(&sets.eligible));
        self.needs_data.extend(ids(&sets.needs_data));
        self.needs_review.extend(ids(&sets.needs_review));
        self.near_miss.extend(ids(&sets.near_miss));
    }

    fn json(&self, id: &str, path: &str, code: &str) -> Value {
        json!({
            "id": id,
            "path": path,
            "code": code,
            "eligible": self.eligible,
            "needs_data": self.needs_data,
            "needs_review": self.needs_review,
            "near_miss": self.near_miss,
        })
    }
}

/// Whether a trial or cohort is asked: closed ones only on demand; what nobody knows is.
pub(super) fn is_asked(status: Status, closed: bool) -> bool {
    closed || matches!(status, Status::Open | Status::Unknown)
}

fn three_valued(
    arguments: &TrialsMatchArguments,
    read: &[Read],
    (patients, as_of): (&[Patient], Day),
    world: &World,
) -> Vec<Value> {
    let asked = |trial: &Trial| {
        let mut trial = trial.clone();
        let open = is_asked(trial.status, arguments.closed);
        trial.cohorts.retain(|one| open && is_asked(one.status, arguments.closed));
        trial
    };
    let open: Vec<Trial> = read.iter().map(|one| asked(&one.trial)).collect();
    let context = Context { tree: &world.tree, as_of, deceased: arguments.patients.deceased };
    let plan = Plan::new(&open);
    let mut ids = vec![Ids::default(); plan.cohorts().len()];
    for patients in patients.chunks(SHARD_PATIENTS) {
        let mut builder = ShardBuilder::new(&plan, context);
        for patient in patients {
            builder.add(patient);
        }
        let shard = builder.finish();
        let mut evaluator = Evaluator::new(&plan, &shard);
        for (at, ids) in ids.iter_mut().enumerate() {
            ids.add(evaluator.cohort(at), &shard, patients);
        }
    }
    let bare = |one: &Read| {
        let findings = trials::lint::lint(&one.trial);
        json!({"trial": one.trial.id, "cohorts": [], "findings": findings})
    };
    let mut answers: Vec<Value> = read.iter().map(bare).collect();
    for ((trial, number), ids) in plan.cohorts().iter().zip(&ids) {
        let one = open.get(*trial).and_then(|trial| trial.cohorts.get(*number));
        let list = answers.get_mut(*trial).and_then(|answer| answer["cohorts"].as_array_mut());
        if let (Some(one), Some(list)) = (one, list) {
            list.push(ids.json(&one.id, &one.path, &one.code));
        }
    }
    answers
}

/// Our findings about a trial, and what was noticed on the way.
pub(super) fn findings_of(read: &Read, problems: &[model::Problem]) -> Value {
    let mut findings = serde_json::to_value(&read.trial.findings).unwrap_or_default();
    let noticed = problems
        .iter()
        .map(|one| json!({"code": one.code, "pointer": one.place, "text": one.text}));
    if let Some(list) = findings.as_array_mut() {
        list.extend(noticed);
    }
    findings
}

fn compat(read: &Read, records: &[Record], options: &Options<'_>) -> Value {
    let Some(document) = &read.ctml else {
        say(&format!("trial `{}` is no CTML; ctml-compat does not match it", read.trial.id));
        return json!({"trial": read.trial.id, "cohorts": [], "findings": read.trial.findings,
            "matches": []});
    };
    let Matched { matches, problems } = run_compat(document, records, options);
    let findings = findings_of(read, &problems);
    let mut cohorts: Vec<Value> = Vec::new();
    for one in &read.trial.cohorts {
        let level = match one.path.rsplit(" / ").next().unwrap_or_default() {
            path if path.starts_with("dose") => "dose",
            path if path.starts_with("arm") => "arm",
            _ => "step",
        };
        let mut ids = Ids::default();
        let pointer = trials::ctml::match_pointer(one);
        let own = |found: &&trials::compat::Match| {
            found.match_level == level && found.match_path == pointer
        };
        ids.eligible = matches.iter().filter(own).map(|found| found.sample.clone()).collect();
        ids.eligible.sort();
        ids.eligible.dedup();
        cohorts.push(ids.json(&one.id, &one.path, &one.code));
    }
    json!({"trial": read.trial.id, "cohorts": cohorts, "findings": findings, "matches": matches})
}

/// A few lines a trial.
fn for_people(answer: &Value) -> String {
    let mut lines = vec![answer["trial"].as_str().unwrap_or_default().to_owned()];
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    for cohort in answer["cohorts"].as_array().into_iter().flatten() {
        let word = |name: &str| cohort[name].as_str().unwrap_or_default().to_owned();
        let numbers = ["eligible", "needs_data", "needs_review", "near_miss"].map(|name| {
            let shown = name.replace('_', " ");
            format!("{} {shown}", count(&cohort[name]))
        });
        lines.push(format!("  {} ({}): {}", word("path"), word("code"), numbers.join(", ")));
    }
    if answer.get("matches").is_some() {
        lines.push(format!("  {} documents", count(&answer["matches"])));
    }
    lines.push(format!("  {} findings for a curator\n", count(&answer["findings"])));
    lines.join("\n")
}
