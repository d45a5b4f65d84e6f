//! The filing worker: archived messages become resources and facts, in the order of arrival where
//! they have anything in common.

mod lanes;
mod settled;
mod whose;

use crate::adt;
use crate::content::{Content, claimed, parse};
use crate::difference::Read;
use crate::dropped;
use crate::extraction::concordance::{Name, name_of, waiting};
use crate::extraction::holds_document;
use crate::failure::Failure;
use crate::feed::{Feed, Feeds};
use crate::hold;
use crate::order;
use crate::oru::{Context, Filing};
use crate::part_id;
use crate::reading::Reading;
use crate::receive::{bounded, feed_access};
use crate::unmapped;
use crate::variants::{Tools, file_variants, is_variants};
use crate::vendor;
use crate::version::{self, Earlier, Objection, standing};
use formats::fhir::facts::facts_of;
use formats::hl7v2::oru::Lookups;
use genomics::reference::References;
use knowledge::Pack;
use lanes::lanes;
use model::patient::Patient;
use model::{PatientId, Problem, TenantId};
use record::{Access, Commit, Condition, NewReview, RawMessage, RawState, Record, ResourceChange};
use settled::finish_each;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub use settled::Outcome;
pub(crate) use settled::{Settled, is_filed_already};
pub(crate) use whose::{Matched, Whose, matched, patient_of};

/// Messages taken at a time.
const MESSAGES_PER_READ_MAX: u32 = 256;
/// Pause when there is nothing to do, in milliseconds.
const IDLE_MILLISECONDS: u64 = 25;
/// Pause after a failure of the store, in milliseconds.
const FAILED_MILLISECONDS: u64 = 1_000;

/// Files what the doors have archived.
#[derive(Clone, Debug)]
pub struct Worker {
    record: Record,
    pack: Arc<Pack>,
    feeds: Feeds,
    fallback: Feed,
    references: References,
    waits_for_documents: bool,
}

impl Worker {
    /// A worker for these feeds; a message of another feed is read like a production feed's.
    pub fn new(
        record: Record,
        pack: Arc<Pack>,
        feeds: impl Into<Feeds>,
        tenant: &TenantId,
    ) -> Self {
        Self {
            record,
            pack,
            feeds: feeds.into(),
            fallback: Feed::production("other", tenant),
            references: References::default(),
            waits_for_documents: false,
        }
    }

    /// The same beside something that reads documents: results that a document comes with are
    /// preliminary until it was read and compared with them.
    #[must_use]
    pub fn waiting_for_documents(self) -> Self {
        Self { waits_for_documents: true, ..self }
    }

    /// The same, with reference sequences for variant files.
    #[must_use]
    pub fn with_references(self, references: References) -> Self {
        Self { references, ..self }
    }

    /// Files until `stop` answers true. A failure of the store is logged and tried again: the
    /// message stays where it is.
    pub fn follow(&self, stop: &dyn Fn() -> bool) {
        for feed in &self.feeds.all() {
            match unmapped::requeue(&self.record, feed) {
                Ok(0) => {}
                Ok(messages) => tracing::info!(feed = feed.id, messages, "read again"),
                Err(error) => tracing::error!(%error, feed = feed.id, "not read again"),
            }
        }
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
            for step in lanes(&waiting) {
                let (filed, failure) = self.go_through(&step);
                done += filed;
                failed = failure.or(failed);
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
        let feed = &self.feed_of(message);
        let access = feed_access(feed);
        let filed = if is_variants(&message.summary.media_type) {
            let tools = Tools { pack: &self.pack, references: &self.references };
            file_variants(&self.record, &access, tools, message)
        } else {
            self.record.file_together(|record| file_message(record, feed, message))
        };
        filed.or_else(|failure| park(&self.record, &access, message, failure))
    }

    /// The feed that a message came by, as it is read here.
    fn feed_of(&self, message: &RawMessage) -> Feed {
        let named = self.feeds.get(&message.summary.feed);
        let feed = named.as_deref().unwrap_or(&self.fallback);
        Feed { waits_for_documents: self.waits_for_documents, ..feed.clone() }
    }

    /// Files messages that have nothing in common, none of them variants, and waits for the disk
    /// once; what became of each, in their order.
    fn file_some(
        &self,
        messages: &[&RawMessage],
    ) -> Result<Vec<Result<Outcome, Failure>>, Failure> {
        let feeds: Vec<Feed> = messages.iter().map(|message| self.feed_of(message)).collect();
        let filed = self.record.file_together(|record| {
            let each = messages.iter().zip(&feeds);
            Ok::<_, Failure>(finish_each(each.map(|(raw, feed)| settle_message(record, feed, raw))))
        })?;
        let park = |(filed, (message, feed)): (Result<_, _>, (&&RawMessage, &Feed))| {
            filed.or_else(|failure| park(&self.record, &feed_access(feed), message, failure))
        };
        Ok(filed.into_iter().zip(messages.iter().zip(&feeds)).map(park).collect())
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
    settle_message(record, feed, raw)?.finish()
}

/// Reads and matches one, and finds out what is to be filed of it.
fn settle_message(record: &Record, feed: &Feed, raw: &RawMessage) -> Result<Settled, Failure> {
    if vendor::is_report(&raw.summary.media_type) {
        return vendor::settle_report(record, feed, raw);
    }
    if dropped::is_document(&raw.summary.media_type) {
        return dropped::settle_document(record, feed, raw);
    }
    let access = feed_access(feed);
    let (message, mut problems) = match parse(raw) {
        Ok(parsed) => parsed,
        Err(problems) => return unreadable(record, &access, raw, problems).map(Settled::Done),
    };
    if record.reuses_key(&access, &raw.summary)? {
        let text = "the sender used this control id before, for another message";
        problems.push(Problem::warning("control-id-reused", "MSH-10", text));
    }
    if message.kind().0 == "ADT" {
        return adt::file(record, feed, raw, &message, problems).map(Settled::Done);
    }
    let settings = feed.settings();
    let (content, problems) = match Content::read(feed, &settings, &message, problems) {
        Ok(read) => read,
        Err(problems) => return unreadable(record, &access, raw, problems).map(Settled::Done),
    };
    let whose = Whose::Claimed(claimed(feed, content.oru()));
    let build = |context: &Context<'_>| content.filings(context);
    settle(record, feed, raw, (&whose, Some(&settings.lookups)), problems, &build)
}

fn unreadable(
    record: &Record,
    access: &Access,
    raw: &RawMessage,
    problems: Vec<Problem>,
) -> Result<Outcome, Failure> {
    record.set_raw_state(access, &raw.summary.id, RawState::ParseError, &bounded(problems))?;
    Ok(Outcome::Unreadable)
}

/// A message as a profile reads it, with nothing done yet.
pub(crate) fn readable(feed: &Feed, raw: &RawMessage) -> Result<Read, Vec<Problem>> {
    let (message, problems) = parse(raw)?;
    let settings = feed.settings();
    let (content, problems) = Content::read(feed, &settings, &message, problems)?;
    let whose = Whose::Claimed(claimed(feed, content.oru()));
    let build = Box::new(move |context: &Context<'_>| content.filings(context));
    Ok(Read { whose, problems, build, lookups: Some(settings.lookups) })
}

/// Matches what was read to its patient and makes it ready to be filed, or leaves it to a person.
pub(crate) fn settle(
    record: &Record,
    feed: &Feed,
    raw: &RawMessage,
    (whose, lookups): (&Whose, Option<&Lookups>),
    mut problems: Vec<Problem>,
    build: &dyn Fn(&Context<'_>) -> Vec<Filing>,
) -> Result<Settled, Failure> {
    let access = feed_access(feed);
    let known = match matched(record, &access, whose)? {
        Ok(known) => known,
        Err((reason, candidates)) => {
            review(record, &access, raw, ("unmatched", &reason), candidates, problems)?;
            return Ok(Settled::Done(Outcome::Review(reason)));
        }
    };
    let patient = known.patient.clone();
    let context = Context {
        tenant: &feed.tenant,
        feed: &feed.id,
        profile: feed.profile.as_ref(),
        patient: &patient,
        raw: &raw.summary.id,
        sha256: &raw.summary.sha256,
        received: raw.summary.received,
        former: &part_id::NONE,
    };
    let mut built = part_id::built(record, &access, &context, build)?;
    if let Err(objection) = order::link(record, &access, feed, &patient, &mut built)? {
        let Objection { word, reason, patients } = objection;
        review(record, &access, raw, (word, reason), patients, problems)?;
        return Ok(Settled::Done(Outcome::Review(reason.to_owned())));
    }
    let mut filings = with_earlier(record, &access, built)?;
    if let Some(objection) = version::objection(record, &access, &patient, &filings)? {
        let Objection { word, reason, patients } = objection;
        review(record, &access, raw, (word, reason), patients, problems)?;
        return Ok(Settled::Done(Outcome::Review(reason.to_owned())));
    }
    let count: usize =
        filings.iter().map(|(filing, _)| filing.resources.len() + filing.beside.len()).sum();
    let changes = changes(record, feed, raw, &mut filings, &mut problems)?;
    let mut reviews = discordances(&filings, &changes, raw, &patient);
    let alone = unmapped::alone(&problems);
    reviews.extend(unmapped::tasks(record, &access, feed, &raw.summary.id, &problems)?);
    // All that it comes to is written with it, so that it stands until something of it is another.
    let puts = changes.iter().filter(|change| matches!(change, ResourceChange::Put { .. }));
    let is_all_new = puts.count() == count;
    let reading = is_all_new.then(|| Reading::of(feed, (whose, lookups), &known)).flatten();
    let commit = Commit {
        cursor: None,
        reading: reading.map(|reading| reading.to_bytes()),
        reviews,
        changes,
        raw: Some((raw.summary.id.clone(), RawState::Filed, bounded(problems))),
    };
    let settled = Settled::Ready(Box::new(record.ready(&access, commit)?), patient);
    // Nobody else looks for a task while one is on its way.
    if alone.is_some() { settled.finish().map(Settled::Done) } else { Ok(settled) }
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
        reason: DISCORDANT.to_owned(),
        raw: Some(raw.summary.id.clone()),
        patient: Some(patient.clone()),
        candidates: Vec::new(),
        text: "parts of a report disagree; what only one of them has is filed as preliminary"
            .to_owned(),
        problems: bounded(found),
    }]
}

/// Whom an archived message says it is about, for the review list.
pub fn stated_identity(raw: &RawMessage) -> Option<Patient> {
    let feed = Feed::production(&raw.summary.feed, &TenantId::new(""));
    let claimed = if vendor::is_report(&raw.summary.media_type) {
        vendor::stated(&feed, raw)?
    } else {
        let (message, problems) = parse(raw).ok()?;
        match Content::read(&feed, &feed.settings(), &message, problems) {
            Ok((content, _)) => claimed(&feed, content.oru()),
            Err(_) => adt::stated(&feed, &message)?,
        }
    };
    Some(Patient {
        id: PatientId::new(""),
        identifiers: claimed.identifiers,
        names: claimed.names,
        birth_date: claimed.birth_date,
        sex: claimed.sex,
        links: model::patient::Links::default(),
    })
}

pub(crate) fn review(
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
        reading: None,
        changes: Vec::new(),
        raw: Some((raw.summary.id.clone(), RawState::Unmatched, problems)),
        reviews: if is_listed(record, access, raw)? { Vec::new() } else { vec![review] },
    };
    record.commit(access, commit)?;
    Ok(())
}

/// Reasons of entries about messages that are filed: they stay when a message is.
const BESIDE: [&str; 4] = [unmapped::WORD, DISCORDANT, adt::MERGED_WORD, adt::UNMERGED_WORD];
/// Reason of an entry about a report whose parts disagree.
const DISCORDANT: &str = "discordant";

/// Whether an entry of the review list is about what keeps its message from being filed.
pub fn is_hold(entry: &NewReview) -> bool {
    entry.raw.is_some() && !BESIDE.contains(&entry.reason.as_str())
}

/// Whether the message waits on the review list already: it was given a second time. Nobody could
/// open an entry about one that has just come.
fn is_listed(record: &Record, access: &Access, raw: &RawMessage) -> Result<bool, Failure> {
    if raw.summary.state == RawState::Received {
        return Ok(false);
    }
    let is_of_it = |entry: &NewReview| entry.raw.as_ref() == Some(&raw.summary.id);
    let open = record.reviews(access, true)?;
    Ok(open.iter().any(|review| is_hold(&review.entry) && is_of_it(&review.entry)))
}

pub(crate) fn with_earlier(
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
/// version of the report had and this one has not. The resources are taken out of the filings.
fn changes(
    record: &Record,
    feed: &Feed,
    raw: &RawMessage,
    filings: &mut [(Filing, Earlier)],
    problems: &mut Vec<Problem>,
) -> Result<Vec<ResourceChange>, Failure> {
    let access = &feed_access(feed);
    let (mut changes, mut documents) = (Vec::new(), Vec::new());
    for (filing, earlier) in filings {
        problems.extend(filing.problems.iter().cloned());
        let gone = earlier.left_out_of(filing).into_iter();
        let own = std::mem::take(&mut filing.resources).into_iter().map(|one| (one, true));
        let beside = std::mem::take(&mut filing.beside).into_iter().map(|one| (one, false));
        for ((resource, place), is_own) in own.chain(beside) {
            let (facts, noticed) = facts_of(&resource, Some(raw.summary.id.clone()), &place);
            problems.extend(noticed);
            let condition = match earlier {
                Earlier::Never if is_own => Some(Condition::Absent),
                _ => standing(record, access, &resource)?,
            };
            let Some(condition) = condition else { continue };
            documents.extend(name_of(&resource).filter(|_| is_own && holds_document(&resource)));
            changes.push(ResourceChange::put(resource, facts, condition));
        }
        changes.extend(gone.map(|(resource_type, id)| {
            let condition = Condition::Any;
            ResourceChange::Delete { resource_type, id, condition }
        }));
    }
    if feed.waits_for_documents && !documents.is_empty() {
        let waiting = waiting(record, access, documents, &changes)?;
        for change in &mut changes {
            until_read(change, &waiting);
        }
    }
    Ok(changes)
}

/// A result is preliminary until the document that comes with it was read: whoever reads it sees
/// the change of the document, and lets go what is held for it.
fn until_read(change: &mut ResourceChange, waiting: &BTreeSet<Name>) {
    let ResourceChange::Put { resource, facts, .. } = change else { return };
    if !name_of(resource).is_some_and(|name| waiting.contains(&name)) {
        return;
    }
    let source = facts.first().map(|fact| fact.source.clone());
    let source = source.map(|source| (source.raw.map(|raw| raw.to_string()), source.place));
    if let Some(held) = hold::until_read(resource, source.clone().unwrap_or_default()) {
        *facts = hold::facts(&held, &source.unwrap_or_default());
        *resource = held;
    }
}
