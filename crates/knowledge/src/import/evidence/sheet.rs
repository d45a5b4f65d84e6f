//! Tab-separated files of sources: by the names of their columns, in any order, with others
//! between them. No quoting, as these sources write them.

use crate::import::IMPORT_BYTES_MAX;
use model::Problem;
use std::collections::BTreeMap;

/// Most rows that are read.
const SHEET_ROWS_MAX: usize = 200_000;

/// The rows of a file by the names of its columns.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    columns: BTreeMap<String, usize>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

/// A row with its line, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'s> {
    sheet: &'s Sheet<'s>,
    pub(super) number: usize,
    cells: &'s [&'s str],
}

impl Line<'_> {
    /// The cell of a column, without blanks around it and quotation marks of a spreadsheet; empty
    /// where there is none.
    pub(super) fn cell(&self, column: &str) -> &str {
        let at = self.sheet.columns.get(column);
        let cell = at.and_then(|at| self.cells.get(*at)).copied().unwrap_or_default().trim();
        let quoted = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        quoted.unwrap_or(cell).trim()
    }

    /// Its place for messages.
    pub(super) fn place(&self) -> String {
        format!("line {}", self.number)
    }
}

impl<'a> Sheet<'a> {
    /// Reads a file; rows with another number of cells than the header are problems.
    pub(super) fn read(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Option<Self> {
        if bytes.len() > IMPORT_BYTES_MAX {
            let text = format!("{} bytes are more than {IMPORT_BYTES_MAX}", bytes.len());
            problems.push(Problem::error("too-large", "file", text));
            return None;
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            problems.push(Problem::error("not-utf8", "file", "the file is not UTF-8"));
            return None;
        };
        let mut lines = (1..).zip(text.lines());
        let (_, header) = lines.next()?;
        let header: Vec<&str> = header.split('\t').collect();
        let name = |(at, name): (usize, &&str)| (name.trim().trim_matches('"').to_owned(), at);
        let columns: BTreeMap<String, usize> = header.iter().enumerate().map(name).collect();
        let mut rows = Vec::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let cells: Vec<&str> = line.split('\t').collect();
            if rows.len() == SHEET_ROWS_MAX {
                let text = format!("only the first {SHEET_ROWS_MAX} rows are read");
                problems.push(Problem::error("too-many-rows", format!("line {number}"), text));
                break;
            }
            if cells.len() > header.len() {
                let text = format!("{} cells, the header has {}", cells.len(), header.len());
                problems.push(Problem::warning("row-left-out", format!("line {number}"), text));
                continue;
            }
            // Empty cells at the end may be missing.
            rows.push((number, cells));
        }
        Some(Self { columns, rows })
    }

    /// Whether it has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The rows, in file order.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|(number, cells)| Line { sheet: self, number: *number, cells })
    }
}
