//! One row of a file to an event, or to a statement that nothing is there.

use crate::consequence::Consequence;
use crate::event::{
    Alteration, Certainty, CopyChange, CopyClass, Event, EventOrigin, Rearrangement, ShortVariant,
    Side,
};
use crate::gene::{Gene, Genes};
use crate::normalise::classes;
use crate::profile::TumorProfile;
use crate::protein;
use model::Problem;
use model::tumor::{ReportedAlteration, ReportedClass, ReportedKind};

/// Adds what a row says.
pub(super) fn add(
    profile: &mut TumorProfile,
    row: &ReportedAlteration,
    gene: Gene,
    genes: &Genes,
    problems: &mut Vec<Problem>,
) {
    let before = profile.events.len();
    match &row.kind {
        ReportedKind::Short { .. } => {
            profile.events.extend(short(row, gene, problems));
        }
        ReportedKind::Copy(text) => copies(profile, row, gene, text, problems),
        ReportedKind::Rearrangement { partner, ordered, from_text } => {
            let joined = Rearrangement {
                first: side_of(&row.gene, gene),
                second: side(partner, genes),
                ordered: *ordered,
                from_text: *from_text,
            };
            let reported = format!("{}-{partner}", row.gene);
            profile.events.push(Event::new(Alteration::Rearrangement(joined), reported));
        }
        ReportedKind::Negative(class) => match gene {
            Gene::Known(gene) => {
                profile.negatives.extend(classes(*class).iter().map(|class| (gene, *class)));
            }
            Gene::Ambiguous(_) | Gene::Unknown(_) => {}
        },
        ReportedKind::Nothing => problems.push(unread(row, "row-not-read", "the row")),
    }
    for event in profile.events.iter_mut().skip(before) {
        event.source.clone_from(&row.source);
        event.judgements.clone_from(&row.judgements);
        event.subclonal = row.subclonal;
        if row.equivocal {
            event.certainty = Certainty::Equivocal;
        }
    }
}

fn unread(row: &ReportedAlteration, code: &str, what: &str) -> Problem {
    Problem::warning(code, &row.place, format!("`{what}` is not understood; not used"))
}

/// A change of copies. One that is not understood leaves the gene not known: silence would read as
/// tested and absent.
fn copies(
    profile: &mut TumorProfile,
    row: &ReportedAlteration,
    gene: Gene,
    text: &str,
    problems: &mut Vec<Problem>,
) {
    if let Some(class) = copy_class(text) {
        let event = Alteration::Copy(CopyChange { gene, class, copies: row.copies });
        profile.events.push(Event::new(event, format!("{} {text}", row.gene)));
        return;
    }
    for class in classes(ReportedClass::Copy) {
        profile.unclear.extend(gene.candidates().iter().map(|gene| (*gene, *class)));
    }
    problems.push(unread(row, "copy-not-read", text));
}

/// A small variant; what its text says and its class are kept apart, whether or not they agree.
fn short(row: &ReportedAlteration, gene: Gene, problems: &mut Vec<Problem>) -> Option<Event> {
    let ReportedKind::Short { protein: text, cdna, classification, exon, allele_fraction, origin } =
        &row.kind
    else {
        return None;
    };
    let changes = protein::parse(text).unwrap_or_else(|error| {
        problems.push(Problem::warning(
            "protein-not-read",
            &row.place,
            format!("`{text}`: {error}"),
        ));
        Vec::new()
    });
    let consequence = match Consequence::parse(classification) {
        [one] => Some(*one),
        [] if !classification.is_empty() => {
            problems.push(unread(row, "class-not-read", classification));
            None
        }
        _ => None,
    };
    let number = exon.split(['/', '-']).next().unwrap_or_default();
    let event = ShortVariant {
        gene,
        changes,
        consequence,
        exon: number.trim().parse().ok(),
        cdna: Some(cdna.clone()).filter(|cdna| !cdna.is_empty()),
        allele_fraction: *allele_fraction,
    };
    let shown = if text.is_empty() { classification } else { text };
    let mut event = Event::new(Alteration::Short(event), format!("{} {shown}", row.gene));
    event.origin = match origin.to_ascii_lowercase().as_str() {
        "somatic" => EventOrigin::Somatic,
        "germline" => EventOrigin::Germline,
        _ => EventOrigin::Unknown,
    };
    Some(event)
}

/// Classes of copy number as files write them: GISTIC's numbers and laboratories' words.
fn copy_class(text: &str) -> Option<CopyClass> {
    match text.trim().to_ascii_lowercase().as_str() {
        "2" | "high level amplification" | "high amplification" | "amplification" | "amplified" => {
            Some(CopyClass::Amplification)
        }
        "1" | "gain" | "low amplification" | "low level amplification" => Some(CopyClass::Gain),
        "0" | "neutral" | "diploid" => Some(CopyClass::Neutral),
        "-1" | "heterozygous deletion" | "shallow deletion" | "loss" => {
            Some(CopyClass::ShallowLoss)
        }
        "-2" | "-1.5" | "homozygous deletion" | "deep deletion" | "deletion" => {
            Some(CopyClass::DeepLoss)
        }
        _ => None,
    }
}

/// A side of a rearrangement as written.
fn side(text: &str, genes: &Genes) -> Side {
    side_of(text, genes.resolve(text).0)
}

fn side_of(text: &str, gene: Gene) -> Side {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "n/a" | "na" | "unknown" | "." => Side::NotStated,
        "intergenic" => Side::Intergenic,
        _ => Side::Gene(gene),
    }
}
