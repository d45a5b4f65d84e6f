//! `cognate policy`

use super::knowledge::signing_key;
use super::project::officer;
use super::{print, print_json, say};
use crate::arguments::{PolicyCommand, PolicyExplainArguments};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use model::{PatientId, Timestamp};
use policy::{Policies, SHIPPED};
use record::{
    Access, Action, ActorReference, Care, Purpose, Role, Scope, Seer, Shadow, lint_policies,
};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// Proposals that are listed.
const LIST_MAX: u32 = 100;
/// Microseconds of a day.
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Runs one of them.
pub(crate) fn run(command: &PolicyCommand) -> anyhow::Result<Outcome> {
    match command {
        PolicyCommand::Show { store: at, set: None } => {
            print(store::open(at)?.policies(&store::privacy_officer())?.text())?;
        }
        PolicyCommand::Show { set: Some(set), .. } => print(&Policies::shipped_text(set)?)?,
        PolicyCommand::Explain(arguments) => return explain(arguments),
        PolicyCommand::WhoCanSee { store: at, patient, json } => {
            let record = store::open(at)?;
            let patient = PatientId::new(patient.as_str());
            let seers = record.who_can_see(&store::privacy_officer(), &patient)?;
            if *json { print_json(&seers_json(&seers))? } else { print(&seers_text(&seers)?)? }
        }
        PolicyCommand::Shadow { store: at, policies, days, json } => {
            let record = store::open(at)?;
            let from = record.now().micros() - i64::from(*days) * DAY_MICROS;
            let from = Timestamp::from_micros(from);
            let text = text_of(policies)?;
            let shadow = record.shadow_policies(&store::privacy_officer(), &text, from)?;
            if *json { print_json(&shadow_json(&shadow))? } else { print(&shadow_text(&shadow)?)? }
        }
        PolicyCommand::Lint { policies } => return linted(policies),
        PolicyCommand::Sign { policies, key } => sign(policies, key)?,
        PolicyCommand::Propose { store: at, policies, by } => {
            let record = store::open(at)?;
            let proposal = record.propose_policies(&officer(&record, by)?, &text_of(policies)?)?;
            say("another person puts it into use with `cognate policy adopt --proposal`");
            print(&format!("{}\n", proposal.id))?;
        }
        PolicyCommand::Proposed { store: at } => {
            let found = store::open(at)?.proposed_policies(&store::privacy_officer(), LIST_MAX)?;
            let line = |one: &record::ProposedPolicies| {
                format!("{}  {}  {}  {}\n", one.id, one.proposed, one.actor, one.digest)
            };
            print(&found.iter().map(line).collect::<String>())?;
        }
        PolicyCommand::Adopt { store: at, policies, proposal, by } => {
            let record = store::open(at)?;
            let access = match by {
                Some(by) => officer(&record, by)?,
                None => store::privacy_officer(),
            };
            let adopted = match (proposal, policies) {
                (Some(id), _) => record.adopt_proposed_policies(&access, id)?,
                (None, Some(policies)) => record.adopt_policies(&access, &text_of(policies)?)?,
                (None, None) => bail!("name a file or a proposal"),
            };
            say(&format!("policies {} are in use, as number {}", adopted.digest, adopted.number));
        }
        PolicyCommand::Care { store: at, patient, actor, days, source } => {
            let record = store::open(at)?;
            let begins = record.now();
            let care = Care {
                patient: PatientId::new(patient.as_str()),
                actor: actor.clone(),
                begins,
                ends: Timestamp::from_micros(begins.micros() + i64::from(*days) * DAY_MICROS),
                source: source.clone(),
            };
            record.put_care(&store::operator(), care)?;
        }
        PolicyCommand::Actor { store: at, actor, reference, remove } => {
            let known = ActorReference { actor: actor.clone(), reference: reference.clone() };
            store::open(at)?.set_actor_reference(&store::operator(), known, !remove)?;
        }
    }
    Ok(Outcome::Done)
}

/// Prints a set with one signature more. What does not fit the schema is not signed.
fn sign(policies: &Path, key: &Path) -> anyhow::Result<()> {
    let (text, key) = (text_of(policies)?, signing_key(key)?);
    Policies::read(&text)?;
    let line = key.sign_message(&Policies::message(&text));
    print(&Policies::with_signature(&text, &line))?;
    say(&format!("signed with {}", key.public_key()));
    Ok(())
}

/// A file, or a set that comes with the program.
fn text_of(named: &Path) -> anyhow::Result<String> {
    match named.to_str() {
        Some(name) if SHIPPED.contains(&name) => Ok(Policies::shipped_text(name)?),
        _ => std::fs::read_to_string(named)
            .with_context(|| format!("`{}` cannot be read", named.display())),
    }
}

fn word<T>(kind: &str, found: Option<T>, text: &str) -> anyhow::Result<T> {
    found.with_context(|| format!("`{text}` is no {kind}"))
}

fn explain(arguments: &PolicyExplainArguments) -> anyhow::Result<Outcome> {
    let PolicyExplainArguments { actor, role, purpose, action, resource, .. } = arguments;
    let role = word("role", Role::from_word(role), role)?;
    let purpose = word("purpose", Purpose::from_word(purpose), purpose)?;
    let action = word("action", Action::from_word(action), action)?;
    let asked = match resource.as_deref().map(|text| text.split_once('/')) {
        None => None,
        Some(Some(asked)) => Some(asked),
        Some(None) => bail!("a resource is named by type and id: `Observation/o1`"),
    };
    let officer = store::privacy_officer();
    let of = Access::new(officer.tenant().clone(), actor, role, purpose, Scope::Tenant);
    let record = store::open(&arguments.store)?;
    let explained = record.explain(&officer, &of, action, asked)?;
    if asked.is_some() && explained.item.is_none() {
        say("there is no such resource");
        return Ok(Outcome::NotFound);
    }
    let decided = explained.item.as_ref().map(|(item, decision)| {
        json!({
            "permitted": decision.is_permitted,
            "policies": decision.policies,
            "errors": decision.errors,
            "labels": item.labels,
            "inCare": item.in_care,
            "emergency": item.emergency,
            "refused": item.refused,
            "consented": item.consented,
            "compartment": item.compartment.word(),
        })
    });
    if arguments.json {
        print_json(&json!({
            "digest": explained.digest,
            "permitted": explained.is_permitted,
            "policies": explained.grant.policies,
            "problems": explained.grant.problems,
            "filter": format!("{:?}", explained.grant.filter),
            "resource": decided,
        }))?;
        return Ok(Outcome::Done);
    }
    let mut text = String::new();
    let yes = |is: bool| if is { "yes" } else { "no" };
    writeln!(text, "Anything at all  {}", yes(explained.is_permitted))?;
    writeln!(text, "With a say       {}", explained.grant.policies.join(", "))?;
    for problem in &explained.grant.problems {
        writeln!(text, "Not understood   {problem}")?;
    }
    if let Some((item, decision)) = &explained.item {
        let words = |of: &std::collections::BTreeSet<String>| match of.len() {
            0 => "none".to_owned(),
            _ => of.iter().cloned().collect::<Vec<_>>().join(", "),
        };
        writeln!(text, "This resource    {}", yes(decision.is_permitted))?;
        writeln!(text, "  decided by     {}", decision.policies.join(", "))?;
        writeln!(text, "  labels         {}", words(&item.labels))?;
        writeln!(text, "  in care        {}", yes(item.in_care))?;
        writeln!(text, "  emergency      {}", yes(item.emergency))?;
        writeln!(text, "  refused for    {}", words(&item.refused))?;
        writeln!(text, "  consented for  {}", words(&item.consented))?;
    }
    writeln!(text, "Policies         {}", explained.digest)?;
    print(&text)?;
    Ok(Outcome::Done)
}

fn seers_json(seers: &[Seer]) -> serde_json::Value {
    let one = |seer: &Seer| {
        json!({
            "actor": seer.actor,
            "role": seer.role.word(),
            "purpose": seer.purpose.word(),
            "resources": seer.resources,
            "of": seer.resources_of,
            "policies": seer.policies,
        })
    };
    seers.iter().map(one).collect()
}

fn seers_text(seers: &[Seer]) -> anyhow::Result<String> {
    let mut text = String::new();
    for Seer { actor, role, purpose, resources, resources_of, policies } in seers {
        let (role, purpose, policies) = (role.word(), purpose.word(), policies.join(", "));
        writeln!(text, "{actor}  {role}  {purpose}  {resources} of {resources_of}  {policies}")?;
    }
    if seers.is_empty() {
        writeln!(text, "nobody")?;
    }
    Ok(text)
}

fn shadow_json(shadow: &Shadow) -> serde_json::Value {
    let differences: serde_json::Value = shadow
        .differences
        .iter()
        .map(|one| {
            json!({
                "actor": one.actor,
                "role": one.role.word(),
                "purpose": one.purpose.word(),
                "action": one.action.word(),
                "resource": one.resource,
                "times": one.times,
                "permitted": one.is_permitted,
                "wouldBePermitted": one.would_be_permitted,
                "policies": one.policies,
            })
        })
        .collect();
    json!({
        "events": shadow.events,
        "questions": shadow.questions,
        "differences": differences,
    })
}

fn shadow_text(shadow: &Shadow) -> anyhow::Result<String> {
    let mut text = String::new();
    for one in &shadow.differences {
        let change = if one.would_be_permitted { "opens " } else { "closes" };
        writeln!(
            text,
            "{change}  {}  {}  {}  {}  {}  {} times  {}",
            one.actor,
            one.role.word(),
            one.purpose.word(),
            one.action.word(),
            one.resource,
            one.times,
            one.policies.join(", ")
        )?;
    }
    let Shadow { events, questions, differences } = shadow;
    let count = differences.len();
    writeln!(text, "{events} events, {questions} questions, {count} decided otherwise")?;
    Ok(text)
}

fn linted(named: &Path) -> anyhow::Result<Outcome> {
    let policies = Policies::read(&text_of(named)?)?;
    let found = lint_policies(&policies, store::tenant().as_str());
    print(&found.iter().map(|line| line.clone() + "\n").collect::<String>())?;
    say(&format!("policies {}: {} remarks", policies.digest(), found.len()));
    Ok(if found.is_empty() { Outcome::Done } else { Outcome::Problem })
}
