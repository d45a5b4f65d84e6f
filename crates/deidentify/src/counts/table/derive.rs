//! What can be worked out from a table with gaps.
//!
//! Rows and columns, totals among them, are the nodes of a graph; each withheld cell joins its
//! row to its column. Every line gives one equation, so a withheld cell can be worked out exactly
//! if it is a bridge of that graph. A line whose total is shown also tells the sum of its
//! withheld cells, which is a count of people like any other.

use super::bridge::bridges;
use crate::counts::Told;

/// A row or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Row(usize),
    Column(usize),
}

/// Counts with a row and a column of totals at the end.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    counts: Vec<Vec<u64>>,
    withheld: Vec<Vec<bool>>,
    /// What was told before: it cannot be withheld any more.
    told: Vec<Vec<bool>>,
    rows: usize,
    columns: usize,
}

impl Grid {
    /// `None` if a total does not fit.
    pub(super) fn with_totals(counts: &[Vec<u64>]) -> Option<Self> {
        let mut counts = counts.to_vec();
        for row in &mut counts {
            let total = row.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
            row.push(total);
        }
        let columns = counts.first().map_or(0, Vec::len);
        let mut totals = vec![0_u64; columns];
        for row in &counts {
            for (total, count) in totals.iter_mut().zip(row) {
                *total = total.checked_add(*count)?;
            }
        }
        counts.push(totals);
        let rows = counts.len();
        let withheld = vec![vec![false; columns]; rows];
        let told = withheld.clone();
        Some(Self { counts, withheld, told, rows, columns })
    }

    /// The count, if it is shown.
    pub(super) fn shown(&self, row: usize, column: usize) -> Option<u64> {
        if self.is_withheld(row, column) { None } else { self.count(row, column) }
    }

    fn count(&self, row: usize, column: usize) -> Option<u64> {
        self.counts.get(row).and_then(|cells| cells.get(column)).copied()
    }

    /// Cells outside the grid count as withheld: nothing is shown by accident.
    fn is_withheld(&self, row: usize, column: usize) -> bool {
        self.withheld.get(row).and_then(|cells| cells.get(column)).is_none_or(|flag| *flag)
    }

    fn is_told(&self, row: usize, column: usize) -> bool {
        self.told.get(row).and_then(|cells| cells.get(column)).is_some_and(|flag| *flag)
    }

    /// Takes over what was told and withheld before.
    pub(super) fn keep_known(&mut self, known: &dyn Fn(usize, usize) -> Option<Told>) {
        let (rows, columns) = (self.rows, self.columns);
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |at| (row, at))) {
            match known(row, column) {
                Some(Told::UpTo(_) | Told::Zero) => {
                    if let Some(flag) = self.told.get_mut(row).and_then(|of| of.get_mut(column)) {
                        *flag = true;
                    }
                }
                Some(Told::Below(_) | Told::Withheld) => self.withhold(row, column),
                None => {}
            }
        }
    }

    fn withhold(&mut self, row: usize, column: usize) {
        if self.is_told(row, column) {
            return;
        }
        if let Some(flag) = self.withheld.get_mut(row).and_then(|cells| cells.get_mut(column)) {
            *flag = true;
        }
    }

    /// Every count from 1 to the threshold, totals too. Of a line whose total is one of them
    /// nothing is shown, zeros neither: of many cells that are not zero each would be known to be
    /// one where the total is small.
    pub(super) fn withhold_small(&mut self, threshold: u64) {
        for row in 0..self.rows {
            for column in 0..self.columns {
                if self.count(row, column).is_some_and(|count| (1..=threshold).contains(&count)) {
                    self.withhold(row, column);
                }
            }
        }
        let lines = (0..self.rows).map(Line::Row).chain((0..self.columns).map(Line::Column));
        for cells in lines.map(|line| self.cells(line)).collect::<Vec<_>>() {
            let total = cells.last().and_then(|(row, column)| self.count(*row, *column));
            if total.is_some_and(|total| (1..=threshold).contains(&total)) {
                for (row, column) in cells {
                    self.withhold(row, column);
                }
            }
        }
    }

    /// A line that lets a withheld cell, or a small sum of them, be worked out.
    pub(super) fn exposed_line(&self, threshold: u64) -> Option<Line> {
        let lines = (0..self.rows).map(Line::Row).chain((0..self.columns).map(Line::Column));
        lines
            .into_iter()
            .find(|line| self.tells_a_small_sum(*line, threshold))
            .or_else(|| self.bridge())
    }

    /// Cells of a line, its total last.
    fn cells(&self, line: Line) -> Vec<(usize, usize)> {
        match line {
            Line::Row(row) => (0..self.columns).map(|column| (row, column)).collect(),
            Line::Column(column) => (0..self.rows).map(|row| (row, column)).collect(),
        }
    }

    fn tells_a_small_sum(&self, line: Line, threshold: u64) -> bool {
        let cells = self.cells(line);
        let Some(((row, column), parts)) = cells.split_last() else { return false };
        if self.is_withheld(*row, *column) {
            return false;
        }
        let gaps = parts.iter().filter(|(row, column)| self.is_withheld(*row, *column));
        let sum: u64 = gaps.filter_map(|(row, column)| self.count(*row, *column)).sum();
        (1..=threshold).contains(&sum)
    }

    /// A line at the end of a withheld cell that can be worked out exactly; of all such lines the
    /// one with the fewest gaps, where the cycle is to be closed.
    fn bridge(&self) -> Option<Line> {
        // Rows are the first nodes, columns the ones after them.
        let row_gaps = |row| (0..self.columns).filter(move |at| self.is_withheld(row, *at));
        let column_gaps = |column| (0..self.rows).filter(move |at| self.is_withheld(*at, column));
        let of_rows =
            (0..self.rows).map(|row| row_gaps(row).map(|column| self.rows + column).collect());
        let of_columns = (0..self.columns).map(|column| column_gaps(column).collect());
        let neighbours: Vec<Vec<usize>> = of_rows.chain(of_columns).collect();
        let gaps = |line: &Line| match line {
            Line::Row(row) => row_gaps(*row).count(),
            Line::Column(column) => column_gaps(*column).count(),
        };
        let open = |line: &Line| gaps(line) < self.cells(*line).len();
        let bridges = bridges(&neighbours);
        let ends = |(row, column): &(usize, usize)| {
            [Line::Row(*row), Line::Column(column.saturating_sub(self.rows))]
        };
        let first = bridges.first().map(|(row, _)| Line::Row(*row));
        bridges.iter().flat_map(ends).filter(open).min_by_key(gaps).or(first)
    }

    /// Withholds the cheapest shown cell of the line, or of the whole table if the line has none
    /// left: parts before totals, counts before zeros, small before large. `false` if nothing is
    /// left to withhold.
    pub(super) fn withhold_one_more(&mut self, line: Line) -> bool {
        let everything =
            || (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (row, column)));
        let cheapest = |cells: Vec<(usize, usize)>| {
            let open = cells.into_iter().filter(|(row, column)| {
                !self.is_withheld(*row, *column) && !self.is_told(*row, *column)
            });
            open.min_by_key(|(row, column)| {
                let total = row + 1 == self.rows || column + 1 == self.columns;
                let count = self.count(*row, *column).unwrap_or(u64::MAX);
                (total, count == 0, count, *row, *column)
            })
        };
        let chosen = cheapest(self.cells(line)).or_else(|| cheapest(everything().collect()));
        match chosen {
            Some((row, column)) => {
                self.withhold(row, column);
                true
            }
            None => false,
        }
    }
}
