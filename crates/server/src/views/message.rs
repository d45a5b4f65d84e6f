//! An archived message as its pages show it.

mod lines;
mod parts;

use super::allergies::allergies;
use super::identity::{identity, session};
use super::queue;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use intake::inspect::{self, Found};
use model::fact::FactContent;
use model::{PatientId, RawId};
use record::{RawMessage, RawSummary};
use web::view::{FoundRow, MessageContent, MessageHead, MessageView, SourceView};

/// What is known of a message without opening it.
pub(crate) fn head(summary: &RawSummary) -> MessageHead {
    MessageHead {
        raw: summary.id.clone(),
        sequence: summary.sequence,
        feed: summary.feed.clone(),
        door: summary.door,
        media_type: summary.media_type.clone(),
        peer: summary.peer.clone(),
        control_id: control_id(summary),
        received: summary.received,
        state: summary.state.word().to_owned(),
        sha256: summary.sha256.clone(),
        length_bytes: summary.length_bytes,
        problems: summary.problems.len(),
    }
}

/// The sender's own number: the last part of the key of an HL7 v2 message.
fn control_id(summary: &RawSummary) -> Option<String> {
    let key = summary.message_key.as_deref()?;
    let number = key.contains('\u{1f}').then(|| key.rsplit('\u{1f}').next()).flatten()?;
    (!number.is_empty()).then(|| number.to_owned())
}

/// The page of a message for whoever looks after the feeds.
///
/// # Errors
/// When there is none, or the record fails.
pub(crate) fn message(app: &App, caller: &Caller, id: &RawId) -> Result<MessageView, Error> {
    let raw = app.record().raw(&caller.access, id)?.ok_or_else(Error::not_found)?;
    let feed = app.feed(&raw.summary.feed);
    let (found, problems) = match inspect::found(&feed, &raw) {
        Ok(read) => read,
        Err(problems) => (Vec::new(), problems),
    };
    let words = match &feed.profile {
        Some(profile) => format!("As the profile {profile} of the feed reads it now."),
        None => "As the feed reads it now, without a profile.".to_owned(),
    };
    // What was noticed when it came may be more than what is noticed now.
    let kept = &raw.summary.problems;
    let problems = if kept.is_empty() { problems } else { kept.clone() };
    Ok(MessageView {
        session: session(app, caller)?,
        head: head(&raw.summary),
        profile: feed.profile.as_ref().map(ToString::to_string),
        held: queue::of_message(app, caller, &raw.summary)?,
        now: app.record().now(),
        content: MessageContent {
            found: found.iter().map(found_row).collect(),
            found_words: words,
            problems,
            ..content(&raw)
        },
    })
}

/// The page of a message for whoever cares for the patient.
///
/// # Errors
/// When there is none that the caller may see, or the record fails.
pub(crate) fn source(
    app: &App,
    caller: &Caller,
    patient: &PatientId,
    id: &RawId,
) -> Result<SourceView, Error> {
    let facts = app.record().facts(&caller.access, patient)?;
    let who = facts.iter().find_map(|filed| match &filed.fact.content {
        FactContent::Patient(patient) => Some(patient),
        _ => None,
    });
    let who = who.ok_or_else(Error::not_found)?;
    let raw = app.record().source(&caller.access, patient, id)?.ok_or_else(Error::not_found)?;
    let of_it = facts.iter().filter(|filed| filed.fact.source.raw.as_ref() == Some(id));
    let found = of_it.map(|filed| FoundRow {
        place: filed.fact.source.place.clone(),
        kind: filed.resource.resource_type.clone(),
        lines: vec![inspect::words(&filed.fact)],
        status: Some(filed.fact.status.words()),
    });
    let words = "What stands in the record and came from here. What a later message replaced is \
                 not among it.";
    Ok(SourceView {
        session: session(app, caller)?,
        patient: patient.clone(),
        identity: identity(who),
        allergies: allergies(app, &caller.access, patient)?,
        today: app.record().now().day(),
        head: head(&raw.summary),
        content: MessageContent {
            found: found.collect(),
            found_words: words.to_owned(),
            problems: raw.summary.problems.clone(),
            ..content(&raw)
        },
    })
}

/// What is the same on every page.
fn content(raw: &RawMessage) -> MessageContent {
    let seen = lines::lines(raw);
    let acknowledgement = raw.summary.acknowledgement.as_deref().unwrap_or_default();
    MessageContent {
        lines: seen.lines,
        more_lines: seen.more,
        is_laid_out: seen.is_laid_out,
        segments: parts::segments(raw),
        found: Vec::new(),
        found_words: String::new(),
        problems: Vec::new(),
        acknowledgement: lines::of_acknowledgement(acknowledgement),
    }
}

/// A row of what a message comes to.
pub(crate) fn found_row(found: &Found) -> FoundRow {
    FoundRow {
        place: found.place.clone(),
        kind: found.kind.clone(),
        lines: found.lines.clone(),
        status: found.status.map(model::reported::ResultStatus::words),
    }
}
