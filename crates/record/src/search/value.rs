//! Values of search: folding of text, and dates as ranges by their precision.

use model::{PartialDate, Timestamp};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// The end of time of an open period.
pub(crate) const ALWAYS: i64 = i64::MAX;
/// The beginning of time of an open period.
pub(crate) const NEVER: i64 = i64::MIN;

/// A half-open range of microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// First microsecond.
    pub(crate) low: i64,
    /// One past the last.
    pub(crate) high: i64,
}

/// Text without case and with single blanks, as both sides of a comparison are brought to.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            // Lower case depends on the place in the word: the sigma at its end is another one.
            folded.push_str(&word.to_lowercase());
        }
    }
    folded
}

/// The range that a FHIR date, dateTime or instant stands for. A time without a zone is taken as
/// UTC. `None` if it is no date.
pub(crate) fn date_range(text: &str) -> Option<Range> {
    match text.split_once('T') {
        None => day_range(text),
        Some((date, time)) => time_range(date, time),
    }
}

fn day_range(text: &str) -> Option<Range> {
    if !matches!(text.len(), 4 | 7 | 10) {
        return None;
    }
    let date = PartialDate::parse(text)?;
    let low = midnight(date.year, date.month.unwrap_or(1), date.day.unwrap_or(1))?;
    let high = match (date.month, date.day) {
        (Some(_), Some(_)) => low + DAY_MICROS,
        (Some(12) | None, None) => midnight(date.year + 1, 1, 1)?,
        (Some(month), None) => midnight(date.year, month + 1, 1)?,
        (None, Some(_)) => return None,
    };
    Some(Range { low, high })
}

fn midnight(year: i16, month: u8, day: u8) -> Option<i64> {
    instant(&format!("{year:04}-{month:02}-{day:02}T00:00:00Z"))
}

fn time_range(date: &str, time: &str) -> Option<Range> {
    let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(at)?;
    let zone = if zone.is_empty() { "Z" } else { zone };
    let (clock, width) = match (clock.len(), clock.split_once('.')) {
        (5, None) => (format!("{clock}:00"), 60_000_000),
        (8, None) => (clock.to_owned(), 1_000_000),
        (_, Some((_, digits))) if (1..=6).contains(&digits.len()) => {
            (clock.to_owned(), 10_i64.pow(6 - u32::try_from(digits.len()).ok()?))
        }
        _ => return None,
    };
    let low = instant(&format!("{date}T{clock}{zone}"))?;
    Some(Range { low, high: low.checked_add(width)? })
}

fn instant(text: &str) -> Option<i64> {
    Timestamp::parse(text).map(Timestamp::micros)
}

/// Undoes `\,`, `\|`, `\$` and `\\` (FHIR R4 §3.1.1.4.0.1).
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.extend(letters.next()),
            _ => plain.push(letter),
        }
    }
    plain
}

/// Parts a text at a sign that is not escaped.
pub(crate) fn split_unescaped(text: &str, sign: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for letter in text.chars() {
        if letter == sign && !escaped {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_ranges_by_precision() {
        // FHIR R4 §3.1.1.4.7
        for (text, low, high) in [
            ("2020", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"),
            ("2020-02", "2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z"),
            ("2020-12", "2020-12-01T00:00:00Z", "2021-01-01T00:00:00Z"),
            ("2020-02-29", "2020-02-29T00:00:00Z", "2020-03-01T00:00:00Z"),
            ("2020-01-01T10:00Z", "2020-01-01T10:00:00Z", "2020-01-01T10:01:00Z"),
            ("2020-01-01T10:00", "2020-01-01T10:00:00Z", "2020-01-01T10:01:00Z"),
            ("2020-01-01T10:00:05+01:00", "2020-01-01T09:00:05Z", "2020-01-01T09:00:06Z"),
            ("2020-01-01T10:00:05.1Z", "2020-01-01T10:00:05.1Z", "2020-01-01T10:00:05.2Z"),
        ] {
            let expected = Range { low: instant(low).unwrap(), high: instant(high).unwrap() };
            assert_eq!(date_range(text), Some(expected), "{text}");
        }
        for bad in
            ["", "20", "2020-1", "2020-13", "2020-02-30", "2020-01-01T", "x", "2020-01-01T25:00"]
        {
            assert_eq!(date_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(unescape(r"a\,b\|c\$d\\e"), r"a,b|c$d\e");
        assert_eq!(split_unescaped(r"a\,b,c\\,d", ','), [r"a\,b", r"c\\", "d"]);
        assert_eq!(split_unescaped("", ','), [""]);
    }

    #[test]
    fn folding_takes_case_and_blanks_away() {
        assert_eq!(fold("  MÜLLER   Ana "), "müller ana");
    }
}
