//! The external identity provider and the EHR that launches, as the arguments configure them.

use crate::arguments::{EhrArguments, ProviderArguments};
use crate::command::access::role_of;
use anyhow::{Context, anyhow, bail};
use identity::jose::Algorithm;
use notify::{Fetcher, Trust};
use record::Role;
use server::{Provider, ProviderKind, ProviderSettings};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The provider, if there is one. What cannot be used is an error: people count on it.
pub(super) fn provider(arguments: &ProviderArguments) -> anyhow::Result<Option<Provider>> {
    let (Some(issuer), Some(client_id)) = (&arguments.issuer, &arguments.client_id) else {
        return Ok(None);
    };
    let settings = ProviderSettings {
        kind: ProviderKind::OpenId,
        issuer: issuer.clone(),
        name: arguments.name.clone(),
        client_id: client_id.clone(),
        client_secret: secret(arguments.secret_file.as_deref())?,
        algorithms: algorithms(&arguments.algorithm)?,
        role_claim: arguments.role_claim.clone(),
        roles: roles(&arguments.role)?,
        default_role: None,
    };
    let fetcher = Fetcher::new(&trust(arguments.authorities.as_deref())?)?;
    let provider = Provider::new(settings, Arc::new(fetcher));
    provider.map(Some).map_err(|wrong| anyhow!("--provider-issuer {wrong}"))
}

/// The EHR that launches the patient page, if there is one.
pub(super) fn ehr(arguments: &EhrArguments) -> anyhow::Result<Option<Provider>> {
    let (Some(iss), Some(client_id)) = (&arguments.ehr_iss, &arguments.ehr_client_id) else {
        return Ok(None);
    };
    let role = arguments.ehr_role.as_deref().map(role_of).transpose()?;
    if let Some(role) = role.filter(|role| !is_for_people(*role)) {
        bail!("`{}` is no role that an EHR can give", role.word());
    }
    let settings = ProviderSettings {
        kind: ProviderKind::Smart,
        issuer: iss.trim_end_matches('/').to_owned(),
        name: "EHR".to_owned(),
        client_id: client_id.clone(),
        client_secret: secret(arguments.ehr_secret_file.as_deref())?,
        algorithms: algorithms(&arguments.ehr_algorithm)?,
        role_claim: String::new(),
        roles: BTreeMap::new(),
        default_role: role,
    };
    let fetcher = Fetcher::new(&trust(arguments.ehr_authorities.as_deref())?)?;
    let ehr = Provider::new(settings, Arc::new(fetcher));
    ehr.map(Some).map_err(|wrong| anyhow!("--ehr-iss {wrong}"))
}

/// Whether a role is given to people by others than the operator.
fn is_for_people(role: Role) -> bool {
    !matches!(role, Role::Patient | Role::Interface | Role::Engine | Role::ServiceClient)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn secret(path: Option<&Path>) -> anyhow::Result<Option<String>> {
    let Some(path) = path else { return Ok(None) };
    let text = String::from_utf8(read(path)?).context("the secret is no text")?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn trust(authorities: Option<&Path>) -> anyhow::Result<Trust> {
    Ok(match authorities {
        None => Trust::System,
        Some(path) => Trust::File(read(path)?),
    })
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
        if !is_for_people(role) {
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
