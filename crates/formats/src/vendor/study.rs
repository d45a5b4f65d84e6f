//! One specimen of a study folder as cBioPortal loads it.
//!
//! The tables of the folder that are read are kept together in one body: a first line, then for
//! each file a line with its name and length in bytes, its bytes, and a line feed. Of the tables
//! one specimen is taken; whose it is, and who signed it, the study does not say.

use super::finding::{CopyNumber, Finding, FindingContent, Measure, Rearrangement, TestedGene};
use super::maf;
use super::report::{Laboratory, VendorReport};
use super::value::{add, finding, number, sex};
use crate::cbioportal::{Panel, Study, Table, panels};
use model::Problem;
use model::specimen::Origin;
use model::tumor::{ReportedAlteration, ReportedClass, ReportedKind, ReportedTumor};

/// The first line of a packed folder.
const HEAD: &[u8] = b"cognate-study 1\n";
/// Most files of a folder.
pub const FILES_MAX: usize = 64;
/// Samples that are named in a refusal.
const NAMED_MAX: usize = 5;

/// Whether a file of a study folder is read, by its name.
pub fn is_read(name: &str) -> bool {
    Table::of_name(name).is_some() || is_panel(name)
}

fn is_panel(name: &str) -> bool {
    name.starts_with("data_gene_panel_") && Table::of_name(name).is_none()
}

/// Puts the files of a folder together, in the order of their names.
pub fn pack(files: &mut [(String, Vec<u8>)]) -> Vec<u8> {
    files.sort();
    let mut packed = HEAD.to_vec();
    for (name, bytes) in files.iter() {
        packed.extend_from_slice(format!("{name} {}\n", bytes.len()).as_bytes());
        packed.extend_from_slice(bytes);
        packed.push(b'\n');
    }
    packed
}

/// Whether bytes are a packed folder.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(HEAD)
}

/// The files of a packed folder.
fn unpack(bytes: &[u8]) -> Result<Vec<(&str, &[u8])>, Box<Problem>> {
    let broken = |text: &str| Box::new(Problem::error("broken-study", "file", text));
    let mut rest = bytes.strip_prefix(HEAD).ok_or_else(|| broken("no packed folder"))?;
    let mut files = Vec::new();
    while !rest.is_empty() {
        if files.len() >= FILES_MAX {
            return Err(broken("the folder has too many files"));
        }
        let end = memchr::memchr(b'\n', rest).ok_or_else(|| broken("a name without its end"))?;
        let (line, after) = rest.split_at_checked(end).unwrap_or_default();
        let after = after.get(1..).unwrap_or_default();
        let line = std::str::from_utf8(line).map_err(|_| broken("a name is not UTF-8"))?;
        let length = line
            .rsplit_once(' ')
            .and_then(|(name, length)| Some((name, length.parse::<usize>().ok()?)));
        let (name, length) = length.ok_or_else(|| broken("a file without its length"))?;
        let (file, after) =
            after.split_at_checked(length).ok_or_else(|| broken("a file is cut"))?;
        rest = after.strip_prefix(b"\n").ok_or_else(|| broken("a file without its end"))?;
        files.push((name, file));
    }
    Ok(files)
}

/// Reads one specimen: the named one, else the only one there is.
pub(super) fn read(bytes: &[u8], sample: Option<&str>) -> (Option<VendorReport>, Vec<Problem>) {
    let files = match unpack(bytes) {
        Ok(files) => files,
        Err(problem) => return (None, vec![*problem]),
    };
    let mut problems = Vec::new();
    let mut study = Study::default();
    let mut tables: Vec<(Table, &str, &[u8])> = files
        .iter()
        .filter_map(|(name, bytes)| Some((Table::of_name(name)?, *name, *bytes)))
        .collect();
    // Patients and samples come before what names them.
    tables.sort();
    for (table, name, bytes) in &tables {
        study.read(name, *table, *bytes);
    }
    let (tumors, mut known, noticed) = study.finish();
    problems.extend(noticed);
    for (name, bytes) in files.iter().filter(|(name, _)| is_panel(name)) {
        let (found, noticed) = panels(bytes, name);
        known.extend(found);
        problems.extend(noticed);
    }
    let tumor = match chosen(tumors, sample) {
        Ok(tumor) => tumor,
        Err(problem) => return (None, vec![*problem]),
    };
    let mut report = head(&tumor);
    for (_, name, bytes) in tables.iter().filter(|(table, _, _)| *table == Table::Mutations) {
        variants(name, bytes, &tumor.sample, &mut report, &mut problems);
    }
    for row in &tumor.alterations {
        alteration(row, &mut report, &mut problems);
    }
    measures(&tumor, &mut report);
    tested(&tumor, &known, &mut report, &mut problems);
    (Some(report), problems)
}

fn chosen(tumors: Vec<ReportedTumor>, sample: Option<&str>) -> Result<ReportedTumor, Box<Problem>> {
    let place = "data_clinical_sample.txt";
    let names: Vec<String> =
        tumors.iter().take(NAMED_MAX).map(|tumor| tumor.sample.clone()).collect();
    let count = tumors.len();
    let mut fitting =
        tumors.into_iter().filter(|tumor| sample.is_none_or(|named| named == tumor.sample));
    match (fitting.next(), fitting.next(), sample) {
        (Some(one), None, _) => Ok(one),
        (_, _, Some(named)) => {
            let text = format!("the study has no specimen `{named}`");
            Err(Box::new(Problem::error("sample-not-known", place, text)))
        }
        _ => {
            let names = names.join(", ");
            let text = format!("the study has {count} specimens ({names}); say which one");
            Err(Box::new(Problem::error("which-sample", place, text)))
        }
    }
}

fn head(tumor: &ReportedTumor) -> VendorReport {
    let mut report = VendorReport {
        laboratory: Laboratory::Study,
        number: Some(tumor.sample.clone()),
        raw_path: tumor.place.clone(),
        ..VendorReport::default()
    };
    report.patient.birth_date = tumor.birth;
    report.patient.sex = sex(tumor.sex.as_deref());
    report.patient.raw_path.clone_from(&tumor.place);
    let specimen = &mut report.specimen;
    specimen.number = Some(tumor.sample.clone());
    specimen.format.clone_from(&tumor.specimen);
    specimen.diagnosis = tumor.diagnosis_name.clone().or_else(|| tumor.diagnosis_code.clone());
    specimen.origin = Origin::Somatic;
    specimen.raw_path.clone_from(&tumor.place);
    report.run.raw_path.clone_from(&tumor.place);
    report
}

/// Small variants, by the reader of MAF: it keeps positions and alleles.
fn variants(
    name: &str,
    bytes: &[u8],
    sample: &str,
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) {
    let (found, noticed) = maf::read(bytes, Some(sample));
    // A specimen without a row is one without a finding.
    let noticed = noticed.into_iter().filter(|problem| problem.code != "sample-not-known");
    problems.extend(
        noticed.map(|problem| Problem { place: format!("{name} {}", problem.place), ..problem }),
    );
    let Some(found) = found else { return };
    report.run.build = found.run.build;
    for one in found.findings {
        let at = |path: String| format!("{name} {path}");
        let also_at = one.also_at.into_iter().map(at).collect();
        report.findings.push(Finding { raw_path: at(one.raw_path), also_at, ..one });
    }
}

/// Copies, joined genes and negatives.
fn alteration(row: &ReportedAlteration, report: &mut VendorReport, problems: &mut Vec<Problem>) {
    let content = match &row.kind {
        ReportedKind::Copy(class) => FindingContent::Copy(CopyNumber {
            class: class.clone(),
            copies: row.copies,
            ..CopyNumber::default()
        }),
        ReportedKind::Rearrangement { partner, ordered, from_text } => {
            FindingContent::Rearrangement(Rearrangement {
                partner: Some(partner.clone()).filter(|gene| !gene.is_empty()),
                ordered: *ordered,
                from_text: *from_text,
                ..Rearrangement::default()
            })
        }
        ReportedKind::Negative(class) => FindingContent::Negative(vec![*class]),
        ReportedKind::Short { .. } | ReportedKind::Nothing => return,
    };
    add(finding(&row.gene, content, row.place.clone()), report, problems);
}

fn measures(tumor: &ReportedTumor, report: &mut VendorReport) {
    report.measures.extend(tumor.biomarkers.iter().map(|one| {
        let value = number(&one.value);
        Measure {
            name: one.name.clone(),
            value,
            unit: one.unit.clone(),
            level: one.level.clone().or_else(|| value.is_none().then(|| one.value.clone())),
            method: one.method.clone(),
            cut_off: one.cut_off.clone(),
            raw_path: tumor.place.clone(),
        }
    }));
}

/// Genes of the panels that the folder has; of another nobody knows what it looked at.
fn tested(
    tumor: &ReportedTumor,
    known: &[Panel],
    report: &mut VendorReport,
    problems: &mut Vec<Problem>,
) {
    for (name, class) in &tumor.tested.panels {
        let Some(panel) = known.iter().find(|panel| panel.name == *name) else {
            let text = format!("the panel `{name}` is not in the folder; its genes are not known");
            problems.push(Problem::warning("panel-not-known", &tumor.place, text));
            report.run.statements.push(format!("Panel {name} ({})", words(*class)));
            continue;
        };
        if report.run.panel.is_none() {
            report.run.panel = Some(name.clone());
        }
        report.tested.extend(panel.genes.iter().map(|(_, gene)| TestedGene {
            gene: gene.clone(),
            class: *class,
            raw_path: tumor.place.clone(),
        }));
    }
    for class in &tumor.tested.everywhere {
        report.run.statements.push(format!("Exome or genome ({})", words(*class)));
    }
}

fn words(class: ReportedClass) -> &'static str {
    match class {
        ReportedClass::Short => "small variants",
        ReportedClass::Copy => "copies",
        ReportedClass::Rearrangement => "rearrangements",
    }
}

#[cfg(test)]
mod tests;
