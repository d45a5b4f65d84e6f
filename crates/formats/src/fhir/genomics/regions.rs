//! What an analysis looked at: regions stated in place, or in BED files that are in the record.

use super::super::access::{self, text};
use super::super::codes;
use super::local;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genomics::finding::Regions;
use genomics::range::{Range, uncovered};
use genomics::sequence::accession_of;
use model::variant::GenomeBuild;
use serde_json::Value;
use std::collections::BTreeMap;

/// Regions studied, and those of them that could not be called.
pub(super) fn read(
    analysis: &Value,
    build: Option<GenomeBuild>,
    documents: &BTreeMap<String, &Value>,
) -> (Regions, Regions) {
    let url = format!("{}genomic-study-analysis-regions", codes::PROFILES);
    let (mut studied, mut called, mut uncalled) =
        (Regions::default(), Regions::default(), Regions::default());
    for part in access::extensions(analysis, &url) {
        for part in access::all(part, "extension") {
            let into = match text(part, "url").unwrap_or_default() {
                "studied" => &mut studied,
                "called" => &mut called,
                "uncalled" => &mut uncalled,
                codes::CALLABLE_REGION => {
                    match text(part, "valueString").and_then(stated) {
                        Some(range) => studied.ranges.push(range),
                        None => studied.has_more = true,
                    }
                    continue;
                }
                _ => continue,
            };
            let reference = text(part, "valueReference.reference").map(local);
            let document = reference.and_then(|reference| documents.get(&reference));
            match document.and_then(|document| bed(document, build)) {
                Some(ranges) => into.ranges.extend(ranges),
                None => into.has_more = true,
            }
        }
    }
    if studied.ranges.is_empty() && !called.ranges.is_empty() {
        studied.ranges.clone_from(&called.ranges);
    } else if !called.ranges.is_empty() && !called.has_more {
        // What was studied and is not among the called regions could not be called.
        let missed = studied.ranges.iter().flat_map(|range| uncovered(range, &called.ranges));
        uncalled.ranges.extend(missed);
    }
    (studied, uncalled)
}

/// `GRCh38:chr10:94762680-94855547`, 0-based, half-open.
fn stated(text: &str) -> Option<Range> {
    let mut parts = text.split(':');
    let build = match parts.next()? {
        "GRCh37" => GenomeBuild::GRCh37,
        "GRCh38" => GenomeBuild::GRCh38,
        _ => return None,
    };
    let sequence = accession_of(build, parts.next()?)?;
    let (start, end) = parts.next()?.split_once('-')?;
    range(sequence, start, end).filter(|_| parts.next().is_none())
}

fn range(sequence: String, start: &str, end: &str) -> Option<Range> {
    let (start, end): (u64, u64) = (start.parse().ok()?, end.parse().ok()?);
    (start < end).then(|| Range::new(sequence, start, end))
}

/// The ranges of a BED file that a DocumentReference holds in itself; `None` if it is elsewhere,
/// or if one line cannot be read: half a file would be a wrong answer.
fn bed(document: &Value, build: Option<GenomeBuild>) -> Option<Vec<Range>> {
    let data = text(document, "content.attachment.data")?;
    let bytes = STANDARD.decode(data).ok()?;
    let (ranges, problems) = crate::bed::read(&bytes, build);
    problems.is_empty().then_some(ranges)
}
