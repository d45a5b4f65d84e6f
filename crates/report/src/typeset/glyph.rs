//! Text that can be printed: what has no glyph is shown by its code point, never left out and
//! never an empty box.

use super::desk;
use crate::mark;
use serde_json::Value;

/// Characters in a row without a place to break, after which one is made.
const RUN_CHARS_MAX: usize = 28;

/// Invisible; a line may break here.
const BREAK: char = '\u{200B}';

/// Which characters are printed as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printable {
    /// Those that some font has.
    Covered,
    /// Latin letters and signs alone: the second try.
    Latin,
}

impl Printable {
    /// The data with every text made printable.
    pub(super) fn value(self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(name, value)| (name.clone(), self.value(value))).collect(),
            ),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn text(self, text: &str) -> String {
        let mut printed = String::with_capacity(text.len());
        let mut run = 0;
        for character in text.chars() {
            match character {
                _ if is_blank(character) => {
                    printed.push(' ');
                    run = 0;
                    continue;
                }
                _ if is_invisible(character) => continue,
                _ if self.prints(character) => printed.push(character),
                _ => mark::push(&mut printed, character),
            }
            run += 1;
            if run == RUN_CHARS_MAX {
                printed.push(BREAK);
                run = 0;
            }
        }
        printed
    }

    fn prints(self, character: char) -> bool {
        match self {
            _ if mark::is_misleading(character) => false,
            Self::Covered => desk::has_glyph(character),
            Self::Latin => matches!(character, ' '..='~' | '\u{A1}'..='\u{24F}' | '…'),
        }
    }
}

/// Blanks of all kinds, line ends among them. A no-break space stays.
fn is_blank(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{A0}' | '\u{202F}')
}

/// Characters that say nothing when they are not there: break marks, variation selectors.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{AD}' | BREAK | '\u{2060}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_glyph_is_named() {
        for (text, printed) in [
            ("EXAMPLE, Ana", "EXAMPLE, Ana"),
            ("Ærø Łódź Ωμέγα Жуков", "Ærø Łódź Ωμέγα Жуков"),
            ("محمد שלום", "محمد שלום"),
            ("王", "[U+738B]"),
            ("a\u{7}b\r\nc\td", "a[U+0007]b  c d"),
            ("x\u{202E}y", "x[U+202E]y"),
            ("❤\u{FE0F}", "[U+2764]"),
            ("soft\u{AD}hyphen", "softhyphen"),
        ] {
            assert_eq!(Printable::Covered.text(text), printed);
        }
        assert_eq!(Printable::Latin.text("Łódź ش"), "Łódź [U+0634]");
    }

    #[test]
    fn long_runs_may_break() {
        let (fits, longer) = ("x".repeat(RUN_CHARS_MAX - 1), "x".repeat(RUN_CHARS_MAX + 1));
        assert_eq!(Printable::Covered.text(&fits), fits);
        assert_eq!(Printable::Covered.text(&longer).matches(BREAK).count(), 1);
    }

    #[test]
    fn every_text_is_reached() {
        let value = serde_json::json!({"a": ["\u{7}", 1, null], "b": {"c": "\u{7}"}});
        let printed = serde_json::json!({"a": ["[U+0007]", 1, null], "b": {"c": "[U+0007]"}});
        assert_eq!(Printable::Covered.value(&value), printed);
    }
}
