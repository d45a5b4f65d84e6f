//! Gene, diplotype, phenotype, activity score, tab-separated; comments begin with `#`.

use super::{Found, ROW_CELLS_MAX, cell_place, is_gene, numbered};
use model::Problem;
use model::reported::ReportedGeneResult;

/// Whether a line can be a row of it.
pub(super) fn is_row(line: &str) -> bool {
    let mut cells = line.trim_start().split('\t').map(str::trim);
    let gene = cells.next().unwrap_or_default();
    let has_more = cells.next().is_some();
    has_more && (is_gene(gene) || is_heading(gene))
}

/// Some tables name their columns without making that a comment.
fn is_heading(cell: &str) -> bool {
    cell.eq_ignore_ascii_case("gene")
}

pub(super) fn read(text: &str, found: &mut Found) -> Result<(), Problem> {
    let mut heading_may_come = true;
    for (number, line) in numbered(text) {
        let row = line.trim_start();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = row.split('\t').take(ROW_CELLS_MAX).collect();
        let at = |index: usize| cells.get(index).copied().unwrap_or_default();
        let cell = |found: &Found, index: usize| {
            found.checked(at(index), || cell_place(number, index)).map(str::to_owned)
        };
        let gene = cell(found, 0)?;
        if std::mem::take(&mut heading_may_come) && is_heading(&gene) {
            continue;
        }
        if !is_gene(&gene) {
            // Whose result the row is cannot be told, and a gene that is missing reads as not
            // tested; the rest of the table is as good as before.
            let text = "the first cell is no gene; the row was left out";
            found.warn("not-a-gene", cell_place(number, 0), text);
            continue;
        }
        let given = |text: String| Some(text).filter(|text| !matches!(text.as_str(), "" | "."));
        let result = ReportedGeneResult {
            gene,
            diplotype: given(cell(found, 1)?),
            phenotype: given(cell(found, 2)?),
            activity_score: given(cell(found, 3)?),
        };
        let mut notes = Vec::new();
        let is_empty = result.diplotype.is_none()
            && result.phenotype.is_none()
            && result.activity_score.is_none();
        if is_empty {
            notes.push("not called".to_owned());
        }
        found.push(None, result, number, notes)?;
    }
    Ok(())
}
