//! Residues for residues: what two runs of letters come to when what they share is left away.

use super::{ChangeKind, Inserted, ProteinChange, Residue};

/// The change of `before`, which starts at `position`, to `after`. What both begin with is left
/// away first, so that of several places the last is named (the 3' rule of HGVS).
pub(super) fn replacement(position: u32, before: &str, after: &str) -> ProteinChange {
    let (before, after) = (before.as_bytes(), upto_stop(after.as_bytes()));
    let shared = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    let (head, before) = before.split_at_checked(shared).unwrap_or((before, &[]));
    let after = after.get(shared..).unwrap_or_default();
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let before = before.get(..before.len() - tail).unwrap_or_default();
    let after = after.get(..after.len() - tail).unwrap_or_default();
    let start = position.saturating_add(count(shared));
    let residue = |offset: usize, letter: Option<&u8>| Residue {
        letter: letter.copied(),
        position: start.saturating_add(count(offset)),
    };
    let first = Some(residue(0, before.first()));
    let last = (before.len() > 1).then(|| residue(before.len() - 1, before.last()));
    let change = |start, end, kind| ProteinChange { start, end, kind };
    match (before, after) {
        ([], []) => {
            let start = Residue { letter: head.first().copied(), position };
            change(Some(start), None, ChangeKind::Silent)
        }
        ([], inserted) => insertion(head, start, inserted),
        ([b'*', ..], after) if after.first() != Some(&b'*') => {
            let kind = ChangeKind::StopLost { letter: after.first().copied(), extension: None };
            change(first, None, kind)
        }
        // The stop goes with what stood before it.
        ([.., b'*'], after) if !after.contains(&b'*') => {
            change(last, None, ChangeKind::StopLost { letter: None, extension: None })
        }
        (_, []) => change(first, last, ChangeKind::Deletion),
        // All that follows a stop is gone with it.
        (_, [b'*', ..]) => change(first, None, ChangeKind::Substitution(b'*')),
        ([b'M'], [letter]) if start == 1 => {
            change(first, None, ChangeKind::StartLost(Some(*letter)))
        }
        ([_], [letter]) => change(first, None, ChangeKind::Substitution(*letter)),
        (_, letters) => change(first, last, ChangeKind::Replacement(residues(letters))),
    }
}

/// Residues before `start`; doubled ones are a duplication.
fn insertion(head: &[u8], start: u32, inserted: &[u8]) -> ProteinChange {
    if inserted.first() == Some(&b'*') {
        let start = Residue { letter: None, position: start };
        return ProteinChange {
            start: Some(start),
            end: None,
            kind: ChangeKind::Substitution(b'*'),
        };
    }
    let before = Residue { letter: head.last().copied(), position: start.saturating_sub(1) };
    if head.ends_with(inserted) {
        let first = Residue {
            letter: inserted.first().copied(),
            position: start.saturating_sub(count(inserted.len())),
        };
        let end = (inserted.len() > 1).then_some(before);
        return ProteinChange { start: Some(first), end, kind: ChangeKind::Duplication };
    }
    let after = Residue { letter: None, position: start };
    let kind = ChangeKind::Insertion(residues(inserted));
    ProteinChange { start: Some(before), end: Some(after), kind }
}

fn residues(letters: &[u8]) -> Inserted {
    Inserted::Residues(letters.iter().copied().map(char::from).collect())
}

/// The residues to the first stop, and the stop.
fn upto_stop(after: &[u8]) -> &[u8] {
    let stop = after.iter().position(|letter| *letter == b'*');
    stop.and_then(|at| after.get(..=at)).unwrap_or(after)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
