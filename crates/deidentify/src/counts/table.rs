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

use super::rule::Rule;
use derive::Grid;
use std::fmt;
use thiserror::Error;

/// Rows or columns of one table.
pub const LINES_MAX: usize = 64;

/// A count as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// The count, rounded up.
    Rounded(u64),
    /// A lone count from 1 to the threshold.
    AtMost(u64),
    /// Withheld in a table, for its own size or to protect another.
    Withheld,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rounded(count) => write!(f, "{count}"),
            Self::AtMost(threshold) => write!(f, "<= {threshold}"),
            Self::Withheld => f.write_str("withheld"),
        }
    }
}

/// A table as it may be shown. A lone count is a table of one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmittedTable {
    /// Cells by row, then column.
    pub cells: Vec<Vec<Shown>>,
    /// Total of each row.
    pub row_totals: Vec<Shown>,
    /// Total of each column.
    pub column_totals: Vec<Shown>,
    /// Total of all.
    pub total: Shown,
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

/// Emits counts under the small-cell rule. Rows and columns partition the people counted: each
/// person is in one cell.
///
/// # Errors
/// [`NotEmitted`]; nothing is shown then.
pub fn emit(counts: &[Vec<u64>], rule: Rule) -> Result<EmittedTable, NotEmitted> {
    let threshold = rule.threshold();
    let columns = counts.first().map_or(0, Vec::len);
    if columns == 0 || counts.iter().any(|row| row.len() != columns) {
        return Err(NotEmitted::Uneven);
    }
    if counts.len() > LINES_MAX || columns > LINES_MAX {
        return Err(NotEmitted::TooLarge);
    }
    let mut grid = Grid::with_totals(counts).ok_or(NotEmitted::Overflow)?;
    grid.withhold_small(threshold);
    while let Some(line) = grid.exposed_line(threshold) {
        if !grid.withhold_one_more(line) {
            break;
        }
    }
    let lone = counts.len() == 1 && columns == 1;
    let shown = |row: usize, column: usize| match grid.shown(row, column) {
        Some(count) => Shown::Rounded(rule.rounded(count)),
        None if lone => Shown::AtMost(threshold),
        None => Shown::Withheld,
    };
    let rows = counts.len();
    Ok(EmittedTable {
        cells: (0..rows).map(|row| (0..columns).map(|at| shown(row, at)).collect()).collect(),
        row_totals: (0..rows).map(|row| shown(row, columns)).collect(),
        column_totals: (0..columns).map(|column| shown(rows, column)).collect(),
        total: shown(rows, columns),
    })
}

#[cfg(test)]
mod tests;
