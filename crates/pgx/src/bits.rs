//! Sets of positions as words of bits.

/// A set of small numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

/// Members of a word.
pub(crate) const WORD_BITS: usize = 64;

impl Bits {
    /// The empty set, for numbers below `length`.
    pub(crate) fn new(length: usize) -> Self {
        Self { words: vec![0; length.div_ceil(WORD_BITS)] }
    }

    pub(crate) fn of(length: usize, members: impl Iterator<Item = usize>) -> Self {
        let mut bits = Self::new(length);
        for member in members {
            bits.set(member);
        }
        bits
    }

    /// Empties the set and makes room for numbers below `length`.
    pub(crate) fn reset(&mut self, length: usize) {
        self.words.clear();
        self.words.resize(length.div_ceil(WORD_BITS), 0);
    }

    /// Adds up to 64 members at once: the bits of `members`, counted from `word` times 64.
    pub(crate) fn set_word(&mut self, word: usize, members: u64) {
        if let Some(own) = self.words.get_mut(word) {
            *own |= members;
        }
    }

    pub(crate) fn set(&mut self, member: usize) {
        if let Some(word) = self.words.get_mut(member / WORD_BITS) {
            *word |= 1 << (member % WORD_BITS);
        }
    }

    pub(crate) fn has(&self, member: usize) -> bool {
        self.words.get(member / WORD_BITS).is_some_and(|w| w >> (member % WORD_BITS) & 1 == 1)
    }

    /// Takes in the members of another set of the same room.
    pub(crate) fn join(&mut self, other: &Self) {
        for (own, members) in self.words.iter_mut().zip(&other.words) {
            *own |= members;
        }
    }

    /// The members, ascending.
    pub(crate) fn members(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(word, members)| {
            let mut rest = *members;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(word * WORD_BITS + bit)
            })
        })
    }

    /// Whether the two have a member in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(a, b)| a & b != 0)
    }

    /// How many members the two have in common.
    pub(crate) fn common(&self, other: &Self) -> usize {
        let count = |(a, b): (&u64, &u64)| (a & b).count_ones() as usize;
        self.words.iter().zip(&other.words).map(count).sum()
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_kept_over_word_ends() {
        let bits = Bits::of(130, [0, 63, 64, 129].into_iter());
        let other = Bits::of(130, [1, 64, 129].into_iter());
        assert_eq!((bits.count(), bits.common(&other)), (4, 2));
        assert!(bits.meets(&other) && bits.has(63) && !bits.has(65) && !bits.has(500));
        assert_eq!(bits.members().collect::<Vec<_>>(), [0, 63, 64, 129]);
        let mut joined = bits.clone();
        joined.join(&other);
        assert_eq!(joined.count(), 5);
        let mut empty = bits.clone();
        empty.reset(130);
        assert!(!empty.meets(&other) && empty.count() == 0);
    }
}
