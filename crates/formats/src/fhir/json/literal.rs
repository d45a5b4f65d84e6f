//! The numbers of a JSON text as they were written.

use super::Literals;
use serde_json::Value;

/// Every number outside strings, in the order of the text; for valid JSON exactly the numbers
/// that a parser meets.
pub(super) struct Numbers<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Numbers<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Numbers<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let mut in_string = false;
        while let Some(byte) = bytes.get(self.at) {
            match (in_string, byte) {
                // The escaped byte is skipped too, so that `\"` does not end the string.
                (true, b'\\') => self.at += 1,
                (_, b'"') => in_string = !in_string,
                (false, b'-' | b'0'..=b'9') => {
                    let start = self.at;
                    let rest = bytes.get(start..).unwrap_or_default();
                    let length = rest.iter().take_while(|b| is_part(**b)).count();
                    self.at += length;
                    return self.text.get(start..self.at);
                }
                _ => {}
            }
            self.at += 1;
        }
        None
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Writes a value, with the literals whose number is still the one at their path.
pub(super) fn write(value: &Value, literals: &Literals, path: &str, out: &mut String) {
    match value {
        Value::Object(object) => {
            out.push('{');
            for (at, (key, held)) in object.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                let dot = if path.is_empty() { "" } else { "." };
                write(held, literals, &format!("{path}{dot}{key}"), out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, literals, &format!("{path}[{at}]"), out);
            }
            out.push(']');
        }
        Value::Number(number) => {
            let same = |text: &&String| serde_json::from_str(text).ok().as_ref() == Some(number);
            match literals.get(path).filter(same) {
                Some(text) => out.push_str(text),
                None => out.push_str(&number.to_string()),
            }
        }
        other => out.push_str(&other.to_string()),
    }
}
