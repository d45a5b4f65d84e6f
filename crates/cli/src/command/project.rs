//! `cognate project`

use super::{print, print_json, say};
use crate::arguments::{ProjectCommand, ProjectCreateArguments, StoreArguments};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use deidentify::Tier;
use deidentify::bulk::BulkKind;
use model::Timestamp;
use record::limit::PAGE_ROWS_MAX;
use record::{
    Access, ExpertDetermination, NewProject, Project, Purpose, Record, Role, Scope, Transfer,
};
use serde_json::{Value, json};

/// Runs `cognate project`.
pub(crate) fn run(command: &ProjectCommand) -> anyhow::Result<Outcome> {
    match command {
        ProjectCommand::Create(arguments) => create(arguments),
        ProjectCommand::List { store: at, json } => list(at, *json),
        ProjectCommand::Show { store: at, id, json } => show(at, id, *json),
        ProjectCommand::End { store: at, id } => end(at, id),
        ProjectCommand::Attest { store: at, recipient, document, by } => {
            let record = store::open(at)?;
            let access = officer(&record, by)?;
            record.note_clearance(&access, recipient, Transfer::Attestation, document)?;
            print(&format!("noted that `{recipient}` has attested\n"))?;
            Ok(Outcome::Done)
        }
        ProjectCommand::Approve { store: at, recipient, kind, persons, document, by } => {
            let words = BulkKind::ALL.map(BulkKind::word).join(", ");
            let of = BulkKind::from_word(kind);
            let of = of.with_context(|| format!("`{kind}` is none of {words}"))?;
            let record = store::open(at)?;
            let access = officer(&record, by)?;
            let transfer = Transfer::Approval(of, *persons);
            record.note_clearance(&access, recipient, transfer, document)?;
            print(&format!("approved: {kind} data of {persons} persons to `{recipient}`\n"))?;
            Ok(Outcome::Done)
        }
        ProjectCommand::Received { store: at, json } => received(at, *json),
    }
}

/// The access of a privacy officer who is named: two people are told apart by their accounts.
pub(super) fn officer(record: &Record, by: &str) -> anyhow::Result<Access> {
    let login = by.strip_prefix("account:").unwrap_or(by);
    let account = record.active_account(&store::operator(), login)?;
    match account.map(|account| account.role) {
        Some(Role::PrivacyOfficer) => {}
        Some(other) => bail!("`{login}` is a {}, not a privacy-officer", other.word()),
        None => bail!("there is no account `{login}`, or it is disabled"),
    }
    let (role, purpose) = (Role::PrivacyOfficer, Purpose::Operations);
    Ok(Access::new(store::tenant(), format!("account:{login}"), role, purpose, Scope::Tenant))
}

fn create(arguments: &ProjectCreateArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let account = record.active_account(&store::operator(), &arguments.owner)?;
    if account.is_none_or(|account| account.role != Role::Researcher) {
        bail!("there is no researcher `{}`", arguments.owner);
    }
    let until = Timestamp::parse(&format!("{}T00:00:00Z", arguments.until));
    let expert_determination = arguments.expert.clone().map(|expert| ExpertDetermination {
        expert,
        date: arguments.determined.clone().unwrap_or_default(),
        document: arguments.document.clone().unwrap_or_default(),
    });
    let tier = Tier::from_word(&arguments.tier);
    let new = NewProject {
        title: arguments.title.clone(),
        owner: format!("account:{}", arguments.owner),
        tier: tier.with_context(|| format!("`{}` is no tier", arguments.tier))?,
        expert_determination,
        recipients: arguments.recipient.clone(),
        ends: until.with_context(|| format!("`{}` is no date", arguments.until))?,
    };
    let project = record.create_project(&store::privacy_officer(), new)?;
    say("the owner names it in questions and exports: `_project`");
    print(&format!("{}\n", project.id))?;
    Ok(Outcome::Done)
}

/// A project as JSON.
fn as_json(project: &Project, now: Timestamp) -> Value {
    let said = &project.said;
    json!({
        "id": project.id, "title": said.title, "owner": said.owner, "tier": said.tier.word(),
        "expertDetermination": said.expert_determination, "recipients": said.recipients,
        "created": project.created.to_string(), "ends": said.ends.to_string(),
        "ended": project.ended.map(|at| at.to_string()), "open": project.is_open(now),
        "keyVersion": project.key_version,
    })
}

fn list(at: &StoreArguments, json: bool) -> anyhow::Result<Outcome> {
    let record = store::open(at)?;
    let (projects, now) =
        (record.projects(&store::privacy_officer(), PAGE_ROWS_MAX)?, record.now());
    if json {
        print_json(&projects.iter().map(|one| as_json(one, now)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    for project in &projects {
        let state = if project.is_open(now) { "open" } else { "over" };
        let NewProject { title, owner, tier, ends, .. } = &project.said;
        let (tier, until) = (tier.word(), ends.day());
        print(&format!("{}  {state}  {tier}  until {until}  {owner}  {title}\n", project.id))?;
    }
    Ok(Outcome::Done)
}

fn show(at: &StoreArguments, id: &str, json: bool) -> anyhow::Result<Outcome> {
    let record = store::open(at)?;
    let Some(project) = record.project(&store::privacy_officer(), id)? else {
        say(&format!("there is no project `{id}`"));
        return Ok(Outcome::NotFound);
    };
    let value = as_json(&project, record.now());
    if json {
        print_json(&value)?;
        return Ok(Outcome::Done);
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        print(&format!("{name}: {text}\n"))?;
    }
    Ok(Outcome::Done)
}

fn end(at: &StoreArguments, id: &str) -> anyhow::Result<Outcome> {
    let record = store::open(at)?;
    match record.end_project(&store::privacy_officer(), id) {
        Ok(true) => print(&format!("{id} has ended\n"))?,
        Ok(false) => print(&format!("{id} had ended before\n"))?,
        Err(record::Failure::NotFound) => {
            say(&format!("there is no project `{id}`"));
            return Ok(Outcome::NotFound);
        }
        Err(failure) => return Err(failure.into()),
    }
    Ok(Outcome::Done)
}

fn received(at: &StoreArguments, json: bool) -> anyhow::Result<Outcome> {
    let record = store::open(at)?;
    let received = record.received(&store::privacy_officer(), PAGE_ROWS_MAX)?;
    if json {
        let list: Vec<Value> = received
            .iter()
            .map(|one| {
                json!({"recipient": one.recipient, "kind": one.kind.word(), "persons": one.persons,
                    "personsMax": one.kind.persons_max(), "first": one.first.to_string(),
                    "last": one.last.to_string()})
            })
            .collect();
        print_json(&list)?;
        return Ok(Outcome::Done);
    }
    for one in &received {
        let (kind, most) = (one.kind.word(), one.kind.persons_max());
        let (first, last) = (one.first.day(), one.last.day());
        print(&format!(
            "{}: {kind} data of {} persons, {first} to {last} (more than {most} are bulk data)\n",
            one.recipient, one.persons
        ))?;
    }
    Ok(Outcome::Done)
}
