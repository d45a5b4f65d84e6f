//! Values of CTML as text, and comparisons written in them.

use crate::criteria::Comparison;
use serde_json::Value;

/// Longest value that is kept in a leaf, in bytes.
pub(super) const VALUE_BYTES_MAX: usize = 2_048;

/// A value as text, cut where it is too long.
pub(super) fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().find(|(at, _)| *at >= VALUE_BYTES_MAX) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned(),
        None => text,
    }
}

/// A text value without its leading `!`, and whether it had one.
pub(super) fn negated(value: &Value) -> (Option<&str>, bool) {
    let Value::String(text) = value else { return (None, false) };
    let text = text.trim();
    match text.strip_prefix('!') {
        Some(rest) => (Some(rest.trim()), true),
        None => (Some(text), false),
    }
}

/// `>=18`, `>= 10`, `<0.5`: the comparison, if there is one, and the number's text.
pub(super) fn compared(text: &str) -> Option<(Option<Comparison>, &str)> {
    let text = text.trim();
    let digits = text.find(|letter: char| letter.is_ascii_digit() || letter == '.')?;
    let (sign, number) = text.split_at_checked(digits)?;
    let number = number.trim();
    number.parse::<f64>().ok().filter(|number| number.is_finite())?;
    match sign.trim() {
        "" => Some((None, number)),
        sign => Some((Some(Comparison::parse(sign)?), number)),
    }
}

/// `true`, `"True"`, `"yes"`.
pub(super) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(known) => Some(*known),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
