//! The filing worker: archived messages become resources and facts, in the order of arrival.

use crate::failure::Failure;
use crate::feed::Feed;
use crate::matching::{Claimed, Match, decide};
use crate::oru::{Context, Filing, filings};
use crate::receive::{HL7_V2, bounded, feed_access};
use crate::variants::{Tools, file_variants, is_variants};
use crate::vendor;
use crate::version::{self, Earlier, Objection, standing};
use formats::fhir::facts::facts_of;
use formats::hl7v2::Message;
use formats::hl7v2::oru::{self, Oru, Settings};
use genomics::reference::References;
use knowledge::Pack;
use model::patient::{Identifier, Patient};
use model::problem::first_error;
use model::{PatientId, Problem, TenantId};
use record::{Access, Commit, Condition, NewReview, RawMessage, RawState, Record, ResourceChange};
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
    references: References,
}

impl Worker {
    /// A worker for these feeds; a message of another feed is read like a production feed's.
    pub fn new(record: Record, pack: Arc<Pack>, feeds: Vec<Feed>, tenant: &TenantId) -> Self {
        Self {
            record,
            pack,
            feeds,
            fallback: Feed::production("other", tenant),
            references: References::default(),
        }
    }

    /// The same, with reference sequences for variant files.
    #[must_use]
    pub fn with_references(self, references: References) -> Self {
        Self { references, ..self }
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
        // Asked often and answered "no" nearly always: only reading what waits is audited.
        while self.record.is_raw_waiting(&access)? {
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
                None if waiting.is_empty() => break,
                _ => {}
            }
        }
        Ok(done)
    }

    /// Files one archived message.
    ///
    /// # Errors
    /// When the record fails.
    pub fn file(&self, message: &RawMessage) -> Result<Outcome, Failure> {
        let id = &message.summary.feed;
        let feed = self.feeds.iter().find(|feed| feed.id == *id).unwrap_or(&self.fallback);
        let access = feed_access(feed);
        let filed = if is_variants(&message.summary.media_type) {
            let tools = Tools { pack: &self.pack, references: &self.references };
            file_variants(&self.record, &access, tools, message)
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

/// Reads, matches and files one HL7 v2 result, or one report in a laboratory's own format.
///
/// # Errors
/// When the record fails.
pub fn file_message(record: &Record, feed: &Feed, raw: &RawMessage) -> Result<Outcome, Failure> {
    if vendor::is_report(&raw.summary.media_type) {
        return vendor::file_report(record, feed, raw);
    }
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
    let build = |context: &Context<'_>| filings(&oru, context);
    settle(record, feed, raw, &claimed(feed, &oru), problems, &build)
}

/// Matches what was read to its patient and files it, or leaves it to a person.
pub(crate) fn settle(
    record: &Record,
    feed: &Feed,
    raw: &RawMessage,
    claimed: &Claimed,
    mut problems: Vec<Problem>,
    build: &dyn Fn(&Context<'_>) -> Vec<Filing>,
) -> Result<Outcome, Failure> {
    let access = feed_access(feed);
    let found = record.find_patients(&access, &claimed.identifiers)?;
    let patient = match decide(claimed, &found) {
        Match::Sure(patient) => patient,
        Match::Review { reason, candidates } => {
            let candidates = candidates.into_iter().map(|(id, _)| PatientId::new(id)).collect();
            review(record, &access, raw, ("unmatched", &reason), candidates, problems)?;
            return Ok(Outcome::Review(reason));
        }
    };
    let context = Context {
        tenant: &feed.tenant,
        feed: &feed.id,
        patient: &patient.id,
        raw: &raw.summary.id,
        sha256: &raw.summary.sha256,
        received: raw.summary.received,
    };
    let filings = with_earlier(record, &access, build(&context))?;
    if let Some(objection) = version::objection(record, &access, &patient.id, &filings)? {
        let Objection { word, reason, patients } = objection;
        review(record, &access, raw, (word, reason), patients, problems)?;
        return Ok(Outcome::Review(reason.to_owned()));
    }
    let changes = changes(record, &access, raw, &filings, &mut problems)?;
    let commit = Commit {
        cursor: None,
        reviews: discordances(&filings, &changes, raw, &patient.id),
        changes,
        raw: Some((raw.summary.id.clone(), RawState::Filed, bounded(problems))),
    };
    match record.commit(&access, commit) {
        // Another process has just filed it.
        Err(record::Failure::Conflict { place, .. }) if place.starts_with("raw/") => {}
        done => drop(done?),
    }
    Ok(Outcome::Filed(patient.id))
}

/// What a person has to look at although it is filed; once, when it is new.
fn discordances(
    filings: &[(Filing, Earlier)],
    changes: &[ResourceChange],
    raw: &RawMessage,
    patient: &PatientId,
) -> Vec<NewReview> {
    let is_new = changes.iter().any(|change| match change {
        ResourceChange::Put { resource, .. } => {
            formats::fhir::access::resource_type(resource) == Some("Observation")
        }
        ResourceChange::Delete { .. } => false,
    });
    let found: Vec<Problem> =
        filings.iter().flat_map(|(filing, _)| filing.discordant.iter().cloned()).collect();
    if !is_new || found.is_empty() {
        return Vec::new();
    }
    vec![NewReview {
        reason: "discordant".to_owned(),
        raw: Some(raw.summary.id.clone()),
        patient: Some(patient.clone()),
        candidates: Vec::new(),
        text: "parts of a report disagree; what only one of them has is filed as preliminary"
            .to_owned(),
        problems: bounded(found),
    }]
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
    let claimed = if vendor::is_report(&raw.summary.media_type) {
        vendor::stated(&feed, raw)?
    } else {
        let (oru, _) = read(&feed, raw).ok()?;
        claimed(&feed, &oru)
    };
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
    candidates: Vec<PatientId>,
    problems: Vec<Problem>,
) -> Result<(), Failure> {
    let problems = bounded(problems);
    let review = NewReview {
        reason: word.to_owned(),
        raw: Some(raw.summary.id.clone()),
        patient: None,
        candidates,
        text: reason.to_owned(),
        problems: problems.clone(),
    };
    let commit = Commit {
        cursor: None,
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

fn with_earlier(
    record: &Record,
    access: &Access,
    filings: Vec<Filing>,
) -> Result<Vec<(Filing, Earlier)>, Failure> {
    let found = filings.into_iter().map(|filing| {
        let earlier = Earlier::of(record, access, &filing)?;
        Ok((filing, earlier))
    });
    found.collect()
}

/// What has to be written: new and changed resources, and the removal of results that an earlier
/// version of the report had and this one has not.
fn changes(
    record: &Record,
    access: &Access,
    raw: &RawMessage,
    filings: &[(Filing, Earlier)],
    problems: &mut Vec<Problem>,
) -> Result<Vec<ResourceChange>, Failure> {
    let mut changes = Vec::new();
    for (filing, earlier) in filings {
        problems.extend(filing.problems.iter().cloned());
        for (resource, place) in &filing.resources {
            let (facts, noticed) = facts_of(resource, Some(raw.summary.id.clone()), place);
            problems.extend(noticed);
            let condition = match earlier {
                Earlier::Never => Some(Condition::Absent),
                Earlier::Deleted | Earlier::Report(_) => standing(record, access, resource)?,
            };
            let Some(condition) = condition else { continue };
            changes.push(ResourceChange::put(resource.clone(), facts, condition));
        }
        let gone = earlier.left_out_of(filing).into_iter();
        changes.extend(gone.map(|(resource_type, id)| {
            let condition = Condition::Any;
            ResourceChange::Delete { resource_type, id, condition }
        }));
    }
    Ok(changes)
}
