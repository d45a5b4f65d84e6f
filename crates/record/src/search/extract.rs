//! Taking the search values out of a resource, as the table says.

mod value;

use super::table::search_parameters;
use super::{Parameter, ParameterKind};
use crate::Failure;
use crate::key::Keys;
use crate::limit::{SEARCH_ROWS_MAX, no_nul, within};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// What a row of a search table holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    /// System and code; an identifier's value is hashed.
    Token { system: String, code: String },
    /// Folded and exact text; also what stands beside a code. Empty where a value is there and
    /// says nothing that can be compared.
    Text { folded: String, exact: String },
    /// A range of time.
    Date { low: i64, high: i64 },
    /// A range of numbers as keys of `decimal`, with its unit.
    Quantity { low: String, high: String, system: String, code: String, unit: String },
    /// Type and id; the type is empty where the text is not `Type/id`.
    Reference { target_type: String, target: String },
    /// The identifier of a reference, hashed.
    ReferenceIdentifier { system: String, code: String },
}

/// One row of a search table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Which item of a list it is in, from 1; 0 where that does not matter.
    pub(crate) element: u32,
    /// What it holds.
    pub(crate) held: Held,
}

/// A row with the parameter it belongs to.
pub(crate) type Indexed = (&'static str, Entry);

/// Every search value of a resource, within the limit.
pub(crate) fn extract(
    resource_type: &str,
    resource: &Json,
    tenant: &str,
    keys: &Keys,
) -> Result<BTreeSet<Indexed>, Failure> {
    let entries = all(resource_type, resource, tenant, keys);
    within(&format!("{resource_type} search values"), entries.len(), SEARCH_ROWS_MAX, "rows")?;
    for (name, entry) in &entries {
        for text in entry.texts() {
            no_nul(&format!("{resource_type} {name}"), text)?;
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
) -> BTreeSet<Indexed> {
    let mut entries = BTreeSet::new();
    for parameter in search_parameters(resource_type) {
        for path in &parameter.paths {
            for (element, found) in path.values(resource) {
                let element = if parameter.by_element { element } else { 0 };
                let held = if path.is_presence() {
                    vec![value::presence(found)]
                } else {
                    value::read(parameter.kind, path.data_type, found, tenant, keys)
                };
                for held in held {
                    entries.insert((parameter.name, Entry { element, held }));
                }
            }
        }
    }
    entries
}

impl Entry {
    /// The texts of the row.
    pub(super) fn texts(&self) -> Vec<&String> {
        match &self.held {
            Held::Token { system, code } | Held::ReferenceIdentifier { system, code } => {
                vec![system, code]
            }
            Held::Text { folded, exact } => vec![folded, exact],
            Held::Date { .. } => Vec::new(),
            Held::Quantity { low, high, system, code, unit } => {
                vec![low, high, system, code, unit]
            }
            Held::Reference { target_type, target } => vec![target_type, target],
        }
    }
}

/// The row of an identifier.
pub(crate) fn identifier_entry(authority: &str, value: &str, tenant: &str, keys: &Keys) -> Entry {
    let code = keys.index_hash(tenant, value);
    Entry { element: 0, held: Held::Token { system: authority.to_owned(), code } }
}

/// Whether a parameter's tokens are identifiers, whose values are only kept hashed.
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
