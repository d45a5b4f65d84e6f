//! The entries of a transaction: what each will do, and what it answers.

use super::patched::{by_binary, require_version, standing};
use super::query::only_match;
use super::resolve::{Heads, References};
use super::{Failure, Look, NOT_FOUND, forbid};
use formats::fhir::build::{TransactionAnswer, outcome_of_problems};
use formats::fhir::bundle::{Entry, Method, Target};
use formats::fhir::json::Document;
use formats::fhir::{check, facts};
use model::{Problem, RawId};
use record::{Access, Condition, Record, ResourceChange, Stored};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an entry comes to.
#[derive(Debug)]
pub(super) enum Planned {
    /// To be filed with the others.
    Change {
        change: Option<ResourceChange>,
        /// Whether no version stands before it.
        creates: bool,
    },
    /// Filed, or found and left as it is.
    Done { stored: Stored, created: bool },
    /// Read.
    Found(Stored),
    /// Read, and the version the client has is the current one.
    Unchanged(Stored),
    /// Searches and histories, asked again once everything is filed.
    Asked(Target),
    /// Answered by what looks things up.
    Answered(TransactionAnswer),
    /// Deleted, or never there.
    Gone,
}

impl Planned {
    pub(super) fn take_change(&mut self) -> Option<ResourceChange> {
        match self {
            Self::Change { change, .. } => change.take(),
            _ => None,
        }
    }

    pub(super) fn is_pending(&self) -> bool {
        matches!(self, Self::Change { .. })
    }

    pub(super) fn settle(&mut self, stored: Option<Stored>) {
        let creates = matches!(self, Self::Change { creates: true, .. });
        *self = match stored {
            Some(stored) if !stored.deleted => Self::Done { stored, created: creates },
            _ => Self::Gone,
        };
    }
}

/// An entry with the id it will have.
struct Named<'e> {
    entry: &'e Entry,
    resource_type: String,
    id: String,
    /// What stands there already, for a create that found its match.
    found: Option<Stored>,
    creates: bool,
}

/// What every entry comes to, by its place in the Bundle, and what was noticed.
pub(super) type Plan = (Vec<(usize, Planned)>, Vec<Problem>);

/// Plans every entry of a transaction, in processing order.
///
/// # Errors
/// [`Failure::Refused`] with every problem found; nothing has been written then.
pub(super) fn plan(
    record: &Record,
    access: &Access,
    look: Look<'_>,
    raw: &RawId,
    entries: &[Entry],
) -> Result<Plan, Failure> {
    let mut problems = structure(entries);
    problems = forbid(problems)?;
    let heads = Heads::of(record, access, entries)?;
    let mut named = Vec::with_capacity(entries.len());
    for entry in entries {
        named.push(name(record, access, &heads, entry)?);
    }
    let known = full_urls(&named);
    let patients = patients(&named);
    let mut references = References { record, access, look, known, patients, heads };
    let mut planned = Vec::with_capacity(entries.len());
    for entry in &named {
        let outcome = plan_entry(&mut references, raw, entry, &mut problems)?;
        planned.push((entry.entry.index, outcome));
    }
    Ok((planned, forbid(problems)?))
}

fn structure(entries: &[Entry]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for entry in entries {
        let place = || format!("{}.request", entry.place);
        if entry.method == Method::Head {
            let text = "HEAD is not supported inside a Bundle";
            problems.push(Problem::error("not-supported", place(), text));
        }
        let is_put = entry.method == Method::Put;
        if is_put && entry.if_none_match.as_deref().is_some_and(|tag| tag != "*") {
            let text = "an update takes no If-None-Match but `*`";
            problems.push(Problem::error("bad-value", place(), text));
        }
        if let Some(resource) = &entry.resource {
            problems.extend(check::check_at(resource, &place_of(entry)));
        }
    }
    problems
}

/// A Bundle's entry holds its resource one level down; a resource alone is its own place.
fn place_of(entry: &Entry) -> String {
    if entry.place.starts_with("Bundle.entry") {
        return format!("{}.resource", entry.place);
    }
    entry.place.clone()
}

fn name<'e>(
    record: &Record,
    access: &Access,
    heads: &Heads,
    entry: &'e Entry,
) -> Result<Named<'e>, Failure> {
    let resource_type = entry.url.resource_type.clone().unwrap_or_default();
    let condition = match entry.method {
        Method::Post => entry.if_none_exist.as_deref(),
        Method::Get | Method::Head => None,
        _ if entry.url.id.is_none() => entry.url.query.as_deref(),
        _ => None,
    };
    let found = match condition {
        Some(condition) => only_match(record, access, &resource_type, condition, &entry.place)?,
        None => None,
    };
    let sent = entry.resource.as_ref().and_then(formats::fhir::access::id);
    if let (Method::Put, Some(stored), Some(sent)) = (entry.method, &found, sent)
        && stored.reference.id != sent
    {
        let text = "the condition matches a resource with another id";
        let place = format!("{}.id", place_of(entry));
        return Err(Failure::Refused(vec![Problem::error("id-mismatch", place, text)]));
    }
    let id = match (&found, &entry.url.id, entry.method) {
        (Some(stored), _, _) => stored.reference.id.clone(),
        (None, Some(id), _) => id.clone(),
        (None, None, Method::Put) => sent.map_or_else(|| record.new_id(), str::to_owned),
        (None, None, _) => record.new_id(),
    };
    let creates = match entry.method {
        Method::Post => found.is_none(),
        _ if found.is_some() => false,
        _ => heads.get(&resource_type, &id).is_none(),
    };
    Ok(Named { entry, resource_type, id, found, creates })
}

fn full_urls(named: &[Named]) -> BTreeMap<String, String> {
    named
        .iter()
        .flat_map(|n| {
            let target = format!("{}/{}", n.resource_type, n.id);
            n.entry.names().into_iter().map(move |name| (name, target.clone()))
        })
        .collect()
}

fn patients(named: &[Named]) -> BTreeSet<String> {
    named
        .iter()
        .filter(|n| n.resource_type == "Patient" && n.entry.method != Method::Delete)
        .map(|n| format!("Patient/{}", n.id))
        .collect()
}

fn plan_entry(
    references: &mut References,
    raw: &RawId,
    named: &Named,
    problems: &mut Vec<Problem>,
) -> Result<Planned, Failure> {
    let entry = named.entry;
    let condition = condition(entry, problems);
    match entry.method {
        Method::Post if named.found.is_some() => Ok(match named.found.clone() {
            Some(stored) => Planned::Done { stored, created: false },
            None => Planned::Gone,
        }),
        Method::Post | Method::Put => {
            let Some(resource) = entry.resource.clone() else { return Ok(Planned::Gone) };
            let condition = match entry.method {
                Method::Post => Condition::Absent,
                _ => condition,
            };
            let document = Document { value: resource, literals: entry.literals.clone() };
            change(references, raw, named, document, condition, problems)
        }
        Method::Patch => {
            let stored = current(references, named)?;
            let version = stored.reference.version;
            require_version(condition, version, &entry.place)?;
            let document = by_binary(entry.resource.as_ref(), &stored, &place_of(entry))?;
            change(references, raw, named, document, Condition::Version(version), problems)
        }
        Method::Delete if named.creates => Ok(Planned::Gone),
        Method::Delete => {
            let (resource_type, id) = (named.resource_type.clone(), named.id.clone());
            let change = Some(ResourceChange::Delete { resource_type, id, condition });
            Ok(Planned::Change { change, creates: false })
        }
        Method::Get | Method::Head => read(references, named),
    }
}

/// A new version: its references settled, its facts read.
fn change(
    references: &mut References,
    raw: &RawId,
    named: &Named,
    document: Document,
    condition: Condition,
    problems: &mut Vec<Problem>,
) -> Result<Planned, Failure> {
    let Document { value: mut resource, literals } = document;
    set_id(&mut resource, &named.id);
    let place = place_of(named.entry);
    references.settle(&mut resource, &place, problems)?;
    let (facts, noticed) = facts::facts_of(&resource, Some(raw.clone()), &place);
    problems.extend(noticed);
    let change = Some(ResourceChange::Put { resource, literals, facts, condition });
    Ok(Planned::Change { change, creates: named.creates })
}

/// The version that stands now.
fn current(references: &References, named: &Named) -> Result<Stored, Failure> {
    let place = format!("{}.request.url", named.entry.place);
    standing(references.record, references.access, &named.resource_type, &named.id, &place)
}

fn read(references: &References, named: &Named) -> Result<Planned, Failure> {
    let entry = named.entry;
    if entry.url.id.is_none() || entry.url.rest.is_some() || entry.url.query.is_some() {
        // Refused now rather than answered with a failure once the others are filed.
        (references.look)(&entry.url).map_err(|mut problems| {
            for problem in &mut problems {
                problem.place = format!("{}.request.url: {}", entry.place, problem.place);
            }
            Failure::Refused(problems)
        })?;
        return Ok(Planned::Asked(entry.url.clone()));
    }
    let stored = current(references, named)?;
    let tag = format!("W/\"{}\"", stored.reference.version);
    if entry.if_none_match.as_deref() == Some(tag.as_str()) {
        return Ok(Planned::Unchanged(stored));
    }
    Ok(Planned::Found(stored))
}

fn condition(entry: &Entry, problems: &mut Vec<Problem>) -> Condition {
    if entry.method == Method::Put && entry.if_none_match.is_some() {
        return Condition::Absent;
    }
    let Some(tag) = &entry.if_match else { return Condition::Any };
    let digits = tag.trim_start_matches("W/").trim_matches('"');
    if let Ok(version) = digits.parse() {
        return Condition::Version(version);
    }
    let place = format!("{}.request.ifMatch", entry.place);
    let text = "it is not a version, such as W/\"3\"";
    problems.push(Problem::error("bad-value", place, text));
    Condition::Any
}

fn set_id(resource: &mut Value, id: &str) {
    if let Some(object) = resource.as_object_mut() {
        object.insert("id".to_owned(), Value::String(id.to_owned()));
    }
}

/// The answer to an entry.
pub(super) fn answer(base: &str, planned: Planned) -> TransactionAnswer {
    match planned {
        Planned::Done { stored, created } => TransactionAnswer {
            status: if created { "201 Created" } else { "200 OK" }.to_owned(),
            location: Some(format!("{base}/{}", stored.reference)),
            etag: Some(format!("W/\"{}\"", stored.reference.version)),
            last_modified: Some(stored.recorded),
            ..TransactionAnswer::default()
        },
        Planned::Found(stored) => TransactionAnswer {
            status: "200 OK".to_owned(),
            etag: Some(format!("W/\"{}\"", stored.reference.version)),
            last_modified: Some(stored.recorded),
            body: Some(stored.body),
            ..TransactionAnswer::default()
        },
        Planned::Unchanged(stored) => TransactionAnswer {
            status: "304 Not Modified".to_owned(),
            etag: Some(format!("W/\"{}\"", stored.reference.version)),
            ..TransactionAnswer::default()
        },
        Planned::Answered(answer) => answer,
        Planned::Gone | Planned::Change { .. } | Planned::Asked(_) => {
            TransactionAnswer { status: "204 No Content".to_owned(), ..Default::default() }
        }
    }
}

/// The answer to an entry of a batch that was refused.
pub(super) fn refusal(failure: &Failure) -> TransactionAnswer {
    let (status, problems) = match failure {
        Failure::Refused(problems) if problems.iter().any(|p| p.code == NOT_FOUND) => {
            ("404 Not Found", problems.clone())
        }
        Failure::Refused(problems) => ("400 Bad Request", problems.clone()),
        Failure::Precondition { place, text } => {
            ("412 Precondition Failed", vec![Problem::error("precondition", place, text)])
        }
        Failure::Record(record::Failure::Denied { .. }) => {
            ("403 Forbidden", vec![Problem::error("forbidden", "", "your role may not do this")])
        }
        Failure::Record(record::Failure::Conflict { place, .. }) => {
            let text = "another version stands there";
            ("412 Precondition Failed", vec![Problem::error("conflict", place, text)])
        }
        _ => {
            let text = "the entry could not be filed";
            ("500 Internal Server Error", vec![Problem::error("exception", "", text)])
        }
    };
    TransactionAnswer {
        status: status.to_owned(),
        outcome: Some(outcome_of_problems(&problems, None)),
        ..TransactionAnswer::default()
    }
}
