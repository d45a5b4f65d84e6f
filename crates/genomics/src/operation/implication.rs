//! What findings mean: therapeutic and diagnostic implications, molecular consequences.

use super::haplotype::{matching, named};
use super::select::View;
use super::variant::unplaced;
use crate::answer::{Fault, Part};
use crate::asked::Contract;
use crate::consequence;
use crate::finding::{Content, Finding};
use crate::range::Range;
use crate::token::Token;
use model::CodeableConcept;
use std::collections::BTreeSet;

/// Steps from an implication to what it is derived from in the end.
const STEPS_MAX: usize = 4;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Therapeutic implications.
    Therapeutic,
    /// Diagnostic implications.
    Diagnostic,
    /// Molecular consequences.
    Consequence,
}

/// References of the findings that the parameters narrow it to; `None` where nothing narrows.
struct Narrowed<'a> {
    variants: Option<BTreeSet<&'a str>>,
    ranges: Option<BTreeSet<&'a str>>,
    haplotypes: Option<BTreeSet<&'a str>>,
}

/// The answer: implications, and everything that they are derived from, once.
pub(super) fn answer(view: &View<'_>, kind: Kind) -> Result<Vec<Part>, Fault> {
    let name = if kind == Kind::Consequence { "consequence" } else { "implication" };
    let found = find(view, kind)?;
    let mut parts: Vec<Part> =
        found.iter().map(|finding| Part::resource(name, &finding.reference)).collect();
    let sources: BTreeSet<&str> = found.iter().flat_map(|finding| sources(view, finding)).collect();
    for wanted in ["variant", "haplotype", "genotype"] {
        let of_kind = sources.iter().filter(|reference| {
            view.by_reference.get(**reference).is_some_and(|f| part_name(f) == Some(wanted))
        });
        parts.extend(of_kind.map(|reference| Part::resource(wanted, reference)));
    }
    Ok(parts)
}

fn part_name(finding: &Finding) -> Option<&'static str> {
    match &finding.content {
        Content::Variant(_) => Some("variant"),
        Content::Haplotype(_) => Some("haplotype"),
        Content::Genotype(_) => Some("genotype"),
        _ => None,
    }
}

/// The implications that match.
pub(super) fn find<'a>(view: &View<'a>, kind: Kind) -> Result<Vec<&'a Finding>, Fault> {
    let asked = view.asked;
    if view.tools.contract == Contract::ReferenceServer && !asked.is_narrowed() {
        return Ok(Vec::new());
    }
    let narrowed = narrow(view)?;
    let carried: BTreeSet<&str> = carried(view);
    let is_found = |finding: &&'a Finding| {
        if !finding.is_standing || !says(view, finding, kind) {
            return false;
        }
        let sources = sources(view, finding);
        let has = |of: &BTreeSet<&str>| sources.iter().any(|source| of.contains(source));
        let meets = |of: &Option<BTreeSet<&str>>| of.as_ref().is_none_or(&has);
        // Variants that were asked for are those that also lie in the ranges.
        let places = match (&narrowed.variants, &narrowed.ranges) {
            (Some(variants), Some(ranges)) => {
                has(&variants.intersection(ranges).copied().collect())
            }
            (variants, ranges) => meets(variants) && meets(ranges),
        };
        has(&carried) && places && meets(&narrowed.haplotypes)
    };
    Ok(view.dossier.findings.iter().filter(is_found).collect())
}

/// Whether a finding is of the kind and says what was asked for.
fn says(view: &View<'_>, finding: &Finding, kind: Kind) -> bool {
    let asked = view.asked;
    let any = |tokens: &[Token], held: &[CodeableConcept]| {
        tokens.is_empty() || held.iter().any(|h| tokens.iter().any(|token| token.matches(h)))
    };
    match (&finding.content, kind) {
        (Content::Therapeutic(held), Kind::Therapeutic)
        | (Content::Diagnostic(held), Kind::Diagnostic) => {
            any(&asked.treatments, &held.treatments) && any(&asked.conditions, &held.conditions)
        }
        (Content::Consequence(held), Kind::Consequence) => {
            let tokens = &asked.consequences;
            let is_meant = |held| tokens.iter().any(|token| consequence::means(token, held));
            tokens.is_empty() || held.iter().any(is_meant)
        }
        _ => false,
    }
}

/// Everything a finding is derived from, directly or not.
fn sources<'a>(view: &View<'a>, finding: &'a Finding) -> BTreeSet<&'a str> {
    let mut sources = BTreeSet::new();
    let mut next: Vec<&Finding> = vec![finding];
    for _ in 0..STEPS_MAX {
        let mut further = Vec::new();
        for source in next.iter().flat_map(|finding| &finding.derived_from) {
            if let Some(found) = view.by_reference.get(source.as_str())
                && sources.insert(found.reference.as_str())
            {
                further.push(*found);
            }
        }
        next = further;
    }
    sources
}

/// What this patient has, of what passes the filter.
fn carried<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let is_carried = |finding: &&&Finding| match &finding.content {
        Content::Variant(variant) => variant.is_carried(),
        _ => named(finding).is_some(),
    };
    view.findings.iter().filter(is_carried).map(|finding| finding.reference.as_str()).collect()
}

fn narrow<'a>(view: &View<'a>) -> Result<Narrowed<'a>, Fault> {
    let asked = view.asked;
    let references = |found: Vec<&'a Finding>| found.into_iter().map(|f| f.reference.as_str());
    let (mut variants, mut ranges) = (None, None);
    for wanted in asked.variants.iter().flatten() {
        let hits = view.search(wanted)?;
        if hits.is_unplaced {
            return Err(unplaced(&wanted.text));
        }
        variants.get_or_insert_with(BTreeSet::new).extend(references(hits.carried));
    }
    for range in &asked.ranges {
        let held = ranges.get_or_insert_with(BTreeSet::new);
        for (finding, variant) in view.variants().filter(|(_, v)| v.is_carried()) {
            let mut places = variant.exact_places();
            places.extend(variant.structural_places());
            if view.lies(&places, range, Range::intersects)? {
                held.insert(finding.reference.as_str());
            }
        }
    }
    let haplotypes = (!asked.haplotypes.is_empty()).then(|| {
        let tokens = asked.haplotypes.iter().flatten();
        tokens.flat_map(|token| references(matching(view, token))).collect()
    });
    Ok(Narrowed { variants, ranges, haplotypes })
}
