//! Dates and times to the precision they were written with (FHIRPath N1 §4.1.6 to §4.1.8).

use std::cmp::Ordering;
use std::fmt::Write as _;

/// Parts of a moment: year, month, day, hour, minute, microseconds of the minute.
const PARTS: usize = 6;

/// What a moment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentKind {
    /// A day, a month or a year.
    Date,
    /// A date with a time, or one that could have had it.
    DateTime,
    /// A time of day.
    Time,
}

/// A date, a time or both, to some precision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    kind: MomentKind,
    text: String,
    /// What was written, the greatest first; a time of day begins at the hour.
    parts: [Option<u32>; PARTS],
    /// Minutes east of UTC.
    offset: Option<i32>,
}

impl Moment {
    /// A literal without its `@`: `2014-01`, `2014-01-01T`, `2014-01-01T10:30Z`, `T10:30`.
    pub(super) fn literal(text: &str) -> Option<Self> {
        if let Some(time) = text.strip_prefix('T') {
            return Self::parse(MomentKind::Time, time);
        }
        let kind = if text.contains('T') { MomentKind::DateTime } else { MomentKind::Date };
        Self::parse(kind, text.strip_suffix('T').unwrap_or(text))
    }

    /// A value of that kind as FHIR writes it.
    pub fn parse(kind: MomentKind, text: &str) -> Option<Self> {
        let mut parts = [None; PARTS];
        let (date, time) = match kind {
            MomentKind::Time => ("", Some(text)),
            MomentKind::Date => (text, None),
            MomentKind::DateTime => match text.split_once('T') {
                Some((date, time)) => (date, Some(time)),
                None => (text, None),
            },
        };
        let mut offset = None;
        if kind != MomentKind::Time {
            read_date(date, &mut parts)?;
        }
        if let Some(time) = time {
            let has_day = kind == MomentKind::Time || parts.get(2).is_some_and(Option::is_some);
            let (clock, zone) = match time.find(['Z', '+', '-']) {
                Some(at) => time.split_at_checked(at)?,
                None => (time, ""),
            };
            if !has_day || kind == MomentKind::Time && !zone.is_empty() {
                return None;
            }
            read_time(clock, &mut parts)?;
            if !zone.is_empty() {
                offset = Some(read_zone(zone)?);
            }
        }
        Some(Self { kind, text: text.to_owned(), parts, offset })
    }

    /// What it says.
    pub fn kind(&self) -> MomentKind {
        self.kind
    }

    /// As it was written, without `@` and `T` of a literal.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Compares two moments. `None` where the precision of one does not tell, where only one has
    /// a time zone, or where one is a time of day and the other is not.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if (self.kind == MomentKind::Time) != (other.kind == MomentKind::Time) {
            return None;
        }
        let has_time = |moment: &Self| moment.parts.get(3).is_some_and(Option::is_some);
        let both_timed = has_time(self) && has_time(other);
        let (left, right) = match (self.offset, other.offset) {
            (Some(own), Some(others)) if own != others => (self.utc()?, other.utc()?),
            // Whether a time without a zone is before one with it, nobody knows.
            (Some(_), None) | (None, Some(_)) if both_timed => {
                let days = self.day_distance(other)?;
                return (days.abs() > 1).then(|| days.cmp(&0));
            }
            _ => (self.parts, other.parts),
        };
        for (left, right) in left.iter().zip(&right) {
            match (left, right) {
                (None, None) => {}
                (Some(left), Some(right)) if left == right => {}
                (Some(left), Some(right)) => return Some(left.cmp(right)),
                _ => return None,
            }
        }
        Some(Ordering::Equal)
    }

    /// Days from the other to this one; `None` unless both name a day.
    fn day_distance(&self, other: &Self) -> Option<i64> {
        Some(day_number(&self.parts)? - day_number(&other.parts)?)
    }

    /// The parts at UTC.
    fn utc(&self) -> Option<[Option<u32>; PARTS]> {
        let [_, _, _, hour, minute, rest] = self.parts;
        let minutes = i64::from(hour?) * 60 + i64::from(minute?) - i64::from(self.offset?);
        let (year, month, day) = date_of(day_number(&self.parts)? + minutes.div_euclid(1440));
        let of_day = u32::try_from(minutes.rem_euclid(1440)).ok()?;
        Some([Some(year), Some(month), Some(day), Some(of_day / 60), Some(of_day % 60), rest])
    }

    /// The first or last moment that is written like this one, to `digits` of precision
    /// (FHIRPath 3.0.0: 4, 6, 8 for dates; 4 to 17 for date-times; 2, 4, 6, 9 for times). A
    /// date-time without a zone gets the one in which it is earliest or latest.
    pub(super) fn boundary(&self, is_low: bool, digits: Option<i64>) -> Option<Self> {
        let most = match self.kind {
            MomentKind::Date => 8,
            MomentKind::DateTime => 17,
            MomentKind::Time => 9,
        };
        let digits = digits.unwrap_or(most);
        let first = if self.kind == MomentKind::Time { 3 } else { 0 };
        let ends: &[(usize, i64)] = match self.kind {
            MomentKind::Date => &[(1, 4), (2, 6), (3, 8)],
            MomentKind::DateTime => &[(1, 4), (2, 6), (3, 8), (4, 10), (5, 12), (6, 17)],
            MomentKind::Time => &[(4, 2), (5, 4), (6, 9)],
        };
        let (end, _) = ends.iter().find(|(_, at)| *at == digits)?;
        let mut parts = [None; PARTS];
        for place in first..*end {
            let written = self.parts.get(place).copied().flatten();
            let value = written.or_else(|| bound(place, is_low, &parts))?;
            *parts.get_mut(place)? = Some(value);
        }
        let has_time = self.kind == MomentKind::DateTime && *end > 3;
        let zone = if is_low { 14 * 60 } else { -12 * 60 };
        let offset = has_time.then(|| self.offset.unwrap_or(zone));
        Some(Self { kind: self.kind, text: written(self.kind, &parts, offset), parts, offset })
    }
}

/// The least or greatest value of a part.
fn bound(place: usize, is_low: bool, parts: &[Option<u32>; PARTS]) -> Option<u32> {
    let [year, month, ..] = *parts;
    Some(match (place, is_low) {
        (1 | 2, true) => 1,
        (1, false) => 12,
        (2, false) => month_days(year?, month?),
        (_, true) => 0,
        (3, false) => 23,
        (4, false) => 59,
        _ => 59_999_999,
    })
}

fn written(kind: MomentKind, parts: &[Option<u32>; PARTS], offset: Option<i32>) -> String {
    let [year, month, day, hour, minute, rest] = *parts;
    // Writing to a string cannot fail.
    let mut text = String::new();
    let mut push = |lead: &str, value: Option<u32>, width: usize| {
        if let Some(value) = value {
            text.push_str(lead);
            let _ = write!(text, "{value:0width$}");
        }
    };
    push("", year, 4);
    push("-", month, 2);
    push("-", day, 2);
    push(if kind == MomentKind::Time { "" } else { "T" }, hour, 2);
    push(":", minute, 2);
    push(":", rest.map(|rest| rest / 1_000_000), 2);
    push(".", rest.map(|rest| rest / 1000 % 1000), 3);
    match offset {
        Some(0) => text.push('Z'),
        Some(minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
        }
        None => {}
    }
    text
}

fn digits(text: &str, length: usize) -> Option<u32> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn read_date(text: &str, parts: &mut [Option<u32>; PARTS]) -> Option<()> {
    let mut written = text.split('-');
    let year = digits(written.next()?, 4).filter(|year| *year > 0)?;
    let month = match written.next() {
        Some(text) => Some(digits(text, 2).filter(|month| (1..=12).contains(month))?),
        None => None,
    };
    let day = match (written.next(), month) {
        (Some(text), Some(month)) => {
            let last = month_days(year, month);
            Some(digits(text, 2).filter(|day| (1..=last).contains(day))?)
        }
        _ => None,
    };
    let [to_year, to_month, to_day, ..] = parts;
    (*to_year, *to_month, *to_day) = (Some(year), month, day);
    written.next().is_none().then_some(())
}

/// Seconds and their fraction are one precision (FHIRPath N1 §6.2), here in microseconds.
fn read_time(text: &str, parts: &mut [Option<u32>; PARTS]) -> Option<()> {
    let mut written = text.split(':');
    let hour = digits(written.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = match written.next() {
        Some(text) => Some(digits(text, 2).filter(|minute| *minute < 60)?),
        None => None,
    };
    let second = match written.next() {
        Some(text) => Some(microseconds(text)?),
        None => None,
    };
    let [_, _, _, to_hour, to_minute, to_second] = parts;
    (*to_hour, *to_minute, *to_second) = (Some(hour), minute, second);
    written.next().is_none().then_some(())
}

fn microseconds(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let seconds = digits(whole, 2).filter(|second| *second < 61)?;
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let millionths: String = fraction.chars().chain("000000".chars()).take(6).collect();
    Some(seconds * 1_000_000 + millionths.parse::<u32>().ok()?)
}

fn read_zone(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let hours = digits(hours, 2).filter(|hours| *hours < 15)?;
    let minutes = digits(minutes, 2).filter(|minutes| *minutes < 60)?;
    i32::try_from(hours * 60 + minutes).ok().map(|minutes| sign * minutes)
}

fn month_days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from a fixed day, in the proleptic Gregorian calendar.
fn day_number(parts: &[Option<u32>; PARTS]) -> Option<i64> {
    let [year, month, day, ..] = *parts;
    let (year, month, day) = (i64::from(year?), i64::from(month?), i64::from(day?));
    let months = (month + 9) % 12;
    let year = year - months / 10;
    Some(
        365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (months * 306 + 5) / 10
            + (day - 1),
    )
}

/// The inverse of [`day_number`].
fn date_of(number: i64) -> (u32, u32, u32) {
    let at =
        |year: i64| 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let mut year = (10_000 * number + 14_780).div_euclid(3_652_425);
    if number < at(year) {
        year -= 1;
    }
    let of_year = number - at(year);
    let months = (100 * of_year + 52) / 3060;
    let month = (months + 2) % 12 + 1;
    let day = of_year - (months * 306 + 5) / 10 + 1;
    let small = |value: i64| u32::try_from(value).unwrap_or(0);
    (small(year + (months + 2) / 12), small(month), small(day))
}
