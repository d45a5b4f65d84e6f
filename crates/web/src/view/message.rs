//! Views of archived messages: the list, and one of them with what it came to.

use super::identity::{Identity, Known, Session};
use super::work::HeldRow;
use model::id::{PatientId, RawId};
use model::problem::Problem;
use model::provenance::Door;
use model::time::{PartialDate, Timestamp};

/// What is known of a message without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHead {
    /// Its id in the archive.
    pub raw: RawId,
    /// Place in the order of arrival, from 1.
    pub sequence: u64,
    /// The feed it came by.
    pub feed: String,
    /// The door it came in by.
    pub door: Door,
    /// Its media type.
    pub media_type: String,
    /// Who sent it: address or certificate.
    pub peer: String,
    /// The sender's own number of it (MSH-10), if it has one.
    pub control_id: Option<String>,
    /// When it was archived.
    pub received: Timestamp,
    /// What became of it, as the archive's word: `parse-error`.
    pub state: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Length in bytes.
    pub length_bytes: u64,
    /// Problems that were noticed.
    pub problems: usize,
}

/// What a list of messages was asked for; the fields of its form, as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Feed.
    pub feed: String,
    /// State, as the archive's word.
    pub state: String,
    /// Media type.
    pub media_type: String,
    /// Control id.
    pub control_id: String,
    /// From this day.
    pub since: String,
    /// To this day.
    pub until: String,
    /// A number of the patient.
    pub patient: String,
}

/// The list of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagesView {
    /// Who is looking.
    pub session: Session,
    /// What was asked for.
    pub filter: MessageFilter,
    /// Feeds that can be chosen.
    pub feeds: Vec<String>,
    /// States that can be chosen.
    pub states: Vec<String>,
    /// Media types that can be chosen.
    pub media_types: Vec<String>,
    /// Whether the caller may look for a patient's number.
    pub finds_patients: bool,
    /// What cannot be looked for, and why.
    pub error: Option<String>,
    /// The messages, the latest first.
    pub messages: Vec<MessageHead>,
    /// Before which place the next page begins.
    pub next: Option<u64>,
}

/// A line of the message as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// Its number, from 1.
    pub number: usize,
    /// What it is called there, `OBX[4]`; empty where it has no name.
    pub place: String,
    /// The text, cut where it is very long.
    pub text: String,
    /// Characters that are not shown.
    pub more_chars: usize,
}

/// A part of the message with its name: a field, a repetition, a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagePart {
    /// `OBX[4]-5.1`.
    pub place: String,
    /// What the standard calls it, if it is known.
    pub name: Option<&'static str>,
    /// What it says, escapes undone; empty for one that has parts.
    pub value: String,
    /// Whether it says that there is no value (`""`).
    pub is_null: bool,
    /// What it is made of.
    pub parts: Vec<MessagePart>,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageSegment {
    /// `OBX[4]`.
    pub place: String,
    /// What the standard calls it, if it is known.
    pub name: Option<&'static str>,
    /// The fields that were sent.
    pub fields: Vec<MessagePart>,
}

/// What a place of the message comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRow {
    /// The place, `OBX[4]`.
    pub place: String,
    /// Type of the resource.
    pub kind: String,
    /// What it says.
    pub lines: Vec<String>,
    /// How final it is, in words.
    pub status: Option<&'static str>,
}

/// The content of a message, as every page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageContent {
    /// The message as it came, in lines.
    pub lines: Vec<RawLine>,
    /// Lines that are not shown.
    pub more_lines: usize,
    /// Whether it was laid out in lines for this page, not by the sender.
    pub is_laid_out: bool,
    /// The segments, if it has any.
    pub segments: Vec<MessageSegment>,
    /// What its places come to.
    pub found: Vec<FoundRow>,
    /// What that is: as filed, or as the profile in force would read it.
    pub found_words: String,
    /// What reading it noticed.
    pub problems: Vec<Problem>,
    /// The acknowledgement that was sent, in lines; empty if none was.
    pub acknowledgement: Vec<String>,
}

/// A message, for whoever looks after the feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Who is looking.
    pub session: Session,
    /// What is known of it.
    pub head: MessageHead,
    /// Its content.
    pub content: MessageContent,
    /// What the profile in force is, in words.
    pub profile: Option<String>,
    /// How it stands on the error queue, if it does.
    pub held: Option<HeldRow>,
    /// Now, for ages.
    pub now: Timestamp,
}

/// The message that a patient's results came from, for whoever cares for the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceView {
    /// Who is looking.
    pub session: Session,
    /// Id of the `Patient` resource.
    pub patient: PatientId,
    /// Who it is.
    pub identity: Identity,
    /// Known allergies.
    pub allergies: Known<Vec<String>>,
    /// Today, for ages.
    pub today: PartialDate,
    /// What is known of the message.
    pub head: MessageHead,
    /// Its content.
    pub content: MessageContent,
}
