//! A set of the patients of a shard.

/// Patients of a shard.
pub const SHARD_PATIENTS: usize = 65_536;
const WORDS: usize = SHARD_PATIENTS / 64;

/// A set of patients, one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bits(Box<[u64]>);

impl Default for Bits {
    fn default() -> Self {
        Self::none()
    }
}

impl Bits {
    /// Nobody.
    pub fn none() -> Self {
        Self(vec![0; WORDS].into_boxed_slice())
    }

    /// Takes a patient in.
    pub(super) fn insert(&mut self, patient: u16) {
        if let Some(word) = self.0.get_mut(usize::from(patient) / 64) {
            *word |= 1 << (patient % 64);
        }
    }

    /// Whether a patient is in it.
    pub fn contains(&self, patient: u16) -> bool {
        self.0.get(usize::from(patient) / 64).is_some_and(|word| word >> (patient % 64) & 1 == 1)
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many are.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| usize::try_from(word.count_ones()).unwrap_or_default()).sum()
    }

    /// Who is, in order.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        (0_u16..).zip(&self.0).flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = u16::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        })
    }

    fn each(&mut self, other: &Self, change: impl Fn(u64, u64) -> u64) {
        for (mine, other) in self.0.iter_mut().zip(&other.0) {
            *mine = change(*mine, *other);
        }
    }

    pub(super) fn copy(&mut self, other: &Self) {
        self.0.copy_from_slice(&other.0);
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.each(other, |one, other| one & other);
    }

    pub(super) fn or(&mut self, other: &Self) {
        self.each(other, |one, other| one | other);
    }

    pub(super) fn minus(&mut self, other: &Self) {
        self.each(other, |one, other| one & !other);
    }

    /// Everybody of `scope` who is not in `self`.
    pub(super) fn flip(&mut self, scope: &Self) {
        self.each(scope, |one, scope| scope & !one);
    }
}

/// A set as it is kept: a list while it is short.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    List(Vec<u16>),
    Block(Bits),
}

/// Longest list; a block takes as much room as four of these.
const LIST_MAX: usize = 1_024;

impl Default for Kept {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Kept {
    /// Takes a patient in; patients come in order.
    pub(super) fn push(&mut self, patient: u16) {
        match self {
            Self::Block(bits) => bits.insert(patient),
            Self::List(list) if list.len() < LIST_MAX => list.push(patient),
            Self::List(list) => {
                let mut bits = Bits::none();
                for one in list.iter() {
                    bits.insert(*one);
                }
                bits.insert(patient);
                *self = Self::Block(bits);
            }
        }
    }

    /// Adds it to a set.
    pub(super) fn add_to(&self, bits: &mut Bits) {
        match self {
            Self::List(list) => {
                for one in list {
                    bits.insert(*one);
                }
            }
            Self::Block(block) => bits.or(block),
        }
    }
}
