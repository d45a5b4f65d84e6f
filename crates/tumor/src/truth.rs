//! Yes, no, or not known: Kleene's strong three-valued logic.
//!
//! Its worth for eligibility: an answer given while facts are missing still stands when they
//! arrive. Only `Unknown` may become `Yes` or `No`.

use std::ops::Not;

/// The truth of a criterion about one patient. The order is that of the logic: `No` < `Unknown`
/// < `Yes`, so that "and" is the minimum and "or" the maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Known not to hold.
    No,
    /// The record does not tell.
    #[default]
    Unknown,
    /// Known to hold.
    Yes,
}

impl Truth {
    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one holds.
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// All hold; `Yes` for none at all.
    pub fn all(criteria: impl IntoIterator<Item = Self>) -> Self {
        criteria.into_iter().fold(Self::Yes, Self::and)
    }

    /// Any holds; `No` for none at all.
    pub fn any(criteria: impl IntoIterator<Item = Self>) -> Self {
        criteria.into_iter().fold(Self::No, Self::or)
    }

    /// At least `wanted` of them hold: `Yes` if that many are known to, `No` if too few still
    /// could.
    pub fn at_least(wanted: usize, criteria: impl IntoIterator<Item = Self>) -> Self {
        let (mut holding, mut possible) = (0_usize, 0_usize);
        for criterion in criteria {
            holding += usize::from(criterion == Self::Yes);
            possible += usize::from(criterion != Self::No);
        }
        match (holding >= wanted, possible >= wanted) {
            (true, _) => Self::Yes,
            (false, true) => Self::Unknown,
            (false, false) => Self::No,
        }
    }

    /// Whether facts still to come may change it.
    pub fn is_open(self) -> bool {
        self == Self::Unknown
    }
}

/// What is not known stays not known.
impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}

impl From<Option<bool>> for Truth {
    fn from(perhaps_known: Option<bool>) -> Self {
        perhaps_known.map_or(Self::Unknown, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Truth::{No, Unknown, Yes};
    use proptest::prelude::*;

    /// Kleene 1952, §64: the strong tables.
    #[test]
    fn the_tables_are_kleenes() {
        for (a, b, and, or) in [
            (Yes, Yes, Yes, Yes),
            (Yes, Unknown, Unknown, Yes),
            (Yes, No, No, Yes),
            (Unknown, Unknown, Unknown, Unknown),
            (Unknown, No, No, Unknown),
            (No, No, No, No),
        ] {
            assert_eq!((a.and(b), a.or(b)), (and, or), "{a:?} {b:?}");
            assert_eq!((b.and(a), b.or(a)), (and, or), "{b:?} {a:?}");
        }
        assert_eq!([!Yes, !Unknown, !No], [No, Unknown, Yes]);
        assert_eq!(Truth::all([]), Yes);
        assert_eq!(Truth::any([]), No);
        assert_eq!(Truth::from(None), Unknown);
        assert_eq!(Truth::from(Some(false)), No);
    }

    #[test]
    fn at_least_counts_what_holds_and_what_still_could() {
        let criteria = [Yes, Unknown, No, Unknown];
        let answers: Vec<Truth> = (0..=5).map(|wanted| Truth::at_least(wanted, criteria)).collect();
        assert_eq!(answers, [Yes, Yes, Unknown, Unknown, No, No]);
    }

    fn truth() -> impl Strategy<Value = Truth> {
        prop_oneof![Just(No), Just(Unknown), Just(Yes)]
    }

    fn truths() -> impl Strategy<Value = Vec<Truth>> {
        proptest::collection::vec(truth(), 0..12)
    }

    /// Criteria, and the same with some unknown ones found out.
    fn learned() -> impl Strategy<Value = (Vec<Truth>, Vec<Truth>)> {
        proptest::collection::vec((truth(), truth()), 0..12).prop_map(|pairs| {
            let learn = |(before, news): (Truth, Truth)| {
                (before, if before == Unknown { news } else { before })
            };
            pairs.into_iter().map(learn).unzip()
        })
    }

    proptest! {
        #[test]
        fn de_morgan_holds(criteria in truths()) {
            let not = |criteria: &[Truth]| criteria.iter().map(|one| !*one).collect::<Vec<_>>();
            let (all, any) = (Truth::all(criteria.clone()), Truth::any(criteria.clone()));
            prop_assert_eq!(!all, Truth::any(not(&criteria)));
            prop_assert_eq!(!any, Truth::all(not(&criteria)));
        }

        #[test]
        fn all_and_any_are_at_least_n_and_one(criteria in truths()) {
            let every = Truth::at_least(criteria.len(), criteria.clone());
            prop_assert_eq!(Truth::all(criteria.clone()), every);
            prop_assert_eq!(Truth::any(criteria.clone()), Truth::at_least(1, criteria));
        }

        /// "Not at least n" is "at least all but n - 1 do not".
        #[test]
        fn too_few_means_many_that_do_not(
            criteria in proptest::collection::vec(truth(), 1..12),
            place in 0_usize..12,
        ) {
            let wanted = 1 + place % criteria.len();
            let negated = criteria.iter().map(|one| !*one);
            let misses = Truth::at_least(criteria.len() + 1 - wanted, negated);
            prop_assert_eq!(!Truth::at_least(wanted, criteria.clone()), misses);
        }

        /// What was known stays as it was when more becomes known.
        #[test]
        fn knowledge_never_turns_an_answer((before, after) in learned(), wanted in 0_usize..14) {
            let answers = |criteria: &[Truth]| {
                let given = || criteria.iter().copied();
                [Truth::all(given()), Truth::any(given()), Truth::at_least(wanted, given())]
            };
            for (early, late) in answers(&before).into_iter().zip(answers(&after)) {
                prop_assert!(early == Unknown || early == late, "{:?} then {:?}", early, late);
            }
        }
    }
}
