//! `find-study-metadata`: which tests were done and what they looked at.

use super::select::View;
use crate::answer::{Part, Value};
use crate::finding::{Regions, Study};
use crate::range::{Range, clipped};
use std::fmt::Write as _;

/// One item per test. Regions are told where ranges are asked for, and only within these.
pub(super) fn answer(view: &View<'_>) -> Vec<Part> {
    let taken = view.dossier.studies.iter().filter(|study| view.asked.filter.takes_study(study));
    taken.map(|study| item(view, study)).collect()
}

fn item(view: &View<'_>, study: &Study) -> Part {
    let name = study.labels.first().map(|label| label.value.clone()).unwrap_or_default();
    let mut parts =
        vec![Part::text("testId", name), Part::new("testDate", Value::Date(study.date.clone()))];
    parts.extend(study.specimens.first().map(|s| Part::text("specimenId", &s.value)));
    let build = study.build.clone().map(Value::Concept);
    parts.extend(build.map(|build| Part::new("genomicBuild", build)));
    if !study.change_types.is_empty() {
        let types = Value::Codings(study.change_types.clone());
        parts.push(Part::new("dnaChangeType", types));
    }
    if !view.asked.ranges.is_empty() {
        parts.push(Part::text("regionStudied", regions(view, &study.studied)));
        parts.push(Part::text("uncallableRegions", regions(view, &study.uncallable)));
    }
    Part::group("tests", parts)
}

/// `['NC_000007.14:55019016-55019365', …]`, or `unknown` where they could not be read.
fn regions(view: &View<'_>, regions: &Regions) -> String {
    if regions.has_more || regions.ranges.is_empty() && view.dossier.studies.is_empty() {
        return "unknown".to_owned();
    }
    let mut shown: Vec<Range> = Vec::new();
    for asked in &view.asked.ranges {
        shown.extend(regions.ranges.iter().filter_map(|range| clipped(range, &asked.range)));
    }
    shown.sort();
    shown.dedup();
    let mut text = String::from("[");
    for (at, range) in shown.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}'{range}'", if at == 0 { "" } else { ", " });
    }
    text.push(']');
    text
}
