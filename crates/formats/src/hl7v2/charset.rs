//! MSH-18 (HL7 v2.5.1 table 0211): which characters the bytes stand for.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};
use model::Problem;
use std::borrow::Cow;

/// How the bytes of a message become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset {
    encoding: &'static Encoding,
}

impl Charset {
    /// UTF-8, which holds ASCII.
    pub const UTF_8: Self = Self { encoding: UTF_8 };

    /// The name of the encoding (WHATWG). ISO 8859-1 is read as windows-1252, its superset.
    pub fn name(self) -> &'static str {
        self.encoding.name()
    }

    /// Whether separators may be looked for in the raw bytes. In Big5, GB 18030, Shift-JIS,
    /// EUC-KR and ISO-2022-JP the second byte of a character may look like one.
    pub(super) fn splits_raw(self) -> bool {
        ![BIG5, GB18030, SHIFT_JIS, EUC_KR, ISO_2022_JP].contains(&self.encoding)
    }

    /// Strictly decodes; `None` if the bytes are not of this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.encoding.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// Decodes what was checked before; anything left over becomes U+FFFD.
    pub(super) fn decode_lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        self.encoding.decode_without_bom_handling(bytes).0
    }

    /// Text as bytes of this encoding.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        self.encoding.encode(text).0.into_owned()
    }

    /// Chooses by what is declared in MSH-18 and what the bytes really hold.
    pub(super) fn choose(declared: &[u8], raw: &[u8], problems: &mut Vec<Problem>) -> Self {
        let declared = String::from_utf8_lossy(declared).trim().to_ascii_uppercase();
        let named = Self::named(&declared);
        if named.is_none() {
            let text = "the character set of MSH-18 is not known; UTF-8 or windows-1252 is tried";
            problems.push(Problem::warning("unknown-charset", "MSH-18", text));
        }
        let named = named.unwrap_or(Self::UTF_8);
        if raw.is_ascii() && named.encoding != ISO_2022_JP {
            return Self::UTF_8;
        }
        let utf_8 = std::str::from_utf8(raw).is_ok();
        if named == Self::UTF_8 {
            let said = declared.contains("UTF-8");
            if utf_8 && said {
                return Self::UTF_8;
            }
            return Self::flagged(utf_8, problems);
        }
        if named.splits_raw() && utf_8 {
            return Self::flagged(true, problems);
        }
        if named.decode(raw).is_some() { named } else { Self::flagged(utf_8, problems) }
    }

    fn flagged(utf_8: bool, problems: &mut Vec<Problem>) -> Self {
        let (charset, text) = if utf_8 {
            (Self::UTF_8, "the message holds UTF-8, which MSH-18 does not say; read as UTF-8")
        } else {
            let text = "the message is not in the character set of MSH-18; read as windows-1252";
            (Self { encoding: WINDOWS_1252 }, text)
        };
        problems.push(Problem::warning("charset-mismatch", "MSH-18", text));
        charset
    }

    /// The encoding of a declaration; UTF-8 when nothing or ASCII is declared.
    fn named(declared: &str) -> Option<Self> {
        let any = |names: &[&str]| declared.split('~').any(|d| names.contains(&d.trim()));
        let first = declared.split('~').next().unwrap_or_default().trim();
        if any(&["ISO IR87", "ISO IR159"]) {
            return Some(Self { encoding: ISO_2022_JP });
        }
        let label = match first {
            "" | "ASCII" | "US-ASCII" | "ISO IR6" | "UNICODE" | "UNICODE UTF-8" => "utf-8",
            "GB 18030-2000" | "GB18030" => "gb18030",
            "BIG-5" | "BIG5" => "big5",
            "KS X 1001" => "euc-kr",
            "ISO IR14" | "SHIFT_JIS" => "shift_jis",
            _ => return Self::numbered(first),
        };
        Encoding::for_label(label.as_bytes()).map(|encoding| Self { encoding })
    }

    /// `8859/2`, `8859-2`, `ISO-8859-2`, `windows-1250` and other names of the web.
    fn numbered(name: &str) -> Option<Self> {
        let part = name.trim_start_matches("ISO").trim_start_matches(['-', '_', ' ']);
        let part = part.strip_prefix("8859").map(|p| p.trim_start_matches(['/', '-', '_']));
        let label = match part {
            Some(number) => format!("iso-8859-{number}"),
            None => name.to_ascii_lowercase(),
        };
        let found = Encoding::for_label(label.as_bytes())?;
        // UTF-16 cannot stand behind an ASCII header.
        found.is_ascii_compatible().then_some(Self { encoding: found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_and_held() {
        let cases: &[(&str, &[u8], &str, bool)] = &[
            ("", b"MSH", "UTF-8", false),
            ("ASCII", b"MSH", "UTF-8", false),
            ("UNICODE UTF-8", "é".as_bytes(), "UTF-8", false),
            ("", "é".as_bytes(), "UTF-8", true),
            ("8859/1", "é".as_bytes(), "UTF-8", true),
            ("8859/1", b"\xE9", "windows-1252", false),
            ("8859/2", b"\xE9", "ISO-8859-2", false),
            ("8859/15", b"\xA4", "ISO-8859-15", false),
            ("windows-1251", b"\xE9", "windows-1251", false),
            ("", b"\xE9", "windows-1252", true),
            ("UNICODE UTF-8", b"\xE9", "windows-1252", true),
            ("BIG-5", b"\xA5\x5C", "Big5", false),
            ("GB 18030-2000", b"\x81\x7C", "gb18030", false),
            ("ASCII~ISO IR87", b"\x1B$B;3\x1B(B", "ISO-2022-JP", false),
            ("UNICODE UTF-16", b"MSH", "UTF-8", true),
            ("nonsense", b"MSH", "UTF-8", true),
        ];
        for (declared, raw, name, flagged) in cases {
            let mut problems = Vec::new();
            let charset = Charset::choose(declared.as_bytes(), raw, &mut problems);
            assert_eq!(charset.name(), *name, "{declared} {raw:?}");
            assert_eq!(!problems.is_empty(), *flagged, "{declared} {raw:?}");
        }
    }
}
