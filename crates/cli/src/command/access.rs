//! `cognate account` and `cognate client`

mod register;

use super::{print, print_json, say};
use crate::arguments::{AccountCommand, ClientCommand, StoreArguments};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use model::PatientId;
use record::{Account, Client, CredentialKind, Failure, LinkKind, Record, Role, Scope};
use serde_json::json;
use server::administration;
use std::io::BufRead;

/// Adds or replaces an account.
pub(crate) fn account(command: &AccountCommand) -> anyhow::Result<Outcome> {
    match command {
        AccountCommand::Add { store: at, login, role, name, patient } => {
            add(at, login, name, (role, patient.as_deref()))
        }
        AccountCommand::Link { store: at, login, resource } => link(at, login, resource),
        AccountCommand::LinkProvider { store: at, login, issuer, subject } => {
            link_provider(at, login, issuer, subject)
        }
        AccountCommand::Unlink { store: at, login, kind } => unlink(at, login, kind),
        AccountCommand::List { store: at, json } => list(at, *json),
        AccountCommand::Disable { store: at, login } => set_disabled(at, login, true),
        AccountCommand::Enable { store: at, login } => set_disabled(at, login, false),
        AccountCommand::ResetFactors { store: at, login } => {
            let record = store::open(at)?;
            let gone = administration::reset_second_factor(&record, &store::operator(), login)?;
            say(&format!("{gone} second factors of `{login}` are gone, and its sessions"));
            Ok(Outcome::Done)
        }
        AccountCommand::EndSessions { store: at, login } => {
            let ended = store::open(at)?.end_sessions(&store::operator(), login)?;
            say(&format!("{ended} sessions and tokens of `{login}` have ended"));
            Ok(Outcome::Done)
        }
    }
}

fn add(
    at: &StoreArguments,
    login: &str,
    name: &str,
    (role, patient): (&str, Option<&str>),
) -> anyhow::Result<Outcome> {
    let (role, scope) = (role_of(role)?, scope_of(patient));
    let record = store::open(at)?;
    say("the password is read from standard input");
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).context("no password could be read")?;
    let password = password.trim_end_matches(['\r', '\n']);
    put_account(&record, login, name, (role, scope), password)?;
    say(&format!("`{login}` can log in"));
    Ok(Outcome::Done)
}

fn list(at: &StoreArguments, as_json: bool) -> anyhow::Result<Outcome> {
    let (record, door) = (store::open(at)?, store::operator());
    let mut lines = Vec::new();
    for account in record.accounts(&door)? {
        let has = |kind| record.credentials(&door, &account.login, kind).map(|some| some.len());
        let factors = has(CredentialKind::Totp)? + has(CredentialKind::Passkey)?;
        lines.push((account, factors));
    }
    if as_json {
        let line = |(account, factors): &(Account, usize)| {
            json!({
                "login": account.login,
                "name": account.display_name,
                "role": account.role.word(),
                "disabled": account.is_disabled(),
                "secondFactors": factors,
            })
        };
        print_json(&lines.iter().map(line).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    for (account, factors) in &lines {
        let state = if account.is_disabled() { "disabled" } else { "enabled" };
        let Account { login, display_name, role, .. } = account;
        let role = role.word();
        print(&format!("{login}\t{role}\t{display_name}\t{factors} second factors\t{state}\n"))?;
    }
    Ok(Outcome::Done)
}

fn set_disabled(at: &StoreArguments, login: &str, is_disabled: bool) -> anyhow::Result<Outcome> {
    let word = if is_disabled { "disabled" } else { "enabled" };
    let changed =
        match store::open(at)?.set_account_disabled(&store::operator(), login, is_disabled) {
            Err(Failure::NotFound) => bail!("there is no account `{login}`"),
            other => other?,
        };
    say(&format!("`{login}` {} {word}", if changed { "is" } else { "was" }));
    Ok(Outcome::Done)
}

/// Whom an account sees: one patient, or whomever its role does.
pub(crate) fn scope_of(patient: Option<&str>) -> Scope {
    patient.map_or(Scope::Tenant, |id| Scope::Patients([PatientId::new(id)].into()))
}

/// Adds a service and prints its token.
pub(crate) fn client(command: &ClientCommand) -> anyhow::Result<Outcome> {
    match command {
        ClientCommand::Add { store: at, id, role, name, scopes } => {
            add_client(at, id, name, role, scopes.as_ref())
        }
        ClientCommand::Renew { store: at, id } => {
            let record = store::open(at)?;
            let token = administration::renew_token(&record, &store::operator(), id, None)?;
            say("the token is shown once; the store keeps only its digest");
            print(&format!("{token}\n"))?;
            Ok(Outcome::Done)
        }
        ClientCommand::Disable { store: at, id } => {
            match store::open(at)?.disable_client(&store::operator(), id) {
                Err(Failure::NotFound) => bail!("there is no service `{id}`"),
                other => other?,
            };
            say(&format!("`{id}` is disabled; `client renew` gives it another token"));
            Ok(Outcome::Done)
        }
        ClientCommand::Register(arguments) => register::register(arguments),
        ClientCommand::List { store: at, json } => register::list(at, *json),
        ClientCommand::Remove { store: at, id } => register::remove(at, id),
    }
}

fn add_client(
    at: &StoreArguments,
    id: &str,
    name: &str,
    role: &str,
    scopes: Option<&String>,
) -> anyhow::Result<Outcome> {
    let unreadable = scopes.map(|text| server::Scopes::unreadable(text)).unwrap_or_default();
    if !unreadable.is_empty() {
        bail!("these are no SMART scopes: {}", unreadable.join(" "));
    }
    let record = store::open(at)?;
    let token = put_client(&record, id, name, role_of(role)?, scopes.cloned())?;
    say("the token is shown once; the store keeps only its digest");
    print(&format!("{token}\n"))?;
    Ok(Outcome::Done)
}

/// Types that a person can be.
const PERSONS: [&str; 4] = ["Practitioner", "PractitionerRole", "RelatedPerson", "Patient"];

fn link(at: &StoreArguments, login: &str, resource: &str) -> anyhow::Result<Outcome> {
    let id = resource.split_once('/').filter(|(kind, _)| PERSONS.contains(kind)).map(|(_, id)| id);
    let is_id = |id: &str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    if !id.is_some_and(is_id) {
        bail!("`{resource}` is no person; name one of {} with its id", PERSONS.join(", "));
    }
    let (record, door) = (store::open(at)?, store::operator());
    if record.account(&door, login)?.is_none() {
        bail!("there is no account `{login}`");
    }
    record.put_link(&door, login, LinkKind::Resource, resource)?;
    say(&format!("`{login}` is `{resource}`"));
    Ok(Outcome::Done)
}

/// Links an account to a person at the provider, as the log-in looks it up.
fn link_provider(
    at: &StoreArguments,
    login: &str,
    issuer: &str,
    subject: &str,
) -> anyhow::Result<Outcome> {
    if issuer.is_empty() || subject.is_empty() || issuer.contains(' ') {
        bail!("name the issuer and the subject as the provider's tokens do");
    }
    let (record, door) = (store::open(at)?, store::operator());
    if record.account(&door, login)?.is_none() {
        bail!("there is no account `{login}`");
    }
    let value = format!("{issuer} {subject}");
    if let Some(other) = record.linked_account(&door, LinkKind::Provider, &value)?
        && other != login
    {
        bail!("this person is `{other}`; unlink that account first");
    }
    record.put_link(&door, login, LinkKind::Provider, &value)?;
    let ended = record.end_sessions(&door, login)?;
    say(&format!("`{login}` is linked; {ended} sessions and tokens have ended"));
    Ok(Outcome::Done)
}

fn unlink(at: &StoreArguments, login: &str, kind: &str) -> anyhow::Result<Outcome> {
    let word = LinkKind::from_word(kind);
    let word = word.with_context(|| format!("`{kind}` is neither `resource` nor `provider`"))?;
    let (record, door) = (store::open(at)?, store::operator());
    if !record.drop_link(&door, login, word)? {
        say(&format!("`{login}` has no such link"));
        return Ok(Outcome::NotFound);
    }
    let ended = record.end_sessions(&door, login)?;
    say(&format!("`{login}` is unlinked; {ended} sessions and tokens have ended"));
    Ok(Outcome::Done)
}

/// Stores an account with the argon2id hash of its password.
pub(crate) fn put_account(
    record: &Record,
    login: &str,
    name: &str,
    (role, scope): (Role, Scope),
    password: &str,
) -> anyhow::Result<()> {
    let operator = store::operator();
    administration::put_account(record, &operator, (login, name), (role, scope), password)?;
    Ok(())
}

/// Stores a client and returns its token.
pub(crate) fn put_client(
    record: &Record,
    id: &str,
    name: &str,
    role: Role,
    scopes: Option<String>,
) -> anyhow::Result<String> {
    let token = server::random_token()?;
    let client = Client {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
        token_sha256: server::token_digest(&token),
        scopes,
    };
    record.put_client(&store::operator(), client)?;
    Ok(token)
}

pub(crate) fn role_of(word: &str) -> anyhow::Result<Role> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    Role::from_word(word)
        .with_context(|| format!("`{word}` is no role; roles are {}", known.join(", ")))
}
