//! Foreign text with every character to be seen: control characters as their pictures, and those
//! that change the direction or have no width by their code point. A message is looked at by people
//! who have to see what is in it.

use std::fmt::Write as _;

/// The text; line ends within it are seen as well.
pub(super) fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => seen.push('\u{2409}'),
            '\u{0}'..='\u{1f}' => {
                let picture = char::from_u32(0x2400 + u32::from(character));
                seen.push(picture.unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => seen.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}' => {
                // Writing to a string cannot fail.
                let _ = write!(seen, "⟨U+{:04X}⟩", u32::from(character));
            }
            _ => seen.push(character),
        }
    }
    seen
}

/// A whole document without what could make its text read otherwise than it is written: control
/// characters, and those that turn the direction of what follows them, also of words that are ours
/// (Unicode Standard Annex #9 §2). They are shown by their code point; tags stay as they are.
pub fn tamed(document: String) -> String {
    if !document.contains(is_wild) {
        return document;
    }
    let mut tame = String::with_capacity(document.len());
    let mut is_tag = false;
    for character in document.chars() {
        // In text and in attributes both of them are escaped.
        match character {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ => {}
        }
        if !is_tag && is_wild(character) {
            let _ = write!(tame, "⟨U+{:04X}⟩", u32::from(character));
        } else {
            tame.push(character);
        }
    }
    tame
}

fn is_wild(character: char) -> bool {
    let is_of_layout = matches!(character, '\t' | '\n' | '\r');
    let is_turn = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_turn || (character.is_control() && !is_of_layout)
}

#[cfg(test)]
mod tests {
    use super::{tamed, visible};

    #[test]
    fn what_cannot_be_seen_is_made_to_be_seen() {
        for (text, expected) in [
            ("plain é 李 \\T\\", "plain é 李 \\T\\"),
            ("a\u{0}\u{b}\u{1b}b\r\n", "a␀␋␛b␍␊"),
            ("x\u{202e}y\u{200b}z", "x⟨U+202E⟩y⟨U+200B⟩z"),
            ("\u{7f}\u{85}\u{feff}", "␡⟨U+0085⟩⟨U+FEFF⟩"),
        ] {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_document_reads_as_it_is_written() {
        for (document, expected) in [
            ("<p title=\"a\">שלום\u{200f}, 1\n</p>", "<p title=\"a\">שלום\u{200f}, 1\n</p>"),
            ("<p>a\u{202e}b\u{2067}c\u{0}</p>", "<p>a⟨U+202E⟩b⟨U+2067⟩c⟨U+0000⟩</p>"),
            ("<i x=\"\u{202e}&gt;\">\u{7f}</i>", "<i x=\"\u{202e}&gt;\">⟨U+007F⟩</i>"),
        ] {
            assert_eq!(tamed(document.to_owned()), expected);
        }
    }
}
