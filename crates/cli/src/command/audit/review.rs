//! `cognate audit review`

use crate::arguments::AuditReviewArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, anyhow};
use model::Timestamp;
use record::{ReviewFacts, ReviewRules};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;

/// Goes through the log of some days, and puts what is found on the privacy officer's list.
pub(super) fn run(arguments: &AuditReviewArguments) -> anyhow::Result<Outcome> {
    let from = day(&arguments.since)?;
    let until = arguments.until.as_deref().map(day).transpose()?;
    let rules: ReviewRules = read(arguments.rules.as_deref())?;
    let facts: ReviewFacts = read(arguments.people.as_deref())?;
    let record = store::open(&arguments.store)?;
    let until = until.unwrap_or_else(|| record.now());
    let reviewed = record.review_log(&store::privacy_officer(), (from, until), &facts, &rules)?;
    let findings = &reviewed.findings;
    if arguments.json {
        let list: Vec<Value> = findings.iter().map(|finding| json!(finding)).collect();
        print_json(&list)?;
    } else {
        let (count, filed) = (findings.len(), reviewed.filed);
        print(&format!("{count} findings in {} events, {filed} new\n", reviewed.events))?;
        for finding in findings {
            let (rule, actor) = (finding.rule, &finding.actor);
            let (patients, events) = (finding.patients.join(", "), finding.events_total);
            let first = finding.events.first().map_or("", String::as_str);
            print(&format!("{rule:15}  {actor}: {patients} ({events} events, {first})\n"))?;
        }
    }
    if facts.relationships.is_none() && !rules.care_is_complete {
        say("who treats whom is not known here: nobody is found for having no relationship");
    }
    Ok(if findings.is_empty() { Outcome::Done } else { Outcome::Problem })
}

fn day(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).ok_or_else(|| anyhow!("`{text}` is not a day"))
}

/// What a file says, as JSON; without one, what is built in.
pub(crate) fn read<T: Default + DeserializeOwned>(path: Option<&Path>) -> anyhow::Result<T> {
    let Some(path) = path else { return Ok(T::default()) };
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no good", path.display()))
}
