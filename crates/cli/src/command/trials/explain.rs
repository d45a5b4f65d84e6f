//! `cognate trials explain`

use super::files::World;
use super::matching::named_trials;
use super::patients::Cohort;
use super::stored::Stored;
use crate::arguments::TrialsExplainArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use serde_json::{Value, json};
use trials::explain::{Explanation, Reason};
use trials::patient::Source;
use trials::{Context, explain};

/// Says why each cohort of a trial takes a patient or not.
pub(super) fn run(arguments: &TrialsExplainArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let stored = Stored::open(&arguments.patients)?;
    let read = named_trials(&arguments.trials, stored.as_ref(), &world)?;
    let wanted = arguments.trial.as_str();
    let trial = read
        .iter()
        .map(|one| &one.trial)
        .find(|trial| trial.id == wanted || trial.nct.as_deref() == Some(wanted));
    let Some(trial) = trial else {
        say(&format!("no trial `{wanted}`"));
        return Ok(Outcome::NotFound);
    };
    let id = arguments.patient.as_str();
    let (patients, as_of) = if let Some(stored) = &stored {
        (stored.patient(id)?.into_iter().collect(), stored.as_of)
    } else {
        let mut cohort = Cohort::read(&arguments.patients, &world)?;
        cohort.reported.retain(|one| one.sample == id || one.patient == id);
        (cohort.patients(&world), cohort.as_of)
    };
    let [patient] = patients.as_slice() else {
        say(&match patients.len() {
            0 => format!("no sample and no patient `{id}`"),
            several => format!("patient `{id}` has {several} samples; name one"),
        });
        return Ok(Outcome::NotFound);
    };
    let context = Context { tree: &world.tree, as_of, deceased: arguments.patients.deceased };
    let mut answers = Vec::new();
    for one in &trial.cohorts {
        let told = explain(trial, one, patient, &context);
        if arguments.json {
            answers.push(json(&one.id, &one.path, &told));
        } else {
            print(&format!("{} ({}): {}\n", one.path, one.code, outcome(&told)))?;
            let mut lines = String::new();
            for part in &told.parts {
                line(part, 1, &mut lines);
            }
            print(&lines)?;
        }
    }
    if arguments.json {
        print_json(&json!({
            "trial": trial.id,
            "patient": patient.id,
            "curation_version": trial.version,
            "names": world.names.reference(),
            "cohorts": answers,
        }))?;
    }
    Ok(Outcome::Done)
}

fn outcome(told: &Explanation) -> String {
    let word = serde_json::to_value(told.answer.outcome).unwrap_or_default();
    let review = if told.answer.needs_review_only { " (sentences to be read)" } else { "" };
    format!("{}{review}", word.as_str().unwrap_or_default())
}

fn json(id: &str, path: &str, told: &Explanation) -> Value {
    json!({
        "id": id,
        "path": path,
        "outcome": told.answer.outcome,
        "needs_review_only": told.answer.needs_review_only,
        "parts": told.parts,
        "missing": told.missing,
    })
}

fn line(reason: &Reason, depth: usize, text: &mut String) {
    let space = "  ".repeat(depth);
    match reason {
        Reason::Part { of, outcome, parts } => {
            text.push_str(&[space.as_str(), outcome, ": ", of, "\n"].concat());
            for part in parts {
                line(part, depth + 1, text);
            }
        }
        Reason::Leaf(leaf) => {
            let needed = leaf.missing.as_deref().map(|fact| format!("; needed: {fact}"));
            let needed = needed.unwrap_or_default();
            let sources: Vec<String> = leaf.sources.iter().map(source).collect();
            let sources = if sources.is_empty() {
                String::new()
            } else {
                format!(" ({})", sources.join(", "))
            };
            let said = [&leaf.expected, " - ", &leaf.found, &sources, &needed].concat();
            text.push_str(&[space.as_str(), leaf.outcome, ": ", &said, "\n"].concat());
        }
    }
}

fn source(source: &Source) -> String {
    let on = source.date.map(|date| format!(" of {date}"));
    format!("{}{}", source.resource, on.unwrap_or_default())
}
