//! Tables of a PostgreSQL store as files: the columns as a line of JSON, then rows in the order of
//! their key. Of each value its kind stands, and its length before bytes and texts.

use crate::Failure;
use crate::store::{Executor, Row, Table, Value};
use serde::{Deserialize, Serialize};
use std::io::Read;

const NULL: u8 = 0;
const INT: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;
/// Longest line of columns.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Longest value.
const VALUE_BYTES_MAX: usize = 1 << 30;

/// The first line of a file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    columns: Vec<String>,
    key: Vec<String>,
}

fn broken() -> Failure {
    Failure::Storage("the rows of a table cannot be read".to_owned())
}

/// Reads the rows of a table as they are in the transaction of an executor.
pub(super) struct TableReader<'t> {
    executor: &'t dyn Executor,
    table: &'t Table,
    after: Vec<Value>,
    waiting: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<'t> TableReader<'t> {
    pub(super) fn new(executor: &'t dyn Executor, table: &'t Table) -> Self {
        let header = Header { columns: table.columns.clone(), key: table.key.clone() };
        let mut waiting = serde_json::to_vec(&header).unwrap_or_default();
        waiting.push(b'\n');
        Self { executor, table, after: Vec::new(), waiting, at: 0, is_over: false }
    }
}

impl Read for TableReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.waiting.len() && !self.is_over {
            (self.at, self.waiting) = (0, Vec::new());
            let rows = self.table.next(self.executor, &self.table.name, &mut self.after);
            let rows = rows.map_err(std::io::Error::other)?;
            self.is_over = rows.is_empty();
            for row in &rows {
                write(row, &mut self.waiting).map_err(std::io::Error::other)?;
            }
        }
        let rest = self.waiting.get(self.at..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.at += length;
        Ok(length)
    }
}

fn write(row: &Row, out: &mut Vec<u8>) -> Result<(), Failure> {
    for value in row.values() {
        let (kind, bytes) = match value {
            Value::Null => {
                out.push(NULL);
                continue;
            }
            Value::Int(number) => {
                out.push(INT);
                out.extend_from_slice(&number.to_be_bytes());
                continue;
            }
            Value::Text(text) => (TEXT, text.as_bytes()),
            Value::Bytes(bytes) => (BYTES, bytes.as_slice()),
        };
        out.push(kind);
        let length = u32::try_from(bytes.len()).map_err(|_| broken())?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(bytes);
    }
    Ok(())
}

/// Takes a file piece by piece and gives its rows.
#[derive(Default)]
pub(super) struct TableParser {
    waiting: Vec<u8>,
    columns: Option<(Vec<String>, Vec<String>)>,
}

impl TableParser {
    /// The columns and the key, once they are read.
    pub(super) fn header(&self) -> Option<&(Vec<String>, Vec<String>)> {
        self.columns.as_ref()
    }

    /// The rows that are whole now.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Row>, Failure> {
        self.waiting.extend_from_slice(bytes);
        if self.columns.is_none() {
            let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') else {
                return if self.waiting.len() > HEADER_BYTES_MAX {
                    Err(broken())
                } else {
                    Ok(vec![])
                };
            };
            let line: Vec<u8> = self.waiting.drain(..=end).collect();
            let header: Header = serde_json::from_slice(&line).map_err(|_| broken())?;
            if header.columns.is_empty() {
                return Err(broken());
            }
            self.columns = Some((header.columns, header.key));
        }
        let width = self.columns.as_ref().map_or(0, |(columns, _)| columns.len());
        let (mut rows, mut at) = (Vec::new(), 0);
        while let Some((row, length)) = row(self.waiting.get(at..).unwrap_or_default(), width)? {
            rows.push(row);
            at += length;
        }
        self.waiting.drain(..at);
        Ok(rows)
    }

    /// Whether nothing is left over.
    pub(super) fn is_whole(&self) -> bool {
        self.columns.is_some() && self.waiting.is_empty()
    }
}

/// The first row and its length; `None` if it is not whole.
fn row(bytes: &[u8], width: usize) -> Result<Option<(Row, usize)>, Failure> {
    let (mut values, mut rest) = (Vec::with_capacity(width), bytes);
    while values.len() < width {
        let Some((kind, after)) = rest.split_first() else { return Ok(None) };
        let value = match *kind {
            NULL => {
                rest = after;
                Value::Null
            }
            INT => {
                let Some((number, after)) = after.split_first_chunk::<8>() else {
                    return Ok(None);
                };
                rest = after;
                Value::Int(i64::from_be_bytes(*number))
            }
            TEXT | BYTES => {
                let Some((length, after)) = after.split_first_chunk::<4>() else {
                    return Ok(None);
                };
                let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| broken())?;
                if length > VALUE_BYTES_MAX {
                    return Err(broken());
                }
                let Some((held, after)) = after.split_at_checked(length) else {
                    return Ok(None);
                };
                rest = after;
                if *kind == BYTES {
                    Value::Bytes(held.to_vec())
                } else {
                    Value::from(str::from_utf8(held).map_err(|_| broken())?)
                }
            }
            _ => return Err(broken()),
        };
        values.push(value);
    }
    Ok(Some((Row::new(values), bytes.len() - rest.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Int),
            ".{0,40}".prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ]
    }

    proptest! {
        #[test]
        fn rows_come_back_however_they_are_cut(
            rows in prop::collection::vec(prop::collection::vec(value(), 3), 0..20),
            step in 1_usize..50,
        ) {
            let mut file = b"{\"columns\":[\"a\",\"b\",\"c\"],\"key\":[\"a\"]}\n".to_vec();
            for row in &rows {
                write(&Row::new(row.clone()), &mut file).unwrap();
            }
            let (mut parser, mut read) = (TableParser::default(), Vec::new());
            for piece in file.chunks(step) {
                read.extend(parser.feed(piece).unwrap().into_iter().map(Row::into_values));
            }
            prop_assert!(parser.is_whole());
            prop_assert!(read == rows);
            let mut cut = TableParser::default();
            cut.feed(&file[..file.len() - 1]).unwrap();
            prop_assert!(!cut.is_whole());
        }

        #[test]
        fn other_bytes_are_refused_or_harmless(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut parser = TableParser::default();
            let _ = parser.feed(b"{\"columns\":[\"a\"],\"key\":[\"a\"]}\n");
            let _ = parser.feed(&bytes);
        }
    }
}
