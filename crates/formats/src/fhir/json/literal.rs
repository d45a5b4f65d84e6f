//! The numbers of a JSON text as they were written.

/// Every number outside strings, in the order of the text; for valid JSON exactly the numbers
/// that a parser meets.
pub(super) struct Numbers<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Numbers<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Numbers<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let mut in_string = false;
        while let Some(byte) = bytes.get(self.at) {
            match (in_string, byte) {
                // The escaped byte is skipped too, so that `\"` does not end the string.
                (true, b'\\') => self.at += 1,
                (_, b'"') => in_string = !in_string,
                (false, b'-' | b'0'..=b'9') => {
                    let start = self.at;
                    let rest = bytes.get(start..).unwrap_or_default();
                    let length = rest.iter().take_while(|b| is_part(**b)).count();
                    self.at += length;
                    return self.text.get(start..self.at);
                }
                _ => {}
            }
            self.at += 1;
        }
        None
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}
