//! Taking the search values out of a resource, as the table says.

use super::parameter::search_parameters;
use super::value::{ALWAYS, NEVER, Range, date_range, fold};
use super::{Parameter, ParameterKind};
use crate::Failure;
use crate::key::Keys;
use crate::limit::{SEARCH_ROWS_MAX, no_nul, within};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Data types in which a value is spelled when its element is a choice, `effective[x]`.
const CHOICES: [&str; 3] = ["DateTime", "Period", "Instant"];

/// One row of a search table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Entry {
    /// System and code; an identifier's value is hashed.
    Token { system: String, code: String },
    /// Folded and exact text.
    Text { folded: String, exact: String },
    /// A range of time.
    Date { low: i64, high: i64 },
    /// Type and id; the type is empty where the text is not `Type/id`.
    Reference { target_type: String, target: String },
}

/// A row with the parameter it belongs to.
pub(crate) type Indexed = (&'static str, Entry);

/// Every search value of a resource.
pub(crate) fn extract(
    resource_type: &str,
    resource: &Json,
    tenant: &str,
    keys: &Keys,
) -> Result<BTreeSet<Indexed>, Failure> {
    let mut entries = BTreeSet::new();
    let own = search_parameters(resource_type).iter().filter(|p| !p.name.starts_with('_'));
    for parameter in own {
        for path in parameter.path.split(" | ") {
            let elements: Vec<&str> = path.split('.').skip(1).collect();
            for value in values_at(resource, &elements) {
                for entry in read(parameter, value, tenant, keys) {
                    entries.insert((parameter.name, entry));
                }
            }
        }
    }
    within(&format!("{resource_type} search values"), entries.len(), SEARCH_ROWS_MAX, "rows")?;
    for (name, entry) in &entries {
        let texts = match entry {
            Entry::Token { system, code } => [system, code],
            Entry::Text { folded, exact } => [folded, exact],
            Entry::Reference { target_type, target } => [target_type, target],
            Entry::Date { .. } => continue,
        };
        for text in texts {
            no_nul(&format!("{resource_type} {name}"), text)?;
        }
    }
    Ok(entries)
}

/// The row of an identifier.
pub(crate) fn identifier_entry(authority: &str, value: &str, tenant: &str, keys: &Keys) -> Entry {
    let code = keys.index_hash(tenant, value);
    Entry::Token { system: authority.to_owned(), code }
}

/// Whether a parameter's tokens are identifiers, whose values are only kept hashed.
pub(crate) fn is_identifier(parameter: &Parameter) -> bool {
    parameter.name == "identifier" || parameter.name == "accession"
}

/// Follows a path; lists are walked through.
pub(crate) fn values_at<'a>(value: &'a Json, path: &[&str]) -> Vec<&'a Json> {
    let Some((first, rest)) = path.split_first() else {
        return match value {
            Json::Array(items) => items.iter().collect(),
            one => vec![one],
        };
    };
    match value {
        Json::Array(items) => items.iter().flat_map(|item| values_at(item, path)).collect(),
        Json::Object(members) => {
            let choice = |kind: &&str| members.get(&format!("{first}{kind}"));
            let plain = members.get(*first).into_iter();
            let found = plain.chain(CHOICES.iter().filter_map(choice));
            found.flat_map(|member| values_at(member, rest)).collect()
        }
        _ => Vec::new(),
    }
}

fn read(parameter: &Parameter, value: &Json, tenant: &str, keys: &Keys) -> Vec<Entry> {
    match parameter.kind {
        ParameterKind::Token if is_identifier(parameter) => identifier(value, tenant, keys),
        ParameterKind::Token => tokens(value),
        ParameterKind::String => texts(value),
        ParameterKind::Date => dates(value),
        ParameterKind::Reference => {
            let only = (parameter.name == "patient").then_some("Patient");
            references(value, only)
        }
    }
}

fn member<'a>(value: &'a Json, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn identifier(value: &Json, tenant: &str, keys: &Keys) -> Vec<Entry> {
    let entry = |text: &str| {
        identifier_entry(member(value, "system").unwrap_or_default(), text, tenant, keys)
    };
    member(value, "value").map(entry).into_iter().collect()
}

/// A code, Coding, CodeableConcept or boolean.
fn tokens(value: &Json) -> Vec<Entry> {
    let token = |system: &str, code: &str| Entry::Token {
        system: system.to_owned(),
        code: code.to_owned(),
    };
    let coding = |coding: &Json| {
        let code = member(coding, "code")?;
        Some(token(member(coding, "system").unwrap_or_default(), code))
    };
    match value {
        Json::String(code) => vec![token("", code)],
        Json::Bool(flag) => vec![token("", if *flag { "true" } else { "false" })],
        Json::Object(_) => match value.get("coding").and_then(Json::as_array) {
            Some(codings) => codings.iter().filter_map(coding).collect(),
            None => coding(value).into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

/// A string, or every part of a HumanName.
fn texts(value: &Json) -> Vec<Entry> {
    let text = |text: &str| Entry::Text { folded: fold(text), exact: text.to_owned() };
    let strings = |value: &Json| -> Vec<Entry> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(Json::as_str).map(text).collect()
    };
    match value {
        Json::String(one) => vec![text(one)],
        Json::Object(members) => {
            let plain = ["text", "family"].into_iter().filter_map(|name| member(value, name));
            let lists = ["given", "prefix", "suffix"].into_iter();
            let lists = lists.filter_map(|name| members.get(name)).flat_map(strings);
            plain.map(text).chain(lists).collect()
        }
        _ => Vec::new(),
    }
}

/// A date, dateTime, instant or Period. What is no date is not indexed, so never found by date.
fn dates(value: &Json) -> Vec<Entry> {
    let entry = |Range { low, high }| Entry::Date { low, high };
    match value {
        Json::String(text) => date_range(text).map(entry).into_iter().collect(),
        Json::Object(_) => {
            let end = |name| member(value, name).map(date_range);
            let range = match (end("start"), end("end")) {
                (Some(Some(start)), Some(Some(end))) => Range { low: start.low, high: end.high },
                (Some(Some(start)), None) => Range { low: start.low, high: ALWAYS },
                (None, Some(Some(end))) => Range { low: NEVER, high: end.high },
                _ => return Vec::new(),
            };
            vec![entry(range)]
        }
        _ => Vec::new(),
    }
}

fn references(value: &Json, only: Option<&str>) -> Vec<Entry> {
    let Some(text) = member(value, "reference") else { return Vec::new() };
    let (target_type, target) = reference(text).unwrap_or(("", text));
    if only.is_some_and(|only| only != target_type) {
        return Vec::new();
    }
    vec![Entry::Reference { target_type: target_type.to_owned(), target: target.to_owned() }]
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
