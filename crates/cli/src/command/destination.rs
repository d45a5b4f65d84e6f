//! `cognate destination`

use super::{print, print_json};
use crate::arguments::{
    DestinationCommand, DestinationListArguments, DestinationQueueArguments,
    DestinationTestArguments, DispatchArguments,
};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use model::Timestamp;
use notify::{Deliverer, Destination, DestinationKind};
use record::limit::PAGE_ROWS_MAX;
use record::{Dispatch, DispatchState, Failure, OutboxStanding, Steer};
use serde_json::{Value, json};
use std::path::Path;

/// Runs one.
pub(crate) fn run(command: &DestinationCommand) -> anyhow::Result<Outcome> {
    match command {
        DestinationCommand::List(arguments) => list(arguments),
        DestinationCommand::Test(arguments) => test(arguments),
        DestinationCommand::Queue(arguments) => queue(arguments),
        DestinationCommand::Release(arguments) => steer(arguments, Steer::Release),
        DestinationCommand::Skip(arguments) => steer(arguments, Steer::Skip),
        DestinationCommand::Park(arguments) => steer(arguments, Steer::Park),
        DestinationCommand::Resend(arguments) => steer(arguments, Steer::Resend),
    }
}

/// The destinations of a directory; with anything wrong in it none is used.
pub(crate) fn destinations(directory: &Path) -> anyhow::Result<Vec<Destination>> {
    let (found, problems) = notify::destinations(directory)
        .with_context(|| format!("`{}` cannot be read", directory.display()))?;
    if !problems.is_empty() {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bail!("`{}` is not used: {}", directory.display(), lines.join("; "));
    }
    Ok(found)
}

fn list(arguments: &DestinationListArguments) -> anyhow::Result<Outcome> {
    let named = arguments.destinations.as_deref().map(destinations).transpose()?;
    let named = named.unwrap_or_default();
    let record = store::open(&arguments.store)?;
    let standing = record.outbox(&store::operator())?;
    let unknown = standing.iter().filter(|one| named.iter().all(|known| known.id != one.id));
    let mut rows: Vec<(String, Option<&Destination>, Option<&OutboxStanding>)> = Vec::new();
    for one in &named {
        let of = standing.iter().find(|standing| standing.id == one.id);
        rows.push((one.id.clone(), Some(one), of));
    }
    rows.extend(unknown.map(|one| (one.id.clone(), None, Some(one))));
    if arguments.json {
        let rows: Vec<Value> = rows.iter().map(|(id, named, of)| row(id, *named, *of)).collect();
        print_json(&json!({ "destinations": rows }))?;
        return Ok(Outcome::Done);
    }
    for (id, named, of) in &rows {
        print(&format!("{id}  {}  {}\n", kind(*named), words(*of)))?;
    }
    Ok(Outcome::Done)
}

fn kind(named: Option<&Destination>) -> String {
    match named.map(|one| &one.kind) {
        None => "not configured".to_owned(),
        Some(DestinationKind::Messages(to)) => format!("hl7v2 {}:{}", to.host, to.port),
        Some(DestinationKind::Acknowledgements(to)) => {
            format!("acknowledgements {}:{}", to.host, to.port)
        }
        Some(DestinationKind::Webhook(to)) => format!("webhook {}", to.url),
    }
}

fn words(of: Option<&OutboxStanding>) -> String {
    let Some(of) = of else { return "never served".to_owned() };
    let counts: Vec<String> = DispatchState::ALL
        .iter()
        .map(|state| format!("{} {}", of.count(*state), state.word()))
        .collect();
    let mut text = counts.join(", ");
    for (what, at) in [("oldest", of.oldest), ("last acknowledged", of.acknowledged)] {
        if let Some(at) = at {
            text = format!("{text}  {what} {at}");
        }
    }
    if of.failures > 0 {
        text = format!("{text}  failed {} times: {}", of.failures, of.failure);
    }
    text
}

fn row(id: &str, named: Option<&Destination>, of: Option<&OutboxStanding>) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let count = |state| of.map_or(0, |one| one.count(state));
    let counts: serde_json::Map<String, Value> =
        DispatchState::ALL.iter().map(|one| (one.word().to_owned(), json!(count(*one)))).collect();
    json!({
        "id": id,
        "kind": kind(named),
        "version": named.map(|one| one.version.as_str()),
        "dispatches": counts,
        "failures": of.map(|one| one.failures),
        "failure": of.map(|one| one.failure.as_str()).filter(|text| !text.is_empty()),
        "retryAt": time(of.and_then(|one| one.retry_at)),
        "oldest": time(of.and_then(|one| one.oldest)),
        "acknowledged": time(of.and_then(|one| one.acknowledged)),
    })
}

fn test(arguments: &DestinationTestArguments) -> anyhow::Result<Outcome> {
    let found = destinations(&arguments.destinations)?;
    let Some(one) = found.iter().find(|one| one.id == arguments.destination) else {
        return Ok(Outcome::NotFound);
    };
    match Deliverer::test(one, store::clock()()) {
        Ok(()) => {
            print(&format!("{} is reached: {}\n", one.id, kind(Some(one))))?;
            Ok(Outcome::Done)
        }
        Err(why) => {
            print(&format!("{} is not reached: {why}\n", one.id))?;
            Ok(Outcome::Problem)
        }
    }
}

fn queue(arguments: &DestinationQueueArguments) -> anyhow::Result<Outcome> {
    let state = DispatchState::from_word(&arguments.state)
        .with_context(|| format!("`{}` is no state of a dispatch", arguments.state))?;
    let record = store::open(&arguments.store)?;
    let (name, after) = (&arguments.destination, arguments.after);
    let found = record.dispatches(&store::operator(), name, state, after, PAGE_ROWS_MAX)?;
    if arguments.json {
        let rows: Vec<Value> = found.iter().map(item).collect();
        print_json(&json!({ "dispatches": rows }))?;
        return Ok(Outcome::Done);
    }
    for one in &found {
        let (number, change) = (one.number, &one.change);
        print(&format!(
            "{number}  {}  {}  {}/{}  since {}  {} attempts  {}\n",
            one.id,
            one.event,
            change.resource_type,
            change.id,
            one.recorded,
            one.attempts,
            one.reason
        ))?;
    }
    Ok(Outcome::Done)
}

/// What it is about is told, and not of whom.
fn item(one: &Dispatch) -> Value {
    json!({
        "number": one.number,
        "id": one.id,
        "event": one.event,
        "resource": format!("{}/{}", one.change.resource_type, one.change.id),
        "state": one.state.word(),
        "recorded": one.recorded.to_string(),
        "attempts": one.attempts,
        "reason": one.reason,
    })
}

fn steer(arguments: &DispatchArguments, decision: Steer) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let (name, number) = (&arguments.destination, arguments.number);
    match record.steer(&store::operator(), name, number, decision) {
        Ok(()) => {
            print(&format!("{name} {number}: {}\n", decision.word()))?;
            Ok(Outcome::Done)
        }
        Err(Failure::NotFound) => Ok(Outcome::NotFound),
        Err(failure) => Err(failure.into()),
    }
}
