//! Which numbers may be told (All of Us data and statistics dissemination policy).

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Counts from 1 to this one are never told; a threshold may be higher, not lower.
pub const THRESHOLD_MIN: u64 = 20;
/// A threshold above this one is a mistake.
pub const THRESHOLD_MAX: u64 = 1_000;
/// Counts above the threshold are rounded up to a multiple of this.
pub const MULTIPLE: u64 = 20;

/// From which count on something is told, and to which multiple it is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    threshold: u64,
    multiple: u64,
}

/// A threshold that would tell of too few people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a threshold of {0} is not from {THRESHOLD_MIN} to {THRESHOLD_MAX}")]
pub struct TooLow(pub u64);

impl Default for Rule {
    fn default() -> Self {
        Self { threshold: THRESHOLD_MIN, multiple: MULTIPLE }
    }
}

/// A count as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// Nobody.
    Zero,
    /// Fewer than this.
    Below(u64),
    /// This many at most, and fewer by less than the multiple.
    UpTo(u64),
    /// Nothing: a withheld number of a table could be worked out from it, or it is one itself.
    Withheld,
}

impl Rule {
    /// A rule with another threshold.
    ///
    /// # Errors
    /// One below [`THRESHOLD_MIN`], or above what makes sense.
    pub fn new(threshold: u64) -> Result<Self, TooLow> {
        let fits = (THRESHOLD_MIN..=THRESHOLD_MAX).contains(&threshold);
        if fits { Ok(Self { threshold, multiple: MULTIPLE }) } else { Err(TooLow(threshold)) }
    }

    /// A small rule, whose tables an attacker in a test can go through one by one.
    #[cfg(test)]
    pub(crate) const fn small(threshold: u64, multiple: u64) -> Self {
        Self { threshold, multiple }
    }

    /// Counts from 1 to this one are not told.
    pub fn threshold(self) -> u64 {
        self.threshold
    }

    /// A count as it is rounded, if it is told at all.
    pub fn rounded(self, count: u64) -> u64 {
        count.checked_next_multiple_of(self.multiple).unwrap_or(u64::MAX)
    }

    /// A count as it is told. Zero is told unless it would tell of somebody's genome.
    pub fn tell(self, count: u64, zero_is_told: bool) -> Told {
        match count {
            0 if zero_is_told => Told::Zero,
            small if small <= self.threshold => Told::Below(self.threshold + 1),
            count => Told::UpTo(self.rounded(count)),
        }
    }
}

impl Told {
    /// The number that stands for it, and whether the count is below that; `None` of what is
    /// withheld.
    pub fn number(self) -> Option<(u64, bool)> {
        match self {
            Self::Zero => Some((0, false)),
            Self::Below(bound) => Some((bound, true)),
            Self::UpTo(count) => Some((count, false)),
            Self::Withheld => None,
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => f.write_str("0"),
            Self::Below(bound) => write!(f, "< {bound}"),
            Self::UpTo(count) => write!(f, "{count}"),
            Self::Withheld => f.write_str("withheld"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_go_up_only() {
        for (threshold, good) in [
            (0, false),
            (1, false),
            (19, false),
            (20, true),
            (50, true),
            (1_000, true),
            (1_001, false),
        ] {
            assert_eq!(Rule::new(threshold).is_ok(), good, "{threshold}");
        }
    }

    #[test]
    fn no_count_of_one_to_twenty_is_told() {
        for (count, plain, of_genomes) in [
            (0, Told::Zero, Told::Below(21)),
            (1, Told::Below(21), Told::Below(21)),
            (20, Told::Below(21), Told::Below(21)),
            (21, Told::UpTo(40), Told::UpTo(40)),
            (40, Told::UpTo(40), Told::UpTo(40)),
            (41, Told::UpTo(60), Told::UpTo(60)),
            (u64::MAX, Told::UpTo(u64::MAX), Told::UpTo(u64::MAX)),
        ] {
            let rule = Rule::default();
            assert_eq!((rule.tell(count, true), rule.tell(count, false)), (plain, of_genomes));
        }
        let high = Rule::new(55).unwrap();
        assert_eq!((high.tell(55, true), high.tell(56, true)), (Told::Below(56), Told::UpTo(60)));
        for count in 0..2_000 {
            let (number, is_below) = Rule::default().tell(count, true).number().unwrap();
            assert!(is_below || number == 0 || number > 20 && number >= count);
        }
    }
}
