//! `cognate keys`

use super::{print, print_json, say};
use crate::arguments::{KeysCommand, KeysRotateArguments, KeysShowArguments, StoreArguments};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use model::Timestamp;
use record::{Keyring, MasterKey, Rewrapped, rotate_master_key, show_keyring};
use serde_json::{Value, json};

/// Microseconds of a day.
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Runs one of the commands.
pub(crate) fn run(command: &KeysCommand) -> anyhow::Result<Outcome> {
    match command {
        KeysCommand::Show(arguments) => show(arguments),
        KeysCommand::RenewIdTokens { store, drop_after_days } => {
            renew_id_tokens(store, *drop_after_days)
        }
        KeysCommand::Rotate(arguments) if arguments.patients => rotate_patients(arguments),
        KeysCommand::Rotate(arguments) => rotate_master(arguments),
    }
}

/// Makes a new key of ID tokens, and drops old ones. The new one is never among those.
fn renew_id_tokens(at: &StoreArguments, days: Option<u32>) -> anyhow::Result<Outcome> {
    let (record, operator) = (store::open(at)?, store::operator());
    let (id, key) = server::new_signing_key()?;
    let made = record.now();
    record.put_signing_key(&operator, &id, &key)?;
    say("ID tokens are signed by it from now on");
    if let Some(days) = days {
        let before = made.micros() - i64::from(days) * DAY_MICROS;
        let dropped = record.drop_signing_keys(&operator, Timestamp::from_micros(before))?;
        say(&format!("{dropped} former keys dropped"));
    }
    print(&format!("{id}\n"))?;
    Ok(Outcome::Done)
}

fn written(keyring: &Keyring) -> Value {
    let keys = keyring.tenants.iter().map(|key| {
        json!({"tenant": key.tenant, "generation": key.generation,
            "created": key.created.to_string()})
    });
    json!({"keyring": keyring.path, "masterKey": keyring.master_key,
        "rootIsFormerKey": keyring.is_root_a_former_key, "tenants": keys.collect::<Vec<_>>(),
        "erasures": keyring.erasures})
}

fn told(keyring: &Keyring) -> String {
    let mut text =
        format!("keyring     {}\nmaster key  {}\n", keyring.path.display(), keyring.master_key);
    if keyring.is_root_a_former_key {
        text += "root        what the first master key of this store was: keep that one secret, or \
                 destroy it\n";
    }
    let keys = keyring.tenants.iter().map(|key| {
        format!("tenant      {} key {} of {}\n", key.tenant, key.generation, key.created)
    });
    text.extend(keys);
    text + &format!("erasures    {}\n", keyring.erasures)
}

/// Shows the keyring without opening the store.
fn show(arguments: &KeysShowArguments) -> anyhow::Result<Outcome> {
    let store = &arguments.store;
    let master_key = store::master_key(store)?;
    let keyring = match show_keyring(&store.directory, &master_key) {
        Err(record::Failure::NotFound) => {
            say("there is no keyring yet: opening the store makes it");
            return Ok(Outcome::NotFound);
        }
        other => other.context("the keyring cannot be opened")?,
    };
    if arguments.json {
        print_json(&written(&keyring))?;
    } else {
        print(&told(&keyring))?;
    }
    Ok(Outcome::Done)
}

/// The new master key, made if it is not there, and how it is named from now on.
fn new_key(arguments: &KeysRotateArguments) -> anyhow::Result<(MasterKey, String)> {
    if let Some(label) = &arguments.new_pkcs11_key {
        let key = store::token_key(&arguments.store.token, label, true)?;
        return Ok((key, format!("--pkcs11-key {label}")));
    }
    let file = arguments.new_master_key_file.as_deref();
    let file = file.context("no new master key is named")?;
    let key = if file.exists() {
        store::read_key(file, None)?
    } else {
        MasterKey::create_file(file)
            .with_context(|| format!("the master key `{}` cannot be made", file.display()))?
    };
    Ok((key, format!("--master-key-file {}", file.display())))
}

/// Seals the keyring by another master key.
fn rotate_master(arguments: &KeysRotateArguments) -> anyhow::Result<Outcome> {
    let store = &arguments.store;
    let (to, named) = new_key(arguments)?;
    let from = store::master_key(store)?;
    let is_moved = show_keyring(&store.directory, &from).is_ok();
    if !is_moved && show_keyring(&store.directory, &moved(&to, arguments)).is_err() {
        // A store of before has no keyring until it is opened.
        store::open(store)?;
    }
    let keyring = rotate_master_key(&store.directory, &from, &to)
        .context("the master key was not changed; the former one is in force")?;
    if arguments.json {
        print_json(&written(&keyring))?;
    } else {
        print(&told(&keyring))?;
    }
    say(&format!("from now on: {named}"));
    say("start servers again with it, keep a copy of it apart, and destroy the former key");
    Ok(Outcome::Done)
}

fn moved(key: &MasterKey, arguments: &KeysRotateArguments) -> MasterKey {
    match &arguments.store.keyring {
        Some(keyring) => key.clone().with_keyring(keyring),
        None => key.clone(),
    }
}

/// Wraps the keys of patients by a new key of the tenant.
fn rotate_patients(arguments: &KeysRotateArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let access = store::operator();
    if !arguments.resume {
        let generation = record.renew_tenant_key(&access)?;
        say(&format!("made key {generation}; if this is broken off, go on with `--resume`"));
    }
    let done: Rewrapped = record.rewrap_data_keys(&access, &mut |_| {})?;
    let forgotten = if arguments.forget { record.forget_former_tenant_keys(&access)? } else { 0 };
    let keyring = record.keyring(&access)?;
    if arguments.json {
        print_json(&json!({"keys": done.looked_at, "wrapped": done.rewrapped,
            "forgotten": forgotten, "keyring": written(&keyring)}))?;
    } else {
        print(&format!(
            "{} of {} keys wrapped again, {forgotten} former keys destroyed\n{}",
            done.rewrapped,
            done.looked_at,
            told(&keyring)
        ))?;
    }
    Ok(Outcome::Done)
}
