//! The table format of packs: tab-separated, one header row, one fact per row.
//!
//! Stricter than CSV on purpose: no quoting, no escapes, no blank lines, so that a diff of two
//! tables is a diff of facts. An empty cell means "none".

use crate::error::LoadError;

/// Largest table that is read, in bytes.
pub const TABLE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most rows of a table.
pub const TABLE_ROWS_MAX: usize = 100_000;
/// Longest cell, in bytes.
pub const CELL_BYTES_MAX: usize = 4_096;

/// A table of a pack.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    file: String,
    columns: &'static [&'static str],
    /// For each of `columns`, where it is in the file.
    order: Vec<usize>,
    rows: Vec<(usize, Vec<&'a str>)>,
}

impl<'a> Table<'a> {
    /// Reads a table that must have exactly these columns, in any order.
    pub fn parse(
        file: &str,
        bytes: &'a [u8],
        columns: &'static [&'static str],
    ) -> Result<Self, LoadError> {
        if bytes.len() > TABLE_BYTES_MAX {
            let (file, bytes, limit) = (file.to_owned(), bytes.len(), TABLE_BYTES_MAX);
            return Err(LoadError::TooLarge { file, bytes, limit });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.split(|b| *b == b'\n').count();
            LoadError::syntax(file, line, 1, "is not UTF-8")
        })?;
        let mut lines = (1..).zip(text.lines());
        let (_, header) = lines.next().unwrap_or((1, ""));
        let order = column_order(file, header, columns)?;
        let mut rows = Vec::new();
        for (line, text) in lines {
            if rows.len() == TABLE_ROWS_MAX {
                let text = format!("more than {TABLE_ROWS_MAX} rows");
                return Err(LoadError::syntax(file, line, 1, text));
            }
            rows.push((line, cells(file, line, text, columns.len())?));
        }
        Ok(Self { file: file.to_owned(), columns, order, rows })
    }

    /// The rows, in file order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }
}

fn column_order(
    file: &str,
    header: &str,
    columns: &'static [&'static str],
) -> Result<Vec<usize>, LoadError> {
    let names: Vec<&str> = header.split('\t').collect();
    for (index, name) in names.iter().enumerate() {
        if !columns.contains(name) {
            let text = format!("unknown column `{name}`");
            return Err(LoadError::syntax(file, 1, index + 1, text));
        }
        if names.iter().take(index).any(|earlier| earlier == name) {
            let text = format!("column `{name}` twice");
            return Err(LoadError::syntax(file, 1, index + 1, text));
        }
    }
    let find = |wanted: &&str| {
        names
            .iter()
            .position(|name| name == wanted)
            .ok_or_else(|| LoadError::syntax(file, 1, names.len(), format!("no column `{wanted}`")))
    };
    columns.iter().map(find).collect()
}

fn cells<'a>(
    file: &str,
    line: usize,
    text: &'a str,
    expected: usize,
) -> Result<Vec<&'a str>, LoadError> {
    let cells: Vec<&str> = text.split('\t').collect();
    if cells.len() != expected {
        let text = format!("{} cells, the header has {expected}", cells.len());
        return Err(LoadError::syntax(file, line, cells.len().min(expected), text));
    }
    for (index, cell) in cells.iter().enumerate() {
        let fault = if cell.len() > CELL_BYTES_MAX {
            format!("a cell of {} bytes, the limit is {CELL_BYTES_MAX}", cell.len())
        } else if cell.trim() != *cell || cell.chars().any(char::is_control) {
            "a cell with blanks around it or a control character".to_owned()
        } else {
            continue;
        };
        return Err(LoadError::syntax(file, line, index + 1, fault));
    }
    Ok(cells)
}

/// A row of a table, with its place for messages.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table<'t>,
    line: usize,
    cells: &'t [&'t str],
}

impl<'t> Row<'t> {
    /// The cell of a column; empty if the table has no such column.
    pub fn cell(&self, column: &str) -> &'t str {
        self.index(column).and_then(|index| self.cells.get(index)).copied().unwrap_or_default()
    }

    /// The cell, or `None` if it is empty.
    pub fn optional(&self, column: &str) -> Option<&'t str> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty())
    }

    /// The cell, which must not be empty.
    pub fn required(&self, column: &str) -> Result<&'t str, LoadError> {
        self.optional(column).ok_or_else(|| self.fault(column, "must not be empty"))
    }

    /// The cell as a list; an empty cell is an empty list, an empty item is a fault.
    pub fn list(&self, column: &str, separator: char) -> Result<Vec<&'t str>, LoadError> {
        let Some(cell) = self.optional(column) else { return Ok(Vec::new()) };
        let items: Vec<&str> = cell.split(separator).map(str::trim).collect();
        if items.iter().any(|item| item.is_empty()) {
            return Err(self.fault(column, "has an empty item"));
        }
        Ok(items)
    }

    /// The cell as a number.
    pub fn number(&self, column: &str) -> Result<u64, LoadError> {
        let cell = self.required(column)?;
        cell.parse().map_err(|_| self.fault(column, &format!("`{cell}` is not a whole number")))
    }

    /// A fault in a cell of this row.
    pub fn fault(&self, column: &str, text: &str) -> LoadError {
        let index = self.index(column).unwrap_or_default();
        LoadError::syntax(&self.table.file, self.line, index + 1, format!("`{column}` {text}"))
    }

    fn index(&self, column: &str) -> Option<usize> {
        let at = self.table.columns.iter().position(|name| *name == column)?;
        self.table.order.get(at).copied()
    }
}
