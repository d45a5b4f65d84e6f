//! `cognate client register`, `list` and `remove`

use super::role_of;
use crate::arguments::{RegisterArguments, StoreArguments};
use crate::command::{print, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use identity::jose::KeySet;
use identity::redirect;
use record::{Registration, Role};
use serde_json::json;

/// Registers an application, and prints its secret where one was asked for.
pub(super) fn register(arguments: &RegisterArguments) -> anyhow::Result<Outcome> {
    let mut registration = read(arguments)?;
    let secret = arguments.secret.then(server::random_token).transpose()?;
    registration.secret_sha256 = secret.as_deref().map(server::token_digest);
    store::open(&arguments.store)?.put_registration(&store::operator(), &registration)?;
    say(&format!("`{}` is registered", registration.id));
    if let Some(secret) = secret {
        say("the secret is shown once; the store keeps only its digest");
        print(&format!("{secret}\n"))?;
    }
    Ok(Outcome::Done)
}

/// What is registered, with everything that could be wrong looked at.
fn read(arguments: &RegisterArguments) -> anyhow::Result<Registration> {
    let unreadable = server::Scopes::unreadable(&arguments.scopes);
    if !unreadable.is_empty() {
        bail!("these are no SMART scopes: {}", unreadable.join(" "));
    }
    for address in &arguments.redirect_uri {
        if let Some(fault) = redirect::fault(address) {
            bail!("`{address}` {fault}");
        }
    }
    if arguments.redirect_uri.is_empty() && arguments.key_set.is_none() {
        bail!("an application needs `--redirect-uri`, a service `--key-set`");
    }
    let role = arguments.role.as_deref().map(role_of).transpose()?;
    if role.is_some_and(|role| !matches!(role, Role::ServiceClient | Role::Interface)) {
        bail!("by itself a service is `service-client` or `interface`");
    }
    let key_set = match &arguments.key_set {
        None => None,
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| format!("{}", path.display()))?;
            let (keys, problems) = KeySet::read(&bytes);
            for problem in &problems {
                say(&problem.to_string());
            }
            if keys.is_empty() {
                bail!("{}: there is no key that is taken", path.display());
            }
            // What was understood is kept, and nothing else.
            Some(keys.to_json().to_string())
        }
    };
    Ok(Registration {
        id: arguments.id.clone(),
        name: arguments.name.clone(),
        scopes: arguments.scopes.split_whitespace().collect::<Vec<_>>().join(" "),
        redirect_uris: arguments.redirect_uri.clone(),
        key_set,
        secret_sha256: None,
        issuer: arguments.issuer.clone(),
        key_set_url: arguments.key_set_url.clone(),
        role: role.map(|role| role.word().to_owned()),
    })
}

/// Lists what is registered; no secret and no digest of one.
pub(super) fn list(at: &StoreArguments, as_json: bool) -> anyhow::Result<Outcome> {
    let registrations = store::open(at)?.registrations(&store::operator())?;
    if as_json {
        let list: Vec<_> = registrations.iter().map(described).collect();
        print(&format!("{}\n", serde_json::to_string_pretty(&list)?))?;
        return Ok(Outcome::Done);
    }
    for registration in &registrations {
        let Registration { id, name, scopes, .. } = registration;
        print(&format!("{id}\t{}\t{name}\t{scopes}\n", kind(registration)))?;
    }
    Ok(Outcome::Done)
}

fn kind(registration: &Registration) -> &'static str {
    match registration {
        registration if registration.is_public() => "public",
        registration if registration.key_set.is_some() => "keys",
        _ => "secret",
    }
}

fn described(registration: &Registration) -> serde_json::Value {
    json!({
        "id": registration.id,
        "name": registration.name,
        "kind": kind(registration),
        "scopes": registration.scopes,
        "redirectUris": registration.redirect_uris,
        "issuer": registration.issuer,
        "keySetUrl": registration.key_set_url,
        "role": registration.role,
    })
}

/// Takes a registration away.
pub(super) fn remove(at: &StoreArguments, id: &str) -> anyhow::Result<Outcome> {
    if !store::open(at)?.delete_registration(&store::operator(), id)? {
        bail!("there is no registration `{id}`");
    }
    say(&format!("`{id}` is gone, and everything that was given to it has ended"));
    Ok(Outcome::Done)
}
