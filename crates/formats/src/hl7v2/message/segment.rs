//! One segment of a message.

use super::Message;
use std::fmt;

/// Where a segment is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) id: [u8; 3],
    /// Which of the segments with this id, from 1.
    pub(super) occurrence: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Index of its first field in the message's list.
    pub(super) first_field: u32,
    pub(super) fields: u32,
}

/// A segment. Its `Debug` form shows its place, never its contents.
#[derive(Clone, Copy)]
pub struct Segment<'m> {
    pub(super) message: &'m Message,
    pub(super) span: &'m Span,
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Segment({})", self.place())
    }
}

impl<'m> Segment<'m> {
    /// The id, `OBX`; `???` if what was sent is not one.
    pub fn id(&self) -> &'m str {
        std::str::from_utf8(&self.span.id).unwrap_or("???")
    }

    /// Which of the segments with this id, counted from 1.
    pub fn occurrence(&self) -> usize {
        self.span.occurrence as usize
    }

    /// The highest field number that was sent.
    pub fn field_count(&self) -> usize {
        let header = matches!(self.id(), "MSH" | "FHS" | "BHS");
        self.span.fields as usize + usize::from(header)
    }

    /// `OBX[3]`.
    pub fn place(&self) -> String {
        format!("{}[{}]", self.id(), self.span.occurrence)
    }

    /// `OBX[3]-5`.
    pub fn place_of(&self, field: usize) -> String {
        format!("{}-{field}", self.place())
    }
}
