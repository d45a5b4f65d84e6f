//! The external identity provider, as the arguments configure it.

use crate::arguments::ProviderArguments;
use crate::command::access::role_of;
use anyhow::{Context, anyhow, bail};
use identity::jose::Algorithm;
use notify::{Fetcher, Trust};
use record::Role;
use server::{Provider, ProviderSettings};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The provider, if there is one. What cannot be used is an error: people count on it.
pub(super) fn provider(arguments: &ProviderArguments) -> anyhow::Result<Option<Provider>> {
    let (Some(issuer), Some(client_id)) = (&arguments.issuer, &arguments.client_id) else {
        return Ok(None);
    };
    let read = |path: &std::path::Path| {
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let client_secret = match &arguments.secret_file {
        None => None,
        Some(path) => {
            let text = String::from_utf8(read(path)?).context("the secret is no text")?;
            Some(text.trim_end_matches(['\r', '\n']).to_owned())
        }
    };
    let trust = match &arguments.authorities {
        None => Trust::System,
        Some(path) => Trust::File(read(path)?),
    };
    let settings = ProviderSettings {
        issuer: issuer.clone(),
        name: arguments.name.clone(),
        client_id: client_id.clone(),
        client_secret,
        algorithms: algorithms(&arguments.algorithm)?,
        role_claim: arguments.role_claim.clone(),
        roles: roles(&arguments.role)?,
    };
    let provider = Provider::new(settings, Arc::new(Fetcher::new(&trust)?));
    provider.map(Some).map_err(|wrong| anyhow!("--provider-issuer {wrong}"))
}

fn algorithms(words: &[String]) -> anyhow::Result<Vec<Algorithm>> {
    let one = |word: &String| {
        Algorithm::from_word(word)
            .with_context(|| format!("`{word}` is no algorithm that is taken"))
    };
    words.iter().map(one).collect()
}

fn roles(pairs: &[String]) -> anyhow::Result<BTreeMap<String, Role>> {
    let mut roles = BTreeMap::new();
    for pair in pairs {
        let (value, role) =
            pair.rsplit_once('=').with_context(|| format!("`{pair}` is not VALUE=ROLE"))?;
        let role = role_of(role)?;
        if matches!(role, Role::Patient | Role::Interface | Role::Engine | Role::ServiceClient) {
            bail!("`{}` is no role that a claim can give", role.word());
        }
        if roles.insert(value.to_owned(), role).is_some() {
            bail!("`{value}` is given two roles");
        }
    }
    Ok(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_gives_roles_of_people_alone() {
        let read =
            |texts: &[&str]| roles(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        let right = read(&["cn=doctors,ou=x=prescriber", "b=operator"]).unwrap();
        assert_eq!(right.get("cn=doctors,ou=x"), Some(&Role::Prescriber));
        for wrong in [
            &["a"][..],
            &["a=chief"],
            &["a=patient"],
            &["a=engine"],
            &["a=interface"],
            &["a=prescriber", "a=operator"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
