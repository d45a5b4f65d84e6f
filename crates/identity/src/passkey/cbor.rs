//! As much of CBOR as authenticators use (RFC 8949; CTAP2 canonical form): definite lengths, no
//! tags, no floating point, names of a map each once.

use crate::Refusal;

/// How deep values may lie in each other; CTAP2 allows four.
const DEPTH_MAX: usize = 6;
/// Items of a list or a map.
const ITEMS_MAX: u64 = 64;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Bool(bool),
    Null,
}

impl Value {
    /// A member of a map by its name.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        self.find(|key| matches!(key, Value::Text(text) if text == name))
    }

    /// A member of a map by its number, as COSE has them.
    pub(super) fn numbered(&self, number: i64) -> Option<&Value> {
        self.find(|key| *key == Value::Int(number))
    }

    fn find(&self, is_it: impl Fn(&Value) -> bool) -> Option<&Value> {
        let Value::Map(members) = self else { return None };
        members.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }

    /// A text by its name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(text)) = self.member(name) { Some(text) } else { None }
    }

    /// Bytes by their name.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        if let Some(Value::Bytes(bytes)) = self.member(name) { Some(bytes) } else { None }
    }
}

/// Reads one value; gives what follows it.
///
/// # Errors
/// What is none, or of a kind that is not taken.
pub(super) fn read(bytes: &[u8]) -> Result<(Value, &[u8]), Refusal> {
    value(bytes, 0)
}

fn value(bytes: &[u8], depth: usize) -> Result<(Value, &[u8]), Refusal> {
    if depth > DEPTH_MAX {
        return Err(Refusal::Unreadable);
    }
    let (first, rest) = bytes.split_first().ok_or(Refusal::Unreadable)?;
    let (kind, low) = (first >> 5, first & 0x1f);
    if kind == 7 {
        let value = match low {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 => Value::Null,
            _ => return Err(Refusal::Unreadable),
        };
        return Ok((value, rest));
    }
    let (number, rest) = number(low, rest)?;
    match kind {
        0 => Ok((Value::Int(i64::try_from(number).map_err(|_| Refusal::Unreadable)?), rest)),
        1 => {
            let number = i64::try_from(number).map_err(|_| Refusal::Unreadable)?;
            Ok((Value::Int(-1 - number), rest))
        }
        2 | 3 => {
            let length = usize::try_from(number).map_err(|_| Refusal::Unreadable)?;
            let (bytes, rest) = rest.split_at_checked(length).ok_or(Refusal::Unreadable)?;
            if kind == 2 {
                return Ok((Value::Bytes(bytes.to_vec()), rest));
            }
            let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Unreadable)?;
            Ok((Value::Text(text.to_owned()), rest))
        }
        4 if number <= ITEMS_MAX => list(number, rest, depth),
        5 if number <= ITEMS_MAX => map(number, rest, depth),
        _ => Err(Refusal::Unreadable),
    }
}

/// The number in a head, in its shortest form.
fn number(low: u8, bytes: &[u8]) -> Result<(u64, &[u8]), Refusal> {
    let length = match low {
        0..=23 => return Ok((u64::from(low), bytes)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return Err(Refusal::Unreadable),
    };
    let (digits, rest) = bytes.split_at_checked(length).ok_or(Refusal::Unreadable)?;
    Ok((digits.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)), rest))
}

fn list(count: u64, mut rest: &[u8], depth: usize) -> Result<(Value, &[u8]), Refusal> {
    let mut items = Vec::new();
    for _ in 0..count {
        let (item, after) = value(rest, depth + 1)?;
        items.push(item);
        rest = after;
    }
    Ok((Value::List(items), rest))
}

fn map(count: u64, mut rest: &[u8], depth: usize) -> Result<(Value, &[u8]), Refusal> {
    let mut members: Vec<(Value, Value)> = Vec::new();
    for _ in 0..count {
        let (key, after) = value(rest, depth + 1)?;
        let (member, after) = value(after, depth + 1)?;
        if members.iter().any(|(known, _)| *known == key) {
            return Err(Refusal::Unreadable);
        }
        members.push((key, member));
        rest = after;
    }
    Ok((Value::Map(members), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_standard() {
        // RFC 8949, appendix A.
        for (bytes, expected) in [
            (&[0x00][..], Value::Int(0)),
            (&[0x18, 0x64], Value::Int(100)),
            (&[0x19, 0x03, 0xe8], Value::Int(1000)),
            (&[0x20], Value::Int(-1)),
            (&[0x39, 0x03, 0xe7], Value::Int(-1000)),
            (&[0x43, 1, 2, 3], Value::Bytes(vec![1, 2, 3])),
            (&[0x61, 0x61], Value::Text("a".to_owned())),
            (&[0x82, 0x01, 0xf5], Value::List(vec![Value::Int(1), Value::Bool(true)])),
            (&[0xa1, 0x01, 0xf6], Value::Map(vec![(Value::Int(1), Value::Null)])),
        ] {
            assert_eq!(read(bytes), Ok((expected, &[][..])), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_not_taken_is_refused() {
        for bytes in [
            &[][..],
            &[0x18],
            &[0x43, 1, 2],
            &[0x61, 0xff],
            &[0x5f, 0x41, 0x00, 0xff],
            &[0x9f, 0xff],
            &[0xc0, 0x00],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0xa2, 0x01, 0x01, 0x01, 0x02],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00],
        ] {
            assert_eq!(read(bytes), Err(Refusal::Unreadable), "{bytes:?}");
        }
    }
}
