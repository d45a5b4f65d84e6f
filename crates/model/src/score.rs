//! Activity scores: exact numbers that may be open upwards.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Highest score that is read; no table has more than a dozen.
const SCORE_HUNDREDTHS_MAX: u32 = 10_000;

/// A gene's activity score, in hundredths, or that much and more (`≥3.0`, which CPIC uses for
/// CYP2D6 with three or more copies). Sources write one score in several ways (`1`, `1.0`, `>=3`);
/// scores are compared as numbers, never as text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct ActivityScore {
    hundredths: u32,
    at_least: bool,
}

impl ActivityScore {
    /// A score of so many hundredths.
    pub const fn hundredths(hundredths: u32) -> Self {
        Self { hundredths, at_least: false }
    }

    /// The number, in hundredths; for an open score its least value.
    pub const fn in_hundredths(self) -> u32 {
        self.hundredths
    }

    /// Whether the number is only a lower bound.
    pub const fn is_open(self) -> bool {
        self.at_least
    }

    /// Reads `1`, `1.0`, `0.25`, `≥3.0`, `>=3`, `3+`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let closed = text
            .strip_prefix('≥')
            .or_else(|| text.strip_prefix(">="))
            .or_else(|| text.strip_suffix('+'));
        let number = closed.unwrap_or(text).trim();
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let part = part.trim_end_matches('0');
        if whole.is_empty() || whole.len() > 3 || part.len() > 2 || !digits(whole) || !digits(part)
        {
            return None;
        }
        let hundredths = format!("{part:0<2}").parse::<u32>().ok()?;
        let hundredths = whole.parse::<u32>().ok()? * 100 + hundredths;
        (hundredths <= SCORE_HUNDREDTHS_MAX)
            .then_some(Self { hundredths, at_least: closed.is_some() })
    }

    /// The score times a share, in ten-thousandths, which keeps a half of a hundredth apart
    /// (`2.25` × 50 % = `1.125`).
    pub const fn in_ten_thousandths_of(self, percent: u8) -> u32 {
        self.hundredths.saturating_mul(percent as u32)
    }

    /// The sum of two alleles' values; "at least" stays (`≥3` and `0.25` give `≥3.25`).
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            hundredths: self.hundredths.saturating_add(other.hundredths),
            at_least: self.at_least || other.at_least,
        }
    }
}

impl fmt::Display for ActivityScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at_least {
            f.write_str("≥")?;
        }
        let (whole, part) = (self.hundredths / 100, self.hundredths % 100);
        if part % 10 == 0 {
            write!(f, "{whole}.{}", part / 10)
        } else {
            write!(f, "{whole}.{part:02}")
        }
    }
}

impl From<ActivityScore> for String {
    fn from(score: ActivityScore) -> Self {
        score.to_string()
    }
}

impl TryFrom<String> for ActivityScore {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no activity score"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_score_is_one_number() {
        for (text, shown) in [
            ("1", "1.0"),
            ("1.0", "1.0"),
            ("1.00", "1.0"),
            (" 0.25 ", "0.25"),
            ("1.5", "1.5"),
            ("0", "0.0"),
            ("≥3.0", "≥3.0"),
            (">=3", "≥3.0"),
            ("3+", "≥3.0"),
            ("≥3.25", "≥3.25"),
            ("100", "100.0"),
        ] {
            assert_eq!(ActivityScore::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in ["", "n/a", "-1", "1.255", "1,5", "x", "1.5x", "101", "9999", "≥", "+"] {
            assert_eq!(ActivityScore::parse(text), None, "{text}");
        }
    }

    #[test]
    fn at_least_survives_addition() {
        let three = ActivityScore::parse("≥3").unwrap();
        let sum = three.plus(ActivityScore::hundredths(25));
        assert_eq!(sum.to_string(), "≥3.25");
        assert!(sum.is_open());
        let one = ActivityScore::hundredths(100);
        assert_eq!(one.plus(one).to_string(), "2.0");
    }
}
