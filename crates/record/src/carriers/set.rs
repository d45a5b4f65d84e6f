//! Sets of patients' numbers, in chunks: a list while they are few, a bit for each when not.

use crate::Failure;

/// Numbers of one chunk.
pub(super) const CHUNK_NUMBERS: u64 = 4096;
const WORDS: usize = 64;
/// Numbers from which bits are shorter than a list.
const LISTED_MAX: usize = 255;

/// The numbers of one chunk, a bit for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk([u64; WORDS]);

impl Default for Chunk {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

fn broken() -> Failure {
    Failure::Storage("a set of carriers cannot be read".to_owned())
}

impl Chunk {
    /// Reads what [`Self::write`] wrote.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let mut chunk = Self::default();
        match bytes.split_first() {
            Some((0, list)) if list.len() % 2 == 0 => {
                for number in list.chunks_exact(2) {
                    let number = number.try_into().map(u16::from_le_bytes).map_err(|_| broken())?;
                    chunk.set(u64::from(number), true)?;
                }
            }
            Some((1, bits)) if bits.len() == WORDS * 8 => {
                for (word, bytes) in chunk.0.iter_mut().zip(bits.chunks_exact(8)) {
                    *word = bytes.try_into().map(u64::from_le_bytes).map_err(|_| broken())?;
                }
            }
            _ => return Err(broken()),
        }
        Ok(chunk)
    }

    /// As bytes; `None` of an empty one.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let count: u32 = self.0.iter().map(|word| word.count_ones()).sum();
        if count == 0 {
            return None;
        }
        if count as usize > LISTED_MAX {
            let bits = self.0.iter().flat_map(|word| word.to_le_bytes());
            return Some(std::iter::once(1).chain(bits).collect());
        }
        let mut bytes = vec![0];
        for (place, word) in (0_u16..).zip(&self.0) {
            let held = (0..64_u16).filter(|bit| word >> bit & 1 == 1);
            bytes.extend(held.flat_map(|bit| (place * 64 + bit).to_le_bytes()));
        }
        Some(bytes)
    }

    /// Puts a number of the chunk in or takes it out.
    pub(super) fn set(&mut self, number: u64, is_in: bool) -> Result<(), Failure> {
        let place = usize::try_from(number / 64).map_err(|_| broken())?;
        let word = self.0.get_mut(place).ok_or_else(broken)?;
        let bit = 1 << (number % 64);
        *word = if is_in { *word | bit } else { *word & !bit };
        Ok(())
    }
}

/// Adds the numbers of a chunk to a set, a bit for each.
pub(super) fn add(set: &mut Vec<u64>, chunk: u64, bytes: &[u8]) -> Result<(), Failure> {
    let chunk = usize::try_from(chunk).map_err(|_| broken())?;
    let (from, to) = (chunk * WORDS, (chunk + 1) * WORDS);
    if set.len() < to {
        set.resize(to, 0);
    }
    let held = Chunk::read(bytes)?;
    let words = set.get_mut(from..to).ok_or_else(broken)?;
    words.iter_mut().zip(held.0).for_each(|(word, more)| *word |= more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_chunk_holds_what_was_put_in(
            numbers in proptest::collection::btree_set(0_u64..CHUNK_NUMBERS, 0..600),
            gone in proptest::collection::btree_set(0_u64..CHUNK_NUMBERS, 0..600),
        ) {
            let mut chunk = Chunk::default();
            for number in &numbers {
                chunk.set(*number, true).unwrap();
            }
            for number in &gone {
                chunk.set(*number, false).unwrap();
            }
            let expected: BTreeSet<u64> = numbers.difference(&gone).copied().collect();
            let Some(bytes) = chunk.write() else {
                prop_assert!(expected.is_empty());
                return Ok(());
            };
            prop_assert!(bytes.len() <= 1 + 512);
            prop_assert_eq!(&Chunk::read(&bytes).unwrap(), &chunk);
            let mut set = vec![];
            add(&mut set, 2, &bytes).unwrap();
            let word = |number: u64| set[usize::try_from(number / 64).unwrap()];
            let held = (0..set.len() as u64 * 64)
                .filter(|number| word(*number) >> (number % 64) & 1 == 1)
                .map(|number| number - 2 * CHUNK_NUMBERS);
            prop_assert_eq!(held.collect::<BTreeSet<u64>>(), expected);
        }

        #[test]
        fn what_is_no_chunk_is_told(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(chunk) = Chunk::read(&bytes) {
                let written = chunk.write();
                prop_assert!(written.is_none_or(|written| written.len() <= bytes.len()));
            }
        }
    }

    #[test]
    fn a_number_of_another_chunk_is_refused() {
        assert!(Chunk::default().set(CHUNK_NUMBERS, true).is_err());
        assert!(Chunk::read(&[0, 0, 16]).is_err());
        assert!(Chunk::read(&[2]).is_err());
    }
}
