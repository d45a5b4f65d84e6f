//! Trimming, and shifting to the left within a repeat.

use crate::allele::{Reference, WIDENED_BASES_MAX};

/// Bases fetched at a time; repeats are rarely longer.
const WINDOW_BASES: u64 = 128;

/// An allele trimmed and, where the reference is at hand, shifted left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal {
    /// First base replaced, from 0.
    pub start: u64,
    /// Bases of the reference.
    pub deleted: String,
    /// Bases in their place.
    pub inserted: String,
    /// Bases by which it can move right; `None` where the reference's bases were not at hand.
    pub repeat: Option<u32>,
}

/// Brings bases in place of bases into one form. `start` is the first base of `deleted`, from 0.
///
/// Both ends are trimmed, the end first. What is only inserted or only deleted is moved left as
/// far as the repeat goes, by at most 10,000 bases, as
/// [`Change::canonical`](crate::allele::Change::canonical) widens it.
pub fn normal(
    sequence: &str,
    start: u64,
    deleted: &str,
    inserted: &str,
    reference: Option<&dyn Reference>,
) -> Normal {
    let (one, two) = (deleted.as_bytes(), inserted.as_bytes());
    let is_common = |pair: &(&u8, &u8)| pair.0 == pair.1;
    let tail = one.iter().rev().zip(two.iter().rev()).take_while(is_common).count();
    let (one, two) = (kept(one, 0, tail), kept(two, 0, tail));
    let head = one.iter().zip(two).take_while(is_common).count();
    let (one, two) = (kept(one, head, 0), kept(two, head, 0));
    let start = start + head as u64;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let moved = match (one, two) {
        ([], []) => one,
        ([], moved) | (moved, []) => moved,
        _ => &[],
    };
    let mut normal = Normal { start, deleted: text(one), inserted: text(two), repeat: Some(0) };
    if moved.is_empty() {
        return normal;
    }
    let end = start + one.len() as u64;
    let shift = reference.and_then(|reference| {
        let left = left(sequence, start, moved, reference)?;
        Some((left, right(sequence, end, moved, reference)?))
    });
    let Some((left, right)) = shift else {
        normal.repeat = None;
        return normal;
    };
    let mut cycle = moved.to_vec();
    cycle.rotate_right(usize::try_from(left).unwrap_or(0) % moved.len());
    if one.is_empty() {
        normal.inserted = text(&cycle);
    } else {
        normal.deleted = text(&cycle);
    }
    normal.start -= left;
    normal.repeat = u32::try_from(left + right).ok();
    normal
}

/// All but so many at both ends.
fn kept(bytes: &[u8], head: usize, tail: usize) -> &[u8] {
    bytes.get(head..bytes.len().saturating_sub(tail)).unwrap_or_default()
}

/// Bases by which the repeat goes on before a place; `None` where they are not at hand.
fn left(sequence: &str, start: u64, moved: &[u8], reference: &dyn Reference) -> Option<u64> {
    let (mut steps, mut window) = (0, Vec::new());
    let mut wanted = moved.iter().rev().cycle();
    while steps < WIDENED_BASES_MAX as u64 {
        let to = start - steps;
        let from = to.saturating_sub(WINDOW_BASES);
        if from == to {
            return Some(steps);
        }
        if !reference.fill(sequence, from, to, &mut window) {
            return None;
        }
        for held in window.iter().rev() {
            if Some(held) != wanted.next() || steps >= WIDENED_BASES_MAX as u64 {
                return Some(steps);
            }
            steps += 1;
        }
    }
    Some(steps)
}

/// Bases by which the repeat goes on behind a place.
fn right(sequence: &str, end: u64, moved: &[u8], reference: &dyn Reference) -> Option<u64> {
    let length = crate::sequence::known(sequence).map_or(u64::MAX, |known| known.length);
    let (mut steps, mut window) = (0, Vec::new());
    let mut wanted = moved.iter().cycle();
    while steps < WIDENED_BASES_MAX as u64 {
        let from = end + steps;
        let to = from.saturating_add(WINDOW_BASES).min(length);
        if from >= to {
            return Some(steps);
        }
        if !reference.fill(sequence, from, to, &mut window) {
            return None;
        }
        for held in &window {
            if Some(held) != wanted.next() || steps >= WIDENED_BASES_MAX as u64 {
                return Some(steps);
            }
            steps += 1;
        }
    }
    Some(steps)
}
