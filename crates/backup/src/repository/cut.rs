//! Cutting a file into pieces.

use crate::limit::{CHUNK_BYTES, CONTENT_CHUNK_BYTES_MAX, CONTENT_CHUNK_BYTES_MIN};
use std::io::Read;

/// Where pieces end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutting {
    /// At multiples of a fixed length: for files whose pages change in place, or that grow at their
    /// end.
    Places,
    /// Where the content says so: what is put in or taken out changes the pieces around it only.
    Content,
}

/// Of a window of content: about one place in 128 KiB is a border.
const BORDER: u64 = (1 << 17) - 1;
/// Bytes after which an earlier one says nothing any more about whether a place is a border.
const ROTATION: u32 = 1;

/// Reads pieces off a file.
pub(super) struct Pieces<R> {
    from: R,
    cutting: Cutting,
    /// Read, and not given yet.
    rest: Vec<u8>,
    is_over: bool,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(from: R, cutting: Cutting) -> Self {
        Self { from, cutting, rest: Vec::new(), is_over: false }
    }

    /// The next piece; `None` at the end.
    pub(super) fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let most = match self.cutting {
            Cutting::Places => CHUNK_BYTES,
            Cutting::Content => CONTENT_CHUNK_BYTES_MAX,
        };
        if !self.is_over && self.rest.len() < most {
            let missing = most - self.rest.len();
            let read = (&mut self.from).take(missing as u64).read_to_end(&mut self.rest)?;
            self.is_over = read < missing;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let end = match self.cutting {
            Cutting::Places => self.rest.len().min(most),
            Cutting::Content => border(&self.rest),
        };
        let rest = self.rest.split_off(end);
        Ok(Some(std::mem::replace(&mut self.rest, rest)))
    }
}

/// Where the first piece ends: a rolling hash over the last 64 bytes decides ("gear" hashing, as in
/// Xia et al., FastCDC, USENIX ATC 2016).
fn border(bytes: &[u8]) -> usize {
    if bytes.len() <= CONTENT_CHUNK_BYTES_MIN {
        return bytes.len();
    }
    let mut hash = 0_u64;
    for (at, byte) in bytes.iter().enumerate() {
        hash = (hash << ROTATION).wrapping_add(gear(*byte));
        // The high bits know the most bytes.
        if at + 1 >= CONTENT_CHUNK_BYTES_MIN && (hash >> 40) & BORDER == 0 {
            return at + 1;
        }
    }
    bytes.len()
}

/// A number for each byte (SplitMix64): fixed, so that a file is cut in the same way again.
const fn gear(byte: u8) -> u64 {
    let mut mixed = (byte as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn pieces(bytes: &[u8], cutting: Cutting) -> Vec<Vec<u8>> {
        let mut pieces = Pieces::new(bytes, cutting);
        std::iter::from_fn(|| pieces.next().unwrap()).collect()
    }

    fn noise(length: usize, seed: u64) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn what_is_put_in_changes_the_pieces_around_it_only() {
        let before = noise(6_000_000, 1);
        let mut after = before.clone();
        after.splice(3_000_000..3_000_000, *b"one more row");
        let known: BTreeSet<Vec<u8>> = pieces(&before, Cutting::Content).into_iter().collect();
        let now = pieces(&after, Cutting::Content);
        assert!(now.len() > 20, "{}", now.len());
        let new = now.iter().filter(|piece| !known.contains(*piece)).count();
        assert!(new <= 2, "{new} of {}", now.len());
        // Places move all that is behind.
        let known: BTreeSet<Vec<u8>> = pieces(&before, Cutting::Places).into_iter().collect();
        let now = pieces(&after, Cutting::Places);
        assert!(now.iter().filter(|piece| !known.contains(*piece)).count() > 20);
    }

    #[test]
    fn a_page_that_changes_is_one_piece() {
        let before = noise(2_000_000, 2);
        let mut after = before.clone();
        after[700_000] ^= 1;
        after.extend_from_slice(&noise(5000, 3));
        let pairs = pieces(&before, Cutting::Places).into_iter();
        let differing = pairs.zip(pieces(&after, Cutting::Places)).filter(|(a, b)| a != b);
        assert_eq!(differing.count(), 2, "the page, and the end that grew");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn pieces_make_the_file(length in 0_usize..1_500_000, seed in any::<u64>()) {
            let bytes = noise(length, seed);
            for cutting in [Cutting::Places, Cutting::Content] {
                let pieces = pieces(&bytes, cutting);
                prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
                prop_assert!(pieces.iter().all(|piece| piece.len() <= CONTENT_CHUNK_BYTES_MAX));
                prop_assert!(pieces.concat() == bytes);
            }
        }
    }
}
