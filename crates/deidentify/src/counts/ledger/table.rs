//! Tables in the ledger: every cell and total is a question, and all of them one answer.
//!
//! What was told of a cell before, or of nearly the same people, is told again; what is withheld in
//! a table is withheld from then on, whichever way somebody asks for it. Otherwise the cell that
//! protects a small one would be had by asking for it alone.

use super::{Entry, Ledger, QUESTIONS_MAX, difference_max};
use crate::ProjectKey;
use crate::counts::table::{EmittedTable, NotEmitted, emit_beside};
use crate::counts::{Rule, Sketch, Told};

/// A question for a table.
#[derive(Clone, Copy, Debug)]
pub struct TableQuestion<'q> {
    /// SHA-256 of its normal form.
    pub digest: &'q str,
    /// Whom each cell counts, by row and column: nobody is in two of them. Each a number under the
    /// project's key.
    pub cells: &'q [Vec<Vec<u64>>],
}

/// What a question for a table is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableAnswer {
    /// The table.
    Told(EmittedTable),
    /// Nothing: the project has asked as much as it may.
    Spent,
}

/// A cell or a total, before it is told.
struct Place {
    digest: String,
    sketch: Sketch,
    is_empty: bool,
    known: Option<Told>,
}

impl Ledger {
    /// Answers a question for a table, and notes each cell and total that is an answer of its own.
    ///
    /// # Errors
    /// A table that is none, or too large; nothing is noted then.
    pub fn ask_table(
        &mut self,
        key: &ProjectKey,
        rule: Rule,
        question: &TableQuestion<'_>,
    ) -> Result<TableAnswer, NotEmitted> {
        let count = |cell: &Vec<u64>| cell.len() as u64;
        let counts: Vec<Vec<u64>> =
            question.cells.iter().map(|row| row.iter().map(count).collect()).collect();
        // Its form is looked at before anything of it is.
        emit_beside(&counts, rule, &|_, _| None)?;
        let places = self.places(key, rule, question);
        let known = |row: usize, column: usize| {
            places.get(row).and_then(|of| of.get(column)).and_then(|place| place.known)
        };
        let table = emit_beside(&counts, rule, &known)?;
        let told =
            places.into_iter().zip(table.lines()).flat_map(|(of, told)| of.into_iter().zip(told));
        let mut new: Vec<Entry> = Vec::new();
        for (place, told) in told.filter(|(place, _)| place.known.is_none() && !place.is_empty) {
            if new.iter().all(|entry| entry.digest != place.digest) {
                new.push(Entry { digest: place.digest, sketch: place.sketch, told });
            }
        }
        if self.entries.len().saturating_add(new.len()) > QUESTIONS_MAX {
            return Ok(TableAnswer::Spent);
        }
        self.entries.extend(new);
        Ok(TableAnswer::Told(table))
    }

    /// Cells by row, with a total at the end of each row and a row of totals at the end.
    fn places(
        &self,
        key: &ProjectKey,
        rule: Rule,
        question: &TableQuestion<'_>,
    ) -> Vec<Vec<Place>> {
        let columns = question.cells.first().map_or(0, Vec::len);
        let place = |row: usize, column: usize| {
            let rows = question.cells.iter().enumerate();
            let of_row = rows.filter(|(at, _)| *at == row || row == question.cells.len());
            let members: Vec<u64> = of_row
                .flat_map(|(_, cells)| cells.iter().enumerate())
                .filter(|(at, _)| *at == column || column == columns)
                .flat_map(|(_, cell)| cell.iter().copied())
                .collect();
            // Of one line alone each total is the cell itself, one question and no two.
            let row = if question.cells.len() == 1 { 0 } else { row };
            let column = if columns == 1 { 0 } else { column };
            let digest = format!("{}/{row}/{column}", question.digest);
            let sketch = Sketch::of(members.iter().copied(), difference_max(rule));
            let is_empty = members.is_empty();
            // Zero is true, and near to every small set.
            let known = if is_empty { None } else { self.known(key, rule, &digest, &sketch) };
            Place { digest, sketch, is_empty, known }
        };
        (0..=question.cells.len())
            .map(|row| (0..=columns).map(|column| place(row, column)).collect())
            .collect()
    }
}

impl EmittedTable {
    /// Rows with their totals, and the row of totals.
    fn lines(&self) -> Vec<Vec<Told>> {
        let with_total = |(cells, total): (&Vec<Told>, &Told)| {
            cells.iter().chain([total]).copied().collect::<Vec<_>>()
        };
        let mut lines: Vec<Vec<Told>> =
            self.cells.iter().zip(&self.row_totals).map(with_total).collect();
        lines.push(self.column_totals.iter().chain([&self.total]).copied().collect());
        lines
    }
}

#[cfg(test)]
mod tests;
