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

#[cfg(test)]
mod tests {
    use super::visible;

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
}
