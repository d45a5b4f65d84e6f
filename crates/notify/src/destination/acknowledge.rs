//! Application acknowledgements of HL7 v2 in enhanced mode (v2.5.1 §2.9.3.2), as messages of their
//! own. What has to be acknowledged is found in the archive, in the order of arrival and from the
//! place where the destination stands; what is said follows from what has become of the message
//! when it is sent. So neither a crash nor a restart loses one, and the same one has the same id.

use super::compose::Composed;
use super::{Destination, find};
use crate::Failure;
use formats::hl7v2::Message;
use formats::hl7v2::ack::{
    self, ErrorCode, Fault, Mode, Outcome, Reply, application, asks_application,
    is_application_wanted,
};
use model::{Problem, RawId, Severity, Timestamp};
use record::{
    Access, Change, ChangeKind, Dispatch, NewDispatch, RawMessage, RawState, RawSummary, Record,
};

/// Archived messages that are looked at at a time.
const MESSAGES_PER_READ_MAX: u32 = 200;
/// ERR segments of one acknowledgement.
const FAULTS_MAX: usize = 10;
/// What kind of event it is.
const EVENT: &str = "message.acknowledged";
/// What the console and the audit log call what an acknowledgement is of.
const MESSAGE: &str = "Message";

const GONE: &str = "the message is not in the archive any more";
const UNWANTED: &str = "MSH-16 does not ask for what has become of the message since";
const WORKED_ON: &str = "the message is being read again";

/// The acknowledgements behind a place in the archive, and up to where it was looked; `None` if
/// there is nothing new. It stops at the first message that it is not decided of yet, so that
/// acknowledgements keep the order of the messages.
pub(super) fn dispatches(
    record: &Record,
    access: &Access,
    destination: &Destination,
    from: u64,
) -> Result<Option<(u64, Vec<NewDispatch>)>, Failure> {
    // Asked often and answered "no" nearly always: only reading what is there is audited.
    if last(record, access)? <= from {
        return Ok(None);
    }
    let (mut to, mut found) = (from, Vec::new());
    for summary in record.raw_after(access, None, from, MESSAGES_PER_READ_MAX)? {
        if may_ask(destination, &summary) {
            let asking = record.raw(access, &summary.id)?.filter(is_asking);
            match asking.map(|raw| raw.summary.state) {
                Some(RawState::Received) => break,
                Some(_) => found.push(new(destination, &summary)),
                None => {}
            }
        }
        to = summary.sequence;
    }
    Ok((to > from).then_some((to, found)))
}

/// The place of the last message of the archive.
pub(super) fn last(record: &Record, access: &Access) -> Result<u64, Failure> {
    let later = Timestamp::from_micros(record.now().micros().saturating_add(1));
    Ok(record.raw_sequence_at(access, later)?.saturating_sub(1))
}

/// Whether it is a message of one of the feeds that was answered in enhanced mode.
fn may_ask(destination: &Destination, summary: &RawSummary) -> bool {
    let answer = summary.acknowledgement.clone().unwrap_or_default();
    let code = || Message::parse(answer).0.and_then(|answer| answer.value("MSA-1"));
    destination.feeds.contains(&summary.feed) && code().is_some_and(|code| code.starts_with('C'))
}

fn is_asking(raw: &RawMessage) -> bool {
    let message = Message::parse(raw.body.clone()).0;
    message.is_some_and(|message| match decided(&raw.summary, &message) {
        None => asks_application(&message),
        Some((outcome, _)) => is_application_wanted(&message, outcome),
    })
}

fn new(destination: &Destination, summary: &RawSummary) -> NewDispatch {
    NewDispatch {
        id: find::short(["acknowledgement", &destination.id, summary.id.as_str()]),
        event: EVENT.to_owned(),
        change: Change {
            sequence: summary.sequence,
            kind: ChangeKind::Resource,
            resource_type: MESSAGE.to_owned(),
            id: summary.id.as_str().to_owned(),
            version: 1,
            // All of them are one lane: they go in the order of the messages.
            patient: None,
            deleted: false,
        },
    }
}

/// What has become of a message; `None` while nobody knows, and where the accept acknowledgement
/// has said it already.
fn decided(summary: &RawSummary, message: &Message) -> Option<(Outcome, Vec<Fault>)> {
    let problems = &summary.problems;
    Some(match summary.state {
        RawState::Received => return None,
        RawState::Filed | RawState::Duplicate | RawState::Piece => (Outcome::Accepted, Vec::new()),
        RawState::Unmatched => {
            let text = "accepted; it is not filed before a person has decided whose it is";
            (Outcome::Accepted, vec![of_all(ErrorCode::Accepted, Severity::Warning, text)])
        }
        RawState::ParseError | RawState::Quarantined => (Outcome::Failed, faults(problems)),
        RawState::Dismissed => {
            let text = "a person has put the message aside; it is not filed";
            (Outcome::Failed, vec![of_all(ErrorCode::Internal, Severity::Error, text)])
        }
        // CR ends it (§2.9.3.1), unless MSH-15 asked for no such answer.
        RawState::Rejected if ack::is_wanted(message, Outcome::Rejected) => return None,
        RawState::Rejected => (Outcome::Rejected, faults(problems)),
    })
}

fn of_all(code: ErrorCode, severity: Severity, text: &str) -> Fault {
    Fault { place: None, code, severity, text: text.to_owned() }
}

/// Place and stable word of each error: its sentence may hold what the message said of somebody.
fn faults(problems: &[Problem]) -> Vec<Fault> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let said = |problem: &Problem| {
        let text = format!("{}: {}", problem.place, problem.code);
        Fault { text, ..Fault::from(problem) }
    };
    let mut faults: Vec<Fault> = errors.take(FAULTS_MAX).map(said).collect();
    if faults.is_empty() {
        let text = "the message cannot be read";
        faults.push(of_all(ErrorCode::Internal, Severity::Error, text));
    }
    faults
}

/// The acknowledgement of a message as it stands now.
pub(super) fn compose(
    record: &Record,
    access: &Access,
    dispatch: &Dispatch,
    now: Timestamp,
) -> Result<Composed, Failure> {
    let raw = record.raw(access, &RawId::new(&dispatch.change.id))?;
    let Some(raw) = raw else { return Ok(Composed::Nothing(GONE)) };
    let Some(message) = Message::parse(raw.body.clone()).0 else {
        return Ok(Composed::Nothing(GONE));
    };
    if raw.summary.state == RawState::Received {
        return Ok(Composed::Later(WORKED_ON));
    }
    let decided = decided(&raw.summary, &message);
    let wanted = decided.filter(|(outcome, _)| is_application_wanted(&message, *outcome));
    let Some((outcome, faults)) = wanted.filter(|_| Mode::of(&message) == Mode::Enhanced) else {
        return Ok(Composed::Nothing(UNWANTED));
    };
    let reply = Reply { outcome, control_id: &dispatch.id, time: now, faults: &faults };
    Ok(Composed::Body(application(&message, &reply)))
}
