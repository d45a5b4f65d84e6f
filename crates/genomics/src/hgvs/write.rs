//! Writing a change as `g.` or `m.` HGVS.

use crate::allele::{Allele, Inserted};
use crate::sequence::MITOCHONDRION;

/// The genomic expression of an allele: as far towards the end of the sequence as its form goes
/// (the 3' rule), and as a duplication where the bases before it say so.
pub fn genomic(allele: &Allele) -> String {
    let change = &allele.change;
    let kind = if change.sequence == MITOCHONDRION { "m" } else { "g" };
    let head = format!("{}:{kind}.", change.sequence);
    let whole = interval(change.start, change.end);
    let (deleted, inserted) = match (&change.deleted, &change.inserted) {
        (_, Inserted::Duplicated) => return format!("{head}{whole}dup"),
        (_, Inserted::Inverted) => return format!("{head}{whole}inv"),
        (_, Inserted::Unchanged) => return format!("{head}{whole}="),
        (None, Inserted::Bases(inserted)) if inserted.is_empty() => {
            return format!("{head}{whole}del");
        }
        (None, Inserted::Bases(inserted)) => return format!("{head}{whole}delins{inserted}"),
        (Some(deleted), Inserted::Bases(inserted)) => (deleted.as_str(), inserted.as_str()),
    };
    if deleted == inserted {
        return format!("{head}{whole}=");
    }
    // What both have in common is taken off the front first: that is the 3' rule.
    let shared = |pair: &(u8, u8)| pair.0 == pair.1;
    let front = deleted.bytes().zip(inserted.bytes()).take_while(shared).count();
    let before = deleted.get(..front).unwrap_or_default();
    let (deleted, inserted) =
        (deleted.get(front..).unwrap_or_default(), inserted.get(front..).unwrap_or_default());
    let back = deleted.bytes().rev().zip(inserted.bytes().rev()).take_while(shared).count();
    let cut = |text: &str| text.get(..text.len() - back).unwrap_or_default().to_owned();
    let (deleted, inserted) = (cut(deleted), cut(inserted));
    let start = change.start + front as u64;
    let place = interval(start, start + deleted.len() as u64);
    match (deleted.len(), inserted.len()) {
        (1, 1) => format!("{head}{place}{deleted}>{inserted}"),
        (_, 0) => format!("{head}{place}del"),
        (0, length) if before.ends_with(&inserted) => {
            format!("{head}{}dup", interval(start - length as u64, start))
        }
        (0, _) => format!("{head}{start}_{}ins{inserted}", start + 1),
        _ => format!("{head}{place}delins{inserted}"),
    }
}

/// Counted from 1, both ends in it.
fn interval(start: u64, end: u64) -> String {
    if end <= start + 1 { format!("{}", start + 1) } else { format!("{}_{end}", start + 1) }
}
