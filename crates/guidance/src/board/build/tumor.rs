//! The tumour: its type, what was tested, and what was not.

use super::super::material::{GeneTested, Material, Report, Tumor};
use super::super::{Line, Row, Section};
use super::{many, not_recorded, told};
use model::absence::{Absence, Presence};
use std::collections::BTreeMap;

pub(super) fn sections(material: &Material) -> Vec<Section> {
    let Some(tumor) = &material.tumor else {
        let said = "Nothing in the record says that there is a tumour.";
        let section = Section::new("diagnosis", "Diagnosis and course");
        return vec![Section { remark: Some(said.to_owned()), ..section }];
    };
    vec![diagnosis(tumor), tests(tumor), not_tested(tumor)]
}

fn diagnosis(tumor: &Tumor) -> Section {
    let mut section = Section::new("diagnosis", "Diagnosis and course");
    section.fact("Diagnosis", told(tumor.diagnosis.as_ref()));
    section.fact("Stage", told(tumor.stage.as_ref()));
    section.fact("Performance", told(tumor.performance.as_ref()));
    section.fact("Therapies so far", many(&tumor.therapies));
    section
}

fn tests(tumor: &Tumor) -> Section {
    let mut section = Section::new("tests", "Specimens and tests").heads(&[
        "Test",
        "Specimen",
        "Measurements",
        "The laboratory’s conclusion",
    ]);
    if tumor.reports.is_empty() {
        return section.lead(format!("Molecular reports: {}.", Absence::NotRecorded.words()));
    }
    section.rows = tumor.reports.iter().map(report).collect();
    let conflicts = tumor.conflicts.iter();
    section.notes = conflicts
        .map(|one| format!("Reports contradict each other: {one}. Neither counts."))
        .collect();
    if !tumor.conflicts.is_empty() {
        section.remark = Some("Reports contradict each other; see below the table.".to_owned());
    }
    section
}

fn report(report: &Report) -> Row {
    let panel = report
        .panel
        .as_ref()
        .map_or_else(|| Line::absent("what was tested is not stated"), Line::strong);
    let mut test = vec![panel, Line::quiet(&report.source)];
    test.extend(report.silence.as_ref().map(Line::remark));
    let specimen = report.specimen.as_ref().map_or_else(not_recorded, Line::plain);
    let measured = match report.measurements.as_slice() {
        [] => vec![Line::absent("none reported")],
        measured => measured.iter().map(Line::plain).collect(),
    };
    let conclusion = report.conclusion.as_ref();
    let conclusion = conclusion
        .map_or_else(|| Line::absent("none reported"), |said| Line::plain(format!("“{said}”")));
    Row {
        key: report.source.split("/_history").next().unwrap_or_default().to_owned(),
        cells: vec![test, vec![specimen], measured, vec![conclusion]],
    }
}

/// Genes by what nobody looked for in them: those with the same gap in one row.
fn not_tested(tumor: &Tumor) -> Section {
    let section = Section::new("not-tested", "Not tested").heads(&["Not tested for", "Genes"]);
    let open = |gene: &GeneTested| {
        let open = gene.classes.iter().filter(|(_, known)| *known == Presence::NotTested);
        open.map(|(class, _)| class.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut gaps: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for gene in &tumor.genes {
        gaps.entry(open(gene)).or_default().push(&gene.gene);
    }
    gaps.remove("");
    if tumor.genes.is_empty() {
        return section.lead("No trial of this site asks for a gene, so no gap is worked out.");
    }
    if gaps.is_empty() {
        return section.lead(
            "Every gene that trials here ask for was looked at for every kind of \
                             alteration.",
        );
    }
    let rows = gaps.into_iter().map(|(classes, genes)| Row {
        key: classes.clone(),
        cells: vec![vec![Line::remark(classes)], vec![Line::plain(genes.join(", "))]],
    });
    let lead = "Of the genes that trials here ask for. Nothing is known of these.";
    Section { rows: rows.collect(), ..section.lead(lead) }
}
