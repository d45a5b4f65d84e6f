//! Haplotypes and genotypes of a patient.

use super::select::View;
use crate::answer::{Coverage, Part, Value};
use crate::finding::{Content, Finding};
use crate::token::Token;
use model::CodeableConcept;

/// The name a haplotype or genotype has as a part, and its value, if it has a result.
pub(super) fn named(finding: &Finding) -> Option<(&'static str, &CodeableConcept)> {
    match &finding.content {
        Content::Haplotype(Some(value)) => Some(("haplotype", value)),
        Content::Genotype(Some(value)) => Some(("genotype", value)),
        _ => None,
    }
}

fn parts<'a>(found: impl Iterator<Item = &'a Finding>) -> Vec<Part> {
    let part = |finding: &Finding| {
        named(finding).map(|(name, _)| Part::resource(name, &finding.reference))
    };
    let mut parts: Vec<Part> = found.filter_map(part).collect();
    // As in the definition: haplotypes, then genotypes.
    parts.sort_by_key(|part| part.name != "haplotype");
    parts
}

/// `find-subject-haplotypes`: one item per gene, also where nothing was found.
pub(super) fn of_genes(view: &View<'_>) -> Vec<Part> {
    let of = |finding: &Finding, token: &Token| match (named(finding), finding.genes.as_slice()) {
        (Some((_, value)), []) => token.matches(value),
        (Some(_), genes) => genes.iter().any(|gene| token.matches(gene)),
        (None, _) => false,
    };
    let item = |token: &Token| {
        let found = view.findings.iter().copied().filter(|finding| of(finding, token));
        let mut item = vec![Part::text("geneItem", &token.text)];
        item.extend(parts(found));
        Part::group("haplotypes", item)
    };
    view.asked.genes.iter().map(item).collect()
}

/// The findings that a token means.
pub(super) fn matching<'a>(view: &View<'a>, token: &Token) -> Vec<&'a Finding> {
    let is_meant = |f: &Finding| named(f).is_some_and(|(_, value)| token.matches(value));
    view.findings.iter().copied().filter(|finding| is_meant(finding)).collect()
}

/// `find-subject-specific-haplotypes`
pub(super) fn specific(view: &View<'_>) -> Vec<Part> {
    let item = |token: &Token| {
        let found = matching(view, token);
        // Which alleles a test could have told apart is nowhere in the record.
        let is_silent = view.findings.is_empty() && view.dossier.studies.is_empty();
        let coverage = match (found.is_empty(), is_silent && !view.has_undated()) {
            (false, _) => Coverage::Studied,
            (true, true) => Coverage::NotStudied,
            (true, false) => Coverage::Unknown,
        };
        let presence = Value::Presence(!found.is_empty(), coverage);
        let mut item =
            vec![Part::text("haplotypeItem", &token.text), Part::new("presence", presence)];
        item.extend(parts(found.into_iter()));
        Part::group("haplotypes", item)
    };
    view.asked.haplotypes.iter().flatten().map(item).collect()
}
