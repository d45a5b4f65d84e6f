//! `variant-report`: every call of the run.

use super::{finding, measure, notation, number, owned};
use crate::vendor::finding::{
    CopyNumber, Finding, FindingContent, Rearrangement, ShortVariant, Strand,
};
use crate::vendor::report::VendorReport;
use crate::vendor::value;
use crate::xml::Node;
use model::Problem;

/// How far fraction and percent of one call may be apart by rounding.
const FRACTION_ROUNDING: f64 = 0.001;

pub(super) fn read(data: Node<'_>, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    for node in data.all("short-variants/short-variant") {
        let found = short(node, problems);
        add(report, node, found, problems);
    }
    for node in data.all("copy-number-alterations/copy-number-alteration") {
        let found = copies(node);
        add(report, node, found, problems);
    }
    for node in data.all("rearrangements/rearrangement") {
        let found = rearrangement(node);
        add(report, node, found, problems);
    }
    for node in data.all("biomarkers/microsatellite-instability") {
        let level = owned(node.attribute("status"));
        report.measures.push(crate::vendor::Measure { level, ..measure("msi", node) });
    }
    for node in data.all("biomarkers/tumor-mutation-burden") {
        let value = node.attribute("score").and_then(number);
        if value.is_none() {
            let text = "the tumour mutation burden has no number";
            problems.push(Problem::warning("bad-number", node.path(), text));
        }
        report.measures.push(crate::vendor::Measure {
            value,
            unit: owned(node.attribute("unit")).map(|unit| match unit.as_str() {
                "mutations-per-megabase" => "mutations/Mb".to_owned(),
                _ => unit,
            }),
            level: owned(node.attribute("status")),
            ..measure("tmb", node)
        });
    }
    viruses(data, report, problems);
}

/// Adds a call with what all calls have.
fn add(
    report: &mut VendorReport,
    node: Node<'_>,
    content: FindingContent,
    problems: &mut Vec<Problem>,
) {
    let gene = node.attribute("gene").or(node.attribute("target-gene")).unwrap_or_default();
    let flag = |name: &str| node.attribute(name).is_some_and(|text| text == "true" || text == "1");
    let found = Finding {
        significance: owned(node.attribute("status")),
        equivocal: flag("equivocal"),
        subclonal: flag("subclonal"),
        // A run without the inherited genome for comparison does not tell where a change arose.
        ..finding(node, gene, content)
    };
    value::add(found, report, problems);
}

fn short(node: Node<'_>, problems: &mut Vec<Problem>) -> FindingContent {
    let of = |name: &str| node.attribute(name);
    let written = of("cds-effect").unwrap_or_default();
    let coding = notation::coding(written);
    let place = of("position").and_then(notation::position);
    if place.is_none() {
        let text = format!("position `{}` is not understood", of("position").unwrap_or_default());
        problems.push(Problem::warning("bad-position", node.path(), text));
    }
    let strand = match of("strand") {
        Some("+") => Some(Strand::Forward),
        Some("-") => Some(Strand::Reverse),
        _ => None,
    };
    let genomic = match (&coding, strand, &place) {
        (Some(coding), Some(strand), Some((_, position))) => {
            notation::genomic(coding, strand, *position)
        }
        _ => None,
    };
    let protein = of("protein-effect").unwrap_or_default();
    FindingContent::Short(ShortVariant {
        transcript: owned(of("transcript")),
        coding,
        protein: notation::protein(protein),
        genomic,
        chromosome: place.as_ref().map(|(chromosome, _)| chromosome.clone()),
        position: place.map(|(_, position)| position),
        strand,
        effect: owned(of("functional-effect")),
        allele_fraction: fraction(node, problems),
        depth: of("depth").and_then(|depth| depth.parse().ok()),
        written: owned(Some(&format!("{written} ({protein})"))),
        ..ShortVariant::default()
    })
}

/// The share of reads, from the fraction, else from the percentage beside it.
fn fraction(node: Node<'_>, problems: &mut Vec<Problem>) -> Option<f64> {
    let fraction = node.attribute("allele-fraction").and_then(number);
    let percent = node.attribute("percent-reads").and_then(number).map(|percent| percent / 100.0);
    if let (Some(one), Some(other)) = (fraction, percent)
        && (one - other).abs() > FRACTION_ROUNDING
    {
        let text = "allele fraction and percentage of reads differ; the fraction is used";
        problems.push(Problem::warning("fraction-contradiction", node.path(), text));
    }
    let share = fraction.or(percent)?;
    if !(0.0..=1.0).contains(&share) {
        let text = format!("an allele fraction of {share} is not between 0 and 1; it is not used");
        problems.push(Problem::warning("bad-number", node.path(), text));
        return None;
    }
    Some(share)
}

fn copies(node: Node<'_>) -> FindingContent {
    let of = |name: &str| node.attribute(name);
    FindingContent::Copy(CopyNumber {
        class: of("type").unwrap_or_default().to_owned(),
        copies: of("copy-number").and_then(number),
        ratio: of("ratio").and_then(number),
        exons: owned(of("number-of-exons")),
        region: of("position").and_then(notation::region),
    })
}

/// A rearrangement. The target gene is not always the 5' one, so the order is not known.
fn rearrangement(node: Node<'_>) -> FindingContent {
    let of = |name: &str| node.attribute(name);
    let none = ["n/a", "na", "unknown", "none", ""];
    let partner = of("other-gene").filter(|gene| !none.contains(&gene.to_lowercase().as_str()));
    FindingContent::Rearrangement(Rearrangement {
        partner: owned(partner),
        ordered: false,
        kind: owned(of("type")),
        in_frame: match of("in-frame").map(str::to_lowercase).as_deref() {
            Some("yes" | "true") => Some(true),
            Some("no" | "false") => Some(false),
            _ => None,
        },
        breakpoints: [of("pos1"), of("pos2")]
            .into_iter()
            .flatten()
            .map(|text| notation::region(text).unwrap_or_else(|| text.to_owned()))
            .collect(),
        supporting_reads: of("supporting-read-pairs").and_then(|count| count.parse().ok()),
        from_text: false,
    })
}

/// Viruses that are measurements of a tumour; others are told.
fn viruses(data: Node<'_>, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    for node in data.all("non-human-content/non-human") {
        let organism = node.attribute("organism").unwrap_or_default();
        let lower = organism.to_lowercase();
        let name = match () {
            () if lower.contains("papilloma") || lower.starts_with("hpv") => "hpv",
            () if ["hhv-4", "hhv4", "epstein"].iter().any(|word| lower.contains(word)) => "ebv",
            () => {
                let text = format!("non-human content `{organism}` is not read");
                problems.push(Problem::note("not-read", node.path(), text));
                continue;
            }
        };
        let level = Some("positive".to_owned());
        let method = owned(Some(organism));
        report.measures.push(crate::vendor::Measure { level, method, ..measure(name, node) });
    }
}
