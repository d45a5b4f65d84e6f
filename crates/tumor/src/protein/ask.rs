//! What a criterion asks of a protein change, and whether a change answers it.
//!
//! A criterion with less detail than the change is answered; one with more is left open.

use super::{ChangeKind, Inserted, ProteinChange, Residue, Unreadable, parse};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AskedChange {
    /// This change.
    Exact(ProteinChange),
    /// Any missense change of one residue.
    Residue(Residue),
    /// Any deletion that keeps the frame, inside these positions.
    DeletionWithin(u32, u32),
    /// Any insertion that keeps the frame, inside these positions.
    InsertionWithin(u32, u32),
}

/// `p.V600E`, `p.V600?` (any missense), `p.729_761del`, `p.762_823ins`.
impl fmt::Display for AskedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(change) => change.fmt(f),
            Self::Residue(residue) => write!(f, "p.{residue}?"),
            Self::DeletionWithin(from, to) => write!(f, "p.{from}_{to}del"),
            Self::InsertionWithin(from, to) => write!(f, "p.{from}_{to}ins"),
        }
    }
}

impl From<AskedChange> for String {
    fn from(asked: AskedChange) -> Self {
        asked.to_string()
    }
}

impl TryFrom<String> for AskedChange {
    type Error = Unreadable;

    fn try_from(text: String) -> Result<Self, Unreadable> {
        Self::parse(&text)
    }
}

impl AskedChange {
    /// Reads what a criterion says. A range without residues asks for whatever lies inside it; a
    /// residue alone, for any missense change of it. A compound is no single question.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let [change] = <[ProteinChange; 1]>::try_from(parse(text)?).map_err(|_| Unreadable)?;
        let Some(start) = change.start else {
            return match change.kind {
                ChangeKind::Splice(Some(_)) => Ok(Self::Exact(change)),
                _ => Err(Unreadable),
            };
        };
        let unnamed = |residue: Residue| residue.letter.is_none();
        let range = change.end.filter(|end| unnamed(*end) && unnamed(start));
        match (&change.kind, range) {
            (ChangeKind::Deletion, Some(end)) => {
                Ok(Self::DeletionWithin(start.position, end.position))
            }
            (ChangeKind::Insertion(Inserted::NotStated), Some(end)) => {
                Ok(Self::InsertionWithin(start.position, end.position))
            }
            (ChangeKind::NotStated, _) if change.end.is_none() => Ok(Self::Residue(start)),
            (ChangeKind::NotStated, _) => Err(Unreadable),
            _ => Ok(Self::Exact(change)),
        }
    }

    /// Whether the change is one that is asked for; `None` where it is not stated in enough
    /// detail.
    pub fn answered_by(&self, change: &ProteinChange) -> Option<bool> {
        match self {
            Self::Exact(asked) => exact(asked, change),
            Self::Residue(residue) => missense(*residue, change),
            Self::DeletionWithin(from, to) => within(*from, *to, change, true),
            Self::InsertionWithin(from, to) => within(*from, *to, change, false),
        }
    }

    /// First and last position that a change which answers can have its start at.
    pub fn starts(&self) -> Option<(u32, u32)> {
        match self {
            Self::Exact(change) => change.start.map(|at| (at.position, at.position)),
            Self::Residue(residue) => Some((residue.position, residue.position)),
            Self::DeletionWithin(from, to) | Self::InsertionWithin(from, to) => Some((*from, *to)),
        }
    }

    /// The same question in the numbering that counts the initiator methionine, which the usual
    /// names of histone changes (H3 K27M) leave out.
    pub fn shifted(&self) -> Self {
        let next = |residue: Residue| Residue {
            letter: residue.letter,
            position: residue.position.saturating_add(1),
        };
        match self {
            Self::Exact(change) => Self::Exact(ProteinChange {
                start: change.start.map(next),
                end: change.end.map(next),
                kind: change.kind.clone(),
            }),
            Self::Residue(residue) => Self::Residue(next(*residue)),
            within => within.clone(),
        }
    }
}

fn exact(asked: &ProteinChange, change: &ProteinChange) -> Option<bool> {
    if let (ChangeKind::Splice(one), ChangeKind::Splice(other)) = (&asked.kind, &change.kind) {
        return splice((asked.start, one), (change.start, other));
    }
    if !same_place(asked.start, change.start) {
        return Some(false);
    }
    if matches!(change.kind, ChangeKind::NotStated) {
        return None;
    }
    let ends = asked.end.is_none() == change.end.is_none() && same_place(asked.end, change.end);
    match (&asked.kind, &change.kind) {
        (
            ChangeKind::Frameshift { letter, stop },
            ChangeKind::Frameshift { letter: found_letter, stop: found_stop },
        ) => both(detail(*letter, *found_letter), detail(*stop, *found_stop)),
        (
            ChangeKind::StopLost { letter, extension },
            ChangeKind::StopLost { letter: found_letter, extension: found_extension },
        ) => both(detail(*letter, *found_letter), detail(*extension, *found_extension)),
        (ChangeKind::StartLost(letter), ChangeKind::StartLost(found)) => detail(*letter, *found),
        (ChangeKind::Insertion(asked), ChangeKind::Insertion(found)) => {
            if ends {
                inserted(asked, found)
            } else {
                inserted(asked, found).and(None)
            }
        }
        (ChangeKind::Replacement(asked), ChangeKind::Replacement(found)) if ends => {
            inserted(asked, found)
        }
        // An insertion at a residue, what comes in not stated: a doubling there is one.
        (ChangeKind::Insertion(Inserted::NotStated), ChangeKind::Duplication) => None,
        (one, other) => Some(ends && one == other),
    }
}

/// Splice changes are compared by expression, then by residue; else left open.
fn splice(
    (asked_at, asked): (Option<Residue>, &Option<Box<str>>),
    (found_at, found): (Option<Residue>, &Option<Box<str>>),
) -> Option<bool> {
    match (asked, found, asked_at, found_at) {
        (Some(one), Some(other), _, _) => Some(plain(one) == plain(other)),
        (_, _, Some(one), Some(other)) => Some(one.position == other.position),
        _ => None,
    }
}

fn plain(expression: &str) -> &str {
    expression.trim().trim_start_matches("c.")
}

fn same_place(one: Option<Residue>, other: Option<Residue>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            let letters = one.letter.zip(other.letter).is_none_or(|(a, b)| a == b);
            letters && one.position == other.position
        }
        (None, None) => true,
        _ => false,
    }
}

/// Asked detail against found detail.
fn detail<T: PartialEq>(asked: Option<T>, found: Option<T>) -> Option<bool> {
    match (asked, found) {
        (None, _) => Some(true),
        (Some(_), None) => None,
        (Some(asked), Some(found)) => Some(asked == found),
    }
}

fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn inserted(asked: &Inserted, found: &Inserted) -> Option<bool> {
    match (asked, found) {
        (Inserted::NotStated, _) => Some(true),
        (_, Inserted::NotStated) => None,
        (Inserted::Residues(asked), Inserted::Residues(found)) => Some(asked == found),
        (asked, found) if asked.count() != found.count() => Some(false),
        (Inserted::Count(_), _) => Some(true),
        (Inserted::Residues(_), Inserted::Count(_)) => None,
    }
}

/// One residue for another there: no stop, no shift, nothing that touches more residues.
fn missense(residue: Residue, change: &ProteinChange) -> Option<bool> {
    if !same_place(Some(residue), change.start) || change.end.is_some() {
        return Some(false);
    }
    match &change.kind {
        ChangeKind::Substitution(letter) => Some(*letter != b'*'),
        ChangeKind::NotStated => None,
        _ => Some(false),
    }
}

/// A net loss (or gain) of residues that lies inside the positions.
fn within(from: u32, to: u32, change: &ProteinChange, lost: bool) -> Option<bool> {
    let Some((start, end)) = change.span() else { return Some(false) };
    if start < from || end > to {
        return Some(false);
    }
    match &change.kind {
        ChangeKind::Deletion => Some(lost),
        ChangeKind::Duplication | ChangeKind::Insertion(_) => Some(!lost),
        ChangeKind::Replacement(inserted) => {
            let (before, after) = (change.length()?, inserted.count()?);
            Some(if lost { after < before } else { after > before })
        }
        ChangeKind::NotStated => None,
        _ => Some(false),
    }
}
