//! Tab-separated tables: comment lines with `#`, a line of names, rows.

use super::Study;
use model::Problem;
use std::io::{BufRead, Read};

/// Longest line, in bytes.
pub const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most columns.
pub const COLUMNS_MAX: usize = 1_000_000;
/// Longest cell that is kept, in bytes.
pub const CELL_BYTES_MAX: usize = 4_096;

/// Lines of a table, each with its number.
pub(super) struct Lines<R> {
    source: R,
    number: usize,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, number: 0, ended: false }
    }

    /// The next line that is no comment and not empty.
    pub(super) fn next(&mut self) -> Result<Option<(usize, String)>, Problem> {
        loop {
            if self.ended {
                return Ok(None);
            }
            let mut bytes = Vec::new();
            let limit = u64::try_from(LINE_BYTES_MAX + 1).unwrap_or(u64::MAX);
            let read = self.source.by_ref().take(limit).read_until(b'\n', &mut bytes);
            self.number += 1;
            let place = || format!("line {}", self.number);
            let read = read.map_err(|error| {
                Problem::error("not-read", place(), format!("the file cannot be read: {error}"))
            });
            match read {
                Err(problem) => {
                    self.ended = true;
                    return Err(problem);
                }
                Ok(0) => {
                    self.ended = true;
                    return Ok(None);
                }
                Ok(_) if bytes.len() > LINE_BYTES_MAX => {
                    self.ended = true;
                    let text = format!("a line of more than {LINE_BYTES_MAX} bytes");
                    return Err(Problem::error("too-large", place(), text));
                }
                Ok(_) => {}
            }
            let line = String::from_utf8_lossy(&bytes);
            let line = line.trim_end_matches(['\n', '\r']);
            if !line.starts_with('#') && !line.is_empty() {
                return Ok(Some((self.number, line.to_owned())));
            }
        }
    }
}

/// The names of a table's columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    pub(super) fn of(line: &str) -> Self {
        Self(line.split('\t').take(COLUMNS_MAX).map(|name| name.trim().to_owned()).collect())
    }

    pub(super) fn names(&self) -> &[String] {
        &self.0
    }

    /// The place of the first of these names that is there, in any capitals.
    pub(super) fn place(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|wanted| self.0.iter().position(|known| known.eq_ignore_ascii_case(wanted)))
    }
}

/// One row.
pub(super) struct Row<'a> {
    cells: Vec<&'a str>,
    pub(super) line: usize,
}

impl<'a> Row<'a> {
    pub(super) fn of(text: &'a str, line: usize) -> Self {
        Self { cells: text.split('\t').take(COLUMNS_MAX).collect(), line }
    }

    /// A cell; empty if it is not there, too long, or says that there is nothing.
    pub(super) fn cell(&self, place: Option<usize>) -> &'a str {
        let cell = place.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim());
        match cell {
            "NA" | "N/A" | "[Not Available]" | "[Not Applicable]" | "[Unknown]" => "",
            long if long.len() > CELL_BYTES_MAX => "",
            cell => cell,
        }
    }

    /// A cell, if it has something.
    pub(super) fn some(&self, place: Option<usize>) -> Option<String> {
        Some(self.cell(place)).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }
}

/// A table that is being read.
pub(super) struct Open<R> {
    lines: Lines<R>,
    pub(super) columns: Columns,
    place: String,
}

impl<R: BufRead> Open<R> {
    /// Reads the line of names; one of each of `needed` must be there.
    pub(super) fn new(
        study: &mut Study,
        place: &str,
        source: R,
        needed: &[&[&str]],
    ) -> Option<Self> {
        let mut lines = Lines::new(source);
        let columns = match lines.next() {
            Ok(Some((_, text))) => Columns::of(&text),
            Ok(None) => {
                study.problem(Problem::error("empty", place, "the table has no line of names"));
                return None;
            }
            Err(problem) => {
                study.problem(within(place, problem));
                return None;
            }
        };
        let missing = needed.iter().find(|names| columns.place(names).is_none());
        if let Some(names) = missing {
            let text = format!("no column `{}`; the table is not read", names.join("` or `"));
            study.problem(Problem::error("no-column", place, text));
            return None;
        }
        Some(Self { lines, columns, place: place.to_owned() })
    }

    /// The next row's number and text.
    pub(super) fn next(&mut self, study: &mut Study) -> Option<(usize, String)> {
        match self.lines.next() {
            Ok(row) => row,
            Err(problem) => {
                study.problem(within(&self.place, problem));
                None
            }
        }
    }
}

fn within(place: &str, mut problem: Problem) -> Problem {
    problem.place = format!("{place} {}", problem.place);
    problem
}
