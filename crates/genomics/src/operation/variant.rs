//! Variants of a patient: in ranges, specific ones, structural ones.

use super::select::View;
use crate::answer::{Coverage, Fault, Part, Value};
use crate::asked::AskedRange;
use crate::finding::{Content, Finding, Variant};
use crate::range::Range;
use std::collections::BTreeSet;

/// How a structural variant lies to a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// They have a base in common.
    Intersecting,
    /// All of the range is in the variant.
    Subsuming,
}

/// `find-subject-variants`
pub(super) fn in_ranges(view: &View<'_>) -> Result<Vec<Part>, Fault> {
    let mut answer = Vec::new();
    for asked in &view.asked.ranges {
        let (mut found, mut unplaced) = (Vec::new(), false);
        for (finding, variant) in view.variants().filter(|(_, v)| v.is_carried()) {
            let places = variant.exact_places();
            unplaced |= is_unplaced(variant);
            if view.lies(&places, asked, Range::intersects)? {
                found.push(finding);
            }
        }
        let mut parts = item(view, asked, &found, unplaced);
        if view.asked.include_phasing {
            parts.extend(phases(view, &found));
        }
        answer.push(Part::group("variants", parts));
    }
    Ok(answer)
}

/// `find-subject-structural-intersecting-variants` and `-subsuming-variants`
pub(super) fn structural(view: &View<'_>, overlap: Overlap) -> Result<Vec<Part>, Fault> {
    let mut answer = Vec::new();
    for asked in &view.asked.ranges {
        let (found, unplaced) = structural_in(view, asked, overlap)?;
        answer.push(Part::group("variants", item(view, asked, &found, unplaced)));
    }
    Ok(answer)
}

/// The structural variants that lie to a range as wanted, and whether there is one without place.
pub(super) fn structural_in<'a>(
    view: &View<'a>,
    asked: &AskedRange,
    overlap: Overlap,
) -> Result<(Vec<&'a Finding>, bool), Fault> {
    let is_wanted = |place: &Range, range: &Range| match overlap {
        Overlap::Intersecting => place.intersects(range),
        Overlap::Subsuming => place.covers(range),
    };
    let (mut found, mut unplaced) = (Vec::new(), false);
    for (finding, variant) in view.variants().filter(|(_, v)| v.is_carried()) {
        unplaced |= is_unplaced(variant);
        if view.lies(&variant.structural_places(), asked, is_wanted)? {
            found.push(finding);
        }
    }
    Ok((found, unplaced))
}

/// Whether a variant has no place on a chromosome of a known build: it may be anywhere.
fn is_unplaced(variant: &Variant) -> bool {
    let mut places = variant.exact_places();
    places.extend(variant.structural_places());
    !places.iter().any(|place| crate::sequence::known(&place.sequence).is_some())
}

fn item(view: &View<'_>, asked: &AskedRange, found: &[&Finding], unplaced: bool) -> Vec<Part> {
    let coverage = match view.coverage(&asked.range) {
        Coverage::Studied if unplaced && found.is_empty() => Coverage::Unknown,
        coverage => coverage,
    };
    let mut parts = vec![
        Part::text("rangeItem", &asked.text),
        Part::new("presence", Value::Presence(!found.is_empty(), coverage)),
    ];
    if view.asked.include_variants {
        parts.extend(found.iter().map(|finding| Part::resource("variant", &finding.reference)));
    }
    parts
}

/// The phases between two variants that are both in the answer.
fn phases(view: &View<'_>, found: &[&Finding]) -> Vec<Part> {
    let shown: BTreeSet<&str> = found.iter().map(|finding| finding.reference.as_str()).collect();
    let is_between = |finding: &&&Finding| {
        let ends: BTreeSet<&str> = finding.derived_from.iter().map(String::as_str).collect();
        let has_value = matches!(&finding.content, Content::Phase(Some(_)));
        has_value && ends.len() == 2 && ends.is_subset(&shown)
    };
    let standing = view.dossier.findings.iter().filter(|finding| finding.is_standing);
    let standing: Vec<&Finding> = standing.collect();
    let between = standing.iter().filter(is_between);
    between.map(|f| Part::resource("sequencePhaseRelationship", &f.reference)).collect()
}

/// `find-subject-specific-variants`
pub(super) fn specific(view: &View<'_>) -> Result<Vec<Part>, Fault> {
    let mut answer = Vec::new();
    for wanted in view.asked.variants.iter().flatten() {
        let hits = view.search(wanted)?;
        if hits.is_unplaced {
            return Err(unplaced(&wanted.text));
        }
        let coverage = match &wanted.allele {
            _ if hits.has_doubt && hits.carried.is_empty() => Coverage::Unknown,
            _ if hits.is_absent || !hits.carried.is_empty() => Coverage::Studied,
            Some(allele) => view.coverage(&at_least_one_base(&allele.change.range())),
            None => Coverage::Unknown,
        };
        let presence = Value::Presence(!hits.carried.is_empty(), coverage);
        let mut parts =
            vec![Part::text("variantItem", &wanted.text), Part::new("presence", presence)];
        let resource = |finding: &&Finding| Part::resource("variant", &finding.reference);
        parts.extend(hits.carried.iter().map(resource));
        answer.push(Part::group("variants", parts));
    }
    Ok(answer)
}

/// A place between two bases was looked at where the bases beside it were.
pub(super) fn at_least_one_base(range: &Range) -> Range {
    if range.length() > 0 {
        return range.clone();
    }
    Range::new(&range.sequence, range.start.saturating_sub(1), range.end + 1)
}

/// Nothing has this name, and its place is not known here: that is no absence.
pub(super) fn unplaced(item: &str) -> Fault {
    let text = format!(
        "`{item}` was not reported under this name, and without the exons of its transcript it \
         cannot be compared with what was reported otherwise; ask with a genomic HGVS or an SPDI"
    );
    Fault::unprocessable("variants", text)
}
