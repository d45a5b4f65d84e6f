//! Fields and what they are made of (HL7 v2.5.1 §2.5.3).

use super::charset::Charset;
use super::escape::unescape;
use super::separators::Separators;
use std::borrow::Cow;
use std::fmt;

/// What is needed to read any part of one message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) separators: Separators,
    pub(super) charset: Charset,
}

/// A field, or a part of one. Reading below what was sent gives empty parts, never an error.
/// `Debug` shows the size, never the contents.
#[derive(Clone, Copy)]
pub struct Part<'m> {
    bytes: &'m [u8],
    dialect: &'m Dialect,
    level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Field,
    Repetition,
    Component,
    Subcomponent,
    /// MSH-1 and MSH-2: no separators, no escapes.
    Literal,
}

/// What a part says. "Not sent" and "delete the value" are different statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'m> {
    /// Nothing was sent: no change.
    Absent,
    /// `""` was sent: no value; delete it.
    Null,
    /// A value.
    Text(Cow<'m, str>),
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({:?}, {} bytes)", self.level, self.bytes.len())
    }
}

impl<'m> Part<'m> {
    pub(super) fn new(bytes: &'m [u8], dialect: &'m Dialect, level: Level) -> Self {
        Self { bytes, dialect, level }
    }

    /// The bytes, in the character set of the message (UTF-8 where that had to be decoded before
    /// splitting).
    pub fn raw(&self) -> &'m [u8] {
        self.bytes
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether `""` was sent.
    pub fn is_null(&self) -> bool {
        self.bytes == b"\"\""
    }

    /// The repetitions of a field; none if it is empty.
    pub fn repetitions(&self) -> impl Iterator<Item = Part<'m>> + use<'m> {
        let this = *self;
        let separator = match this.level {
            Level::Field => this.dialect.separators.repetition,
            _ => None,
        };
        let count = match (this.is_empty(), separator) {
            (true, _) => 0,
            (false, Some(separator)) => memchr::memchr_iter(separator, this.bytes).count() + 1,
            (false, None) => 1,
        };
        let mut rest = Some(this.bytes);
        (0..count).map_while(move |_| {
            let bytes = rest?;
            let end = separator.and_then(|s| memchr::memchr(s, bytes));
            rest = end.and_then(|end| bytes.get(end + 1..));
            let bytes = end.and_then(|end| bytes.get(..end)).unwrap_or(bytes);
            Some(Part { bytes, level: this.level.max(Level::Repetition), ..this })
        })
    }

    /// One repetition, counted from 1.
    pub fn repetition(&self, number: usize) -> Part<'m> {
        self.nth(Level::Repetition, self.dialect.separators.repetition, number)
    }

    /// One component, counted from 1; of the first repetition when this is a whole field.
    pub fn component(&self, number: usize) -> Part<'m> {
        match self.level {
            Level::Field => self.repetition(1).component(number),
            _ => self.nth(Level::Component, Some(self.dialect.separators.component), number),
        }
    }

    /// One subcomponent, counted from 1; of the first component when this is more than that.
    pub fn subcomponent(&self, number: usize) -> Part<'m> {
        match self.level {
            Level::Field | Level::Repetition => self.component(1).subcomponent(number),
            _ => self.nth(Level::Subcomponent, self.dialect.separators.subcomponent, number),
        }
    }

    /// The first value inside: first repetition, component and subcomponent, unescaped.
    pub fn content(&self) -> Content<'m> {
        let leaf = self.subcomponent(1);
        match (leaf.is_empty(), leaf.is_null()) {
            (true, _) => Content::Absent,
            (_, true) => Content::Null,
            _ => Content::Text(leaf.whole()),
        }
    }

    /// [`Part::content`] without surrounding blanks, if it is a value at all.
    pub fn value(&self) -> Option<String> {
        match self.content() {
            Content::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Content::Absent | Content::Null => None,
        }
    }

    /// Everything inside as one text, separators kept, escapes undone: for text that a sender
    /// did not escape, `A & B`.
    pub fn whole(&self) -> Cow<'m, str> {
        if self.level == Level::Literal {
            return self.dialect.charset.decode_lossy(self.bytes);
        }
        unescape(self.bytes, &self.dialect.separators, self.dialect.charset)
    }

    fn nth(&self, level: Level, separator: Option<u8>, number: usize) -> Part<'m> {
        let nothing = Part { bytes: &[], level, dialect: self.dialect };
        let Some(index) = number.checked_sub(1) else { return nothing };
        // A part that is already below this level is its own first.
        if self.level >= level || separator.is_none() {
            let level = self.level.max(level);
            return if index == 0 { Part { level, ..*self } } else { nothing };
        }
        let separator = separator.unwrap_or_default();
        let mut rest = self.bytes;
        for _ in 0..index {
            let Some(at) = find(separator, rest) else { return nothing };
            rest = rest.get(at + 1..).unwrap_or_default();
        }
        let end = find(separator, rest).unwrap_or(rest.len());
        Part { bytes: rest.get(..end).unwrap_or_default(), ..nothing }
    }
}

/// Bytes in which looking at each is faster than beginning to look at many at a time.
const SHORT_BYTES: usize = 32;

/// Where a separator is first.
#[inline]
fn find(separator: u8, bytes: &[u8]) -> Option<usize> {
    if bytes.len() <= SHORT_BYTES {
        return bytes.iter().position(|byte| *byte == separator);
    }
    memchr::memchr(separator, bytes)
}
