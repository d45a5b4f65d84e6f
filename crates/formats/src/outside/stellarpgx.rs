//! StellarPGx: a report of headings, each with its lines below.

use super::{Found, is_gene, is_no_call, not_called, numbered, place, with_diplotype};
use model::Problem;
use model::reported::ReportedGeneResult;

/// Follows the gene in the title.
const TITLE: &str = "Star Allele Calling with StellarPGx";
/// Most lines below a heading that are looked at.
const LINES_MAX: usize = 100;

/// Whether a line shows that the file is such a report.
pub(super) fn is_mark(line: &str) -> bool {
    line.ends_with(TITLE)
}

/// The report of one gene.
#[derive(Default)]
struct Report<'t> {
    gene: Option<&'t str>,
    line: u64,
    result: Vec<&'t str>,
    score: Option<&'t str>,
    phenotype: Option<&'t str>,
}

pub(super) fn read(text: &str, gene: Option<&str>, found: &mut Found) -> Result<(), Problem> {
    let mut report: Option<Report<'_>> = None;
    let mut heading = "";
    for (number, line) in numbered(text) {
        let line = found.checked(line.trim(), || place(number));
        // Long lines of variants are of no concern.
        let Ok(line) = line else { continue };
        if let Some(title) = line.strip_suffix(TITLE) {
            if let Some(report) = report.take() {
                finish(&report, gene, found)?;
            }
            let named = Some(title.trim()).filter(|gene| is_gene(gene));
            report = Some(Report { gene: named, line: number, ..Report::default() });
            heading = "";
            continue;
        }
        let Some(report) = &mut report else { continue };
        if let Some(name) = line.strip_suffix(':') {
            heading = name;
            if heading == "Result" {
                report.line = number;
            }
            continue;
        }
        if line.is_empty() || line.starts_with("--") {
            continue;
        }
        match heading {
            "Result" if report.result.len() < LINES_MAX => report.result.push(line),
            "Activity score" => report.score = report.score.or(Some(line)),
            "Metaboliser status" => report.phenotype = report.phenotype.or(Some(line)),
            _ => {}
        }
    }
    match report {
        Some(report) => finish(&report, gene, found),
        None => Ok(()),
    }
}

fn finish(report: &Report<'_>, stated: Option<&str>, found: &mut Found) -> Result<(), Problem> {
    let Some(gene) = report.gene.or(stated) else {
        let text = "the report does not name its gene; state it";
        return Err(Problem::error("gene-not-stated", place(report.line), text));
    };
    let mut solutions = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    for line in &report.result {
        if line.contains('/') && !line.contains(": ") {
            let parts = line.split(" or ").flat_map(|part| part.split([';', ',']));
            solutions.extend(parts.map(str::trim).filter(|part| !part.is_empty()));
        } else {
            notes.push((*line).to_owned());
        }
    }
    let given = |text: Option<&str>| text.filter(|text| !is_no_call(text)).map(str::to_owned);
    match solutions.as_slice() {
        [] => {
            notes.insert(0, "not called".to_owned());
            found.push(None, not_called(gene), report.line, notes)
        }
        [only] => {
            let result = ReportedGeneResult {
                phenotype: given(report.phenotype),
                activity_score: given(report.score),
                ..with_diplotype(gene, only)
            };
            found.push(None, result, report.line, notes)
        }
        // Which of them the score and the phenotype belong to is not said.
        several => {
            for solution in several {
                let result = with_diplotype(gene, solution);
                found.push(None, result, report.line, notes.clone())?;
            }
            Ok(())
        }
    }
}
