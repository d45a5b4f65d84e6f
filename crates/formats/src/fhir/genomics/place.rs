//! Positions of components as half-open intervals counted from 0.

use super::super::access;
use super::super::codes::{INTERBASE, ONE_BASED};
use super::concept_value;
use genomics::range::Range;
use serde_json::Value;

/// 0-based character counting (answer of 92822-6).
const CHARACTERS_FROM_ZERO: &str = "LA30101-2";

/// How positions are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// From 0, between the bases.
    Interbase,
    /// From 0, the bases; the last one is in it.
    FromZero,
    /// From 1, the bases; the last one is in it.
    FromOne,
    /// Nobody said.
    Unknown,
}

impl Counting {
    /// As a coordinate-system component says.
    pub(super) fn of(component: Option<&Value>) -> Self {
        let concept = component.and_then(concept_value).unwrap_or_default();
        let codes = || concept.coding.iter().map(|coding| coding.code.as_str());
        for code in codes() {
            match code {
                INTERBASE => return Self::Interbase,
                CHARACTERS_FROM_ZERO => return Self::FromZero,
                ONE_BASED => return Self::FromOne,
                _ => {}
            }
        }
        Self::Unknown
    }

    /// First base, from 0, of a position in this counting; both that it may be, if unknown.
    pub(super) fn starts(self, low: u64) -> Vec<u64> {
        match self {
            Self::Interbase | Self::FromZero => vec![low],
            Self::FromOne => low.checked_sub(1).into_iter().collect(),
            Self::Unknown => low.checked_sub(1).into_iter().chain([low]).collect(),
        }
    }

    /// The interval of a Range element, which often has no end: then it has the length of what is
    /// replaced. If nobody said how positions are counted it is the widest that may be meant.
    pub(super) fn interval(self, sequence: &str, part: &Value, replaced: u64) -> Option<Range> {
        let low = whole(access::first(part, "valueRange.low.value"));
        let high = whole(access::first(part, "valueRange.high.value"));
        let low = low.or(high)?;
        let least = replaced.max(1);
        let (start, end) = match self {
            Self::Interbase => (low, high.unwrap_or(low.checked_add(least)?)),
            Self::FromZero => (low, high.unwrap_or(low).checked_add(1)?),
            Self::FromOne => (low.checked_sub(1)?, high.unwrap_or(low)),
            Self::Unknown => (low.saturating_sub(1), high.unwrap_or(low).checked_add(1)?),
        };
        let end = end.max(start.checked_add(replaced)?);
        (start <= end).then(|| Range::new(sequence, start, end))
    }
}

/// The low end of a Range element.
pub(super) fn low(part: &Value) -> Option<u64> {
    whole(access::first(part, "valueRange.low.value"))
}

/// A number without a fraction; `5` and `5.0` are the same position.
fn whole(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_u64().or_else(|| value.to_string().strip_suffix(".0")?.parse().ok())
}
