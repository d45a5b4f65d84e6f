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

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] = &["gene", "note"];

    fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
        let table = Table::parse("t.tsv", text.as_bytes(), COLUMNS).map_err(|e| e.to_string())?;
        let pair = |row: Row<'_>| (row.cell("gene").to_owned(), row.cell("note").to_owned());
        Ok(table.rows().map(pair).collect())
    }

    #[test]
    fn columns_may_come_in_any_order() {
        let expected = vec![("TPMT".to_owned(), String::new()), ("X".to_owned(), "y z".to_owned())];
        assert_eq!(parse("gene\tnote\nTPMT\t\nX\ty z\n"), Ok(expected.clone()));
        assert_eq!(parse("note\tgene\r\n\tTPMT\r\ny z\tX"), Ok(expected));
        assert_eq!(parse("gene\tnote"), Ok(vec![]));
    }

    #[test]
    fn faults_have_line_and_column() {
        for (text, message) in [
            ("", "t.tsv:1:1: unknown column ``"),
            ("gene", "t.tsv:1:1: no column `note`"),
            ("gene\tnote\tmore", "t.tsv:1:3: unknown column `more`"),
            ("gene\tnote\nA", "t.tsv:2:1: 1 cells, the header has 2"),
            ("gene\tnote\nA\tb\n\nC\td", "t.tsv:3:1: 1 cells, the header has 2"),
            ("gene\tnote\nA\tb\tc", "t.tsv:2:2: 3 cells, the header has 2"),
            ("gene\tnote\nA\t b", "t.tsv:2:2: a cell with blanks around it"),
            ("gene\tnote\nA\tb\u{7}", "t.tsv:2:2: a cell with blanks around it"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(message), "{text:?}: {error}");
        }
        let error = Table::parse("t.tsv", b"gene\tnote\nA\t\xff", COLUMNS).unwrap_err();
        assert_eq!(error.to_string(), "t.tsv:2:1: is not UTF-8");
    }

    #[test]
    fn limits_hold_to_the_row_and_the_byte() {
        let rows = |count: usize| format!("gene\tnote\n{}", "A\tb\n".repeat(count));
        assert_eq!(parse(&rows(TABLE_ROWS_MAX)).unwrap().len(), TABLE_ROWS_MAX);
        let error = parse(&rows(TABLE_ROWS_MAX + 1)).unwrap_err();
        assert_eq!(error, "t.tsv:100002:1: more than 100000 rows");

        let cell = |bytes: usize| format!("gene\tnote\nA\t{}", "b".repeat(bytes));
        assert!(parse(&cell(CELL_BYTES_MAX)).is_ok());
        let error = parse(&cell(CELL_BYTES_MAX + 1)).unwrap_err();
        assert_eq!(error, "t.tsv:2:2: a cell of 4097 bytes, the limit is 4096");

        // At the limit the size is no fault any more; what is in the file is.
        let mut bytes = vec![b'x'; TABLE_BYTES_MAX];
        let error = Table::parse("t.tsv", &bytes, COLUMNS).unwrap_err();
        assert!(matches!(error, LoadError::Syntax { .. }));
        bytes.push(b'x');
        let error = Table::parse("t.tsv", &bytes, COLUMNS).unwrap_err();
        assert!(matches!(error, LoadError::TooLarge { limit: TABLE_BYTES_MAX, .. }));
    }

    #[test]
    fn lists_and_numbers_say_what_is_wrong() {
        let table = Table::parse("t.tsv", b"gene\tnote\nA;;B\t1x\nA; B\t12", COLUMNS).unwrap();
        let rows: Vec<Row<'_>> = table.rows().collect();
        let error = rows[0].list("gene", ';').unwrap_err().to_string();
        assert_eq!(error, "t.tsv:2:1: `gene` has an empty item");
        let error = rows[0].number("note").unwrap_err().to_string();
        assert_eq!(error, "t.tsv:2:2: `note` `1x` is not a whole number");
        assert_eq!(rows[1].list("gene", ';').unwrap(), ["A", "B"]);
        assert_eq!(rows[1].number("note").unwrap(), 12);
        assert_eq!(rows[1].cell("other"), "");
    }
}
