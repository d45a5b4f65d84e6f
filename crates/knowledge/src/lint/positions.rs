//! Positions: alleles as VCF writes them, consistent with their HGVS names and surroundings.

use super::expect;
use crate::import::flank;
use crate::pgx::{Gene, IndelContext, PgxKnowledge, Position};
use model::Problem;
use std::collections::BTreeSet;

/// No (chromosome, position, REF, ALT) twice in a pack.
pub(super) fn unique(pgx: &PgxKnowledge, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for gene in &pgx.genes {
        for at in &gene.positions {
            for alt in &at.alternates {
                let new = seen.insert((&gene.chromosome, at.position, &at.reference, alt));
                let place = place(gene, at);
                expect(new, problems, "position-twice", &place, || format!("ALT {alt} again"));
            }
        }
    }
}

pub(super) fn check(gene: &Gene, problems: &mut Vec<Problem>) {
    let defined = super::domain::has_definitions(gene);
    expect(gene.positions.is_empty() != defined, problems, "no-position", &gene.symbol, || {
        "must have positions, unless only reported calls count".into()
    });
    let number = gene.chromosome.strip_prefix("chr").unwrap_or_default();
    let number = match number {
        "X" => "23",
        "Y" => "24",
        "M" => "12920",
        other => other,
    };
    let accession = format!("NC_{number:0>6}.");
    expect(gene.refseq.starts_with(&accession), problems, "refseq", &gene.symbol, || {
        format!("{} is not the accession of {}", gene.refseq, gene.chromosome)
    });
    let hgnc = gene.hgnc.strip_prefix("HGNC:").is_some_and(super::is_digits);
    expect(hgnc, problems, "hgnc", &gene.symbol, || format!("`{}` is no HGNC id", gene.hgnc));
    for at in gene.positions.iter().chain(&gene.extra_positions) {
        let place = place(gene, at);
        alleles(at, &place, problems);
        if at.is_substitution() {
            for alt in &at.alternates {
                let name = substitution(at, alt);
                let named = at.hgvs.split("; ").any(|part| part == name);
                expect(named, problems, "hgvs", &place, || format!("has no HGVS name {name}"));
            }
        } else {
            surroundings(gene, at, &place, problems);
        }
    }
}

/// The HGVS name of bases that are replaced by as many.
fn substitution(at: &Position, alt: &str) -> String {
    if at.is_snv() {
        return format!("g.{}{}>{alt}", at.position, at.reference);
    }
    let end = at.position.saturating_add(at.reference.len().saturating_sub(1) as u64);
    format!("g.{}_{end}delins{alt}", at.position)
}

fn place(gene: &Gene, at: &Position) -> String {
    format!("positions {} {}", gene.symbol, at.position)
}

fn alleles(at: &Position, place: &str, problems: &mut Vec<Problem>) {
    let is_bases = |text: &str| {
        !text.is_empty() && text.bytes().all(|base| matches!(base, b'A' | b'C' | b'G' | b'T'))
    };
    for allele in std::iter::once(&at.reference).chain(&at.alternates) {
        expect(is_bases(allele), problems, "allele", place, || {
            format!("`{allele}` is not a sequence of A, C, G, T")
        });
    }
    let distinct: BTreeSet<&String> = at.alternates.iter().collect();
    let good = !at.alternates.is_empty()
        && distinct.len() == at.alternates.len()
        && !distinct.contains(&at.reference);
    expect(good, problems, "alternates", place, || {
        "ALTs are missing, repeated or equal to REF".into()
    });
    if !at.is_substitution() {
        let first = at.reference.get(..1);
        let padded = at.alternates.iter().all(|alt| alt.get(..1) == first);
        expect(padded, problems, "padding", place, || {
            "an indel's REF and ALTs must share their first base".into()
        });
    }
}

/// An indel's stored sequence must agree with REF and with every position inside it.
fn surroundings(gene: &Gene, at: &Position, place: &str, problems: &mut Vec<Problem>) {
    let Some(context) = &at.indel else {
        let text = "an indel without the sequence around it";
        problems.push(Problem::error("indel-context", place, text));
        return;
    };
    for other in &gene.positions {
        expect(agrees(context, other), problems, "indel-context", place, || {
            format!("the sequence around it contradicts REF at {}", other.position)
        });
    }
    let Some(after) = from(context, at.position).filter(|bases| !bases.is_empty()) else {
        let text = "the sequence around it does not cover the position";
        problems.push(Problem::error("indel-context", place, text));
        return;
    };
    let named = at.hgvs.split("; ").all(|name| match name.split_once('[') {
        Some((repeat, _)) => repeats_to_the_end(context, repeat),
        None => at.alternates.iter().any(|alternate| {
            let proved = flank::proved_sequence(at.position, &at.reference, alternate, name);
            proved.is_some_and(|proved| after.starts_with(&proved))
        }),
    });
    expect(named, problems, "hgvs", place, || {
        format!("{} contradicts POS, the alleles or the sequence around them", at.hgvs)
    });
}

/// The context's bases from a position on.
fn from(context: &IndelContext, position: u64) -> Option<&str> {
    let offset = usize::try_from(position.checked_sub(context.start)?).ok()?;
    context.sequence.get(offset..)
}

/// `g.48037784GAGTCG`: from there on the context is that unit, over and over.
fn repeats_to_the_end(context: &IndelContext, repeat: &str) -> bool {
    let Some(repeat) = repeat.strip_prefix("g.") else { return false };
    let unit = repeat.trim_start_matches(|character: char| character.is_ascii_digit());
    let start = repeat.strip_suffix(unit).and_then(|start| start.parse().ok());
    let after = start.and_then(|start| from(context, start)).unwrap_or_default();
    !unit.is_empty() && !after.is_empty() && after.replace(unit, "").is_empty()
}

/// Whether the part of REF that lies inside the context is what the context says.
fn agrees(context: &IndelContext, other: &Position) -> bool {
    other.reference.bytes().zip(other.position..).all(|(base, position)| {
        let offset = position.checked_sub(context.start).and_then(|at| usize::try_from(at).ok());
        let known = offset.and_then(|offset| context.sequence.as_bytes().get(offset));
        known.is_none_or(|known| *known == base)
    })
}
