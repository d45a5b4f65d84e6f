//! MSH-1 and MSH-2 (HL7 v2.5.1 §2.5.4).

use model::Problem;

/// The bytes that part a message. All are ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separators {
    /// MSH-1, usually `|`.
    pub field: u8,
    /// First of MSH-2, usually `^`.
    pub component: u8,
    /// Second of MSH-2, usually `~`; `None` when the sender uses none.
    pub repetition: Option<u8>,
    /// Third of MSH-2, usually `\`.
    pub escape: Option<u8>,
    /// Fourth of MSH-2, usually `&`.
    pub subcomponent: Option<u8>,
    /// Fifth of MSH-2, usually `#` (from v2.7).
    pub truncation: Option<u8>,
}

impl Default for Separators {
    fn default() -> Self {
        Self {
            field: b'|',
            component: b'^',
            repetition: Some(b'~'),
            escape: Some(b'\\'),
            subcomponent: Some(b'&'),
            truncation: None,
        }
    }
}

impl Separators {
    /// Reads MSH-1 and MSH-2. A doubled escape (`^~\\&`, the fault of a string literal) is read
    /// as one and flagged; separators that cannot work are an error.
    pub(super) fn read(field: u8, encoding: &[u8], problems: &mut Vec<Problem>) -> Option<Self> {
        let mut characters = encoding.to_vec();
        if let [_, _, third, fourth, _] = *encoding
            && third == fourth
        {
            characters.remove(3);
            let text = "the escape character is doubled in MSH-2; read as one";
            problems.push(Problem::warning("doubled-escape", "MSH-2", text));
        }
        let mut all = vec![field];
        all.extend(&characters);
        let usable = |b: &u8| b.is_ascii_graphic() && !b.is_ascii_alphanumeric() && *b != b'"';
        let distinct = all.iter().enumerate().all(|(at, b)| !all.iter().take(at).any(|c| c == b));
        let (1..=5, true, true) = (characters.len(), all.iter().all(usable), distinct) else {
            let text = "MSH-1 and MSH-2 must be one to six different punctuation characters";
            problems.push(Problem::error("bad-separators", "MSH-2", text));
            return None;
        };
        let mut rest = characters.into_iter();
        let component = rest.next()?;
        Some(Self {
            field,
            component,
            repetition: rest.next(),
            escape: rest.next(),
            subcomponent: rest.next(),
            truncation: rest.next(),
        })
    }

    /// MSH-2 as it should be written.
    pub fn encoding_characters(&self) -> Vec<u8> {
        let optional = [self.repetition, self.escape, self.subcomponent, self.truncation];
        std::iter::once(self.component).chain(optional.into_iter().map_while(|b| b)).collect()
    }

    /// Whether the byte parts anything.
    pub(super) fn holds(&self, byte: u8) -> bool {
        byte == self.field || self.encoding_characters().contains(&byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_characters_of_real_senders() {
        for (msh2, written, flagged) in [
            (&b"^~\\&"[..], Some(&b"^~\\&"[..]), false),
            (b"^~\\&#", Some(b"^~\\&#"), false),
            (b"^~\\\\&", Some(b"^~\\&"), true),
            (b"@$%*", Some(b"@$%*"), false),
            (b"^", Some(b"^"), false),
            (b"", None, true),
            (b"^^\\&", None, true),
            (b"^~|&", None, true),
            (b"^~\\A", None, true),
            (b"^~\\&#!", None, true),
        ] {
            let mut problems = Vec::new();
            let read = Separators::read(b'|', msh2, &mut problems);
            assert_eq!(read.map(|s| s.encoding_characters()).as_deref(), written, "{msh2:?}");
            assert_eq!(!problems.is_empty(), flagged, "{msh2:?}");
        }
    }
}
