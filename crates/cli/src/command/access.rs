//! `cognate account` and `cognate client`

use super::{print, say};
use crate::arguments::{AccountCommand, ClientCommand};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use record::{Account, Client, Record, Role, Scope};
use std::io::BufRead;

/// Characters a password has at least.
const PASSWORD_LENGTH_MIN: usize = 12;

/// Adds or replaces an account.
pub(crate) fn account(command: &AccountCommand) -> anyhow::Result<Outcome> {
    let AccountCommand::Add { store: at, login, role, name } = command;
    let record = store::open(at)?;
    say("the password is read from standard input");
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password).context("no password could be read")?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.chars().count() < PASSWORD_LENGTH_MIN {
        bail!("the password has fewer than {PASSWORD_LENGTH_MIN} characters");
    }
    put_account(&record, login, name, role_of(role)?, password)?;
    say(&format!("`{login}` can log in"));
    Ok(Outcome::Done)
}

/// Adds a service and prints its token.
pub(crate) fn client(command: &ClientCommand) -> anyhow::Result<Outcome> {
    let ClientCommand::Add { store: at, id, role, name, scopes } = command;
    let unreadable = scopes.as_deref().map(server::Scopes::unreadable).unwrap_or_default();
    if !unreadable.is_empty() {
        bail!("these are no SMART scopes: {}", unreadable.join(" "));
    }
    let record = store::open(at)?;
    let token = put_client(&record, id, name, role_of(role)?, scopes.clone())?;
    say("the token is shown once; the store keeps only its digest");
    print(&format!("{token}\n"))?;
    Ok(Outcome::Done)
}

/// Stores an account with the argon2id hash of its password.
pub(crate) fn put_account(
    record: &Record,
    login: &str,
    name: &str,
    role: Role,
    password: &str,
) -> anyhow::Result<()> {
    let account = Account {
        login: login.to_owned(),
        display_name: name.to_owned(),
        role,
        password_hash: server::password_hash(password)?,
        scope: Scope::Tenant,
    };
    record.put_account(&store::operator(), account)?;
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

fn role_of(word: &str) -> anyhow::Result<Role> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
    Role::from_word(word)
        .with_context(|| format!("`{word}` is no role; roles are {}", known.join(", ")))
}
