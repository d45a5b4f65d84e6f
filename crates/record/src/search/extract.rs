//! Taking the search values out of a resource, as the table says.

pub(super) mod known;
mod value;

use super::concept::Concept;
use super::table::{find, search_parameters, search_values};
use super::{Parameter, ParameterKind};
use crate::Failure;
use crate::key::Keys;
use crate::limit::{SEARCH_ROWS_MAX, no_nul, within};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is held of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    /// Codes, an identifier, a URI or a reference. Of any other kind: that there is a value, which
    /// says nothing that can be compared.
    Concept(Arc<Concept>),
    /// The identifier of a reference, hashed.
    ReferenceIdentifier(Arc<Concept>),
    /// Folded and exact text.
    Text { folded: String, exact: String },
    /// A range of time.
    Date { low: i64, high: i64 },
    /// A range of numbers as keys of `decimal`, with its unit.
    Quantity { low: String, high: String, unit: Concept },
}

/// A value at a path of a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Number of the path.
    pub(crate) path: u32,
    /// Which item of a list it is in, from 1; 0 where that does not matter.
    pub(crate) element: u32,
    /// What it holds.
    pub(crate) held: Held,
}

/// Every search value of a resource, within the limit.
pub(crate) fn extract(
    resource_type: &str,
    resource: &Json,
    tenant: &str,
    keys: &Keys,
) -> Result<BTreeSet<Entry>, Failure> {
    let entries = all(resource_type, resource, tenant, keys);
    let rows = entries.iter().map(Entry::rows).sum();
    within(&format!("{resource_type} search values"), rows, SEARCH_ROWS_MAX, "rows")?;
    for entry in &entries {
        for text in entry.texts() {
            if text.contains('\0') {
                no_nul(&format!("{resource_type} {}", name_of(resource_type, entry.path)), text)?;
            }
        }
    }
    Ok(entries)
}

/// Every search value of a resource, however many; for what has been stored already.
pub(super) fn all(
    resource_type: &str,
    resource: &Json,
    tenant: &str,
    keys: &Keys,
) -> BTreeSet<Entry> {
    let mut entries = BTreeSet::new();
    search_values(resource_type, resource, |indexed, element, found| {
        let path = &indexed.path;
        let element = if path.by_element { element } else { 0 };
        let held = if path.is_presence() {
            vec![value::presence(found, tenant)]
        } else {
            value::read(indexed.kind, path.data_type, found, tenant, keys)
        };
        for held in held {
            entries.insert(Entry { path: path.number, element, held });
        }
    });
    entries
}

/// The first parameter that uses a path.
fn name_of(resource_type: &str, path: u32) -> &'static str {
    let uses = |known: &&Parameter| known.paths.iter().any(|known| known.number == path);
    search_parameters(resource_type).iter().find(uses).map_or("", |known| known.name)
}

impl Entry {
    /// About how many rows it may take.
    fn rows(&self) -> usize {
        match &self.held {
            Held::Concept(concept) | Held::ReferenceIdentifier(concept) => {
                (concept.tokens.len() + concept.labels.len()).max(1)
            }
            _ => 1,
        }
    }

    /// Its texts.
    pub(super) fn texts(&self) -> Vec<&String> {
        match &self.held {
            Held::Concept(concept) | Held::ReferenceIdentifier(concept) => {
                concept.texts().collect()
            }
            Held::Text { folded, exact } => vec![folded, exact],
            Held::Date { .. } => Vec::new(),
            Held::Quantity { low, high, unit } => {
                [low, high].into_iter().chain(unit.texts()).collect()
            }
        }
    }
}

/// What an identifier of a patient is searched by, beside those in the resource.
pub(crate) fn identifier_entry(
    authority: &str,
    value: &str,
    tenant: &str,
    keys: &Keys,
) -> Option<Entry> {
    let path = find("Patient", "identifier")?.paths.first()?.number;
    let token = (authority.to_owned(), keys.identifier_hash(tenant, value));
    let concept = Concept::new(tenant, vec![token], Vec::new(), false);
    Some(Entry { path, element: 0, held: Held::Concept(concept.into()) })
}

/// Whether a parameter's tokens are identifiers or ways to reach somebody, whose values are only
/// kept hashed.
pub(crate) fn is_identifier(parameter: &Parameter) -> bool {
    parameter.kind == ParameterKind::Token && parameter.is_hashed
}

/// Type and id of a reference to a resource of ours, `Type/id` or `Type/id/_history/version`.
pub(crate) fn reference(text: &str) -> Option<(&str, &str)> {
    let (kind, rest) = text.split_once('/')?;
    let id = match rest.split_once('/') {
        None => rest,
        Some((id, history)) => history.strip_prefix("_history/").map(|_| id)?,
    };
    let is_type = kind.starts_with(|c: char| c.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_type && model::id::is_fhir_id(id)).then_some((kind, id))
}
