//! Which of a sender's codes a profile was asked for while a message was read.
//!
//! They are kept as a Bloom filter (B. H. Bloom, CACM 1970;13(7):422-426): whether a profile that
//! maps other codes would read the message otherwise can be told without the message. A code that
//! was asked for is always found; of 100 others about two are found as well, with a hundred asked
//! for.

use std::cell::Cell;

/// Words of the filter.
const WORDS: usize = 16;
/// Bits of the filter.
const BITS: u64 = WORDS as u64 * 64;
/// Bits that are set for each code.
const BITS_PER_CODE: u64 = 4;
/// Offset and prime of FNV-1a, 64 bits (RFC 9923): the filter is kept, so it has to be the same
/// with every compiler.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Codes that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookups([Cell<u64>; WORDS]);

impl Lookups {
    /// Bytes of a filter.
    pub const BYTES: usize = WORDS * 8;

    /// Notes that a code was asked for.
    pub(super) fn note(&self, system: &str, code: &str) {
        for bit in bits(system, code) {
            if let Some((word, mask)) = self.at(bit) {
                word.set(word.get() | mask);
            }
        }
    }

    /// Whether a code may have been asked for; if not, it was not.
    pub fn may_hold(&self, system: &str, code: &str) -> bool {
        bits(system, code)
            .all(|bit| self.at(bit).is_none_or(|(word, mask)| word.get() & mask == mask))
    }

    fn at(&self, bit: u64) -> Option<(&Cell<u64>, u64)> {
        let word = usize::try_from(bit / 64).ok().and_then(|word| self.0.get(word));
        word.map(|word| (word, 1 << (bit % 64)))
    }

    /// To be kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.get().to_le_bytes()).collect()
    }

    /// As it was kept; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        if words.len() != WORDS || !rest.is_empty() {
            return None;
        }
        let lookups = Self::default();
        for (word, bytes) in lookups.0.iter().zip(words) {
            word.set(u64::from_le_bytes(*bytes));
        }
        Some(lookups)
    }
}

/// The bits of a code: two hashes of it, combined (Kirsch and Mitzenmacher, ESA 2006).
fn bits(system: &str, code: &str) -> impl Iterator<Item = u64> {
    let bytes = system.bytes().chain([0]).chain(code.bytes());
    let hash =
        bytes.fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME));
    let (one, other) = (hash & u64::from(u32::MAX), hash >> 32 | 1);
    (0..BITS_PER_CODE).map(move |turn| one.wrapping_add(turn.wrapping_mul(other)) % BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_found_and_of_the_rest_hardly_anything() {
        let lookups = Lookups::default();
        for number in 0..100 {
            lookups.note("L", &format!("A{number}"));
        }
        let kept = Lookups::from_bytes(&lookups.to_bytes()).unwrap();
        assert_eq!(kept, lookups);
        assert!((0..100).all(|number| kept.may_hold("L", &format!("A{number}"))));
        let others = (0..10_000).filter(|number| kept.may_hold("L", &format!("B{number}"))).count();
        assert!(others < 400, "{others}");
        // Where a system ends and its code begins is told apart.
        assert!(!kept.may_hold("LA", "7") || !kept.may_hold("LA", "8"));
        assert!(!Lookups::default().may_hold("", ""));
    }

    #[test]
    fn what_is_no_filter_is_none() {
        for length in [0, 1, Lookups::BYTES - 1, Lookups::BYTES + 1, Lookups::BYTES + 8] {
            assert_eq!(Lookups::from_bytes(&vec![0; length]), None, "{length}");
        }
    }
}
