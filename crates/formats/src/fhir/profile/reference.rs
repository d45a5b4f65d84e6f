//! What a reference leads to, as far as the resource at hand tells.

use super::super::access;
use super::super::check::is_resource_type;
use super::table::{Found, Profile, find, table};
use serde_json::Value;
use std::collections::BTreeMap;

/// What may be referred to: entries of a Bundle by their address and by type and id.
pub(super) type Known<'v> = BTreeMap<String, &'v Value>;

/// The resources of a Bundle that its references can name.
pub(super) fn known(resource: &Value) -> Known<'_> {
    let mut known = Known::new();
    for entry in access::all(resource, "entry") {
        let Some(held) = entry.get("resource") else { continue };
        if let (Some(kind), Some(id)) = (access::resource_type(held), access::id(held)) {
            known.insert(format!("{kind}/{id}"), held);
        }
        if let Some(address) = access::text(entry, "fullUrl") {
            known.insert(address.to_owned(), held);
        }
    }
    known
}

/// Whether a reference may be one to a target, by the targets' names in the table. What it leads
/// to and which profiles that claims is used where it can be told; what cannot be told fits.
pub(super) fn fits(
    value: &Value,
    targets: &[&'static str],
    resource: &Value,
    known: &Known<'_>,
) -> bool {
    let literal = access::text(value, "reference").unwrap_or_default();
    let held = access::contained(resource, literal).or_else(|| known.get(literal).copied());
    let kind = match held {
        Some(held) => access::resource_type(held),
        None => access::text(value, "type").or_else(|| type_in(literal)),
    };
    let Some(kind) = kind else { return true };
    let claimed: Vec<&Profile> = held.map(claimed).unwrap_or_default();
    targets.iter().any(|target| match table().named(target) {
        // One that claims no profile may still keep to it.
        Some(profile) if profile.kind == kind => {
            claimed.is_empty() || claimed.iter().any(|own| is_a(own, profile.name))
        }
        Some(_) => false,
        None => *target == kind || *target == "Resource",
    })
}

fn claimed(resource: &Value) -> Vec<&'static Profile> {
    let known = |url: &str| match find(url) {
        Found::Known(profile) | Found::OtherVersion(profile, _) => Some(profile),
        Found::Unknown => None,
    };
    access::texts(resource, "meta.profile").into_iter().filter_map(known).collect()
}

fn is_a(profile: &Profile, name: &str) -> bool {
    profile.name == name || profile.bases.contains(&name)
}

/// The type that a literal reference names, also that of the search of a transaction.
fn type_in(literal: &str) -> Option<&str> {
    let of_search = literal.split_once('?').map(|(kind, _)| kind);
    let of_search = of_search.filter(|kind| is_resource_type(kind));
    of_search.or_else(|| access::type_and_id(literal).map(|(kind, _)| kind))
}
