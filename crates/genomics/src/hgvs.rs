//! HGVS expressions: what of them says a place on a sequence, and what is only a name.
//!
//! Genomic and mitochondrial ones (`g.`, `m.`) are changes of their sequence. Those of transcripts
//! and proteins (`c.`, `n.`, `r.`, `p.`) need a transcript's exons to be placed, so here they are
//! names: compared as text, and never taken for absent.

mod write;

pub use write::genomic;

use crate::allele::{Change, Inserted, is_bases};
use crate::range::Range;
use crate::spdi::EXPRESSION_BYTES_MAX;

/// An expression, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hgvs {
    /// The expression without blanks and without a gene in brackets: what two that mean the same
    /// to the letter have in common.
    pub name: String,
    /// Where it is on the genome, as far as the expression alone says.
    pub place: Place,
}

/// What an expression says of a place on the genome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A change with exact ends.
    Change(Change),
    /// A change whose ends are only known to lie within ranges.
    Bounds {
        /// What is changed in any case.
        inner: Option<Range>,
        /// What may be changed at most.
        outer: Option<Range>,
    },
    /// It needs a transcript, or it is a repeat count, a fusion, several changes …
    Elsewhere,
}

/// Whether a text can be an accession: `NC_000010.11`, `ENST00000269305.9`, `LRG_199t1`.
pub fn is_accession(text: &str) -> bool {
    let (body, version) = text.split_once('.').map_or((text, None), |(b, v)| (b, Some(v)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if version.is_some_and(|version| !digits(version)) {
        return false;
    }
    if let Some((kind, number)) = body.split_once('_') {
        if kind == "LRG" {
            let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
            let is_part = rest.strip_prefix(['t', 'p']).is_some_and(digits);
            return rest.len() < number.len() && (rest.is_empty() || is_part);
        }
        let kinds = ["NC", "NG", "NT", "NW", "NM", "NR", "NP", "XM", "XR", "XP"];
        return kinds.contains(&kind) && digits(number) && version.is_some();
    }
    let ensembl = ["ENST", "ENSG", "ENSP"].iter().find_map(|kind| body.strip_prefix(kind));
    ensembl.is_some_and(digits)
}

/// Reads an expression; `None` if it is none.
pub fn parse(text: &str) -> Option<Hgvs> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.len() > EXPRESSION_BYTES_MAX {
        return None;
    }
    let (sequence, description) = text.split_once(':')?;
    // `NM_000251.3(MSH2)`: the gene is for people.
    let sequence = match sequence.split_once('(') {
        Some((accession, gene)) if gene.ends_with(')') && gene.len() > 1 => accession,
        Some(_) => return None,
        None => sequence,
    };
    let (kind, change) = description.split_once('.')?;
    if !is_accession(sequence) || change.is_empty() {
        return None;
    }
    let place = match kind {
        "g" | "m" => genomic_place(sequence, change)?,
        "c" | "n" | "r" if is_transcript_change(change) => Place::Elsewhere,
        "p" if is_protein_change(change) => Place::Elsewhere,
        _ => return None,
    };
    Some(Hgvs { name: format!("{sequence}:{kind}.{change}"), place })
}

/// The change of a `g.` or `m.` expression; `None` if the text is no HGVS.
fn genomic_place(sequence: &str, change: &str) -> Option<Place> {
    if change.starts_with('[') || change.contains("::") {
        return change.ends_with(']').then_some(Place::Elsewhere);
    }
    if change.starts_with('(') || change.contains("_(") {
        return bounds(sequence, change);
    }
    let (first, rest) = digits(change)?;
    let (last, edit) = match rest.strip_prefix('_') {
        Some(rest) => digits(rest)?,
        None => (first, rest),
    };
    let start = first.checked_sub(1)?;
    if last < first || last.checked_sub(first)? > u64::from(u32::MAX) {
        return None;
    }
    if edit.starts_with('[') || edit.ends_with(']') {
        let is_count = edit.contains('[') && edit.ends_with(']');
        return is_count.then_some(Place::Elsewhere);
    }
    edit_of(sequence, start, last, edit)
}

/// The change that an edit makes of the bases from `start` to before `end`.
fn edit_of(sequence: &str, start: u64, end: u64, edit: &str) -> Option<Place> {
    let length = end - start;
    let change = |start, end, deleted: Option<&str>, inserted| {
        let deleted = deleted.map(str::to_ascii_uppercase);
        let sequence = sequence.to_owned();
        Some(Place::Change(Change { sequence, start, end, deleted, inserted }))
    };
    let bases = |text: &str| Inserted::Bases(text.to_ascii_uppercase());
    // `delAC`, `del2`, `del`: what is written must be as long as the interval.
    let written = |text: &str| -> Option<Option<String>> {
        if text.is_empty() {
            return Some(None);
        }
        if let Ok(count) = text.parse::<u64>() {
            return (count == length).then_some(None);
        }
        (is_bases(text) && text.len() as u64 == length).then(|| Some(text.to_owned()))
    };
    if let Some((deleted, inserted)) = edit.split_once('>') {
        let right = is_bases(deleted) && deleted.len() as u64 == length;
        let right = right && is_bases(inserted) && !inserted.is_empty();
        return right.then(|| change(start, end, Some(deleted), bases(inserted))).flatten();
    }
    if let Some(deleted) = edit.strip_suffix('=') {
        return change(start, end, written(deleted)?.as_deref(), Inserted::Unchanged);
    }
    if let Some(rest) = edit.strip_prefix("del") {
        let Some((deleted, inserted)) = rest.split_once("ins") else {
            return change(start, end, written(rest)?.as_deref(), bases(""));
        };
        let deleted = written(deleted)?;
        if !is_bases(inserted) || inserted.is_empty() {
            return is_inserted_elsewhere(inserted).then_some(Place::Elsewhere);
        }
        return change(start, end, deleted.as_deref(), bases(inserted));
    }
    if let Some(inserted) = edit.strip_prefix("ins") {
        if length != 2 {
            return None;
        }
        if !is_bases(inserted) || inserted.is_empty() {
            return is_inserted_elsewhere(inserted).then_some(Place::Elsewhere);
        }
        return change(start + 1, start + 1, Some(""), bases(inserted));
    }
    for (word, inserted) in [("dup", Inserted::Duplicated), ("inv", Inserted::Inverted)] {
        if let Some(rest) = edit.strip_prefix(word) {
            return change(start, end, written(rest)?.as_deref(), inserted);
        }
    }
    edit.starts_with("con").then_some(Place::Elsewhere)
}

/// What is inserted by count, by place or from elsewhere: `N[12]`, `(10)`, `100_200`, `NC_…:g.…`.
fn is_inserted_elsewhere(text: &str) -> bool {
    let part = |b: u8| b.is_ascii_alphanumeric() || b"[](_).:;?>".contains(&b);
    text.bytes().any(|b| b.is_ascii_digit() || b == b'?') && text.bytes().all(part)
}

/// `(100_200)_(300_400)del`: ends that are only known to lie within ranges.
fn bounds(sequence: &str, change: &str) -> Option<Place> {
    let at = change.rfind(|c: char| c == ')' || c.is_ascii_digit())?;
    let (ends, edit) = change.split_at_checked(at + 1)?;
    if !["del", "dup", "inv", ""].contains(&edit) {
        return None;
    }
    let (low, high) = if let Some((low, high)) = ends.split_once(")_") {
        (end_of(&format!("{low})"))?, end_of(high)?)
    } else if let Some((low, high)) = ends.split_once("_(") {
        (end_of(low)?, end_of(&format!("({high}"))?)
    } else {
        // `(100_200)del`: somewhere in it.
        let (from, to) = end_of(ends)?;
        let outer = Range::new(sequence, from?.checked_sub(1)?, to?);
        return Some(Place::Bounds { inner: None, outer: Some(outer) });
    };
    let range = |from: Option<u64>, to: Option<u64>| {
        let (from, to) = (from?.checked_sub(1)?, to?);
        (from < to).then(|| Range::new(sequence, from, to))
    };
    let (inner, outer) = (range(low.1, high.0), range(low.0, high.1));
    (inner.is_some() || outer.is_some()).then_some(Place::Bounds { inner, outer })
}

/// `(100_200)`, `(?_200)`, `300`: the least and the greatest position of an end, if known.
fn end_of(text: &str) -> Option<(Option<u64>, Option<u64>)> {
    let position = |text: &str| match text {
        "?" => Some(None),
        number => number.parse().ok().map(Some),
    };
    if let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let (low, high) = inside.split_once('_')?;
        return Some((position(low)?, position(high)?));
    }
    position(text).map(|one| (one, one))
}

/// The number a text begins with, and the rest.
fn digits(text: &str) -> Option<(u64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(length)?;
    Some((number.parse().ok()?, rest))
}

/// Whether the description of a transcript's change begins with a position and goes on with
/// letters that HGVS has; it is not placed, so it is not taken apart further.
fn is_transcript_change(change: &str) -> bool {
    let plain = change.trim_start_matches(['[', '(']);
    let plain = plain.strip_prefix(['-', '*']).unwrap_or(plain);
    let starts = plain.starts_with(|c: char| c.is_ascii_digit() || c == '?' || c == '=');
    let known = |b: u8| b.is_ascii_alphanumeric() || b"_-+*>=[]();?:.|^".contains(&b);
    let says = ["del", "dup", "ins", "inv", "con", ">", "=", "[", "?"];
    starts && change.bytes().all(known) && says.iter().any(|word| change.contains(word))
}

/// Whether the description of a protein's change looks like one.
fn is_protein_change(change: &str) -> bool {
    let plain = change.trim_start_matches(['[', '(']);
    let starts = plain.starts_with(|c: char| c.is_ascii_uppercase() || "*?=0".contains(c));
    let known = |b: u8| b.is_ascii_alphanumeric() || b"_*=[]();?:.-+>/^".contains(&b);
    starts && change.bytes().all(known)
}

#[cfg(test)]
mod tests;
