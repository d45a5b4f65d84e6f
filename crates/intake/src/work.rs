//! The filing worker: archived messages become resources and facts, in the order of arrival.

use crate::failure::Failure;
use crate::feed::Feed;
use crate::matching::{Claimed, Match, decide};
use crate::oru::{Context, Filing, filings, reference_to};
use crate::receive::{HL7_V2, bounded, feed_access};
use formats::fhir::facts::facts_of;
use formats::hl7v2::Message;
use formats::hl7v2::oru::{self, Oru, Settings};
use knowledge::Pack;
use model::patient::{Identifier, Patient};
use model::problem::first_error;
use model::reported::ResultStatus;
use model::{PatientId, Problem, TenantId};
use record::{Access, Commit, Condition, NewReview, RawMessage, RawState, Record, ResourceChange};
use serde_json::Value;
use std::cmp::Ordering;
use std::sync::Arc;
use std::time::Duration;

/// Messages taken at a time.
const MESSAGES_PER_READ_MAX: u32 = 64;
/// Pause when there is nothing to do, in milliseconds.
const IDLE_MILLISECONDS: u64 = 25;
/// Pause after a failure of the store, in milliseconds.
const FAILED_MILLISECONDS: u64 = 1_000;

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Filed for this patient.
    Filed(PatientId),
    /// A person has to look at it, for this reason.
    Review(String),
    /// It cannot be read as a result.
    Unreadable,
}

/// Files what the doors have archived.
#[derive(Clone, Debug)]
pub struct Worker {
    record: Record,
    pack: Arc<Pack>,
    feeds: Vec<Feed>,
    fallback: Feed,
}

impl Worker {
    /// A worker for these feeds; a message of another feed is read like a production feed's.
    pub fn new(record: Record, pack: Arc<Pack>, feeds: Vec<Feed>, tenant: &TenantId) -> Self {
        Self { record, pack, feeds, fallback: Feed::production("other", tenant) }
    }

    /// Files until `stop` answers true. A failure of the store is logged and tried again: the
    /// message stays where it is.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        while !stop() {
            let pause = match self.work_off() {
                Ok(0) => IDLE_MILLISECONDS,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, "filing failed and will be tried again");
                    FAILED_MILLISECONDS
                }
            };
            std::thread::sleep(Duration::from_millis(pause));
        }
    }

    /// Files everything that waits now; returns how many messages were worked off. A message that
    /// fails does not keep the ones behind it waiting.
    ///
    /// # Errors
    /// When the record fails, the last failure; what was filed before stays filed.
    pub fn work_off(&self) -> Result<usize, Failure> {
        let access = feed_access(&self.fallback);
        let mut done = 0;
        loop {
            let waiting = self.record.raw_waiting(&access, MESSAGES_PER_READ_MAX)?;
            let before = done;
            let mut failed = None;
            for message in &waiting {
                match self.file(message) {
                    Ok(_) => done += 1,
                    Err(failure) => failed = Some(failure),
                }
            }
            match failed {
                Some(failure) if done == before => return Err(failure),
                None if waiting.is_empty() => return Ok(done),
                _ => {}
            }
        }
    }

    /// Files one archived message.
    ///
    /// # Errors
    /// When the record fails.
    pub fn file(&self, message: &RawMessage) -> Result<Outcome, Failure> {
        let id = &message.summary.feed;
        let feed = self.feeds.iter().find(|feed| feed.id == *id).unwrap_or(&self.fallback);
        let access = feed_access(feed);
        let filed = if message.summary.media_type == crate::file::VCF {
            crate::file::file_variants(&self.record, &access, &self.pack, message)
        } else {
            file_message(&self.record, feed, message)
        };
        filed.or_else(|failure| park(&self.record, &access, message, failure))
    }
}

/// A message that the record can never hold is put aside with the reason: trying again would stop
/// every message behind it. What may go better next time is an error still.
fn park(
    record: &Record,
    access: &Access,
    message: &RawMessage,
    failure: Failure,
) -> Result<Outcome, Failure> {
    use record::Failure as Of;
    let Failure::Record(Of::TooMuch { .. } | Of::Invalid { .. } | Of::Sealed { .. }) = &failure
    else {
        return Err(failure);
    };
    tracing::error!(%failure, raw = %message.summary.id, "a message cannot be filed");
    let problem = Problem::error("cannot-be-filed", "message", failure.to_string());
    record.set_raw_state(access, &message.summary.id, RawState::ParseError, &[problem])?;
    Ok(Outcome::Unreadable)
}

/// Reads, matches and files one HL7 v2 result.
///
/// # Errors
/// When the record fails.
pub fn file_message(record: &Record, feed: &Feed, raw: &RawMessage) -> Result<Outcome, Failure> {
    let access = feed_access(feed);
    let (oru, mut problems) = match read(feed, raw) {
        Ok(read) => read,
        Err(problems) => {
            let problems = bounded(problems);
            record.set_raw_state(&access, &raw.summary.id, RawState::ParseError, &problems)?;
            return Ok(Outcome::Unreadable);
        }
    };
    if record.reuses_key(&access, &raw.summary)? {
        let text = "the sender used this control id before, for another message";
        problems.push(Problem::warning("control-id-reused", "MSH-10", text));
    }
    let claimed = claimed(feed, &oru);
    let found = record.find_patients(&access, &claimed.identifiers)?;
    match decide(&claimed, &found) {
        Match::Review { reason, candidates } => {
            review(record, &access, raw, ("unmatched", &reason), candidates, problems)?;
            Ok(Outcome::Review(reason))
        }
        Match::Sure(patient) => {
            let context = Context {
                tenant: &feed.tenant,
                feed: &feed.id,
                patient: &patient.id,
                raw: &raw.summary.id,
                sha256: &raw.summary.sha256,
                received: raw.summary.received,
            };
            let filings = filings(&oru, &context);
            if let Some(reason) = superseded(record, &access, &filings)? {
                let candidates = vec![(patient.id.to_string(), Vec::new())];
                review(record, &access, raw, ("superseded", reason), candidates, problems)?;
                return Ok(Outcome::Review(reason.to_owned()));
            }
            let changes = changes(record, &access, raw, &filings, &mut problems)?;
            let commit = Commit {
                changes,
                raw: Some((raw.summary.id.clone(), RawState::Filed, bounded(problems))),
                reviews: Vec::new(),
            };
            match record.commit(&access, commit) {
                // Another process has just filed it.
                Err(record::Failure::Conflict { place, .. }) if place.starts_with("raw/") => {}
                done => drop(done?),
            }
            Ok(Outcome::Filed(patient.id))
        }
    }
}

fn read(feed: &Feed, raw: &RawMessage) -> Result<(Oru, Vec<Problem>), Vec<Problem>> {
    if raw.summary.media_type != HL7_V2 {
        let text = format!("`{}` is not read from the archive", raw.summary.media_type);
        return Err(vec![Problem::error("media-type", "message", text)]);
    }
    let (message, mut problems) = Message::parse(raw.body.clone());
    let Some(message) = message else { return Err(problems) };
    let settings = Settings { accept_loinc_under: feed.loinc_under.clone(), offset_minutes: None };
    let (oru, noticed) = oru::read(&message, &settings);
    problems.extend(noticed);
    if oru.orders.is_empty() {
        let text = "the result has no OBR segment";
        problems.push(Problem::error("missing-segment", "OBR[1]", text));
    }
    match first_error(&problems) {
        Some(_) => Err(problems),
        None => Ok((oru, problems)),
    }
}

/// Whom the message is about, with the authorities of the feed.
fn claimed(feed: &Feed, oru: &Oru) -> Claimed {
    let patient = &oru.patient;
    Claimed {
        identifiers: patient
            .identifiers
            .iter()
            .filter_map(|typed| {
                let Identifier { authority, value } = &typed.identifier;
                feed.identifier(authority, value)
            })
            .collect(),
        names: patient.names.clone(),
        birth_date: patient.birth_date,
        sex: patient.sex,
    }
}

/// Whom an archived message says it is about, for the review list.
pub fn stated_identity(raw: &RawMessage) -> Option<Patient> {
    let feed = Feed::production(&raw.summary.feed, &TenantId::new(""));
    let (oru, _) = read(&feed, raw).ok()?;
    let claimed = claimed(&feed, &oru);
    Some(Patient {
        id: PatientId::new(""),
        identifiers: claimed.identifiers,
        names: claimed.names,
        birth_date: claimed.birth_date,
        sex: claimed.sex,
    })
}

fn review(
    record: &Record,
    access: &Access,
    raw: &RawMessage,
    (word, reason): (&str, &str),
    candidates: Vec<(String, Vec<String>)>,
    problems: Vec<Problem>,
) -> Result<(), Failure> {
    let problems = bounded(problems);
    let review = NewReview {
        reason: word.to_owned(),
        raw: Some(raw.summary.id.clone()),
        patient: None,
        candidates: candidates.into_iter().map(|(id, _)| PatientId::new(id)).collect(),
        text: reason.to_owned(),
        problems: problems.clone(),
    };
    let commit = Commit {
        changes: Vec::new(),
        raw: Some((raw.summary.id.clone(), RawState::Unmatched, problems)),
        reviews: if is_listed(record, access, raw)? { Vec::new() } else { vec![review] },
    };
    record.commit(access, commit)?;
    Ok(())
}

/// Whether the message waits on the review list already: it was given a second time.
fn is_listed(record: &Record, access: &Access, raw: &RawMessage) -> Result<bool, Failure> {
    if raw.summary.state != RawState::Unmatched {
        return Ok(false);
    }
    let open = record.reviews(access, true)?;
    Ok(open.iter().any(|review| review.entry.raw.as_ref() == Some(&raw.summary.id)))
}

/// Why a message must not take the place of what stands: versions follow each other by the time
/// of release (OBR-22), then by how final they are, then by arrival. What is final is never
/// replaced by what is not yet (HL7 v2.5.1 table 0085: after F come C, D and W only).
fn superseded(
    record: &Record,
    access: &Access,
    filings: &[Filing],
) -> Result<Option<&'static str>, Failure> {
    for filing in filings {
        let stored = record.read(access, "DiagnosticReport", &filing.report_id)?;
        let Some(stored) = stored.filter(|stored| !stored.deleted) else { continue };
        let standing: Value = serde_json::from_slice(&stored.body).unwrap_or_default();
        let status = standing.get("status").and_then(Value::as_str).unwrap_or_default();
        let standing_rank = match status {
            "final" => 1,
            "corrected" | "amended" | "appended" => 2,
            _ => 0,
        };
        let issued = formats::fhir::access::instant(&standing, "issued");
        let later = filing.issued.zip(issued).map(|(incoming, standing)| incoming.cmp(&standing));
        if later == Some(Ordering::Less) {
            return Ok(Some("a later version of this result is filed already"));
        }
        let open = matches!(
            filing.status,
            ResultStatus::Registered
                | ResultStatus::Partial
                | ResultStatus::Preliminary
                | ResultStatus::Unknown
        );
        if open && standing_rank > 0 {
            return Ok(Some("a final version of this result is filed already"));
        }
        let is_first_final = filing.status == ResultStatus::Final && standing_rank == 2;
        if is_first_final && later != Some(Ordering::Greater) {
            return Ok(Some("a corrected version of this result is filed already"));
        }
    }
    Ok(None)
}

/// What has to be written: new and changed resources, and the removal of results that an earlier
/// version of the report had and this one has not.
fn changes(
    record: &Record,
    access: &Access,
    raw: &RawMessage,
    filings: &[Filing],
    problems: &mut Vec<Problem>,
) -> Result<Vec<ResourceChange>, Failure> {
    let mut changes = Vec::new();
    for filing in filings {
        problems.extend(filing.problems.iter().cloned());
        for (resource, place) in &filing.resources {
            let (facts, noticed) = facts_of(resource, Some(raw.summary.id.clone()), place);
            problems.extend(noticed);
            let Some(condition) = standing(record, access, resource)? else { continue };
            changes.push(ResourceChange::Put { resource: resource.clone(), facts, condition });
        }
        changes.extend(withdrawn(record, access, filing)?);
    }
    Ok(changes)
}

/// The condition under which a resource is to be written; `None` if it stands there already.
pub(crate) fn standing(
    record: &Record,
    access: &Access,
    resource: &Value,
) -> Result<Option<Condition>, Failure> {
    let kind = formats::fhir::access::resource_type(resource).unwrap_or_default();
    let id = formats::fhir::access::id(resource).unwrap_or_default();
    // What was taken back by one correction may come again with the next.
    let Some(stored) = record.read(access, kind, id)?.filter(|stored| !stored.deleted) else {
        return Ok(Some(Condition::Absent));
    };
    let same = serde_json::from_slice::<Value>(&stored.body)
        .is_ok_and(|standing| same_content(&standing, resource));
    Ok((!same).then_some(Condition::Version(stored.reference.version)))
}

/// Equal but for what the record itself adds (`meta.versionId`, `meta.lastUpdated`).
fn same_content(standing: &Value, incoming: &Value) -> bool {
    let plain = |value: &Value| {
        let mut value = value.clone();
        if let Some(object) = value.as_object_mut() {
            let empty = object.get_mut("meta").and_then(Value::as_object_mut).is_some_and(|meta| {
                meta.remove("versionId");
                meta.remove("lastUpdated");
                meta.is_empty()
            });
            if empty {
                object.remove("meta");
            }
        }
        value
    };
    plain(standing) == plain(incoming)
}

fn withdrawn(
    record: &Record,
    access: &Access,
    filing: &Filing,
) -> Result<Vec<ResourceChange>, Failure> {
    let stored = record.read(access, "DiagnosticReport", &filing.report_id)?;
    let Some(stored) = stored.filter(|stored| !stored.deleted) else { return Ok(Vec::new()) };
    let standing: Value = serde_json::from_slice(&stored.body).unwrap_or_default();
    let kept: Vec<String> =
        filing.resources.iter().filter_map(|(resource, _)| reference_to(resource)).collect();
    let references = formats::fhir::access::all(&standing, "result.reference");
    let gone = references
        .into_iter()
        .filter_map(Value::as_str)
        .filter(|reference| !kept.iter().any(|kept| kept == reference))
        .filter_map(formats::fhir::access::type_and_id);
    Ok(gone
        .map(|(kind, id)| ResourceChange::Delete {
            resource_type: kind.to_owned(),
            id: id.to_owned(),
            condition: Condition::Any,
        })
        .collect())
}
