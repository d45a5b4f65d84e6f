//! Characters that say something other than they show: named by their code point instead.

use std::fmt::Write as _;

/// Control characters, and those that turn the reading direction and could make a name read as
/// another.
pub(crate) fn is_misleading(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

/// Adds `[U+202E]` for the character.
pub(crate) fn push(text: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = write!(text, "[U+{:04X}]", u32::from(character));
}
