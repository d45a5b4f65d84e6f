//! Primitive datatypes (FHIR R4, "Data Types").

use model::PartialDate;
use model::id::is_fhir_id;
use serde_json::Value;

/// Whether the datatype is a primitive.
pub(super) fn is_primitive(kind: &str) -> bool {
    kind.starts_with(|c: char| c.is_ascii_lowercase())
}

/// What is wrong with the value, if it is of a primitive datatype and something is.
pub(super) fn fault(kind: &str, value: &Value) -> Option<&'static str> {
    if !is_primitive(kind) {
        return None;
    }
    let (fits, why) = match (kind, value) {
        ("boolean", Value::Bool(_)) | ("decimal", Value::Number(_)) => return None,
        ("boolean", _) => (false, "the value must be true or false"),
        ("integer", Value::Number(n)) => (int(n, i64::from(i32::MIN)), "not a 32-bit integer"),
        ("unsignedInt", Value::Number(n)) => (int(n, 0), "not an integer of at least 0"),
        ("positiveInt", Value::Number(n)) => (int(n, 1), "not an integer of at least 1"),
        ("integer" | "unsignedInt" | "positiveInt" | "decimal", _) => {
            (false, "the value must be a number")
        }
        (_, Value::String(text)) => return text_fault(kind, text),
        _ => (false, "the value must be a string"),
    };
    (!fits).then_some(why)
}

fn int(number: &serde_json::Number, least: i64) -> bool {
    number.as_i64().is_some_and(|n| (least..=i64::from(i32::MAX)).contains(&n))
}

fn text_fault(kind: &str, text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("a string may not be empty");
    }
    let (fits, why) = match kind {
        "date" => (is_date(text), "a date is YYYY, YYYY-MM or YYYY-MM-DD"),
        "dateTime" => (is_date_time(text), "a dateTime is a date, or has a time with offset"),
        "instant" => (is_moment(text), "an instant has date, time to the second and offset"),
        "time" => (is_time(text), "a time is hh:mm:ss"),
        "code" => (is_code(text), "a code has no blanks at its ends and no double blanks"),
        "id" => (is_fhir_id(text), "an id has 1 to 64 of A-Z a-z 0-9 - ."),
        "uri" | "url" | "canonical" | "oid" | "uuid" => {
            (!text.contains(char::is_whitespace), "a URI has no blanks")
        }
        "base64Binary" => (is_base64(text), "the value is not base64"),
        _ => return None,
    };
    (!fits).then_some(why)
}

fn is_code(text: &str) -> bool {
    text.trim() == text && !text.contains("  ") && !text.contains(['\t', '\n', '\r'])
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, in the calendar.
fn is_date(text: &str) -> bool {
    let dashed = matches!(text.len(), 4 | 7 | 10)
        && text.bytes().enumerate().all(|(at, b)| (b == b'-') == (at == 4 || at == 7));
    dashed && PartialDate::parse(text).is_some()
}

fn is_date_time(text: &str) -> bool {
    is_date(text) || is_moment(text)
}

/// A full date, `T`, a time, and `Z` or an offset of hours and minutes.
fn is_moment(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let zone_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (Some(time), Some(zone)) = (rest.get(..zone_at), rest.get(zone_at..)) else {
        return false;
    };
    let offset = |text: &str| {
        text.split_once(':')
            .is_some_and(|(hours, minutes)| number_below(hours, 15) && number_below(minutes, 60))
    };
    let zoned = zone == "Z" || zone.strip_prefix(['+', '-']).is_some_and(offset);
    date.len() == 10 && is_date(date) && zoned && is_time(time)
}

/// `hh:mm:ss`, with a fraction if wanted; `60` is a leap second.
fn is_time(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let mut next = |end| parts.next().is_some_and(|part| number_below(part, end));
    let fits = next(24) && next(60) && next(61);
    let digits = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    fits && digits && parts.next().is_none()
}

fn number_below(text: &str, end: u32) -> bool {
    let two = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    two && text.parse::<u32>().is_ok_and(|n| n < end)
}

fn is_base64(text: &str) -> bool {
    let symbol = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let symbols = text.bytes().filter(|b| !b.is_ascii_whitespace());
    symbols.clone().all(symbol) && symbols.count() % 4 == 0
}

/// Whether the text has the shape of a literal reference: `Type/id`, with a version if wanted, an
/// absolute URI, `#part`, or the conditional `Type?search` of a transaction.
pub(super) fn is_reference(text: &str) -> bool {
    if text.contains(char::is_whitespace) {
        return false;
    }
    if let Some(part) = text.strip_prefix('#') {
        return part.is_empty() || is_fhir_id(part);
    }
    if let Some((kind, query)) = text.split_once('?')
        && !kind.contains(':')
    {
        return super::is_resource_type(kind) && !query.is_empty();
    }
    let absolute = text.split_once(':').is_some_and(|(scheme, rest)| {
        !scheme.contains('/') && !scheme.is_empty() && !rest.is_empty()
    });
    absolute || is_relative(text)
}

fn is_relative(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [kind, id] => super::is_resource_type(kind) && is_fhir_id(id),
        [kind, id, "_history", version] => {
            super::is_resource_type(kind) && is_fhir_id(id) && is_fhir_id(version)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_have_the_forms_of_r4() {
        for (kind, good, bad) in [
            ("date", "2020-02-29", "2021-02-29"),
            ("date", "2020", "20200229"),
            ("date", "2020-02", "2020-02-29T10:00:00Z"),
            ("dateTime", "2020-02-29T10:00:00.5+02:00", "2020-02-29T10:00:00"),
            ("dateTime", "2020-02", "2020-02T10:00:00Z"),
            ("dateTime", "2020-02-29T10:00:00-05:00", "2020-02-29T10:00Z"),
            ("instant", "2020-02-29T23:59:60Z", "2020-02-29"),
            ("instant", "2020-02-29T00:00:00Z", "2020-02-29T24:00:00Z"),
            ("time", "12:00:00", "12:00"),
            ("code", "a b", " a"),
            ("id", "a-1", "a_1"),
            ("uri", "urn:x", "urn: x"),
            ("base64Binary", "QUJD", "QUJ"),
            ("string", "x", " "),
        ] {
            assert_eq!(fault(kind, &good.into()), None, "{kind} {good}");
            assert!(fault(kind, &bad.into()).is_some(), "{kind} {bad}");
        }
    }

    #[test]
    fn references_have_one_of_four_shapes() {
        for good in [
            "Patient/1",
            "Patient/1/_history/2",
            "#p",
            "urn:uuid:37414d6e-555d-5412-9a3c-ce0d571a961c",
            "https://example.org/fhir/Patient/1",
            "Patient?identifier=a%7Cb",
            "Patient?identifier=urn:a|b",
        ] {
            assert!(is_reference(good), "{good}");
        }
        for bad in ["Patient", "1", "Nobody/1", "Patient/a b", "Patient/1/2", "Patient?", ":x"] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
