//! Answers of the operations, before they are written as a `Parameters` resource.

use crate::range::Range;
use model::{CodeableConcept, Coding};
use std::fmt;

/// One part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in the operation's definition.
    pub name: &'static str,
    /// What it holds.
    pub value: Value,
    /// Parts below it.
    pub parts: Vec<Part>,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Only parts.
    Nothing,
    /// A string.
    Text(String),
    /// Whether something is there, and what was looked at for it.
    Presence(bool, Coverage),
    /// A count of patients.
    Count {
        /// How many.
        value: u64,
        /// Whether there are fewer than that, and nobody is told how many.
        is_below: bool,
        /// Of how many of them the answer is known, and whether there are fewer than that.
        known: Option<(u64, bool)>,
    },
    /// A concept.
    Concept(CodeableConcept),
    /// Codes of one concept.
    Codings(Vec<Coding>),
    /// A date as sent; none if there is none.
    Date(Option<String>),
    /// The resource of this reference, unchanged.
    Resource(String),
}

impl Part {
    /// A part without parts.
    pub fn new(name: &'static str, value: Value) -> Self {
        Self { name, value, parts: Vec::new() }
    }

    /// A part of parts.
    pub fn group(name: &'static str, parts: Vec<Part>) -> Self {
        Self { name, value: Value::Nothing, parts }
    }

    /// A part with text.
    pub fn text(name: &'static str, text: impl Into<String>) -> Self {
        Self::new(name, Value::Text(text.into()))
    }

    /// A part with a resource.
    pub fn resource(name: &'static str, reference: &str) -> Self {
        Self::new(name, Value::Resource(reference.to_owned()))
    }
}

/// What was looked at for an answer. "Not there" is an absence only where it was studied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    Studied,
    /// All but these ranges.
    Partly(Vec<Range>),
    /// None of it.
    NotStudied,
    /// The record does not tell.
    Unknown,
}

impl Coverage {
    /// The stable word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Studied => "studied",
            Self::Partly(_) => "partly",
            Self::NotStudied => "not-studied",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a question is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether it is a bad request, or a right one that cannot be answered here.
    pub kind: FaultKind,
    /// The parameter, or the item of it that is meant.
    pub place: String,
    /// One sentence.
    pub text: String,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The request is wrong (400).
    Invalid,
    /// It cannot be answered without what is not at hand here (422).
    Unprocessable,
}

impl Fault {
    /// A wrong request.
    pub fn invalid(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: FaultKind::Invalid, place: place.into(), text: text.into() }
    }

    /// A right request that cannot be answered.
    pub fn unprocessable(place: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: FaultKind::Unprocessable, place: place.into(), text: text.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}
