//! The FHIR door: create, update and transactions. The body is archived before it is read; it is
//! filed whole or not at all, and every refusal names the entry.

mod entry;
mod query;
mod resolve;

pub use query::term;

use crate::failure::Failure;
use crate::receive::bounded;
use entry::{Planned, answer, plan};
use formats::fhir::access::{id, resource_type};
use formats::fhir::build::transaction_response;
use formats::fhir::bundle::{self, BUNDLE_BYTES_MAX, Entry, Kind, Method, Target, Transaction};
use formats::fhir::json;
use model::problem::first_error;
use model::provenance::Door;
use model::{Problem, RawId};
use record::{Access, Commit, NewRaw, RawState, Record, ResourceChange, Stored};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Media type of FHIR JSON.
pub const FHIR_JSON: &str = "application/fhir+json";

/// Conditional creates read before they write; one at a time, so that two cannot both find
/// nothing and create twice.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// One resource that was filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The version that stands now.
    pub stored: Stored,
    /// Whether it is the first version.
    pub created: bool,
}

/// Files a transaction and answers with its response Bundle. A batch is filed entry by entry.
///
/// # Errors
/// [`Failure::Refused`] with a problem per faulty entry; nothing of the Bundle is filed then.
pub fn transaction(
    record: &Record,
    access: &Access,
    base: &str,
    body: &[u8],
) -> Result<Value, Failure> {
    let raw = archive(record, access, body)?;
    let result = bundle::read(body).map_err(Failure::Refused).and_then(|read| match read.kind {
        Kind::Transaction => {
            let filed = file(record, access, &raw, &read)?;
            let answers: Vec<_> = filed.iter().map(|(_, done)| answer(base, done)).collect();
            Ok(transaction_response(&answers, false))
        }
        Kind::Batch => batch(record, access, base, &raw, read),
    });
    keep_reason(record, access, &raw, result)
}

/// Files one new resource (FHIR R4 create); `if_none_exist` is the query of that header.
///
/// # Errors
/// As for [`transaction`]; [`Failure::Precondition`] when several resources match.
pub fn create(
    record: &Record,
    access: &Access,
    kind: &str,
    if_none_exist: Option<&str>,
    body: &[u8],
) -> Result<Written, Failure> {
    let target = target(kind, None);
    one(record, access, Method::Post, target, body, |entry| {
        entry.if_none_exist = if_none_exist.map(str::to_owned);
    })
}

/// Files a version of a resource (FHIR R4 update); `version` is that of `If-Match`.
///
/// # Errors
/// As for [`transaction`]; a version conflict comes as [`Failure::Record`].
pub fn update(
    record: &Record,
    access: &Access,
    kind: &str,
    resource_id: &str,
    version: Option<u64>,
    body: &[u8],
) -> Result<Written, Failure> {
    let target = target(kind, Some(resource_id));
    one(record, access, Method::Put, target, body, |entry| {
        entry.if_match = version.map(|version| format!("W/\"{version}\""));
    })
}

fn target(kind: &str, resource_id: Option<&str>) -> Target {
    Target {
        resource_type: Some(kind.to_owned()),
        id: resource_id.map(str::to_owned),
        rest: None,
        query: None,
    }
}

fn one(
    record: &Record,
    access: &Access,
    method: Method,
    url: Target,
    body: &[u8],
    with: impl FnOnce(&mut Entry),
) -> Result<Written, Failure> {
    let raw = archive(record, access, body)?;
    let result = read_one(method, url, body).and_then(|mut entry| {
        with(&mut entry);
        let transaction = Transaction { kind: Kind::Transaction, entries: vec![entry] };
        let filed = file(record, access, &raw, &transaction)?;
        match filed.into_iter().next() {
            Some((_, Planned::Done { stored, created })) => Ok(Written { stored, created }),
            _ => Err(Failure::NotFound("the resource just filed".to_owned())),
        }
    });
    keep_reason(record, access, &raw, result)
}

/// Reads a body that is one resource, and that it is the one the address names.
fn read_one(method: Method, url: Target, body: &[u8]) -> Result<Entry, Failure> {
    let document =
        json::read(body, BUNDLE_BYTES_MAX).map_err(|problem| Failure::Refused(vec![problem]))?;
    let resource = document.value;
    let refuse = |code: &str, place: String, text: &str| {
        Err(Failure::Refused(vec![Problem::error(code, place, text)]))
    };
    let kind = resource_type(&resource).unwrap_or_default().to_owned();
    if url.resource_type.as_deref() != Some(kind.as_str()) {
        let text = "the resource is of another type than the address";
        return refuse("type-mismatch", "resourceType".to_owned(), text);
    }
    if method == Method::Put && id(&resource) != url.id.as_deref() {
        return refuse("id-mismatch", format!("{kind}.id"), "the id is not that of the address");
    }
    Ok(Entry {
        index: 0,
        place: kind,
        full_url: None,
        method,
        url,
        if_none_exist: None,
        if_match: None,
        if_none_match: None,
        resource: Some(resource),
        literals: document.literals,
    })
}

/// Raw first. It counts as rejected until the commit that files it says otherwise, so that a
/// crash in between leaves the truth: the sender was not answered.
fn archive(record: &Record, access: &Access, body: &[u8]) -> Result<RawId, Failure> {
    Ok(record.archive(
        access,
        NewRaw {
            feed: access.actor().to_owned(),
            door: Door::Fhir,
            media_type: FHIR_JSON.to_owned(),
            message_key: None,
            peer: access.actor().to_owned(),
            body: body.to_vec(),
            state: RawState::Rejected,
        },
    )?)
}

/// Writes down beside the archived body why it was refused.
fn keep_reason<T>(
    record: &Record,
    access: &Access,
    raw: &RawId,
    result: Result<T, Failure>,
) -> Result<T, Failure> {
    if let Err(failure) = &result {
        let problems = match failure {
            Failure::Refused(problems) => bounded(problems.clone()),
            Failure::Precondition { place, text } => {
                vec![Problem::error("precondition", place, text)]
            }
            Failure::Record(record::Failure::Conflict { place, .. }) => {
                vec![Problem::error("conflict", place, "another version stands there")]
            }
            Failure::Record(record::Failure::Invalid { place, text }) => {
                vec![Problem::error("bad-value", place, text)]
            }
            Failure::Record(record::Failure::TooMuch { place, limit }) => {
                vec![Problem::error("too-much", place, format!("more than {limit}"))]
            }
            _ => return result,
        };
        record.set_raw_state(access, raw, RawState::Rejected, &problems)?;
    }
    result
}

/// Each entry for itself. The body counts as filed once every entry has been tried and one of
/// them could be filed; why the others could not is kept with it.
fn batch(
    record: &Record,
    access: &Access,
    base: &str,
    raw: &RawId,
    read: Transaction,
) -> Result<Value, Failure> {
    let mut refused = Vec::new();
    let mut filed_any = read.entries.is_empty();
    let mut answers = Vec::new();
    for entry in read.entries {
        let (index, place) = (entry.index, entry.place.clone());
        let alone = Transaction { kind: Kind::Transaction, entries: vec![entry] };
        let answered = match file_as(record, access, raw, &alone, RawState::Rejected) {
            Ok(filed) => {
                filed_any = true;
                filed.first().map_or_else(Default::default, |(_, done)| answer(base, done))
            }
            Err(failure) => {
                refused.push(Problem::warning("entry-refused", place, failure.to_string()));
                entry::refusal(&failure)
            }
        };
        answers.push((index, answered));
    }
    let state = if filed_any { RawState::Filed } else { RawState::Rejected };
    record.set_raw_state(access, raw, state, &bounded(refused))?;
    answers.sort_by_key(|(index, _)| *index);
    let answers: Vec<_> = answers.into_iter().map(|(_, answered)| answered).collect();
    Ok(transaction_response(&answers, true))
}

/// Plans every entry, files what is to be filed in one commit, and gives the outcome of each
/// entry in the order of the Bundle.
fn file(
    record: &Record,
    access: &Access,
    raw: &RawId,
    transaction: &Transaction,
) -> Result<Vec<(usize, Planned)>, Failure> {
    file_as(record, access, raw, transaction, RawState::Filed)
}

/// As [`file`], with the state that the archived body has afterwards: of a batch it is not yet
/// filed, and a body that is filed takes no second commit.
fn file_as(
    record: &Record,
    access: &Access,
    raw: &RawId,
    transaction: &Transaction,
    state: RawState,
) -> Result<Vec<(usize, Planned)>, Failure> {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut planned, warnings) = plan(record, access, raw, &transaction.entries)?;
    let warnings = bounded(warnings);
    let changes: Vec<ResourceChange> =
        planned.iter_mut().filter_map(|(_, planned)| planned.take_change()).collect();
    if changes.is_empty() {
        record.set_raw_state(access, raw, state, &warnings)?;
    } else {
        let commit =
            Commit { changes, raw: Some((raw.clone(), state, warnings)), reviews: Vec::new() };
        let committed = record.commit(access, commit)?;
        let mut stored = committed.resources.into_iter();
        for (_, planned) in &mut planned {
            if planned.is_pending() {
                planned.settle(stored.next().flatten());
            }
        }
    }
    planned.sort_by_key(|(index, _)| *index);
    Ok(planned)
}

/// The problems, if one of them forbids filing.
fn forbid(problems: Vec<Problem>) -> Result<Vec<Problem>, Failure> {
    match first_error(&problems) {
        Some(_) => Err(Failure::Refused(problems)),
        None => Ok(problems),
    }
}
