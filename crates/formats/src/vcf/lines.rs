//! Lines of bounded length, counted.

use std::io::{self, BufRead};

/// Why a line could not be had.
#[derive(Debug)]
pub(crate) enum LineFailure {
    /// Longer than allowed.
    TooLong,
    /// The reader failed, a broken compression among the reasons.
    Io(io::Error),
    /// The bytes of a BCF record make no sense.
    Malformed(String),
}

/// A reader of lines that counts them and refuses overlong ones before holding them.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    inner: R,
    buffer: Vec<u8>,
    bytes_max: usize,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Lines of `inner`, none longer than `bytes_max` bytes.
    pub(crate) fn new(inner: R, bytes_max: usize) -> Self {
        Self { inner, buffer: Vec::new(), bytes_max, number: 0 }
    }

    /// Number of the line given last, counted from 1; 0 before the first.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// What lies behind the lines given so far.
    pub(crate) fn into_inner(self) -> R {
        self.inner
    }

    /// First byte of the next line, if there is one.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>, LineFailure> {
        let bytes = self.inner.fill_buf().map_err(LineFailure::Io)?;
        Ok(bytes.first().copied())
    }

    /// The next line without its line end; `None` at the end of the file.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, LineFailure> {
        self.buffer.clear();
        let mut seen = false;
        loop {
            let bytes = self.inner.fill_buf().map_err(LineFailure::Io)?;
            if bytes.is_empty() {
                break;
            }
            seen = true;
            let end = memchr::memchr(b'\n', bytes);
            let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
            if self.buffer.len() + part.len() > self.bytes_max {
                return Err(LineFailure::TooLong);
            }
            self.buffer.extend_from_slice(part);
            let used = part.len() + usize::from(end.is_some());
            self.inner.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !seen {
            return Ok(None);
        }
        self.number += 1;
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(Some(&self.buffer))
    }
}
