//! Values of a file: numbers, shares, days, documents, as laboratories write them.

use super::finding::{Finding, FindingContent, Listed};
use super::report::{Document, VendorReport};
use base64::Engine as _;
use model::patient::Sex;
use model::variant::GenomeBuild;
use model::{PartialDate, Problem};

/// A text that is not empty.
pub(super) fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A number that is finite.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

/// The first number of a text and what follows it, `22 per Mb`.
pub(super) fn leading_number(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((number(digits)?, rest.trim().to_owned()))
}

/// The day that a text begins with, `2024-03-15 20:47:43` or `2024-03-15T20:47:43Z`.
pub(super) fn day(text: Option<&str>) -> Option<PartialDate> {
    text.and_then(|text| text.trim().split([' ', 'T']).next()).and_then(PartialDate::parse)
}

/// Administrative sex.
pub(super) fn sex(text: Option<&str>) -> Sex {
    match text.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "male" | "m" => Sex::Male,
        "female" | "f" => Sex::Female,
        "other" | "o" => Sex::Other,
        _ => Sex::Unknown,
    }
}

/// The build that a word names.
pub(super) fn build(text: &str) -> Option<GenomeBuild> {
    let plain: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.as_str() {
        "grch37" | "hg19" | "b37" | "37" => Some(GenomeBuild::GRCh37),
        "grch38" | "hg38" | "b38" | "38" => Some(GenomeBuild::GRCh38),
        _ if plain.starts_with("grch37p") => Some(GenomeBuild::GRCh37),
        _ if plain.starts_with("grch38p") => Some(GenomeBuild::GRCh38),
        _ => None,
    }
}

/// In what a format writes shares of reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Percent, of tissue: a number up to 1 may as well be a fraction, and is not used.
    Percent,
    /// Percent, where a share below one in a hundred is usual (circulating DNA).
    SmallPercent,
    /// 0 to 1.
    Fraction,
}

/// A share of reads, 0 to 1. What does not say clearly which it is, is told and not used.
pub(super) fn share(
    text: &str,
    scale: Scale,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<f64> {
    let text = text.trim();
    let sign = text.strip_suffix('%');
    let value = number(sign.unwrap_or(text));
    let in_percent = sign.is_some() || scale != Scale::Fraction;
    let max = if in_percent { 100.0 } else { 1.0 };
    let Some(value) = value.filter(|value| (0.0..=max).contains(value)) else {
        let text = format!("`{text}` is no share of reads; it is not used");
        problems.push(Problem::warning("bad-number", place, text));
        return None;
    };
    if sign.is_none() && scale == Scale::Percent && value > 0.0 && value <= 1.0 {
        let text = format!("a share of {value} may be percent or a fraction; it is not used");
        problems.push(Problem::warning("unit-not-clear", place, text));
        return None;
    }
    Some(if in_percent { value / 100.0 } else { value })
}

/// Adds a document that stands in the file as base64, if there is one.
pub(super) fn document(
    written: &str,
    raw_path: String,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) {
    let written: String = written.split_ascii_whitespace().collect();
    if written.is_empty() {
        return;
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(written.as_bytes());
    let bytes = decoded.unwrap_or_default();
    let damaged = !bytes.starts_with(b"%PDF");
    if damaged {
        let text = "the attached document is no whole PDF; nothing is read from it";
        problems.push(Problem::warning("damaged-document", &raw_path, text));
    }
    let media_type = if damaged { "application/octet-stream" } else { "application/pdf" };
    let media_type = media_type.to_owned();
    report.documents.push(Document { media_type, bytes, damaged, raw_path });
}

/// Adds a finding. The same one again is one finding with two places; one of no gene is told.
pub(super) fn add(found: Finding, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    if found.gene.is_empty() {
        let text = "the call names no gene";
        problems.push(Problem::warning("no-gene", &found.raw_path, text));
    }
    let same = |other: &&mut Finding| {
        (&other.gene, &other.content, &other.origin) == (&found.gene, &found.content, &found.origin)
            && other.significance == found.significance
            && (other.equivocal, other.subclonal) == (found.equivocal, found.subclonal)
    };
    match report.findings.iter_mut().find(same) {
        Some(known) => {
            let text = format!("the same call stands at {}", known.raw_path);
            problems.push(Problem::note("repeated", &found.raw_path, text));
            known.also_at.push(found.raw_path);
        }
        None => report.findings.push(found),
    }
}

/// A finding that says nothing but where it is.
pub(super) fn finding(gene: &str, content: FindingContent, raw_path: String) -> Finding {
    Finding {
        gene: gene.trim().to_owned(),
        content,
        raw_path,
        listed: Listed::NotTold,
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_reads_in_both_scales() {
        for (text, scale, expected, code) in [
            ("37.4", Scale::Percent, Some(0.374), None),
            ("37.4%", Scale::Fraction, Some(0.374), None),
            ("0.5%", Scale::Percent, Some(0.005), None),
            ("0.374", Scale::Percent, None, Some("unit-not-clear")),
            ("0.3", Scale::SmallPercent, Some(0.003), None),
            ("0", Scale::Percent, Some(0.0), None),
            ("0.374", Scale::Fraction, Some(0.374), None),
            ("37.4", Scale::Fraction, None, Some("bad-number")),
            ("101", Scale::Percent, None, Some("bad-number")),
            ("-1", Scale::Percent, None, Some("bad-number")),
            ("NaN", Scale::Fraction, None, Some("bad-number")),
            ("low", Scale::Percent, None, Some("bad-number")),
        ] {
            let mut problems = Vec::new();
            let found = share(text, scale, "x", &mut problems);
            let near = found.zip(expected).is_none_or(|(one, other)| (one - other).abs() < 1e-12);
            assert!(near && found.is_some() == expected.is_some(), "{text}: {found:?}");
            assert_eq!(problems.first().map(|one| one.code.as_str()), code, "{text}");
        }
        assert_eq!(leading_number("22 per Mb"), Some((22.0, "per Mb".to_owned())));
        assert_eq!(leading_number("high"), None);
    }
}
