//! Ranges of a sequence: 0-based, half-open.

use crate::sequence::known;
use std::fmt;

/// Bytes that the text of a range may have.
const RANGE_BYTES_MAX: usize = 100;

/// A half-open interval of a sequence, counted from 0. An empty one is a place between two bases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// Accession with version.
    pub sequence: String,
    /// First base.
    pub start: u64,
    /// One past the last base.
    pub end: u64,
}

/// Why a text is no range that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRange {
    /// Not `RefSeq:start-end`.
    Shape,
    /// No chromosome of a known build.
    Sequence,
    /// Start is not before end.
    Order,
    /// It ends behind the sequence.
    Length,
}

impl fmt::Display for BadRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "is not a range such as NC_000007.14:55174721-55174820",
            Self::Sequence => "names no chromosome of GRCh37 or GRCh38 with its version",
            Self::Order => "does not start before it ends",
            Self::Length => "ends behind the end of its sequence",
        })
    }
}

impl Range {
    /// A range of these bounds.
    pub fn new(sequence: impl Into<String>, start: u64, end: u64) -> Self {
        Self { sequence: sequence.into(), start, end }
    }

    /// Reads `NC_000007.14:55174721-55174820`; blanks and a prefix in lower case are tolerated.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadRange> {
        if text.len() > RANGE_BYTES_MAX {
            return Err(BadRange::Shape);
        }
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (sequence, bounds) = compact.split_once(':').ok_or(BadRange::Shape)?;
        let (start, end) = bounds.split_once('-').ok_or(BadRange::Shape)?;
        let (start, end) = (number(start)?, number(end)?);
        let sequence = sequence.to_ascii_uppercase();
        let held = known(&sequence).ok_or(BadRange::Sequence)?;
        if start >= end {
            return Err(BadRange::Order);
        }
        if end > held.length {
            return Err(BadRange::Length);
        }
        Ok(Self { sequence, start, end })
    }

    /// Bases.
    pub fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// The bases that it occupies, never none: a place between two bases occupies the one before
    /// it.
    pub fn occupied(&self) -> (u64, u64) {
        if self.start == self.end {
            (self.start.saturating_sub(1), self.end.max(1))
        } else {
            (self.start, self.end)
        }
    }

    /// Whether the two have a base in common. A place between two bases belongs to the base
    /// before it, as in VCF: what is inserted before the first base of a range is not in it.
    pub fn intersects(&self, other: &Self) -> bool {
        let (one, two) = (self.occupied(), other.occupied());
        self.sequence == other.sequence && one.0 < two.1 && two.0 < one.1
    }

    /// Whether every base of the other is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.sequence == other.sequence && self.start <= other.start && self.end >= other.end
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}-{}", self.sequence, self.start, self.end)
    }
}

fn number(text: &str) -> Result<u64, BadRange> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten().ok_or(BadRange::Shape)
}

/// What of `asked` none of the ranges covers, in order.
pub fn uncovered(asked: &Range, ranges: &[Range]) -> Vec<Range> {
    let mut held: Vec<&Range> =
        ranges.iter().filter(|range| range.sequence == asked.sequence).collect();
    held.sort();
    let (mut gaps, mut at) = (Vec::new(), asked.start);
    for range in held {
        if at >= asked.end {
            break;
        }
        if range.start > at {
            gaps.push(Range::new(&asked.sequence, at, range.start.min(asked.end)));
        }
        at = at.max(range.end);
    }
    if at < asked.end {
        gaps.push(Range::new(&asked.sequence, at, asked.end));
    }
    gaps
}

/// The part of a range that lies in another.
pub fn clipped(range: &Range, to: &Range) -> Option<Range> {
    let (start, end) = (range.start.max(to.start), range.end.min(to.end));
    let overlaps = range.sequence == to.sequence && start < end;
    overlaps.then(|| Range::new(&range.sequence, start, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const X: &str = "NC_000007.14";

    #[test]
    fn ranges_are_read_as_the_guide_writes_them() {
        for (text, expected) in [
            ("NC_000007.14:55174721-55174820", Ok((55_174_721, 55_174_820))),
            (" nc_000007.14: 1 - 2 ", Ok((1, 2))),
            ("NC_000007.14:0-159345973", Ok((0, 159_345_973))),
            ("NC_000007.14:0-159345974", Err(BadRange::Length)),
            ("NC_000007.14:5-5", Err(BadRange::Order)),
            ("NC_000007.14:6-5", Err(BadRange::Order)),
            ("NC_000007:5-6", Err(BadRange::Sequence)),
            ("NC_000007.12:5-6", Err(BadRange::Sequence)),
            ("NM_000251.3:5-6", Err(BadRange::Sequence)),
            ("chr7:5-6", Err(BadRange::Sequence)),
            ("NC_000007.14:5", Err(BadRange::Shape)),
            ("NC_000007.14:+5-6", Err(BadRange::Shape)),
            ("NC_000007.14:5-99999999999999999999", Err(BadRange::Shape)),
            ("", Err(BadRange::Shape)),
        ] {
            let read = Range::parse(text).map(|range| (range.start, range.end));
            assert_eq!(read, expected, "{text}");
        }
    }

    #[test]
    fn the_ends_of_a_range_are_half_open() {
        let asked = Range::new(X, 10, 20);
        for (start, end, expected) in [
            (10, 11, true),
            (19, 20, true),
            (20, 21, false),
            (9, 10, false),
            (9, 11, true),
            (0, 100, true),
            // Inserted before base 10, after base 10, after base 19.
            (10, 10, false),
            (11, 11, true),
            (20, 20, true),
            (21, 21, false),
        ] {
            assert_eq!(asked.intersects(&Range::new(X, start, end)), expected, "{start}-{end}");
        }
        assert!(!asked.intersects(&Range::new("NC_000007.13", 10, 11)));
    }

    #[test]
    fn gaps_are_what_nothing_covers() {
        let asked = Range::new(X, 10, 20);
        let held = [Range::new(X, 15, 17), Range::new(X, 0, 12), Range::new(X, 11, 13)];
        let gaps: Vec<String> = uncovered(&asked, &held).iter().map(Range::to_string).collect();
        assert_eq!(gaps, ["NC_000007.14:13-15", "NC_000007.14:17-20"]);
        assert_eq!(uncovered(&asked, &[Range::new(X, 10, 20)]), []);
        assert_eq!(uncovered(&asked, &[]), [asked]);
    }

    proptest! {
        #[test]
        fn intersecting_is_symmetric(a in 0u64..50, b in 0u64..50, c in 0u64..50, d in 0u64..50) {
            let one = Range::new(X, a.min(b), a.max(b));
            let other = Range::new(X, c.min(d), c.max(d));
            prop_assert_eq!(one.intersects(&other), other.intersects(&one));
            if one.covers(&other) && other.length() > 0 {
                prop_assert!(one.intersects(&other));
                prop_assert_eq!(uncovered(&other, std::slice::from_ref(&one)), vec![]);
            }
        }
    }
}
