//! HL7 v2 messages: segments and fields by offset, read lazily; acknowledgements; results.
//!
//! The reader keeps the bytes as they came and finds separators in them once; text is decoded and
//! unescaped only when asked for. What departs from HL7 v2.5.1 chapter 2 is mended where every
//! reading agrees and flagged always.

pub mod ack;
pub mod batch;
mod charset;
mod escape;
mod message;
pub mod names;
pub mod oru;
mod part;
mod place;
mod separators;
mod time;

pub use charset::Charset;
pub use escape::escape;
pub use message::{Limits, MESSAGE_BYTES_MAX, Message, SEGMENTS_MAX, Segment};
pub use part::{Content, Part};
pub use place::{NotAPlace, Place};
pub use separators::Separators;
pub use time::{instant, offset_minutes};
