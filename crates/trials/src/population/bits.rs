//! A set of the patients of a shard.

use std::ops::Range;

/// Patients of a shard.
pub const SHARD_PATIENTS: usize = 65_536;
const WORDS: usize = SHARD_PATIENTS / 64;

/// A set of patients, one bit each, that knows between which words its members stand: the patients
/// of one type of tumour stand together, and work on them touches no other word.
#[derive(Clone, Debug)]
pub struct Bits {
    words: Box<[u64]>,
    /// Words outside these are zero.
    used: Range<usize>,
}

impl Default for Bits {
    fn default() -> Self {
        Self::none()
    }
}

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Bits {}

impl Bits {
    /// Nobody.
    pub fn none() -> Self {
        Self { words: vec![0; WORDS].into_boxed_slice(), used: 0..0 }
    }

    /// Takes a patient in.
    pub(super) fn insert(&mut self, patient: u16) {
        let at = usize::from(patient) / 64;
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (patient % 64);
            self.widen(&(at..at + 1));
        }
    }

    /// Takes in those who stand from one place to before another.
    pub(super) fn insert_range(&mut self, range: Range<usize>) {
        let range = range.start..range.end.min(SHARD_PATIENTS);
        if range.is_empty() {
            return;
        }
        let (first, last) = (range.start / 64, (range.end - 1) / 64);
        for at in first..=last {
            let from = range.start.saturating_sub(at * 64);
            let to = (range.end - at * 64).min(64);
            let below = |count: usize| if count == 64 { u64::MAX } else { (1 << count) - 1 };
            if let Some(word) = self.words.get_mut(at) {
                *word |= below(to) & !below(from);
            }
        }
        self.widen(&(first..last + 1));
    }

    /// Takes a patient out.
    pub(super) fn remove(&mut self, patient: u16) {
        if let Some(word) = self.words.get_mut(usize::from(patient) / 64) {
            *word &= !(1 << (patient % 64));
        }
    }

    /// Whether a patient is in it.
    pub fn contains(&self, patient: u16) -> bool {
        let word = self.words.get(usize::from(patient) / 64);
        word.is_some_and(|word| word >> (patient % 64) & 1 == 1)
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.part(&self.used).iter().all(|word| *word == 0)
    }

    /// How many are.
    pub fn count(&self) -> usize {
        let ones = self.part(&self.used).iter().map(|word| u64::from(word.count_ones()));
        usize::try_from(ones.sum::<u64>()).unwrap_or_default()
    }

    /// Who is, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        let first = u16::try_from(self.used.start).unwrap_or_default();
        (first..).zip(self.part(&self.used)).flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = u16::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    /// The places between which its members stand.
    pub(super) fn span(&self) -> Range<usize> {
        self.used.start * 64..self.used.end * 64
    }

    fn part(&self, range: &Range<usize>) -> &[u64] {
        self.words.get(range.clone()).unwrap_or_default()
    }

    fn part_mut(&mut self, range: &Range<usize>) -> &mut [u64] {
        self.words.get_mut(range.clone()).unwrap_or_default()
    }

    fn widen(&mut self, range: &Range<usize>) {
        self.used = match (self.used.is_empty(), range.is_empty()) {
            (_, true) => self.used.clone(),
            (true, false) => range.clone(),
            _ => self.used.start.min(range.start)..self.used.end.max(range.end),
        };
    }

    /// Leaves only words that both have.
    fn narrow(&mut self, range: &Range<usize>) {
        let both = overlap(&self.used, range);
        let (before, after) = (self.used.start..both.start, both.end..self.used.end);
        self.part_mut(&before).fill(0);
        self.part_mut(&after).fill(0);
        self.used = both;
    }

    /// Forgets words at both ends that nobody stands in.
    pub(super) fn tighten(&mut self) {
        let words = self.part(&self.used);
        let Some(first) = words.iter().position(|word| *word != 0) else {
            self.used = 0..0;
            return;
        };
        let last = words.iter().rposition(|word| *word != 0).unwrap_or(first);
        self.used = self.used.start + first..self.used.start + last + 1;
    }

    pub(super) fn copy(&mut self, other: &Self) {
        self.clear();
        self.part_mut(&other.used).copy_from_slice(other.part(&other.used));
        self.used = other.used.clone();
    }

    pub(super) fn clear(&mut self) {
        let used = std::mem::take(&mut self.used);
        self.part_mut(&used).fill(0);
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.narrow(&other.used);
        let used = self.used.clone();
        for (mine, other) in self.part_mut(&used).iter_mut().zip(other.part(&used)) {
            *mine &= other;
        }
    }

    pub(super) fn or(&mut self, other: &Self) {
        for (mine, other) in self.part_mut(&other.used).iter_mut().zip(other.part(&other.used)) {
            *mine |= other;
        }
        self.widen(&other.used);
    }

    /// Adds those who are in both of two sets.
    pub(super) fn or_both(&mut self, one: &Self, other: &Self) {
        let both = overlap(&one.used, &other.used);
        let sets = one.part(&both).iter().zip(other.part(&both));
        for (mine, (one, other)) in self.part_mut(&both).iter_mut().zip(sets) {
            *mine |= one & other;
        }
        self.widen(&both);
    }

    pub(super) fn minus(&mut self, other: &Self) {
        let both = overlap(&self.used, &other.used);
        for (mine, other) in self.part_mut(&both).iter_mut().zip(other.part(&both)) {
            *mine &= !other;
        }
    }

    /// Everybody of `among` who is not in `self`.
    pub(super) fn flip(&mut self, among: &Self) {
        self.narrow(&among.used);
        for (mine, among) in self.part_mut(&among.used).iter_mut().zip(among.part(&among.used)) {
            *mine = among & !*mine;
        }
        self.used = among.used.clone();
    }
}

/// The words that two ranges share; an empty range lies at the start of the first.
fn overlap(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    let (from, to) = (one.start.max(other.start), one.end.min(other.end));
    if from < to { from..to } else { one.start..one.start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn bits(members: &BTreeSet<u16>) -> Bits {
        let mut bits = Bits::none();
        for one in members {
            bits.insert(*one);
        }
        bits
    }

    fn members() -> impl Strategy<Value = BTreeSet<u16>> {
        let near = (0_u16..64_000, proptest::collection::btree_set(0_u16..300, 0..40));
        near.prop_map(|(from, set)| set.into_iter().map(|one| one + from).collect())
    }

    proptest! {
        /// Every operation says what it says of sets, wherever the members stand.
        #[test]
        fn bits_are_sets(one in members(), other in members(), among in members()) {
            let apply = |change: &dyn Fn(&mut Bits, &Bits)| {
                let mut left = bits(&one);
                change(&mut left, &bits(&other));
                let listed: BTreeSet<u16> = left.iter().collect();
                let counted = left.count();
                left.tighten();
                let tight: BTreeSet<u16> = left.iter().collect();
                let outside = (0..=u16::MAX).filter(|at| left.contains(*at)).count();
                (listed == tight && counted == listed.len() && outside == counted).then_some(listed)
            };
            let expected = Some(&one & &other);
            prop_assert_eq!(apply(&|left, right| left.and(right)), expected);
            prop_assert_eq!(apply(&|left, right| left.or(right)), Some(&one | &other));
            prop_assert_eq!(apply(&|left, right| left.minus(right)), Some(&one - &other));
            prop_assert_eq!(apply(&|left, right| left.flip(right)), Some(&other - &one));
            prop_assert_eq!(apply(&|left, right| left.copy(right)), Some(other.clone()));
            let both = apply(&|left, right| left.or_both(right, &bits(&among)));
            prop_assert_eq!(both, Some(&one | &(&other & &among)));
        }

        #[test]
        fn a_range_is_everybody_in_it(from in 0_usize..70_000, length in 0_usize..300) {
            let mut bits = Bits::none();
            bits.insert_range(from..from + length);
            let listed: Vec<usize> = bits.iter().map(usize::from).collect();
            let all: Vec<usize> = (from..from + length).filter(|at| *at < SHARD_PATIENTS).collect();
            prop_assert_eq!(listed, all);
        }
    }
}
