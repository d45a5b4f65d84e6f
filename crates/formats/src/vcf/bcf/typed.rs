//! Typed values of BCF (VCF 4.5 §6.3.3).

use std::fmt::Write;

/// What a value consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcf) enum Kind {
    Missing,
    Int8,
    Int16,
    Int32,
    Float,
    Text,
}

/// An integer of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcf) enum Integer {
    /// A number.
    Value(i32),
    /// `.`.
    Missing,
    /// The vector ends here, or a reserved value.
    End,
}

/// Most elements of a vector that are written; what is read holds one.
const ELEMENTS_MAX: usize = 64;
const SHORT: &str = "the record is cut short";

/// Bits of a missing float, and of the end of a vector of floats.
const FLOAT_MISSING: u32 = 0x7f80_0001;
const FLOAT_END: u32 = 0x7f80_0002;

impl Kind {
    /// Bytes of one element.
    pub(in crate::vcf) fn bytes(self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Int8 | Self::Text => 1,
            Self::Int16 => 2,
            Self::Int32 | Self::Float => 4,
        }
    }

    /// One element as an integer; `None` if it is none.
    pub(in crate::vcf) fn integer(self, bytes: &[u8]) -> Option<Integer> {
        let (value, lowest) = match (self, bytes) {
            (Self::Int8, [a]) => (i32::from(i8::from_le_bytes([*a])), i32::from(i8::MIN)),
            (Self::Int16, [a, b]) => (i32::from(i16::from_le_bytes([*a, *b])), i32::from(i16::MIN)),
            (Self::Int32, [a, b, c, d]) => (i32::from_le_bytes([*a, *b, *c, *d]), i32::MIN),
            _ => return None,
        };
        // The lowest eight values are no numbers.
        Some(match value.wrapping_sub(lowest) {
            0 => Integer::Missing,
            1..=7 => Integer::End,
            _ => Integer::Value(value),
        })
    }
}

/// Takes the first bytes off.
pub(in crate::vcf) fn take<'b>(source: &mut &'b [u8], bytes: usize) -> Result<&'b [u8], String> {
    let (head, rest) = source.split_at_checked(bytes).ok_or(SHORT)?;
    *source = rest;
    Ok(head)
}

/// What follows, and how many elements it has.
pub(in crate::vcf) fn descriptor(source: &mut &[u8]) -> Result<(Kind, usize), String> {
    let (kind, length) = short_descriptor(source)?;
    if length < 15 {
        return Ok((kind, length));
    }
    let (of_length, one) = short_descriptor(source)?;
    if one != 1 {
        return Err("the length of a vector is not one number".into());
    }
    let bytes = take(source, of_length.bytes())?;
    match of_length.integer(bytes) {
        Some(Integer::Value(length)) => {
            let length = usize::try_from(length).map_err(|_| "a vector has a length below 0")?;
            Ok((kind, length))
        }
        _ => Err("the length of a vector is not a number".into()),
    }
}

fn short_descriptor(source: &mut &[u8]) -> Result<(Kind, usize), String> {
    let byte = take(source, 1)?.first().copied().ok_or(SHORT)?;
    let kind = match byte & 0x0f {
        0 => Kind::Missing,
        1 => Kind::Int8,
        2 => Kind::Int16,
        3 => Kind::Int32,
        5 => Kind::Float,
        7 => Kind::Text,
        other => return Err(format!("{other} is no type of a value")),
    };
    Ok((kind, usize::from(byte >> 4)))
}

/// A value with its descriptor: what it is, and its bytes.
pub(in crate::vcf) fn value<'b>(source: &mut &'b [u8]) -> Result<(Kind, &'b [u8]), String> {
    let (kind, length) = descriptor(source)?;
    let bytes = length.checked_mul(kind.bytes()).ok_or(SHORT)?;
    Ok((kind, take(source, bytes)?))
}

/// Text without its padding, fit for a column of a VCF.
pub(in crate::vcf) fn text(bytes: &[u8]) -> Result<&str, String> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = bytes.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = text.ok_or("text is not UTF-8")?;
    if text.bytes().any(|byte| byte.is_ascii_control()) {
        return Err("text holds a control character".into());
    }
    Ok(text)
}

/// Writes a vector as a VCF would have it: `12`, `1,.`, `.`.
pub(in crate::vcf) fn write(kind: Kind, bytes: &[u8], line: &mut String) -> Result<(), String> {
    let start = line.len();
    match kind {
        Kind::Missing => {}
        Kind::Text => {
            let text = text(bytes)?;
            if text.contains(':') {
                return Err("text of a sample holds a colon".into());
            }
            line.push_str(text);
        }
        _ => {
            for element in bytes.chunks_exact(kind.bytes()).take(ELEMENTS_MAX) {
                let before = line.len();
                if before > start {
                    line.push(',');
                }
                if !write_number(kind, element, line) {
                    line.truncate(before);
                    break;
                }
            }
        }
    }
    if line.len() == start {
        line.push('.');
    }
    Ok(())
}

/// Writes one number; `false` at the end of the vector.
fn write_number(kind: Kind, element: &[u8], line: &mut String) -> bool {
    if kind == Kind::Float {
        let bits = element.try_into().map_or(FLOAT_MISSING, u32::from_le_bytes);
        match bits {
            FLOAT_MISSING => line.push('.'),
            FLOAT_END => return false,
            // Writing to a string cannot fail.
            bits => drop(write!(line, "{}", f32::from_bits(bits))),
        }
        return true;
    }
    match kind.integer(element) {
        Some(Integer::Value(value)) => drop(write!(line, "{value}")),
        Some(Integer::Missing) => line.push('.'),
        Some(Integer::End) | None => return false,
    }
    true
}
