//! The FHIR door: create, update and transactions. The body is archived before it is read; it is
//! filed whole or not at all, and every refusal names the entry.

mod entry;
mod patched;
mod query;
mod resolve;

pub use query::term;

use crate::extraction::concordance::until_read;
use crate::failure::Failure;
use crate::receive::bounded;
use entry::{Planned, answer, plan};
use formats::fhir::access::{id, resource_type};
use formats::fhir::build::{TransactionAnswer, transaction_response};
use formats::fhir::bundle::{self, BUNDLE_BYTES_MAX, Entry, Kind, Method, Target, Transaction};
use formats::fhir::json::{self, Document};
use model::problem::first_error;
use model::provenance::Door;
use model::{Problem, RawId};
use record::{Access, Commit, Condition, NewRaw, RawState, Record, ResourceChange, Stored};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Media type of FHIR JSON.
pub const FHIR_JSON: &str = "application/fhir+json";
/// Media type of a JSON Patch (RFC 6902).
pub const JSON_PATCH: &str = "application/json-patch+json";

/// The type that is not filed here.
pub(crate) const SUBSCRIPTION: &str = "Subscription";

/// Code of the problem that a resource is not there.
const NOT_FOUND: &str = "not-found";

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

/// Looks up what an entry with `GET` asks for: searches and histories. Reading by id is done here.
pub type Look<'l> = &'l dyn Fn(&Target) -> Result<TransactionAnswer, Vec<Problem>>;

/// Where nothing is looked up inside a Bundle.
pub fn no_look(_: &Target) -> Result<TransactionAnswer, Vec<Problem>> {
    let text = "only reading by id is supported here";
    Err(vec![Problem::error("not-supported", "", text)])
}

/// What a Bundle came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// One for each entry, in the order of the Bundle.
    pub entries: Vec<TransactionAnswer>,
    /// Whether each entry stood for itself.
    pub is_batch: bool,
}

impl Answers {
    /// The response Bundle.
    pub fn into_bytes(self) -> Vec<u8> {
        transaction_response(self.entries, self.is_batch)
    }
}

/// Files a transaction and answers entry by entry. A batch is filed entry by entry.
///
/// # Errors
/// [`Failure::Refused`] with a problem per faulty entry; nothing of the Bundle is filed then.
pub fn transaction(
    record: &Record,
    access: &Access,
    base: &str,
    look: Look<'_>,
    body: &[u8],
) -> Result<Answers, Failure> {
    record.file_together(|record| {
        let raw = archive(record, access, body)?;
        let result =
            bundle::read(body).map_err(Failure::Refused).and_then(|read| match read.kind {
                Kind::Transaction => {
                    let filed = file(record, access, look, &raw, &read)?;
                    let entries = filed.into_iter().map(|(_, done)| answer(base, done)).collect();
                    Ok(Answers { entries, is_batch: false })
                }
                Kind::Batch => batch(record, access, base, look, &raw, read),
            });
        keep_reason(record, access, &raw, result)
    })
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

/// Files a version of a resource (FHIR R4 update) if the condition of `If-Match` or
/// `If-None-Match` holds.
///
/// # Errors
/// As for [`transaction`]; a version conflict comes as [`Failure::Record`].
pub fn update(
    record: &Record,
    access: &Access,
    kind: &str,
    resource_id: &str,
    condition: Condition,
    body: &[u8],
) -> Result<Written, Failure> {
    let target = target(kind, Some(resource_id));
    one(record, access, Method::Put, target, body, |entry| match condition {
        Condition::Any => {}
        Condition::Absent => entry.if_none_match = Some("*".to_owned()),
        Condition::Version(version) => entry.if_match = Some(format!("W/\"{version}\"")),
    })
}

/// Files the version that a JSON Patch makes of the one that stands; `version` is that of
/// `If-Match`. Two patches at once are laid one on the other or the later is refused: none is lost.
///
/// # Errors
/// As for [`update`]; [`Failure::NotFound`] where nothing stands.
pub fn patch(
    record: &Record,
    access: &Access,
    kind: &str,
    resource_id: &str,
    version: Option<u64>,
    body: &[u8],
) -> Result<Written, Failure> {
    record.file_together(|record| {
        let raw = archive_as(record, access, JSON_PATCH, body)?;
        let result = patch_one(record, access, &raw, (kind, resource_id), version, body);
        keep_reason(record, access, &raw, result)
    })
}

fn patch_one(
    record: &Record,
    access: &Access,
    raw: &RawId,
    (kind, resource_id): (&str, &str),
    version: Option<u64>,
    body: &[u8],
) -> Result<Written, Failure> {
    let stored = record.read(access, kind, resource_id)?.filter(|stored| !stored.deleted);
    let stored = stored.ok_or_else(|| Failure::NotFound(format!("{kind}/{resource_id}")))?;
    let condition = version.map_or(Condition::Any, Condition::Version);
    patched::require_version(condition, stored.reference.version, kind)?;
    let document = patched::patched(&stored, body, kind)?;
    let entry = Entry {
        if_match: Some(format!("W/\"{}\"", stored.reference.version)),
        ..entry_of(Method::Put, target(kind, Some(resource_id)), document)
    };
    file_one(record, access, raw, entry)
}

/// Deletes a resource (FHIR R4 delete); `version` is that of `If-Match`. What it was stays in its
/// history. The deletion, `None` where nothing stood.
///
/// # Errors
/// When the record refuses or fails; a version conflict comes as [`Failure::Record`].
pub fn delete(
    record: &Record,
    access: &Access,
    kind: &str,
    resource_id: &str,
    version: Option<u64>,
) -> Result<Option<Stored>, Failure> {
    let condition = version.map_or(Condition::Any, Condition::Version);
    let (resource_type, id) = (kind.to_owned(), resource_id.to_owned());
    let change = ResourceChange::Delete { resource_type, id, condition };
    let commit = Commit { changes: vec![change], ..Commit::default() };
    Ok(record.commit(access, commit)?.resources.into_iter().flatten().next())
}

/// Files the resource that a search finds, or a new one (FHIR R4 conditional update).
///
/// # Errors
/// As for [`update`]; [`Failure::Precondition`] when several resources match.
pub fn update_where(
    record: &Record,
    access: &Access,
    kind: &str,
    query: &str,
    version: Option<u64>,
    body: &[u8],
) -> Result<Written, Failure> {
    let url = Target { query: Some(query.to_owned()), ..target(kind, None) };
    one(record, access, Method::Put, url, body, |entry| {
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
    record.file_together(|record| {
        let raw = archive(record, access, body)?;
        let result = read_one(method, url, body).and_then(|mut entry| {
            with(&mut entry);
            file_one(record, access, &raw, entry)
        });
        keep_reason(record, access, &raw, result)
    })
}

fn file_one(
    record: &Record,
    access: &Access,
    raw: &RawId,
    entry: Entry,
) -> Result<Written, Failure> {
    let transaction = Transaction { kind: Kind::Transaction, entries: vec![entry] };
    let filed = file(record, access, &no_look, raw, &transaction)?;
    match filed.into_iter().next() {
        Some((_, Planned::Done { stored, created })) => Ok(Written { stored, created }),
        _ => Err(Failure::NotFound("the resource just filed".to_owned())),
    }
}

/// Reads a body that is one resource, and that it is the one the address names.
fn read_one(method: Method, url: Target, body: &[u8]) -> Result<Entry, Failure> {
    let document =
        json::read(body, BUNDLE_BYTES_MAX).map_err(|problem| Failure::Refused(vec![problem]))?;
    let resource = &document.value;
    let refuse = |code: &str, place: String, text: &str| {
        Err(Failure::Refused(vec![Problem::error(code, place, text)]))
    };
    let kind = resource_type(resource).unwrap_or_default().to_owned();
    if url.resource_type.as_deref() != Some(kind.as_str()) {
        let text = "the resource is of another type than the address";
        return refuse("type-mismatch", "resourceType".to_owned(), text);
    }
    let named = url.id.as_deref();
    if method == Method::Put && named.is_some() && id(resource) != named {
        return refuse("id-mismatch", format!("{kind}.id"), "the id is not that of the address");
    }
    Ok(entry_of(method, url, document))
}

fn entry_of(method: Method, url: Target, document: Document) -> Entry {
    Entry {
        index: 0,
        place: url.resource_type.clone().unwrap_or_default(),
        full_url: None,
        method,
        url,
        if_none_exist: None,
        if_match: None,
        if_none_match: None,
        resource: Some(document.value),
        literals: document.literals,
    }
}

/// Raw first. It counts as rejected until the commit that files it says otherwise, so that a
/// crash in between leaves the truth: the sender was not answered.
fn archive(record: &Record, access: &Access, body: &[u8]) -> Result<RawId, Failure> {
    archive_as(record, access, FHIR_JSON, body)
}

fn archive_as(
    record: &Record,
    access: &Access,
    media_type: &str,
    body: &[u8],
) -> Result<RawId, Failure> {
    Ok(record.archive(
        access,
        NewRaw {
            feed: access.actor().to_owned(),
            door: Door::Fhir,
            media_type: media_type.to_owned(),
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
    look: Look<'_>,
    raw: &RawId,
    read: Transaction,
) -> Result<Answers, Failure> {
    let mut refused = Vec::new();
    let mut filed_any = read.entries.is_empty();
    let mut answers = Vec::new();
    for entry in read.entries {
        let (index, place) = (entry.index, entry.place.clone());
        let alone = Transaction { kind: Kind::Transaction, entries: vec![entry] };
        let answered = match file_as(record, access, look, raw, &alone, RawState::Rejected) {
            Ok(filed) => {
                filed_any = true;
                let first = filed.into_iter().next();
                first.map_or_else(Default::default, |(_, done)| answer(base, done))
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
    let entries = answers.into_iter().map(|(_, answered)| answered).collect();
    Ok(Answers { entries, is_batch: true })
}

/// Plans every entry, files what is to be filed in one commit, and gives the outcome of each
/// entry in the order of the Bundle.
fn file(
    record: &Record,
    access: &Access,
    look: Look<'_>,
    raw: &RawId,
    transaction: &Transaction,
) -> Result<Vec<(usize, Planned)>, Failure> {
    file_as(record, access, look, raw, transaction, RawState::Filed)
}

/// A subscription is more than a resource: it is checked, and its secrets are taken out, at an
/// address of its own.
fn refuse_subscriptions(entries: &[Entry]) -> Result<(), Failure> {
    let is_written = |entry: &&Entry| {
        let is_named = entry.url.resource_type.as_deref() == Some(SUBSCRIPTION);
        let is_held = entry.resource.as_ref().and_then(resource_type) == Some(SUBSCRIPTION);
        entry.method != Method::Get && (is_named || is_held)
    };
    let text = "a Subscription is made, changed and deleted on its own, not in a Bundle or a file";
    let refused = entries.iter().filter(is_written);
    let refused = refused.map(|entry| Problem::error("not-supported", &entry.place, text));
    let refused: Vec<Problem> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(Failure::Refused(refused)) }
}

/// As [`file`], with the state that the archived body has afterwards: of a batch it is not yet
/// filed, and a body that is filed takes no second commit.
fn file_as(
    record: &Record,
    access: &Access,
    look: Look<'_>,
    raw: &RawId,
    transaction: &Transaction,
    state: RawState,
) -> Result<Vec<(usize, Planned)>, Failure> {
    refuse_subscriptions(&transaction.entries)?;
    let _one = is_conditional(transaction)
        .then(|| ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner));
    let (mut planned, warnings) = plan(record, access, look, raw, &transaction.entries)?;
    let warnings = bounded(warnings);
    let mut changes: Vec<ResourceChange> =
        planned.iter_mut().filter_map(|(_, planned)| planned.take_change()).collect();
    until_read(record, access, &mut changes)?;
    if changes.is_empty() {
        record.set_raw_state(access, raw, state, &warnings)?;
    } else {
        let commit = Commit {
            cursor: None,
            reading: None,
            changes,
            raw: Some((raw.clone(), state, warnings)),
            reviews: Vec::new(),
        };
        let committed = record.commit(access, commit)?;
        let mut stored = committed.resources.into_iter();
        for (_, planned) in &mut planned {
            if planned.is_pending() {
                planned.settle(stored.next().flatten());
            }
        }
    }
    for (_, planned) in &mut planned {
        if let Planned::Asked(target) = planned {
            *planned = Planned::Answered(look(target).map_err(Failure::Refused)?);
        }
    }
    planned.sort_by_key(|(index, _)| *index);
    Ok(planned)
}

/// Whether what is filed depends on what a search finds.
fn is_conditional(transaction: &Transaction) -> bool {
    transaction.entries.iter().any(|entry| {
        let by_query = entry.method != Method::Get && entry.url.query.is_some();
        let refers = |resource: &Value| !bundle::conditional_references(resource).is_empty();
        entry.if_none_exist.is_some() || by_query || entry.resource.as_ref().is_some_and(refers)
    })
}

/// The problems, if one of them forbids filing.
fn forbid(problems: Vec<Problem>) -> Result<Vec<Problem>, Failure> {
    match first_error(&problems) {
        Some(_) => Err(Failure::Refused(problems)),
        None => Ok(problems),
    }
}
