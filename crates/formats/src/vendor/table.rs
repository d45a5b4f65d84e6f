//! Tables of text: comma, semicolon or tab between cells, cells in quotes (RFC 4180), a line of
//! names, comment lines with `#` before it.

use model::Problem;

/// Most rows of a table.
pub const ROWS_MAX: usize = 200_000;
/// Most columns.
pub const COLUMNS_MAX: usize = 2_000;
/// Longest cell, in bytes.
pub const CELL_BYTES_MAX: usize = 16 * 1024;

/// A table, read whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Names of columns, reduced to letters and digits in lower case.
    names: Vec<String>,
    /// As written.
    written: Vec<String>,
    /// Rows with the number of the line that each begins on.
    pub(super) rows: Vec<(usize, Vec<String>)>,
}

impl Table {
    /// Reads a table. What is over a limit, or has a quote that is not closed, is an error.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Box<Problem>> {
        let fault = |line: usize, code: &str, text: String| {
            Box::new(Problem::error(code, format!("line {line}"), text))
        };
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
            .map_err(|error| {
                let place = format!("byte {}", error.valid_up_to());
                Box::new(Problem::error("bad-utf-8", place, "the table is not UTF-8"))
            })?;
        let mut lines = Lines { rest: text, number: 0, separator: separator(text) };
        let mut table = Self::default();
        while let Some((number, cells)) = lines.next_row().map_err(|number| {
            fault(number, "open-quote", "a quote is opened and not closed".to_owned())
        })? {
            if cells.len() > COLUMNS_MAX {
                let text = format!("a row has more than {COLUMNS_MAX} cells");
                return Err(fault(number, "too-long", text));
            }
            if cells.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
                let text = format!("a cell has more than {CELL_BYTES_MAX} bytes");
                return Err(fault(number, "too-long", text));
            }
            if table.names.is_empty() {
                table.names = cells.iter().map(|name| plain(name)).collect();
                table.written = cells;
                continue;
            }
            if table.rows.len() >= ROWS_MAX {
                let text = format!("the table has more than {ROWS_MAX} rows");
                return Err(fault(number, "too-long", text));
            }
            table.rows.push((number, cells));
        }
        Ok(table)
    }

    /// The place of the first of these columns that is there; names reduced as the table's are.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|wanted| self.names.iter().position(|known| known == wanted))
    }

    /// Columns that none of these lists names, as written.
    pub(super) fn others(&self, read: &[&[&str]]) -> Vec<&str> {
        let is_read = |name: &str| read.iter().any(|names| names.contains(&name));
        let named = self.names.iter().zip(&self.written);
        named
            .filter(|(name, _)| !name.is_empty() && !is_read(name))
            .map(|(_, written)| written.as_str())
            .collect()
    }
}

/// A cell without blanks; `None` if it is not there or says that there is nothing.
pub(super) fn cell(row: &[String], column: Option<usize>) -> Option<&str> {
    let text = column.and_then(|at| row.get(at)).map(|text| text.trim())?;
    let nothing = ["", "-", "--", ".", "na", "n/a", "none", "null", "nan"];
    (!nothing.contains(&text.to_lowercase().as_str())).then_some(text)
}

/// The names of the columns in the first line that is no comment.
pub(super) fn header(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.starts_with(b"#") && !line.trim_ascii().is_empty());
    let text = String::from_utf8_lossy(first.unwrap_or_default()).into_owned();
    let mut lines = Lines { rest: &text, number: 0, separator: separator(&text) };
    let cells = lines.next_row().ok().flatten().map(|(_, cells)| cells).unwrap_or_default();
    cells.iter().map(|name| plain(name)).collect()
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What parts cells: whatever the line of names has most of.
fn separator(text: &str) -> char {
    let names = text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty());
    let count = |separator: &char| names.map_or(0, |line| line.matches(*separator).count());
    ['\t', ',', ';'].into_iter().max_by_key(count).unwrap_or('\t')
}

struct Lines<'t> {
    rest: &'t str,
    number: usize,
    separator: char,
}

impl Lines<'_> {
    /// The next row with the number of its first line; the line of a quote that is not closed.
    fn next_row(&mut self) -> Result<Option<(usize, Vec<String>)>, usize> {
        while !self.rest.is_empty() {
            let blank = self.rest.split('\n').next().unwrap_or_default();
            if !blank.starts_with('#') && !blank.trim().is_empty() {
                return self.row().map(Some);
            }
            self.rest = self.rest.get(blank.len() + 1..).unwrap_or_default();
            self.number += 1;
        }
        Ok(None)
    }

    fn row(&mut self) -> Result<(usize, Vec<String>), usize> {
        let first = self.number + 1;
        let (mut cells, mut cell, mut in_quotes) = (Vec::new(), String::new(), false);
        let mut letters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' if in_quotes => {
                    // Two quotes are one.
                    if letters.next_if(|(_, next)| *next == '"').is_some() {
                        cell.push('"');
                    } else {
                        in_quotes = false;
                    }
                }
                '"' if cell.is_empty() => in_quotes = true,
                '\n' => {
                    self.number += 1;
                    if !in_quotes {
                        end = at + 1;
                        break;
                    }
                    cell.push('\n');
                }
                letter if letter == self.separator && !in_quotes => {
                    cells.push(std::mem::take(&mut cell));
                }
                '\r' if !in_quotes => {}
                letter => cell.push(letter),
            }
        }
        if in_quotes {
            return Err(first);
        }
        cells.push(cell);
        self.rest = self.rest.get(end..).unwrap_or_default();
        Ok((first, cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_any_separator_quotes_and_comments() {
        let text = "\u{feff}#version 2.4\n\nGene Name,\"Mut_AA\",x\r\nKRAS,\"a \"\"b\"\", c\",\n\
            \"TP53\n2\",N/A,3\n";
        let table = Table::read(text.as_bytes()).unwrap();
        assert_eq!(table.column(&["no", "genename"]), Some(0));
        assert_eq!(table.others(&[&["genename"], &["x"]]), ["Mut_AA"]);
        let rows: Vec<(usize, Option<&str>, Option<&str>)> = table
            .rows
            .iter()
            .map(|(line, row)| (*line, cell(row, Some(0)), cell(row, Some(1))))
            .collect();
        assert_eq!(rows, [(4, Some("KRAS"), Some("a \"b\", c")), (5, Some("TP53\n2"), None)]);
        for text in ["a\tb\n1\t2", "a;b\n1;2", "a,b\n1,2"] {
            let table = Table::read(text.as_bytes()).unwrap();
            assert_eq!(table.rows, [(2, vec!["1".to_owned(), "2".to_owned()])], "{text}");
        }
        assert_eq!(header(b"#x\nA_b\tC\n"), ["ab", "c"]);
        assert!(header(b"").is_empty());
    }

    #[test]
    fn what_is_no_table_or_too_large_is_an_error() {
        let code = |bytes: &[u8]| Table::read(bytes).map(|_| ()).map_err(|error| error.code);
        assert_eq!(code(b"a,b\n\"1,2\n"), Err("open-quote".to_owned()));
        assert_eq!(code(b"a\xff"), Err("bad-utf-8".to_owned()));
        let wide = |columns: usize| ["a"].repeat(columns).join(",");
        assert_eq!(code(wide(COLUMNS_MAX).as_bytes()), Ok(()));
        assert_eq!(code(wide(COLUMNS_MAX + 1).as_bytes()), Err("too-long".to_owned()));
        let long = |bytes: usize| format!("a\n{}", "x".repeat(bytes));
        assert_eq!(code(long(CELL_BYTES_MAX).as_bytes()), Ok(()));
        assert_eq!(code(long(CELL_BYTES_MAX + 1).as_bytes()), Err("too-long".to_owned()));
        let tall = |rows: usize| format!("a\n{}", "1\n".repeat(rows));
        assert_eq!(code(tall(ROWS_MAX).as_bytes()), Ok(()));
        assert_eq!(code(tall(ROWS_MAX + 1).as_bytes()), Err("too-long".to_owned()));
    }
}
