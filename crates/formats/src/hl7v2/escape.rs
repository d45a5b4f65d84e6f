//! Escape sequences (HL7 v2.5.1 §2.7), undone after splitting: a decoded separator is data.

use super::charset::Charset;
use super::separators::Separators;
use std::borrow::Cow;

/// Longest run of blank lines that `\.sp<n>\` may ask for; a longer one stays as written.
const BLANK_LINES_MAX: usize = 100;

/// Text as it may stand in a field: separators, line ends and all other control characters, among
/// them those that frame a message (MLLP), become escape sequences. `None` if the text needs
/// escaping and MSH-2 defines no escape character.
///
/// # Examples
///
/// ```
/// use formats::hl7v2::{Separators, escape};
/// let separators = Separators::default();
/// assert_eq!(escape("A&B|C", &separators).as_deref(), Some(r"A\T\B\F\C"));
/// ```
pub fn escape(text: &str, separators: &Separators) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let hexadecimal;
        let body = match u8::try_from(character) {
            Ok(b'\n') => ".br",
            Ok(byte) if byte.is_ascii_control() => {
                hexadecimal = format!("X{byte:02X}");
                &hexadecimal
            }
            Ok(byte) if byte == separators.field => "F",
            Ok(byte) if byte == separators.component => "S",
            Ok(byte) if Some(byte) == separators.repetition => "R",
            Ok(byte) if Some(byte) == separators.escape => "E",
            Ok(byte) if Some(byte) == separators.subcomponent => "T",
            Ok(byte) if Some(byte) == separators.truncation => "P",
            _ => {
                out.push(character);
                continue;
            }
        };
        let mark = char::from(separators.escape?);
        out.extend([mark]);
        out.push_str(body);
        out.push(mark);
    }
    Some(out)
}

/// Bytes of one part as text. Unknown sequences, and hexadecimal data that is not of the
/// character set, stay as they are.
pub(super) fn unescape<'b>(
    bytes: &'b [u8],
    separators: &Separators,
    charset: Charset,
) -> Cow<'b, str> {
    let Some(mark) = separators.escape.filter(|mark| bytes.contains(mark)) else {
        return charset.decode_lossy(bytes);
    };
    let with_data = expand(bytes, mark, separators, true);
    let expanded = match charset.decode(&with_data) {
        Some(text) => return Cow::Owned(text.into_owned()),
        None => expand(bytes, mark, separators, false),
    };
    Cow::Owned(charset.decode_lossy(&expanded).into_owned())
}

fn expand(bytes: &[u8], mark: u8, separators: &Separators, hexadecimal: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(mark, rest) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        let after = after.get(1..).unwrap_or_default();
        let end = memchr::memchr(mark, after);
        let body = end.and_then(|end| after.get(..end));
        if let Some(data) = body.and_then(|body| replacement(body, separators, hexadecimal)) {
            out.extend(data);
            rest = after.get(end.map_or(0, |end| end + 1)..).unwrap_or_default();
        } else {
            out.push(mark);
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    out
}

fn replacement(body: &[u8], separators: &Separators, hexadecimal: bool) -> Option<Vec<u8>> {
    let one = |byte: Option<u8>| byte.map(|b| vec![b]);
    match body {
        b"F" => one(Some(separators.field)),
        b"S" => one(Some(separators.component)),
        b"R" => one(separators.repetition),
        b"E" => one(separators.escape),
        b"T" => one(separators.subcomponent),
        b"P" => one(separators.truncation),
        // Highlighting on and off carries no text.
        b"H" | b"N" => Some(Vec::new()),
        b".br" | b".BR" | b".sp" => Some(vec![b'\n']),
        [b'.', b's', b'p', count @ ..] => {
            let count: usize = std::str::from_utf8(count).ok()?.trim().parse().ok()?;
            (count <= BLANK_LINES_MAX).then(|| vec![b'\n'; count])
        }
        [b'X', digits @ ..] if hexadecimal => hex(digits),
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    if digits.is_empty() {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? * 16 + digit(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences() {
        let separators = Separators { truncation: Some(b'#'), ..Separators::default() };
        for (written, meant) in [
            (r"a\F\b\S\c\T\d\R\e\E\f\P\g", r"a|b^c&d~e\f#g"),
            (r"line\.br\line\.sp2\end", "line\nline\n\nend"),
            (r"\H\bold\N\ plain", "bold plain"),
            (r"\X41\\X0D0A\", "A\r\n"),
            (r"caf\XC3A9\ caf\XC3\\XA9\", "café café"),
            // not UTF-8: kept as written
            (r"caf\XE9\ \T\", r"caf\XE9\ &"),
            // unknown, unfinished, odd digits, character set switches, Windows paths
            (r"\Zab\ \X4\ \X\ \C2842\ \M244242\", r"\Zab\ \X4\ \X\ \C2842\ \M244242\"),
            (r"C:\temp\F\", r"C:\temp|"),
            ("end\\", "end\\"),
            ("", ""),
        ] {
            let read = unescape(written.as_bytes(), &separators, Charset::UTF_8);
            assert_eq!(read, meant, "{written}");
        }
    }

    #[test]
    fn blank_lines_are_limited_at_the_limit_and_one_over() {
        let read = |text: &str| {
            let text = text.as_bytes();
            unescape(text, &Separators::default(), Charset::UTF_8).into_owned()
        };
        assert_eq!(read(r"\.sp100\"), "\n".repeat(BLANK_LINES_MAX));
        assert_eq!(read(r"\.sp101\"), r"\.sp101\");
    }

    #[test]
    fn control_characters_are_escaped_and_come_back() {
        let separators = Separators::default();
        assert_eq!(escape("a\u{1c}\u{b}\tb", &separators).as_deref(), Some(r"a\X1C\\X0B\\X09\b"));
        for byte in (0..0x20).chain([0x7f]) {
            let text = format!("a{}b", char::from(byte));
            let written = escape(&text, &separators).unwrap();
            assert!(!written.bytes().any(|byte| byte.is_ascii_control()), "{byte:02x}");
            assert_eq!(unescape(written.as_bytes(), &separators, Charset::UTF_8), text);
        }
    }

    #[test]
    fn escaping_without_an_escape_character_is_refused() {
        let none = Separators { escape: None, subcomponent: None, ..Separators::default() };
        assert_eq!(escape("plain & simple", &none).as_deref(), Some("plain & simple"));
        assert_eq!(escape("a|b", &none), None);
    }
}
