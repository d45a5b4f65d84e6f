//! Findings from the rows of a group.

mod pick;
mod value;

use super::Observed;
use super::code::{GENE, MEDICATION};
use super::finding::{
    DrugFinding, Finding, FindingContent, Gene, GeneFinding, OverallFinding, StudyFinding,
    VariantFinding,
};
use super::group::{Group, Rows};
use super::row::{Context, Row, coding, concept};
use super::status::least_final;
use model::{Coding, Problem};
use pick::Pick;

/// Joins content with what its rows say in common.
fn finding(
    sub_id: &str,
    rows: &[&Row<'_>],
    content: FindingContent,
    other: Vec<Observed>,
) -> Finding {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.index);
    Finding {
        content,
        sub_id: sub_id.to_owned(),
        status: least_final(rows.iter().map(|row| row.status)),
        place: rows.first().map(|row| row.place.clone()).unwrap_or_default(),
        places: rows.iter().map(|row| row.place.clone()).collect(),
        notes: rows.iter().flat_map(|row| row.notes.clone()).collect(),
        other,
    }
}

fn with_inherited<'r, 'm>(group: &Group<'r, 'm>, rows: &[&'r Row<'m>]) -> Rows<'r, 'm> {
    rows.iter().chain(&group.inherited).copied().collect()
}

pub(super) fn gene(group: &Group<'_, '_>, rows: &[&Row<'_>], context: &mut Context<'_>) -> Finding {
    let rows = with_inherited(group, rows);
    let mut pick = Pick::new(&rows, context);
    let content = GeneFinding {
        gene: pick.gene(),
        genotype: pick.genotype(),
        haplotypes: pick.texts("84414-2"),
        phenotype: pick.answer("53040-2"),
        efficacy: pick.answer("51961-1"),
        high_risk: pick.answer("83009-1"),
        source_class: pick.answer("48002-0"),
        method: pick.answer("81304-8"),
    };
    let other = pick.other;
    if content.gene.is_none() {
        let place = rows.first().map(|row| row.place.clone()).unwrap_or_default();
        let text = "a gene's result without one gene";
        context.problems.push(Problem::warning("no-gene", place, text));
    }
    finding(group.sub_id, &rows, FindingContent::Gene(content), other)
}

pub(super) fn variant(
    group: &Group<'_, '_>,
    rows: &[&Row<'_>],
    context: &mut Context<'_>,
) -> Finding {
    let rows = with_inherited(group, rows);
    let mut pick = Pick::new(&rows, context);
    let mut content = VariantFinding {
        category: pick.answer("83005-9"),
        name: pick.text("47998-0"),
        identifiers: pick.codings(&["81252-9", "81260-2", "81255-2"]),
        gene: pick.gene(),
        transcript: pick.text("51958-7"),
        hgvs_protein: pick.text("48005-3"),
        hgvs_genomic: pick.text("81290-9").or_else(|| pick.text("81262-8")),
        dna_change_type: pick.answer("48019-4"),
        amino_acid_change_type: pick.answer("48006-1"),
        chromosome: pick.text("48000-4").map(value::chromosome),
        cytogenetic_location: pick.text("48001-2"),
        start_end: pick.range("81254-5"),
        coordinates: pick.answer("92822-6"),
        reference_allele: pick.allele("69547-8"),
        alternate_allele: pick.allele("69551-0"),
        source_class: pick.answer("48002-0"),
        method: pick.answer("81304-8"),
        significance: pick.answer("53037-8"),
        assessment: pick.answer("69548-6"),
        phenotypes: pick.concepts("81259-4"),
        allelic_state: pick.answer("53034-5"),
        allele_fraction: pick.fraction("81258-6"),
        read_depth: pick.number("82121-5"),
        phase: pick.answer("82120-7"),
        phase_basis: pick.answer("82309-6"),
        haplotypes: pick.texts("84414-2"),
        copy_number: pick.number("82155-3"),
        length_bases: pick.number("81300-6"),
        outer_start_end: pick.range("81301-4"),
        inner_start_end: pick.range("81302-2"),
        complex_type: pick.answer("81263-6"),
        more: pick.observed(&["81257-8", "92821-8", "81299-0"]),
        ..VariantFinding::default()
    };
    sequence_change(&mut pick, &mut content);
    reference_sequence(&mut pick, &mut content);
    let other = pick.other;
    finding(group.sub_id, &rows, FindingContent::Variant(Box::new(content)), other)
}

/// 48004-6 should be `c.` HGVS; SPDI and `g.` are sent there too.
fn sequence_change(pick: &mut Pick<'_, '_, '_, '_>, content: &mut VariantFinding) {
    let Some(text) = pick.text("48004-6") else { return };
    if value::is_spdi(&text) {
        pick.note("48004-6", "spdi-for-hgvs", "an SPDI in place of HGVS; kept as SPDI");
        content.spdi = Some(text);
    } else if value::is_genomic_hgvs(&text) && content.hgvs_genomic.is_none() {
        pick.note("48004-6", "genomic-hgvs", "genomic HGVS in place of coding HGVS");
        content.hgvs_genomic = Some(text);
    } else {
        content.hgvs_coding = Some(text);
    }
}

/// 48013-7 should be genomic; the prefix of the accession decides.
fn reference_sequence(pick: &mut Pick<'_, '_, '_, '_>, content: &mut VariantFinding) {
    let Some(text) = pick.text("48013-7") else { return };
    if !value::is_transcript(&text) {
        content.genomic_reference = Some(text);
        return;
    }
    pick.note("48013-7", "transcript-for-genomic", "a transcript in place of a genomic sequence");
    if content.transcript.is_none() {
        content.transcript = Some(text);
    } else if content.transcript.as_ref() != Some(&text) {
        let all = pick.observed(&["48013-7"]);
        pick.other.extend(all);
    }
}

/// One finding for each drug. Within one sub-ID a drug's advice must follow its drug.
pub(super) fn drugs<'r, 'm>(
    group: &Group<'r, 'm>,
    rows: &[&'r Row<'m>],
    context: &mut Context<'_>,
) -> Vec<(usize, Finding)> {
    let is_drug = |row: &&Row<'_>| row.loinc.as_deref() == Some(MEDICATION);
    let drugs = rows.iter().filter(|row| is_drug(row)).count();
    let leads = rows.first().is_some_and(is_drug);
    let mut runs: Vec<Rows<'r, 'm>> = Vec::new();
    for row in rows {
        match runs.last_mut() {
            Some(run) if drugs < 2 || !leads || !is_drug(row) => run.push(row),
            _ => runs.push(vec![row]),
        }
    }
    let of_gene = |row: &&&Row<'_>| row.loinc.as_deref() == Some(GENE);
    let genes: Rows<'r, 'm> =
        group.rows.iter().chain(&group.inherited).filter(of_gene).copied().collect();
    let mut found = Vec::new();
    for run in runs {
        let all: Rows<'r, 'm> = run.iter().chain(&genes).copied().collect();
        let mut pick = Pick::new(&all, context);
        let mut content = DrugFinding { gene: pick.gene(), ..DrugFinding::default() };
        if drugs > 1 && !leads {
            let place = MEDICATION;
            pick.warn(
                place,
                "unordered-drugs",
                "several drugs and no telling whose advice is whose",
            );
            let all = pick.observed(&[MEDICATION, "82116-5", "83010-9"]);
            pick.other.extend(all);
        } else {
            content.drug = pick.concepts(MEDICATION).into_iter().next();
            content.suggestions = pick.answers("82116-5");
            content.texts = pick.texts("83010-9");
        }
        let other = pick.other;
        let index = run.first().map(|row| row.index).unwrap_or_default();
        let content = FindingContent::Drug(content);
        let mut drug = finding(group.sub_id, &all, content, other);
        drug.place = run.first().map(|row| row.place.clone()).unwrap_or_default();
        found.push((index, drug));
    }
    found
}

pub(super) fn overall(sub_id: &str, rows: &[&Row<'_>], context: &mut Context<'_>) -> Finding {
    let mut pick = Pick::new(rows, context);
    let content = OverallFinding {
        interpretation: pick.answer("51968-6"),
        deletion_duplication: pick.answer("83006-7"),
        narratives: pick.long_texts("51969-4"),
        reasons: pick.long_texts("53577-3"),
        diseases: pick.concepts("51967-8"),
        iscn: pick.text("81291-7"),
    };
    let other = pick.other;
    finding(sub_id, rows, FindingContent::Overall(content), other)
}

pub(super) fn study(sub_id: &str, rows: &[&Row<'_>], context: &mut Context<'_>) -> Finding {
    let mut pick = Pick::new(rows, context);
    let content = StudyFinding {
        genes: pick.genes(),
        medications: pick.concepts(MEDICATION),
        regions: [pick.texts("51959-5"), pick.texts("53041-0")].concat(),
        region_texts: pick.long_texts("81293-3"),
        mutations_tested: pick.texts("36908-2"),
        build: pick.answer("62374-4"),
        versions: pick.observed(&["81303-0", "82115-7", "83007-5", "83008-3"]),
        method: pick.answer("81304-8"),
        source_class: pick.answer("48002-0"),
    };
    let other = pick.other;
    finding(sub_id, rows, FindingContent::Study(content), other)
}
