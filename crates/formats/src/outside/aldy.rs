//! Aldy: a row for each variant of each allele of each solution.

use super::{
    Found, ROW_CELLS_MAX, cell_place, is_gene, is_no_call, not_called, numbered, place,
    with_diplotype,
};
use model::Problem;
use std::collections::HashSet;

/// The first columns, in the order that they always have.
const GENE: usize = 1;
const SOLUTION: usize = 2;
const MAJOR: usize = 3;

/// A `#Solution` line whose rows have not come.
struct Announced<'t> {
    line: u64,
    text: &'t str,
}

pub(super) fn read(text: &str, found: &mut Found) -> Result<(), Problem> {
    let mut seen: HashSet<(&str, &str, &str)> = HashSet::new();
    let mut announced: Option<Announced<'_>> = None;
    let mut last: Option<(&str, &str)> = None;
    for (line, row) in numbered(text) {
        if let Some(solution) = row.strip_prefix("#Solution") {
            if let Some(before) = announced.take() {
                without_rows(&before, last, found)?;
            }
            announced = Some(Announced { line, text: solution.trim() });
            continue;
        }
        if row.starts_with("#Sample") {
            // The next file of several put together; what comes belongs to nobody before it.
            if let Some(before) = announced.take() {
                without_rows(&before, last, found)?;
            }
            last = None;
        }
        if row.trim().is_empty() || row.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = row.split('\t').take(ROW_CELLS_MAX).collect();
        let cell = |index: usize| {
            let cell = cells.get(index).copied().unwrap_or_default();
            found.checked(cell, || cell_place(line, index))
        };
        let (sample, gene, solution) = (cell(0)?, cell(GENE)?, cell(SOLUTION)?);
        let major = cell(MAJOR)?;
        if sample.is_empty() {
            let text = "the row names no sample";
            return Err(Problem::error("malformed", cell_place(line, 0), text));
        }
        if !is_gene(gene) {
            let text = "this is no gene";
            return Err(Problem::error("malformed", cell_place(line, GENE), text));
        }
        announced = None;
        last = Some((sample, gene));
        if !seen.insert((sample, gene, solution)) {
            continue;
        }
        let notes = vec![format!("solution {solution}")];
        if is_no_call(major) {
            let notes = [notes, vec!["not called".to_owned()]].concat();
            found.push(Some(sample), not_called(gene), line, notes)?;
        } else {
            found.push(Some(sample), with_diplotype(gene, major), line, notes)?;
        }
    }
    match announced {
        Some(before) => without_rows(&before, last, found),
        None => Ok(()),
    }
}

/// A solution that is announced but has no rows: it is told of, as a solution of the sample and
/// gene before, if there is one.
fn without_rows(
    announced: &Announced<'_>,
    last: Option<(&str, &str)>,
    found: &mut Found,
) -> Result<(), Problem> {
    let text = "the solution has no rows, so that its sample and gene are not told";
    found.warn("solution-without-rows", place(announced.line), text);
    let Some((sample, gene)) = last else { return Ok(()) };
    let given = found.checked(announced.text, || place(announced.line))?;
    let notes = vec![format!("not called, solution without rows: {given}")];
    found.push(Some(sample), not_called(gene), announced.line, notes)
}
