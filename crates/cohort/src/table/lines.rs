//! Formats that are text.

use super::{Format, NotWritten};
use formats::fhir::view::{Cell, Column};
use std::io::Write;

/// Bytes that are gathered before they are handed on.
const BUFFER_BYTES: usize = 64 * 1024;

pub(super) struct Lines<W: Write> {
    format: Format,
    /// What stands before each cell of an object: `{"id":`, `,"family":`.
    leads: Vec<String>,
    text: String,
    has_rows: bool,
    output: W,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(format: Format, columns: &[Column], has_header: bool, output: W) -> Self {
        let mut text = String::new();
        if format == Format::Csv && has_header {
            for (place, column) in columns.iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                quote(&column.name, &mut text);
            }
            text.push_str("\r\n");
        }
        let lead = |(place, column): (usize, &Column)| {
            let start = if place > 0 { ',' } else { '{' };
            let mut lead = start.to_string();
            string(&column.name, &mut lead);
            lead.push(':');
            lead
        };
        let leads = columns.iter().enumerate().map(lead).collect();
        Self { format, leads, text, has_rows: false, output }
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> Result<(), NotWritten> {
        match self.format {
            Format::Csv => self.csv(row),
            Format::Json => {
                self.text.push_str(if self.has_rows { ",\n" } else { "[\n" });
                self.object(row);
            }
            _ => {
                self.object(row);
                self.text.push('\n');
            }
        }
        self.has_rows = true;
        if self.text.len() >= BUFFER_BYTES {
            self.output.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, NotWritten> {
        if self.format == Format::Json {
            self.text.push_str(if self.has_rows { "\n]\n" } else { "[]\n" });
        }
        self.output.write_all(self.text.as_bytes())?;
        self.output.flush()?;
        Ok(self.output)
    }

    fn object(&mut self, row: &[Cell]) {
        for (lead, cell) in self.leads.iter().zip(row) {
            self.text.push_str(lead);
            json(cell, &mut self.text);
        }
        self.text.push('}');
    }

    /// RFC 4180. Nothing is an empty field, and an empty text is a quoted one.
    fn csv(&mut self, row: &[Cell]) {
        for (place, cell) in row.iter().enumerate() {
            self.text.push_str(if place > 0 { "," } else { "" });
            match cell {
                Cell::Null => {}
                Cell::Text(text) | Cell::Json(text) => quote(text, &mut self.text),
                Cell::List(_) => {
                    let mut list = String::new();
                    json(cell, &mut list);
                    quote(&list, &mut self.text);
                }
                Cell::Boolean(_) | Cell::Integer(_) | Cell::Decimal(_) => {
                    json(cell, &mut self.text);
                }
            }
        }
        self.text.push_str("\r\n");
    }
}

fn quote(field: &str, text: &mut String) {
    if !field.is_empty() && !field.contains([',', '"', '\r', '\n']) {
        return text.push_str(field);
    }
    text.push('"');
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}

/// A cell as JSON, with its digits.
pub(super) fn json(cell: &Cell, text: &mut String) {
    match cell {
        Cell::Null => text.push_str("null"),
        Cell::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        Cell::Integer(value) => text.push_str(&value.to_string()),
        Cell::Decimal(digits) | Cell::Json(digits) => text.push_str(digits),
        Cell::Text(value) => string(value, text),
        Cell::List(cells) => {
            text.push('[');
            for (place, cell) in cells.iter().enumerate() {
                text.push_str(if place > 0 { "," } else { "" });
                json(cell, text);
            }
            text.push(']');
        }
    }
}

/// A JSON string (RFC 8259 §7).
fn string(value: &str, text: &mut String) {
    use std::fmt::Write as _;
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // Writing to a string cannot fail.
            control if u32::from(control) < 0x20 => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
