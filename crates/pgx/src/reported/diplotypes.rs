//! Diplotype text of laboratories.

use super::allele::{bracketed, known, name, without_symbol};
use super::{ordered, statuses};
use crate::natural;
use knowledge::pgx::{Copies, Gene, Method};
use model::statement::Diplotype;

/// Longest diplotype text that is read, in bytes.
const TEXT_BYTES_MAX: usize = 4_096;
/// Most alternatives in one text.
const ALTERNATIVES_MAX: usize = 100;

/// The diplotypes of a text such as `CYP2C19*2/*17` or `*1/*15 or *5/*37`; `None` if any part of
/// it cannot be read.
pub(super) fn parse(gene: &Gene, text: &str) -> Option<Vec<Diplotype>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    // Some allele names hold a comma; a text that reads as a whole has no alternatives.
    if let Some(whole) = one(gene, text.trim()).filter(|whole| is_known(gene, whole)) {
        return Some(vec![whole]);
    }
    let parts: Vec<&str> = text.split(';').flat_map(|part| part.split(" or ")).collect();
    let with_commas = || parts.iter().flat_map(|part| part.split(',')).collect::<Vec<_>>();
    read(gene, &parts).filter(|all| all.iter().all(|one| is_known(gene, one))).or_else(|| {
        let parts = with_commas();
        read(gene, &parts)
    })
}

fn read(gene: &Gene, parts: &[&str]) -> Option<Vec<Diplotype>> {
    if parts.len() > ALTERNATIVES_MAX {
        return None;
    }
    let diplotypes: Option<Vec<Diplotype>> =
        parts.iter().map(|part| one(gene, part.trim())).collect();
    Some(ordered(gene, diplotypes?))
}

fn is_known(gene: &Gene, diplotype: &Diplotype) -> bool {
    std::iter::once(&diplotype.first)
        .chain(&diplotype.second)
        .all(|name| gene.allele(name).is_some())
}

fn one(gene: &Gene, text: &str) -> Option<Diplotype> {
    let text = without_symbol(gene, text);
    let places: Vec<usize> = text.match_indices(['/', '|']).map(|(place, _)| place).collect();
    let pairs = || {
        places.iter().filter_map(|place| {
            let (first, rest) = text.split_at_checked(*place)?;
            Some((first, rest.get(1..)?))
        })
    };
    // Some names hold a slash (G6PD `Telti/Kobe`): then the split that gives known names counts.
    let both_known = |(first, second): &(&str, &str)| {
        strand_is_known(gene, first) && strand_is_known(gene, second)
    };
    let single = || {
        // One allele alone says nothing about the other, unless there is no other.
        (gene.copies != Copies::Two).then(|| strand(gene, text)).flatten()
    };
    if places.len() != 1 && gene.copies != Copies::Two && strand_is_known(gene, text) {
        return Some(Diplotype { first: single()?, second: None });
    }
    let (first, second) = match places.as_slice() {
        [] => return Some(Diplotype { first: single()?, second: None }),
        [_] => pairs().next()?,
        _ => pairs().find(both_known)?,
    };
    if gene.copies == Copies::One {
        // Two strands of a mitochondrial gene are one call only if they are the same.
        let first = strand(gene, first)?;
        return (strand(gene, second)? == first).then_some(Diplotype { first, second: None });
    }
    let mut names = [strand(gene, first)?, strand(gene, second)?];
    names.sort_by(|a, b| natural::compare(gene, a, b));
    let [first, second] = names;
    Some(Diplotype { first, second: Some(second) })
}

fn strand_is_known(gene: &Gene, text: &str) -> bool {
    known(gene, without_symbol(gene, text.trim())).is_some()
}

/// One strand: an allele, or several in brackets (`[c.1A>G + c.2C>T]`).
fn strand(gene: &Gene, text: &str) -> Option<String> {
    let text = without_symbol(gene, text.trim());
    if gene.method == Method::Reported && !gene.statuses.is_empty() {
        return statuses::two_fields(text);
    }
    let Some(list) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
        return name(gene, text);
    };
    let names: Option<Vec<String>> = list.split(" + ").map(|part| name(gene, part)).collect();
    Some(bracketed(gene, names?))
}
