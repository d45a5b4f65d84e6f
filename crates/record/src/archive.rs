//! The raw archive: every byte received, before anything is made of it.

use crate::access::words;
use model::provenance::Door;
use model::{Problem, RawId, Timestamp};

words! {
    /// What became of a raw message.
    RawState {
        /// Archived, not yet worked on.
        Received => "received",
        /// In the record.
        Filed => "filed",
        /// No patient could be named with certainty.
        Unmatched => "unmatched",
        /// Refused with a negative acknowledgement.
        Rejected => "rejected",
        /// Could not be read.
        ParseError => "parse-error",
        /// Read, and not trusted: wrong build, REF that disagrees.
        Quarantined => "quarantined",
        /// Received before.
        Duplicate => "duplicate",
    }
}

/// A raw message to archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRaw {
    /// Feed it came by, as configured.
    pub feed: String,
    /// Door it came in by.
    pub door: Door,
    /// Media type, `x-application/hl7-v2+er7`.
    pub media_type: String,
    /// What tells a repetition: sender and control id; unique within the feed as the sender means it.
    pub message_key: Option<String>,
    /// Who sent it: address or certificate.
    pub peer: String,
    /// The bytes as received.
    pub body: Vec<u8>,
    /// State it starts in; usually `Received`.
    pub state: RawState,
}

/// What is known about an archived message without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawSummary {
    /// Its id.
    pub id: RawId,
    /// Place in the order of arrival, from 1.
    pub sequence: u64,
    /// Feed it came by.
    pub feed: String,
    /// Door it came in by.
    pub door: Door,
    /// Media type.
    pub media_type: String,
    /// Sender and control id.
    pub message_key: Option<String>,
    /// Who sent it.
    pub peer: String,
    /// When it was archived.
    pub received: Timestamp,
    /// What became of it.
    pub state: RawState,
    /// What was noticed on the way.
    pub problems: Vec<Problem>,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
    /// Length in bytes.
    pub length_bytes: u64,
    /// The acknowledgement that was sent, if it was stored.
    pub acknowledgement: Option<Vec<u8>>,
}

/// An archived message with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    /// What is known about it.
    pub summary: RawSummary,
    /// The bytes as received.
    pub body: Vec<u8>,
}
