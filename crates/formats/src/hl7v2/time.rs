//! Date and time of HL7 v2 (HL7 v2.5.1 §2.A.22 `DTM`): `YYYY[MM[DD[HH[MM[SS[.S+]]]]]][±ZZZZ]`.

use model::Timestamp;

/// The offset written at the end of a time, in minutes east of UTC.
pub fn offset_minutes(text: &str) -> Option<i16> {
    let (_, offset) = split_offset(text);
    let (sign, digits) = offset?;
    let digit = |range| digits.get::<std::ops::Range<usize>>(range)?.parse::<i16>().ok();
    let (hours, minutes) = (digit(0..2)?, digit(2..4)?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// The instant, if the time is known to the minute and has an offset of its own or by default
/// (MSH-7's, else the feed's, in minutes). `None` if it is no such time of the calendar.
pub fn instant(text: &str, default_offset_minutes: Option<i16>) -> Option<Timestamp> {
    let (body, own) = split_offset(text);
    let offset = match own {
        Some(_) => offset_minutes(text)?,
        None => default_offset_minutes?,
    };
    let (digits, fraction) = match body.split_once('.') {
        Some((digits, fraction)) => (digits, fraction),
        None => (body, ""),
    };
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(digits) || !all_digits(fraction) || !matches!(digits.len(), 12 | 14) {
        return None;
    }
    let part = |from, to| digits.get(from..to);
    let second = part(12, 14).unwrap_or("00");
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    Timestamp::parse(&format!(
        "{}-{}-{}T{}:{}:{second}.{fraction}{sign}{:02}:{:02}",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        size / 60,
        size % 60
    ))
}

fn split_offset(text: &str) -> (&str, Option<(i16, &str)>) {
    let Some(at) = text.find(['+', '-']) else { return (text, None) };
    let (body, offset) = text.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits = offset.get(1..).unwrap_or_default();
    (body, Some((sign, digits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, default, expected) in [
            ("20190514102527+0200", None, Some("2019-05-14T08:25:27.000Z")),
            ("20190514102527.1234-0530", None, Some("2019-05-14T15:55:27.123Z")),
            ("201905141025", Some(60), Some("2019-05-14T09:25:00.000Z")),
            ("201905141025", None, None),
            ("20190514", Some(0), None),
            ("20190231102527+0200", None, None),
            ("20190514252527+0200", None, None),
            ("20190514102527+02", None, None),
            ("20190514102527+9900", None, None),
            ("yesterday", Some(0), None),
            ("", Some(0), None),
        ] {
            let read = instant(text, default).map(|t| t.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
