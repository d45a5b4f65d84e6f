//! Cyrius and PyPGx: a table with a row for each sample and its column names first.

use super::{
    Found, ROW_CELLS_MAX, cell_place, is_gene, is_no_call, not_called, numbered, place,
    with_diplotype,
};
use model::Problem;
use model::reported::ReportedGeneResult;

/// The only gene that Cyrius calls.
const CYRIUS_GENE: &str = "CYP2D6";
/// What Cyrius writes beside a genotype that may be used, or may be one of several.
const CYRIUS_PASSED: [&str; 2] = ["PASS", "More_than_one_possible_genotype"];

/// Where the wanted columns are.
struct Columns<'t, const N: usize> {
    places: [Option<usize>; N],
    cells: Vec<&'t str>,
    line: u64,
}

impl<'t, const N: usize> Columns<'t, N> {
    /// From the line of names. The sample is the first column.
    fn of(heading: &str, names: [&str; N]) -> Self {
        let known: Vec<&str> = heading.split('\t').take(ROW_CELLS_MAX).map(str::trim).collect();
        let places = names.map(|name| known.iter().position(|known| *known == name));
        Self { places, cells: Vec::new(), line: 0 }
    }

    fn take(&mut self, line: u64, row: &'t str) {
        self.line = line;
        self.cells = row.split('\t').take(ROW_CELLS_MAX).collect();
    }

    /// A cell of the row, by its place among the wanted columns; empty if it is not there.
    fn get(&self, found: &Found, wanted: usize) -> Result<&'t str, Problem> {
        match self.places.get(wanted).copied().flatten() {
            Some(place) => self.at(found, place),
            None => Ok(""),
        }
    }

    fn at(&self, found: &Found, index: usize) -> Result<&'t str, Problem> {
        let cell = self.cells.get(index).copied().unwrap_or_default();
        found.checked(cell, || cell_place(self.line, index))
    }

    fn sample(&self, found: &Found) -> Result<&'t str, Problem> {
        let sample = self.at(found, 0)?;
        if sample.is_empty() {
            let text = "the row names no sample";
            return Err(Problem::error("malformed", cell_place(self.line, 0), text));
        }
        Ok(sample)
    }
}

/// The rows under the line of names, and that line.
fn rows(text: &str) -> (&str, impl Iterator<Item = (u64, &str)>) {
    let mut lines =
        numbered(text).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    (lines.next().map_or("", |(_, heading)| heading), lines)
}

pub(super) fn read_cyrius(text: &str, found: &mut Found) -> Result<(), Problem> {
    let (heading, rows) = rows(text);
    let mut columns = Columns::of(heading, ["Genotype", "Filter"]);
    for (line, row) in rows {
        columns.take(line, row);
        let sample = columns.sample(found)?;
        let (genotype, filter) = (columns.get(found, 0)?, columns.get(found, 1)?);
        let mut notes = Vec::new();
        if !filter.is_empty() && filter != "PASS" {
            notes.push(format!("filter {filter}"));
        }
        if is_no_call(genotype) || !CYRIUS_PASSED.contains(&filter) {
            notes.push(if is_no_call(genotype) {
                "not called".to_owned()
            } else {
                format!("not used, given as {genotype}")
            });
            found.push(Some(sample), not_called(CYRIUS_GENE), line, notes)?;
            continue;
        }
        for solution in genotype.split(';').map(str::trim) {
            let result = with_diplotype(CYRIUS_GENE, solution);
            found.push(Some(sample), result, line, notes.clone())?;
        }
    }
    Ok(())
}

pub(super) fn read_pypgx(text: &str, gene: Option<&str>, found: &mut Found) -> Result<(), Problem> {
    let Some(gene) = gene.filter(|gene| is_gene(gene)) else {
        let text = "the table does not name its gene; state it";
        return Err(Problem::error("gene-not-stated", place(1), text));
    };
    let (heading, rows) = rows(text);
    let mut columns = Columns::of(heading, ["Genotype", "Phenotype"]);
    for (line, row) in rows {
        columns.take(line, row);
        let sample = columns.sample(found)?;
        let (genotype, phenotype) = (columns.get(found, 0)?, columns.get(found, 1)?);
        if is_no_call(genotype) {
            let given = if genotype.is_empty() { "nothing" } else { genotype };
            let notes = vec![format!("not called, given as {given}")];
            found.push(Some(sample), not_called(gene), line, notes)?;
            continue;
        }
        let result = ReportedGeneResult {
            phenotype: Some(phenotype).filter(|text| !text.is_empty()).map(str::to_owned),
            ..with_diplotype(gene, genotype)
        };
        found.push(Some(sample), result, line, Vec::new())?;
    }
    Ok(())
}
