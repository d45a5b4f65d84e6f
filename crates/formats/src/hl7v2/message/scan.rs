//! Where some bytes are, eight at a time: separators stand so close together in a message that
//! looking for each alone costs more than looking at everything.

/// Bytes looked at together.
const WORD: usize = 8;
/// The lowest seven bits of every byte of a word.
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The places of three bytes, in order.
pub(super) struct Scan<'b> {
    bytes: &'b [u8],
    wanted: [u8; 3],
    spread: [u64; 3],
    /// Where the word in hand begins.
    start: usize,
    /// The highest bit of each byte of the word in hand that is wanted and was not given yet.
    found: u64,
    /// Where the next word begins.
    next: usize,
}

impl<'b> Scan<'b> {
    pub(super) fn new(bytes: &'b [u8], begin: usize, wanted: [u8; 3]) -> Self {
        let [first, second, third] = wanted;
        let spread = [spread(first), spread(second), spread(third)];
        Self { bytes, wanted, spread, start: begin, found: 0, next: begin }
    }

    /// What is wanted in a word.
    #[inline]
    fn look(&self, word: [u8; WORD]) -> u64 {
        let word = u64::from_le_bytes(word);
        let [first, second, third] = self.spread;
        zeros(word ^ first) | zeros(word ^ second) | zeros(word ^ third)
    }
}

fn spread(byte: u8) -> u64 {
    u64::from_le_bytes([byte; WORD])
}

/// The highest bit of each byte that is zero. No sum is carried into the next byte.
#[inline]
fn zeros(word: u64) -> u64 {
    !(((word & LOW).wrapping_add(LOW)) | word | LOW)
}

impl Iterator for Scan<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let Some(word) = self.bytes.get(self.next..).and_then(<[u8]>::first_chunk) else {
                // The last few bytes, each by itself.
                let rest = self.bytes.get(self.next..)?;
                let at = self.next + rest.iter().position(|byte| self.wanted.contains(byte))?;
                self.next = at + 1;
                return Some(at);
            };
            self.start = self.next;
            self.found = self.look(*word);
            self.next += WORD;
        }
        let at = self.start + (self.found.trailing_zeros() / 8) as usize;
        self.found &= self.found - 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_place_is_found_in_order(
            bytes in prop::collection::vec(
                prop_oneof![prop::sample::select(b"|\r\n\x0b\x8a\xfc".to_vec()), any::<u8>()],
                0..80,
            ),
            begin in 0_usize..20,
        ) {
            let wanted = [b'|', b'\r', b'\n'];
            let each = bytes.iter().enumerate().skip(begin);
            let places: Vec<usize> =
                each.filter(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at).collect();
            prop_assert_eq!(Scan::new(&bytes, begin, wanted).collect::<Vec<_>>(), places);
        }
    }
}
