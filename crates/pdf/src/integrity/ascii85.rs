//! ASCII base-85 (ISO 32000-2 §7.4.3), which some writers wrap around Flate.

/// The bytes; `None` if the text is none.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memmem::find(text, b"~>")?;
    let (mut bytes, mut group) = (Vec::with_capacity(end), Vec::with_capacity(5));
    for byte in text.get(..end)? {
        match byte {
            b'z' if group.is_empty() => bytes.extend([0; 4]),
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    bytes.extend(word(&group)?);
                    group.clear();
                }
            }
            byte if byte.is_ascii_whitespace() || *byte == 0 => {}
            _ => return None,
        }
    }
    match group.len() {
        0 => Some(bytes),
        1 => None,
        some => {
            group.resize(5, 84);
            bytes.extend(word(&group)?.get(..some - 1)?);
            Some(bytes)
        }
    }
}

fn word(digits: &[u8]) -> Option<[u8; 4]> {
    let add = |sum: u32, digit: &u8| sum.checked_mul(85)?.checked_add(u32::from(*digit));
    Some(digits.iter().try_fold(0, add)?.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_to_their_bytes() {
        for (text, bytes) in [
            (&b"87cURD]i,\"Ebo80~>"[..], Some(&b"Hello World!"[..])),
            (b"z~>", Some(&[0; 4][..])),
            (b"87 cU\nRD]~>", Some(b"Hello")),
            (b"~>", Some(b"")),
            (b"!~>", None),
            (b"s8W-\"~>", None),
            (b"87cUR", None),
        ] {
            assert_eq!(decode(text).as_deref(), bytes, "{}", text.escape_ascii());
        }
    }
}
