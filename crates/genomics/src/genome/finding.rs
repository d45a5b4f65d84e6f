//! Calls as findings, and coverage as the regions of their test.

use super::{Alternate, Band, Call, Carried, Run, seen};
use crate::allele::Allele;
use crate::date::Span;
use crate::finding::{Content, Finding, Presence, Regions, Study, Variant};
use crate::hgvs;
use crate::range::Range;

/// A call as a finding of the test that it came from.
pub fn finding(call: &Call, sequence: &str, reference: String, study: &Study) -> Finding {
    Finding {
        reference,
        is_standing: true,
        source_class: study.source_class,
        date: study.date.as_deref().and_then(Span::parse),
        tests: study.labels.clone(),
        specimens: study.specimens.clone(),
        derived_from: Vec::new(),
        genes: Vec::new(),
        content: Content::Variant(variant(call, sequence)),
    }
}

fn variant(call: &Call, sequence: &str) -> Variant {
    let mut variant = Variant {
        // Nothing is derived from a call that failed a filter; it is no absence either.
        presence: match call.carried() {
            Carried::Yes => Presence::Present,
            Carried::NotSure => Presence::Unknown,
        },
        is_reference: false,
        names: Vec::new(),
        alleles: call.allele(sequence).into_iter().collect(),
        possible: Vec::new(),
        exact: vec![Range::new(sequence, call.start, call.end)],
        inner: Vec::new(),
        outer: Vec::new(),
        is_symbolic: false,
    };
    variant.names.extend(variant.alleles.iter().filter_map(Allele::spdi).map(|s| s.to_string()));
    variant.names.extend(variant.alleles.iter().map(hgvs::genomic));
    if let Alternate::Structural(held) = &call.alternate {
        variant.is_symbolic = true;
        if !held.is_exact() {
            variant.exact.clear();
            let range = |(start, end): (u64, u64)| Range::new(sequence, start, end);
            variant.outer.push(range(held.extent(call.start, call.end)));
            variant.inner.extend(held.inner(call.start, call.end).map(range));
        }
    }
    variant
}

/// The bases that a call itself shows to have been looked at; the file states them in no run.
pub fn run_of(call: &Call) -> Option<Run> {
    let is_sure = call.filter.is_none() && call.genotype.alleles.iter().all(Option::is_some);
    let is_short = matches!(call.alternate, Alternate::Bases { .. });
    (is_sure && is_short).then(|| {
        let start = if call.start == call.end { call.start.saturating_sub(1) } else { call.start };
        Run { start, end: call.end.max(start + 1), band: Band::Callable }
    })
}

/// Adds what was looked at within a range to the regions of a study.
pub fn add_coverage(study: &mut Study, range: &Range, runs: &[Run]) {
    let seen = seen(range, runs);
    study.studied.ranges.extend(seen.studied);
    study.uncallable.ranges.extend(seen.uncallable);
}

/// Regions in place of those that a study's resource names: the genome knows them. `is_whole`
/// tells whether what it does not know was not looked at.
pub fn begin_coverage(study: &mut Study, is_whole: bool) {
    study.studied = Regions { ranges: Vec::new(), has_more: !is_whole };
    study.uncallable = Regions::default();
}
