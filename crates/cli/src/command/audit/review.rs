//! `cognate audit review`

use super::all;
use crate::arguments::AuditReviewArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, anyhow};
use model::fact::FactContent;
use model::{PatientId, Timestamp};
use record::{AuditEvent, AuditQuery, Record, ReviewFacts, review_audit};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// How the log names who is logged in.
const ACCOUNT: &str = "account:";

/// Goes through the log of some days.
pub(super) fn run(arguments: &AuditReviewArguments) -> anyhow::Result<Outcome> {
    let from = day(&arguments.since)?;
    let until = arguments.until.as_deref().map(day).transpose()?;
    let rules = read(arguments.rules.as_deref())?;
    let mut facts: ReviewFacts = read(arguments.people.as_deref())?;
    let record = store::open(&arguments.store)?;
    let events = all(&record, &AuditQuery { from: Some(from), until, ..AuditQuery::default() })?;
    names(&record, &events, &mut facts)?;
    let findings = review_audit(&events, &facts, &rules);
    if arguments.json {
        let list: Vec<Value> = findings.iter().map(|finding| json!(finding)).collect();
        print_json(&list)?;
    } else {
        print(&format!("{} findings in {} events\n", findings.len(), events.len()))?;
        for finding in &findings {
            let (rule, actor) = (finding.rule, &finding.actor);
            let (patients, events) = (finding.patients.join(", "), finding.events.len());
            let first = finding.events.first().map_or("", String::as_str);
            print(&format!("{rule:15}  {actor}: {patients} ({events} events, {first})\n"))?;
        }
    }
    if facts.relationships.is_none() {
        say("who treats whom is not known here: nobody is found for having no relationship");
    }
    Ok(if findings.is_empty() { Outcome::Done } else { Outcome::Problem })
}

fn day(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).ok_or_else(|| anyhow!("`{text}` is not a day"))
}

fn read<T: Default + DeserializeOwned>(path: Option<&Path>) -> anyhow::Result<T> {
    let Some(path) = path else { return Ok(T::default()) };
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no good", path.display()))
}

/// Family names of who is in the events: accounts by the last word of their name.
fn names(record: &Record, events: &[AuditEvent], facts: &mut ReviewFacts) -> anyhow::Result<()> {
    let actors: BTreeSet<&str> = events.iter().map(|event| event.actor.as_str()).collect();
    for actor in actors {
        let login = actor.strip_prefix(ACCOUNT).unwrap_or(actor);
        let account = record.account(&store::privacy_officer(), login)?;
        let name = account.map(|account| account.display_name).unwrap_or_default();
        if let Some(family) = name.split_whitespace().last() {
            facts.family_of_actor.entry(actor.to_owned()).or_insert_with(|| family.to_owned());
        }
    }
    let patients: BTreeSet<&String> = events.iter().flat_map(|event| &event.patients).collect();
    for patient in patients {
        let found = record.facts_of_types(&store::engine(), &PatientId::new(patient), &["Patient"]);
        for filed in found? {
            if let FactContent::Patient(person) = &filed.fact.content
                && let Some(name) = person.names.first()
            {
                facts.family_of_patient.insert(patient.clone(), name.family.clone());
            }
        }
    }
    Ok(())
}
