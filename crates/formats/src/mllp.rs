//! The minimal lower layer protocol: bytes of a connection ⇄ frames.
//!
//! A frame is `0x0B`, the payload, `0x1C 0x0D` (HL7 v2.5.1 appendix C; Transport Specification:
//! MLLP, release 2). Real senders bend every part of that, so [`Framer`] says what it mended and
//! hands over what it could not use; it never joins two frames and never drops one silently.

mod framer;

pub use framer::Framer;
use std::fmt;

/// Start block, vertical tab.
pub const START: u8 = 0x0B;
/// End block, file separator.
pub const END: u8 = 0x1C;
/// Carriage return, the second byte of the end.
pub const RETURN: u8 = 0x0D;
const LINE_FEED: u8 = 0x0A;

/// Largest payload accepted by default, in bytes (64 MiB).
pub const FRAME_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of an oversized frame that are kept for quarantine.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What a connection may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest payload, in bytes, without start and end.
    pub frame_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frame_bytes_max: FRAME_BYTES_MAX }
    }
}

/// What the framer found. Its `Debug` form shows sizes, never contents.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A whole frame.
    Frame(Frame),
    /// A frame that was begun and not ended, or bytes after a doubtful end: to be quarantined,
    /// never acknowledged.
    Torso(Vec<u8>),
    /// The first [`HEAD_BYTES_MAX`] bytes of a payload over the limit. The framer reads no more;
    /// the connection is to be closed without an acknowledgement.
    TooLarge(Vec<u8>),
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(frame) => frame.fmt(f),
            Self::Torso(bytes) => write!(f, "Torso({} bytes)", bytes.len()),
            Self::TooLarge(head) => write!(f, "TooLarge({} bytes kept)", head.len()),
        }
    }
}

/// One payload and what had to be mended to get it. `Debug` shows its size, never its contents.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// The message, without start and end.
    pub payload: Vec<u8>,
    /// Departures from the protocol, in the order seen, each once.
    pub warnings: Vec<Warning>,
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} bytes, {:?})", self.payload.len(), self.warnings)
    }
}

/// How a frame departed from the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Warning {
    /// The start byte was sent more than once.
    DoubledStart,
    /// The end byte was sent more than once.
    DoubledEnd,
    /// The end byte was not followed by a carriage return.
    MissingReturn,
    /// The end byte was followed by a line feed in place of the carriage return.
    LineFeedForReturn,
    /// The end byte stood inside the message and was kept as data.
    EndInData,
}

impl Warning {
    /// A sentence for the feed's log.
    pub fn words(self) -> &'static str {
        match self {
            Self::DoubledStart => "the start byte was doubled",
            Self::DoubledEnd => "the end byte was doubled",
            Self::MissingReturn => "the end byte had no carriage return",
            Self::LineFeedForReturn => "the end byte had a line feed for its carriage return",
            Self::EndInData => "an end byte inside the message was kept as data",
        }
    }
}

/// What was passed over between frames. Nothing here raises an alarm: probes and keep-alive bytes
/// are normal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames delivered.
    pub frames: u64,
    /// Torsos delivered.
    pub torsos: u64,
    /// Frames without a payload, passed over.
    pub empty_frames: u64,
    /// Bytes between frames other than carriage return, line feed and end byte.
    pub junk_bytes: u64,
    /// End bytes between frames.
    pub stray_ends: u64,
}

/// Wraps a payload: start, payload, end, carriage return.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + 3);
    bytes.push(START);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&[END, RETURN]);
    bytes
}
