//! Tables as files: CSV, NDJSON, a JSON array, Parquet.
//!
//! A table is written row by row, so that memory does not grow with it. Cells keep what they are:
//! digits of decimals and the precision of dates in every format but Parquet, whose decimals are
//! doubles (a view that declares such a column as `string` keeps its digits there, too).
//!
//! These are rows about single people, for callers who may read each of them; counts leave by
//! `deidentify::counts` only.

mod lines;
#[cfg(feature = "parquet")]
mod parquet;

use formats::fhir::view::{Cell, Column};
use std::io::Write;

/// A format of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// An array of JSON objects.
    Json,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Ndjson, Self::Json, Self::Parquet];

    /// The code of SQL on FHIR.
    pub fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Parquet => "parquet",
        }
    }

    /// The media type that files of it have.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
            Self::Json => "application/json",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The format of a code or media type, parameters of the latter left out.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match word.as_str() {
            "csv" | "text/csv" => Self::Csv,
            "ndjson"
            | "application/x-ndjson"
            | "application/ndjson"
            | "application/fhir+ndjson" => Self::Ndjson,
            "json" | "application/json" => Self::Json,
            "parquet" | "application/vnd.apache.parquet" | "application/parquet" => Self::Parquet,
            _ => return None,
        })
    }

    /// Whether this build writes it.
    pub fn is_built(self) -> bool {
        self != Self::Parquet || cfg!(feature = "parquet")
    }
}

/// Why a table is not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// The file or connection.
    #[error("the table cannot be written: {0}")]
    Output(#[from] std::io::Error),
    /// A cell is not of its column's type.
    #[error("column `{column}` has a cell of another type")]
    Cell {
        /// The column.
        column: String,
    },
    /// A row has more or fewer cells than there are columns.
    #[error("a row has another number of cells than the table has columns")]
    Row,
    /// This build does not write the format.
    #[error("this build does not write `{0}`")]
    NotBuilt(&'static str),
    /// The library of the format.
    #[error("the table cannot be written: {0}")]
    Library(String),
}

/// A table being written.
pub struct TableWriter<W: Write + Send> {
    inner: Inner<W>,
    columns: usize,
}

impl<W: Write + Send> std::fmt::Debug for TableWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("columns", &self.columns).finish_non_exhaustive()
    }
}

enum Inner<W: Write + Send> {
    Lines(lines::Lines<W>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Parquet<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table; `has_header` is for CSV alone.
    ///
    /// # Errors
    /// When the output refuses, or the build does not write the format.
    pub fn new(
        format: Format,
        columns: &[Column],
        has_header: bool,
        output: W,
    ) -> Result<Self, NotWritten> {
        let inner = match format {
            Format::Csv | Format::Ndjson | Format::Json => {
                Inner::Lines(lines::Lines::new(format, columns, has_header, output))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet => Inner::Parquet(Box::new(parquet::Parquet::new(columns, output)?)),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => return Err(NotWritten::NotBuilt(format.code())),
        };
        Ok(Self { inner, columns: columns.len() })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When the output refuses, or a cell is not of its column's type.
    pub fn row(&mut self, row: &[Cell]) -> Result<(), NotWritten> {
        if row.len() != self.columns {
            return Err(NotWritten::Row);
        }
        match &mut self.inner {
            Inner::Lines(lines) => lines.row(row),
            #[cfg(feature = "parquet")]
            Inner::Parquet(parquet) => parquet.row(row),
        }
    }

    /// Ends the table and gives the output back. A table that is not ended is no file.
    ///
    /// # Errors
    /// When the output refuses.
    pub fn finish(self) -> Result<W, NotWritten> {
        match self.inner {
            Inner::Lines(lines) => lines.finish(),
            #[cfg(feature = "parquet")]
            Inner::Parquet(parquet) => parquet.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
