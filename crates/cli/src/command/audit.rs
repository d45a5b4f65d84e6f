//! `cognate audit`

mod disclosure;
mod review;
mod witness;

pub(crate) use review::read;

use super::project::officer;
use super::{print, print_json, say};
use crate::arguments::{AuditCommand, AuditThinArguments, AuditVerifyArguments};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use model::{PatientId, Problem};
use record::limit::PAGE_ROWS_MAX;
use record::{
    AuditEvent, AuditQuery, AuditRetention, AuditTail, AuditThinned, AuditVerification, Record,
    Verifier, verifiers, verify_audit_log,
};
use serde_json::json;
use std::path::Path;

/// Runs one of the commands.
pub(crate) fn run(command: &AuditCommand) -> anyhow::Result<Outcome> {
    match command {
        AuditCommand::Verify(arguments) => verify(arguments),
        AuditCommand::Prove(arguments) => witness::prove(arguments),
        AuditCommand::Witness(arguments) => witness::check(arguments),
        AuditCommand::Thin(arguments) => thin(arguments),
        AuditCommand::Review(arguments) => review::run(arguments),
        AuditCommand::Disclose(arguments) => disclosure::note(arguments),
        AuditCommand::Disclosures(arguments) => disclosure::list(arguments),
    }
}

/// Every event that a query asks for, page by page.
fn all(record: &Record, query: &AuditQuery) -> anyhow::Result<Vec<AuditEvent>> {
    let (mut events, mut before) = (Vec::new(), None);
    loop {
        let query = AuditQuery { before, count: PAGE_ROWS_MAX, ..query.clone() };
        let page = record.audit_events(&store::privacy_officer(), &query)?;
        events.extend(page.events);
        before = page.next;
        if before.is_none() {
            return Ok(events);
        }
    }
}

/// Takes away what was kept for as long as it has to be.
fn thin(arguments: &AuditThinArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = officer(&record, &arguments.by)?;
    let held = arguments.held.iter().map(PatientId::new).collect();
    let (years, is_trial) = (arguments.years, arguments.trial);
    let done = record.thin_audit(&access, &AuditRetention { years, held, is_trial })?;
    let verb = if is_trial { "would go" } else { "went" };
    let AuditThinned { segments, events, kept } = done;
    print(&format!("{events} events of {segments} segments {verb}, {kept} of them stay\n"))?;
    Ok(Outcome::Done)
}

/// Checks the log without opening the record, so that it works on a broken one, too.
fn verify(arguments: &AuditVerifyArguments) -> anyhow::Result<Outcome> {
    let master_key = store::master_key(&arguments.store)?;
    let directory = arguments.store.audit_checkpoints.as_deref();
    let verifiers = directory.map(|directory| keys(directory, &arguments.verifiers)).transpose()?;
    let signed = directory.zip(verifiers.as_deref());
    let mut found = verify_audit_log(&arguments.store.directory, &master_key, signed)?;
    if let (Some(since), Some((checkpoints, verifiers))) = (&arguments.since, signed) {
        let since = witness::text(since)?;
        let directory = &arguments.store.directory;
        match witness::proven(directory, checkpoints, verifiers, &since) {
            Ok(_) => {}
            Err(failure) => {
                let text = failure.to_string();
                found.problems.push(Problem::error("audit-since", "checkpoints", text));
            }
        }
    }
    if arguments.json {
        print_json(&json!({"intact": found.is_intact(), "segments": found.segments,
            "events": found.events, "thinned": found.thinned, "checkpoints": found.checkpoints,
            "problems": found.problems,
            "tails": found.tails.iter().map(|tail| json!({"segment": tail.segment,
                "after": tail.after, "lines": tail.lines, "torn": tail.is_torn}))
                .collect::<Vec<_>>()}))?;
    } else {
        print(&told(&found))?;
        if directory.is_none() {
            say("no checkpoints were compared: who has the master key could have made this log");
        }
    }
    Ok(if found.is_intact() { Outcome::Done } else { Outcome::Problem })
}

/// The keys that were named, or those that the directory names.
fn keys(directory: &Path, named: &[String]) -> anyhow::Result<Vec<Verifier>> {
    if named.is_empty() {
        say("the key of the checkpoints is believed to their directory; `--verifier` names it");
        return Ok(verifiers(directory)?);
    }
    let read = |text: &String| text.parse().with_context(|| format!("`{text}`"));
    named.iter().map(read).collect()
}

fn told(found: &AuditVerification) -> String {
    let summary = format!(
        "{} events in {} segments, {} checkpoints: {}",
        found.events,
        found.segments,
        found.checkpoints,
        if found.is_intact() { "whole" } else { "NOT WHOLE" }
    );
    let problems = found.problems.iter().map(ToString::to_string);
    let tails = found.tails.iter().map(|AuditTail { segment, after, lines, is_torn }| {
        let torn = if *is_torn { ", and half a line," } else { "" };
        format!(
            "{segment}: {lines} lines after line {after}{torn} are covered by no checkpoint; a cut \
             there could not be told"
        )
    });
    std::iter::once(summary).chain(problems).chain(tails).map(|line| line + "\n").collect()
}
