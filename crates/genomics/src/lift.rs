//! From one build to the other: what an operator's chain file makes possible.

use crate::allele::{Allele, Change, Inserted, NoReference, reverse_complement};
use crate::range::Range;
use std::fmt;

/// A range on the other build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// The range.
    pub range: Range,
    /// Whether it is on the other strand there.
    pub is_reversed: bool,
}

/// A way from one build to the other.
pub trait LiftOver: fmt::Debug + Send + Sync {
    /// The places of a range on the sequence `to`, which is the same chromosome on the other
    /// build. Where parts have no counterpart the place is the whole between those that have one,
    /// so nothing in it is missed. Empty if no part has one.
    fn lift(&self, range: &Range, to: &str) -> Vec<Lifted>;
}

/// An allele on the other build: only where its whole interval has one counterpart of the same
/// length.
pub fn lift_allele(lift: &dyn LiftOver, allele: &Allele, to: &str) -> Option<Allele> {
    let change = &allele.change;
    // An insertion has no bases of its own: the bases beside it carry it over.
    let is_between = change.start == change.end;
    let asked = if is_between {
        Range::new(&change.sequence, change.start.checked_sub(1)?, change.end + 1)
    } else {
        change.range()
    };
    let mut places = lift.lift(&asked, to).into_iter();
    let (Some(lifted), None) = (places.next(), places.next()) else { return None };
    if lifted.range.length() != asked.length() {
        return None;
    }
    let turn =
        |bases: &String| if lifted.is_reversed { reverse_complement(bases) } else { bases.clone() };
    let (start, end) = if is_between {
        (lifted.range.start + 1, lifted.range.end - 1)
    } else {
        (lifted.range.start, lifted.range.end)
    };
    let inserted = match &change.inserted {
        Inserted::Bases(bases) => Inserted::Bases(turn(bases)),
        other => other.clone(),
    };
    let deleted = change.deleted.as_ref().map(turn);
    let moved = Change { sequence: to.to_owned(), start, end, deleted, inserted };
    moved.canonical(&NoReference).ok()
}
