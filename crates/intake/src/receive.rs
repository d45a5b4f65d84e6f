//! Receiving one HL7 v2 message: archive it durably, then say what became of it.
//!
//! The policy: a message that cannot be a result of this feed is rejected (AR) with the place
//! named, and still archived. Everything else is accepted (AA) once it is durable; whether its
//! content can be filed is a question for the work queue, because an error answer makes senders
//! repeat the message for ever (HL7 v2.5.1 §2.9).

use crate::failure::Failure;
use crate::feed::Feed;
use formats::hl7v2::Message;
use formats::hl7v2::ack::{self, ErrorCode, Fault, Outcome, Reply};
use formats::hl7v2::batch::{self, BatchReply};
use model::problem::first_error;
use model::provenance::Door;
use model::{Problem, RawId, Severity};
use record::limit::PROBLEMS_MAX;
use record::{Access, Archived, NewRaw, Purpose, RawMessage, RawState, Record, Role, Scope};
use sha2::{Digest, Sha256};

/// Media type of HL7 v2 in its ER7 encoding.
pub const HL7_V2: &str = "application/hl7-v2+er7";
/// Versions that are read (MSH-12 begins with one of them).
const VERSIONS: [&str; 8] = ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8"];

/// Kinds of messages (MSH-9) that are read.
pub const KINDS: [&str; 12] = [
    "ORU^R01", "OML^O21", "ORM^O01", "MDM^T02", "MDM^T06", "MDM^T08", "MDM^T10", "ADT^A08",
    "ADT^A31", "ADT^A37", "ADT^A40", "ADT^A47",
];

/// ERR segments in one acknowledgement.
const FAULTS_MAX: usize = 10;

/// Longest header segment that is echoed in an acknowledgement, in bytes. HL7 v2.5.1 §2.15.9
/// allows some 2,000 bytes over all of its fields.
const HEADER_BYTES_MAX: usize = 8 * 1024;

/// Longest name of a sender with its batch, in bytes.
const PEER_BYTES_MAX: usize = 512;

/// Longest key by which a repetition is known, in bytes; what is longer is known by its digest.
const KEY_BYTES_MAX: usize = 512;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id in the archive.
    pub raw: RawId,
    /// What it was answered.
    pub outcome: Outcome,
    /// Whether the sender wants this answer (MSH-15).
    pub is_wanted: bool,
    /// The acknowledgement's bytes, without framing.
    pub acknowledgement: Vec<u8>,
}

/// The access of a feed: it archives and files, and reads no more than matching needs.
pub fn feed_access(feed: &Feed) -> Access {
    let actor = format!("feed:{}", feed.id);
    Access::new(feed.tenant.clone(), actor, Role::Interface, Purpose::Treatment, Scope::Tenant)
}

/// Archives a message and decides its acknowledgement. When this returns the message is durable.
///
/// # Errors
/// When the message could not be archived: the sender must keep it.
pub fn receive(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
) -> Result<Receipt, Failure> {
    let access = feed_access(feed);
    let (message, mut problems) = Message::parse(bytes.clone());
    if let Some(message) = &message {
        problems.extend(refusals(message, feed));
    }
    let problems = bounded(problems);
    let rejected = first_error(&problems).is_some();
    let (outcome, state) = if rejected {
        (Outcome::Rejected, RawState::Rejected)
    } else {
        (Outcome::Accepted, RawState::Received)
    };
    let acknowledgement = acknowledge(record, message.as_ref(), outcome, &problems);
    let is_wanted = message.as_ref().is_none_or(|message| ack::is_wanted(message, outcome));
    let new = NewRaw {
        feed: feed.id.clone(),
        door: Door::Mllp,
        media_type: HL7_V2.to_owned(),
        message_key: message.as_ref().map(message_key),
        peer: peer.to_owned(),
        body: bytes,
        state,
    };
    let raw = match record.archive_once(&access, new.clone(), &acknowledgement)? {
        Archived::New(raw) => raw,
        // It was refused by the rules of an earlier day and is taken by those of today; or somebody
        // put it aside here, and it is sent once more.
        Archived::Known(known) if comes_again(known.state) && !rejected => {
            let raw = record.archive(&access, new)?;
            record.set_acknowledgement(&access, &raw, &acknowledgement)?;
            raw
        }
        // The sender did not get our answer: it gets the same one, and there is no new work.
        Archived::Known(known) => {
            if rejected && known.problems.is_empty() {
                // A crash came between the archiving and the reasons.
                record.set_raw_state(&access, &known.id, known.state, &problems)?;
            }
            let acknowledgement = known.acknowledgement.unwrap_or(acknowledgement);
            return Ok(Receipt { raw: known.id, outcome, is_wanted, acknowledgement });
        }
    };
    if rejected {
        record.set_raw_state(&access, &raw, state, &problems)?;
    }
    Ok(Receipt { raw, outcome, is_wanted, acknowledgement })
}

/// Whether the same message is new work: nothing was or will be made of the first.
fn comes_again(state: RawState) -> bool {
    matches!(state, RawState::Rejected | RawState::Dismissed)
}

/// What one delivery is answered: a message, or a batch of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer's bytes, without framing.
    pub acknowledgement: Vec<u8>,
    /// Whether the sender wants it.
    pub is_wanted: bool,
    /// What became of each message, in their order.
    pub receipts: Vec<Receipt>,
    /// What was noticed of a batch as a whole.
    pub problems: Vec<Problem>,
}

impl Answer {
    /// What became of the whole: rejected only if nothing of it was taken.
    pub fn outcome(&self) -> Outcome {
        let any = self.receipts.iter().any(|one| one.outcome == Outcome::Accepted);
        if any { Outcome::Accepted } else { Outcome::Rejected }
    }
}

/// Archives a message, or every message of a batch alone: one that is bad sinks no other. When this
/// returns all of them are durable.
///
/// # Errors
/// When a message could not be archived: the sender must keep the whole. What it sends again is
/// known by then.
pub fn receive_any(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
) -> Result<Answer, Failure> {
    let (messages, mut problems) =
        if batch::is_batch(&bytes) { batch::split(&bytes) } else { (Vec::new(), Vec::new()) };
    if messages.is_empty() {
        let receipt = receive(record, feed, peer, bytes)?;
        return Ok(Answer {
            acknowledgement: receipt.acknowledgement.clone(),
            is_wanted: receipt.is_wanted,
            receipts: vec![receipt],
            problems,
        });
    }
    let mut receipts = Vec::new();
    for message in &messages {
        let of = |id: &Option<String>, word: &str| {
            id.as_deref().map(|id| format!(", {word} {id}")).unwrap_or_default()
        };
        let (batch, file) = (of(&message.batch_id, "batch"), of(&message.file_id, "file"));
        let mut peer = format!("{peer}{batch}{file}");
        peer.truncate(peer.floor_char_boundary(PEER_BYTES_MAX));
        receipts.push(receive(record, feed, &peer, message.bytes.to_vec())?);
    }
    let answers: Vec<Vec<u8>> = receipts.iter().map(|one| one.acknowledgement.clone()).collect();
    let comment: Vec<String> = problems.iter().map(|one| one.text.clone()).collect();
    let comment = comment.join("; ");
    let reply = BatchReply {
        control_id: &record.new_id(),
        time: record.now(),
        comment: Some(comment.as_str()).filter(|text| !text.is_empty()),
    };
    let acknowledgement = batch::acknowledge(&bytes, &answers, &reply);
    let is_wanted = receipts.iter().any(|one| one.is_wanted);
    problems = bounded(problems);
    Ok(Answer { acknowledgement, is_wanted, receipts, problems })
}

/// Archives a report in a laboratory's own format, once: the same bytes again are the same report.
/// When this returns it is durable.
///
/// # Errors
/// When it could not be archived: the sender must keep it.
pub fn archive_report(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
) -> Result<RawMessage, Failure> {
    let key = format!("sha256:{}", hex::encode(Sha256::digest(&bytes)));
    archive_report_as(record, feed, peer, bytes, key)
}

/// The same with what was said of it beside it.
pub(crate) fn archive_report_as(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
    key: String,
) -> Result<RawMessage, Failure> {
    let Some(media_type) = crate::vendor::media_type(&bytes) else {
        let text = "the file is in no laboratory's format that is read";
        return Err(Failure::Refused(vec![Problem::error("unknown-format", "file", text)]));
    };
    archive_as(record, feed, peer, (media_type, bytes), key)
}

/// Archives a file under its media type, unless the same was archived with the same key before.
pub(crate) fn archive_as(
    record: &Record,
    feed: &Feed,
    peer: &str,
    (media_type, bytes): (&str, Vec<u8>),
    key: String,
) -> Result<RawMessage, Failure> {
    let access = feed_access(feed);
    let new = NewRaw {
        feed: feed.id.clone(),
        door: Door::File,
        media_type: media_type.to_owned(),
        message_key: Some(key),
        peer: peer.to_owned(),
        body: bytes,
        state: RawState::Received,
    };
    let raw = match record.archive_once(&access, new.clone(), b"")? {
        Archived::New(raw) => raw,
        Archived::Known(known) if comes_again(known.state) => record.archive(&access, new)?,
        Archived::Known(known) => known.id,
    };
    let archived = record.raw(&access, &raw)?;
    archived.ok_or_else(|| Failure::NotFound(format!("the archived report {raw}")))
}

/// Archives a file that nothing can be made of, so that a person sees it.
///
/// # Errors
/// When it could not be archived.
pub fn quarantine_file(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
    problems: Vec<Problem>,
) -> Result<RawId, Failure> {
    keep(record, feed, peer, bytes, Door::File, problems)
}

/// Archives bytes that never became a whole message.
///
/// # Errors
/// When they could not be archived.
pub fn quarantine(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
) -> Result<RawId, Failure> {
    let problem = Problem::error("torso", "frame", "the frame was begun and not ended");
    keep(record, feed, peer, bytes, Door::Mllp, vec![problem])
}

fn keep(
    record: &Record,
    feed: &Feed,
    peer: &str,
    bytes: Vec<u8>,
    door: Door,
    problems: Vec<Problem>,
) -> Result<RawId, Failure> {
    let access = feed_access(feed);
    let raw = record.archive(
        &access,
        NewRaw {
            feed: feed.id.clone(),
            door,
            media_type: "application/octet-stream".to_owned(),
            message_key: None,
            peer: peer.to_owned(),
            body: bytes,
            state: RawState::Quarantined,
        },
    )?;
    record.set_raw_state(&access, &raw, RawState::Quarantined, &bounded(problems))?;
    Ok(raw)
}

/// Sender and control id: under which a repeated message is known again.
fn message_key(message: &Message) -> String {
    let key = ["MSH-3", "MSH-4", "MSH-10"]
        .map(|place| message.value(place).unwrap_or_default())
        .join("\u{1f}");
    if key.len() <= KEY_BYTES_MAX && !key.contains('\0') {
        return key;
    }
    format!("sha256:{}", hex::encode(Sha256::digest(key.as_bytes())))
}

/// Whether the header is longer than an answer can echo.
fn has_long_header(message: &Message) -> bool {
    message.segment("MSH", 1).is_some_and(|header| header.raw().len() > HEADER_BYTES_MAX)
}

/// As many problems as the archive keeps; the last one then says how many more there are. The
/// errors come first, so that none of them is cut.
pub(crate) fn bounded(mut problems: Vec<Problem>) -> Vec<Problem> {
    if problems.len() > PROBLEMS_MAX {
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
        let kept = PROBLEMS_MAX - 1;
        let text = format!("{} more were noticed and are not listed", problems.len() - kept);
        problems.truncate(kept);
        problems.push(Problem::note("more-problems", "message", text));
    }
    problems
}

/// Why a readable message is not one of this feed.
fn refusals(message: &Message, feed: &Feed) -> Vec<Problem> {
    let mut problems = Vec::new();
    if has_long_header(message) {
        let text = format!("the header is longer than {HEADER_BYTES_MAX} bytes");
        problems.push(Problem::error("header-too-long", "MSH", text));
        return problems;
    }
    let (code, trigger) = message.kind();
    let kind = format!("{code}^{trigger}");
    if !feed.takes.contains(&kind) {
        let text = format!("this feed takes {}, not {kind}", feed.takes.join(", "));
        problems.push(Problem::error("unsupported-message", "MSH-9", text));
    }
    let processing = message.value("MSH-11.1").unwrap_or_default();
    if !feed.processing_ids.contains(&processing) {
        let taken = feed.processing_ids.join(", ");
        let text = format!("this feed takes processing id {taken}, not `{processing}`");
        problems.push(Problem::error("processing-id", "MSH-11", text));
    }
    let version = message.value("MSH-12.1").unwrap_or_default();
    if !VERSIONS.iter().any(|known| *known == version) {
        let text = format!("version `{version}` is not read");
        problems.push(Problem::error("version", "MSH-12", text));
    }
    problems
}

fn acknowledge(
    record: &Record,
    message: Option<&Message>,
    outcome: Outcome,
    problems: &[Problem],
) -> Vec<u8> {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let faults: Vec<Fault> = errors.take(FAULTS_MAX).map(fault).collect();
    let reply =
        Reply { outcome, control_id: &record.new_id(), time: record.now(), faults: &faults };
    // Without its message an answer has a header of our own.
    ack::acknowledge(message.filter(|message| !has_long_header(message)), &reply)
}

/// A refusal of this feed has its own code of HL7 table 0357; the reader's problems have theirs.
fn fault(problem: &Problem) -> Fault {
    let code = match problem.code.as_str() {
        "unsupported-message" => ErrorCode::MessageType,
        "processing-id" => ErrorCode::ProcessingId,
        "version" => ErrorCode::VersionId,
        _ => return Fault::from(problem),
    };
    Fault { code, ..Fault::from(problem) }
}
