//! A few hundred numbers that stand for a set of any size, and from two of which it can be told
//! in how many people two sets differ, if these are few (an invertible Bloom lookup table:
//! Eppstein et al., "What's the difference?", SIGCOMM 2011).

/// Cells of each person, one in each part of a sketch.
const PARTS: [u64; 4] = [1, 2, 3, 4];
/// Cells for each person of a difference. Two people share all their cells once in ten million
/// times then, and a difference of so many is told but for one in some thousand times.
const CELLS_A_PERSON: u64 = 6;
const CELLS_MIN: u64 = 120;
const CELLS_MAX: u64 = 12_000;
/// Bytes of a cell.
const CELL_BYTES: usize = 24;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell(i64, u64, u64);

impl Cell {
    fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// A sketch of a set of people, each a keyed number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch(Vec<Cell>);

/// Spreads the bits of a number (the finaliser of SplitMix64).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl Sketch {
    /// A sketch of nobody that tells differences of up to so many people.
    pub fn new(difference_max: u64) -> Self {
        let cells = difference_max.saturating_mul(CELLS_A_PERSON).clamp(CELLS_MIN, CELLS_MAX);
        Self(vec![Cell::default(); usize::try_from(cells).unwrap_or(PARTS.len())])
    }

    /// As it is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = |cell: &Cell| {
            [cell.0.to_be_bytes(), cell.1.to_be_bytes(), cell.2.to_be_bytes()].concat()
        };
        self.0.iter().flat_map(bytes).collect()
    }

    /// As it was stored; `None` for what is no sketch.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_be_bytes);
        let cell = |bytes: &[u8]| {
            let (count, rest) = bytes.split_at_checked(8)?;
            let (people, check) = rest.split_at_checked(8)?;
            Some(Cell(number(count)?.cast_signed(), number(people)?, number(check)?))
        };
        let is_whole = !bytes.is_empty() && bytes.len().is_multiple_of(CELL_BYTES * PARTS.len());
        let cells = is_whole.then(|| bytes.chunks(CELL_BYTES).map(cell).collect::<Option<_>>());
        cells.flatten().map(Self)
    }

    /// How many are in the set.
    fn count(&self) -> i64 {
        self.0.iter().take(self.0.len() / PARTS.len()).map(|cell| cell.0).sum()
    }

    /// Of a set.
    pub fn of(members: impl IntoIterator<Item = u64>, difference_max: u64) -> Self {
        let mut sketch = Self::new(difference_max);
        for person in members {
            sketch.change(person, 1);
        }
        sketch
    }

    /// The cells of a person, one in each part.
    fn places(&self, person: u64) -> [usize; PARTS.len()] {
        let cells = self.0.len() / PARTS.len();
        PARTS.map(|part| {
            let hash = mixed(person ^ mixed(part));
            let within = usize::try_from(hash % cells.max(1) as u64).unwrap_or_default();
            within + cells * (usize::try_from(part).unwrap_or_default() - 1)
        })
    }

    fn change(&mut self, person: u64, by: i64) {
        for place in self.places(person) {
            if let Some(cell) = self.0.get_mut(place) {
                cell.0 = cell.0.wrapping_add(by);
                cell.1 ^= person;
                cell.2 ^= mixed(person);
            }
        }
    }

    /// In how many people two sets differ, if these are no more than `most`: without looking closer
    /// where their sizes differ by more.
    pub fn difference_within(&self, other: &Self, most: u64) -> Option<u64> {
        if self.count().abs_diff(other.count()) > most {
            return None;
        }
        self.difference(other).filter(|difference| *difference <= most)
    }

    /// In how many people two sets differ; `None` if these are more than the sketches can tell.
    pub fn difference(&self, other: &Self) -> Option<u64> {
        let is_far = self.count().abs_diff(other.count()) > self.0.len() as u64;
        if self.0.len() != other.0.len() || is_far {
            return None;
        }
        let parted = |(one, other): (&Cell, &Cell)| {
            Cell(one.0.wrapping_sub(other.0), one.1 ^ other.1, one.2 ^ other.2)
        };
        let mut rest = Self(self.0.iter().zip(&other.0).map(parted).collect());
        let mut found = 0;
        // Every turn takes one person out of the rest, of whom there are fewer than cells.
        for _ in 0..=self.0.len() {
            let alone = rest.0.iter().copied();
            let alone = alone
                .filter(|cell| cell.0.abs() == 1)
                .find(|Cell(_, person, check)| mixed(*person) == *check);
            let Some(Cell(count, person, _)) = alone else { break };
            rest.change(person, -count);
            found += 1;
        }
        rest.0.iter().all(|cell| cell.is_empty()).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_differences_of_large_sets_are_told_and_large_ones_are_not() {
        let people = |from: u64, to: u64| (from..to).map(mixed);
        let all = Sketch::of(people(0, 50_000), 40);
        for differ in [0, 1, 2, 20, 39, 40] {
            let fewer = Sketch::of(people(differ, 50_000), 40);
            assert_eq!(all.difference(&fewer), Some(differ));
            let other = Sketch::of(people(differ, 50_000).chain(people(60_000, 60_001)), 40);
            assert_eq!(all.difference(&other), Some(differ + 1));
        }
        assert_eq!(all.difference(&Sketch::of(people(1_000, 50_000), 40)), None);
        assert_eq!(all.difference(&Sketch::new(40)), None);
        let few = Sketch::of(people(30, 50_000), 40);
        assert_eq!(
            (all.difference_within(&few, 30), all.difference_within(&few, 29)),
            (Some(30), None)
        );
        assert_eq!(all.difference(&Sketch::of(people(0, 50_000), 400)), None);
    }

    #[test]
    fn a_difference_is_told_but_for_one_in_some_thousand_times() {
        let untold = (0..2_000_u64).filter(|round| {
            let from = round * 1_000;
            let (one, other) = ((from..from + 100).map(mixed), (from + 40..from + 100).map(mixed));
            Sketch::of(one, 40).difference(&Sketch::of(other, 40)).is_none()
        });
        assert!(untold.count() <= 1);
    }

    #[test]
    fn a_sketch_is_stored_and_read_again() {
        let sketch = Sketch::of((0..500).map(mixed), 40);
        assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), Some(sketch.clone()));
        assert_eq!(sketch.count(), 500);
        for bad in [&[][..], &[0; 7], &[0; CELL_BYTES]] {
            assert_eq!(Sketch::from_bytes(bad), None);
        }
    }

    proptest! {
        #[test]
        fn differences_are_those_of_the_sets(
            one in proptest::collection::btree_set(any::<u64>(), 0..200),
            out in 0_usize..25, new in proptest::collection::btree_set(any::<u64>(), 0..15),
        ) {
            let other: std::collections::BTreeSet<u64> =
                one.iter().copied().skip(out).chain(new).collect();
            let true_difference = one.symmetric_difference(&other).count() as u64;
            let (left, right) = (Sketch::of(one, 40), Sketch::of(other, 40));
            // Hardly ever is it not told; see below for how often.
            let told = left.difference(&right);
            prop_assert!(told.is_none_or(|told| told == true_difference), "{told:?}");
        }
    }
}
