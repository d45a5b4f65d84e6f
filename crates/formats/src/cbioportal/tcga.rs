//! Archives of TCGA: one table of tumours, one of variants of the exome.
//!
//! Two dialects: Firehose (short identifiers, 0 and 1 for alive and dead, underscores in words) and
//! MC3. Every gene was read for small variants; copies and rearrangements are not in the archive,
//! and count as not tested.

use super::Study;
use super::table::{Open, Row};
use model::tumor::{ReportedBiomarker, ReportedClass, ReportedCoverage, ReportedTumor};
use std::io::BufRead;

/// Words of histology with their OncoTree code, by cohort; the first that fits is taken.
/// Source: the cohorts' names in the GDC's data dictionary, codes of OncoTree 2025-10-03.
const TYPES: &[(&str, &str, &str)] = &[
    ("COAD", "mucinous", "MACR"),
    ("COAD", "adenocarcinoma", "COAD"),
    ("COAD", "", "COADREAD"),
    ("READ", "mucinous", "MACR"),
    ("READ", "adenocarcinoma", "READ"),
    ("READ", "", "COADREAD"),
    ("LUAD", "", "LUAD"),
    ("LUSC", "", "LUSC"),
    ("OV", "serous", "SOC"),
    ("OV", "", "OVT"),
    ("PRAD", "", "PRAD"),
    ("THCA", "papillary", "THPA"),
    ("THCA", "", "THYROID"),
    ("LGG", "", "DIFG"),
    ("BRCA", "", "BRCA"),
    ("SKCM", "", "SKCM"),
];

/// The code of a histology in a cohort; nothing for cohorts that are not listed.
fn code(cohort: &str, histology: &str) -> Option<&'static str> {
    let words = histology.to_ascii_lowercase();
    let fits = |(one, part, _): &&(&str, &str, &str)| *one == cohort && words.contains(part);
    TYPES.iter().find(fits).map(|(_, _, code)| *code)
}

/// The table of tumours.
pub fn clinical(study: &mut Study, place: &str, source: impl BufRead) {
    let Some(mut table) = Open::new(study, place, source, &[&["sample"], &["cohort"]]) else {
        return;
    };
    let at = |name: &str| table.columns.place(&[name]);
    let (sample, cohort, hist) = (at("sample"), at("cohort"), at("hist"));
    let (sex, age, vital, stage) = (at("gender"), at("age"), at("vital"), at("stage"));
    let measures = ["er", "pr", "her2", "msi"].map(|name| (name, at(name)));
    study.matrix = true;
    while let Some((line, text)) = table.next(study) {
        let row = Row::of(&text, line);
        let histology = row.cell(hist).replace('_', " ");
        let measure = |(name, at): &(&str, Option<usize>)| {
            let value = row.some(*at)?;
            Some(ReportedBiomarker::new(*name, value))
        };
        let id = row.cell(sample).to_owned();
        study.add(ReportedTumor {
            patient: id.chars().take(12).collect(),
            sample: id,
            place: format!("{place} line {line}"),
            diagnosis_code: code(row.cell(cohort), &histology).map(str::to_owned),
            diagnosis_name: Some(histology).filter(|text| !text.is_empty()),
            age_years: row.some(age),
            sex: row.some(sex),
            vital: row.some(vital),
            stage: row.some(stage),
            biomarkers: measures.iter().filter_map(measure).collect(),
            tested: ReportedCoverage {
                everywhere: vec![ReportedClass::Short],
                ..Default::default()
            },
            ..ReportedTumor::default()
        });
    }
}

/// The table of variants.
pub fn mutations(study: &mut Study, place: &str, source: impl BufRead) {
    super::alterations::mutations(study, place, source);
}
