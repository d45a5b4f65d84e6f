//! Instants and partial dates. The clock itself is a parameter of whoever needs it.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 instant; `None` if it is not one or has no offset.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|at| Self(at.as_microsecond()))
    }

    /// The UTC calendar day, for display and for ages.
    pub fn day(self) -> PartialDate {
        let date = self.jiff().to_zoned(TimeZone::UTC).date();
        PartialDate {
            year: date.year(),
            month: u8::try_from(date.month()).ok(),
            day: u8::try_from(date.day()).ok(),
        }
    }

    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

/// RFC 3339 in UTC with milliseconds, as FHIR `instant` wants it.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.jiff())
    }
}

/// A date known to the year, the month or the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartialDate {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to 31; only with a month.
    pub day: Option<u8>,
}

impl PartialDate {
    /// Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` and the HL7 v2 forms without dashes. A time that
    /// follows (`T…` or further digits of an HL7 v2 DTM) is ignored. `None` if the calendar has
    /// no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let date = text.split('T').next()?;
        let digits: String = if date.contains('-') && date.len() <= 10 {
            date.chars().filter(|c| *c != '-').collect()
        } else {
            date.chars().take_while(char::is_ascii_digit).collect()
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year: i16 = digits.get(..4)?.parse().ok()?;
        let part = |range: std::ops::Range<usize>| match digits.get(range) {
            Some(text) => text.parse::<u8>().ok().map(Some),
            None => Some(None),
        };
        if digits.len() == 5 || digits.len() == 7 {
            return None;
        }
        let (month, day) = (part(4..6)?, part(6..8)?);
        let in_calendar = jiff::civil::Date::new(
            year,
            i8::try_from(month.unwrap_or(1)).ok()?,
            i8::try_from(day.unwrap_or(1)).ok()?,
        );
        in_calendar.ok().map(|_| Self { year, month, day })
    }

    /// Whether every day that this date may be lies before every day that `other` may be.
    pub fn is_before(self, other: Self) -> bool {
        let last = (self.year, self.month.unwrap_or(12), self.day.unwrap_or(31));
        last < (other.year, other.month.unwrap_or(1), other.day.unwrap_or(1))
    }

    /// Days from the last day that this date may be to `on`, which is known to the day; negative
    /// if it comes later.
    pub fn days_until(self, on: Self) -> Option<i32> {
        let civil = |year, month: u8, day: u8| {
            jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        };
        let to = civil(on.year, on.month?, on.day?)?;
        let month = self.month.unwrap_or(12);
        let from = match self.day {
            Some(day) => civil(self.year, month, day)?,
            None => civil(self.year, month, 1)?.last_of_month(),
        };
        Some(from.until(to).ok()?.get_days())
    }

    /// Whole years from this date to `on`, if both are known to the day.
    pub fn years_until(self, on: Self) -> Option<i16> {
        let before_birthday = (on.month?, on.day?) < (self.month?, self.day?);
        Some(on.year - self.year - i16::from(before_birthday))
    }
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
            if let Some(day) = self.day {
                write!(f, "-{day:02}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_their_precision() {
        for (text, shown) in [
            ("2020", "2020"),
            ("2020-02", "2020-02"),
            ("2020-02-29", "2020-02-29"),
            ("20080920", "2008-09-20"),
            ("200809", "2008-09"),
            ("20190514102527+0200", "2019-05-14"),
            ("2019-05-14T10:25:27Z", "2019-05-14"),
        ] {
            let date = PartialDate::parse(text).map(|d| d.to_string());
            assert_eq!(date.as_deref(), Some(shown), "{text}");
        }
        for bad in ["", "202", "20201", "2021-02-29", "20201301", "20200100", "x", "2020-1"] {
            assert_eq!(PartialDate::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ages_turn_on_the_birthday() {
        let born = PartialDate::parse("1961-04-02").unwrap();
        let age = |on: &str| born.years_until(PartialDate::parse(on).unwrap());
        assert_eq!(age("2026-04-01"), Some(64));
        assert_eq!(age("2026-04-02"), Some(65));
        assert_eq!(age("2026"), None);
    }

    #[test]
    fn dates_that_may_be_the_same_day_are_not_before_one_another() {
        let date = |text: &str| PartialDate::parse(text).unwrap();
        for (one, other, before, days) in [
            ("2026-05-09", "2026-05-10", true, Some(1)),
            ("2026-05-10", "2026-05-10", false, Some(0)),
            ("2026-04", "2026-05-10", true, Some(10)),
            ("2026-05", "2026-05-10", false, Some(-21)),
            ("2025", "2026-05-10", true, Some(130)),
            ("2026", "2026-05-10", false, Some(-235)),
            ("2026-05-10", "2026-06", true, None),
        ] {
            assert_eq!(date(one).is_before(date(other)), before, "{one} {other}");
            assert_eq!(date(one).days_until(date(other)), days, "{one} {other}");
        }
    }

    #[test]
    fn instants_round_trip_to_the_millisecond() {
        let at = Timestamp::parse("2026-01-02T03:04:05.678+01:00").unwrap();
        assert_eq!(at.to_string(), "2026-01-02T02:04:05.678Z");
        assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        assert_eq!(Timestamp::parse("2026-01-02T03:04:05"), None);
        assert_eq!(at.day().to_string(), "2026-01-02");
    }
}
