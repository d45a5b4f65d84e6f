//! Tables under the small-cell rule.
//!
//! A count from 1 to the threshold is withheld (primary suppression), and so are further cells
//! until no withheld one can be worked out from those shown and the totals (complementary
//! suppression). Zero may be shown. What is shown is rounded afterwards, each cell by itself, so
//! that it tells no more than the exact number would, which tells nothing of a withheld one.
//!
//! The rule sees one table at a time; the ledger sees the questions of a project.

mod bridge;
mod derive;

use super::rule::{Rule, Told};
use derive::Grid;
use thiserror::Error;

/// Rows or columns of one table.
pub const LINES_MAX: usize = 64;

/// A table as it may be told. A lone count is a table of one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmittedTable {
    /// Cells by row, then column.
    pub cells: Vec<Vec<Told>>,
    /// Total of each row.
    pub row_totals: Vec<Told>,
    /// Total of each column.
    pub column_totals: Vec<Told>,
    /// Total of all.
    pub total: Told,
}

/// Why a table is not emitted at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotEmitted {
    /// No rows, no columns, or rows of different length.
    #[error("a table has rows of equal length, at least one cell")]
    Uneven,
    /// More rows or columns than [`LINES_MAX`].
    #[error("a table has at most {LINES_MAX} rows and columns")]
    TooLarge,
    /// Totals past 64 bits.
    #[error("the total of the table is too large to count")]
    Overflow,
}

/// Emits counts under the small-cell rule, beside what is known already, by row and column with the
/// totals as the last ones: what was told before is told again and protects nothing, what was
/// withheld stays so. Rows and columns partition the people counted: each person is in one cell.
///
/// # Errors
/// [`NotEmitted`]; nothing is shown then.
pub(super) fn emit_beside(
    counts: &[Vec<u64>],
    rule: Rule,
    known: &dyn Fn(usize, usize) -> Option<Told>,
) -> Result<EmittedTable, NotEmitted> {
    let threshold = rule.threshold();
    let columns = counts.first().map_or(0, Vec::len);
    if columns == 0 || counts.iter().any(|row| row.len() != columns) {
        return Err(NotEmitted::Uneven);
    }
    if counts.len() > LINES_MAX || columns > LINES_MAX {
        return Err(NotEmitted::TooLarge);
    }
    let mut grid = Grid::with_totals(counts).ok_or(NotEmitted::Overflow)?;
    grid.keep_known(known);
    grid.withhold_small(threshold);
    while let Some(line) = grid.exposed_line(threshold) {
        if !grid.withhold_one_more(line) {
            break;
        }
    }
    let lone = counts.len() == 1 && columns == 1;
    let told = |row: usize, column: usize| match (known(row, column), grid.shown(row, column)) {
        (Some(told @ (Told::UpTo(_) | Told::Zero)), _) => told,
        (_, Some(count)) => rule.tell(count, true),
        (_, None) if lone => Told::Below(threshold + 1),
        (_, None) => Told::Withheld,
    };
    let rows = counts.len();
    Ok(EmittedTable {
        cells: (0..rows).map(|row| (0..columns).map(|at| told(row, at)).collect()).collect(),
        row_totals: (0..rows).map(|row| told(row, columns)).collect(),
        column_totals: (0..columns).map(|column| told(rows, column)).collect(),
        total: told(rows, columns),
    })
}

#[cfg(test)]
mod tests;
