//! Lines of records, whether the file is text or BCF.

use super::bcf::Records;
use super::cohort::CohortLimits;
use super::header::Header;
use super::lines::{LineFailure, Lines};
use super::sites::Sites;
use super::{bcf, decompress, line_problem};
use model::Problem;
use std::io::{BufRead, BufReader, Read};

/// Bytes read at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// A file behind its header.
#[derive(Debug)]
pub(super) enum Source<R> {
    /// VCF.
    Text(Lines<R>),
    /// BCF, given as the lines that its records would have in a VCF.
    Binary(Box<Records<R>>),
}

/// Reads the header of a file: VCF or BCF, plain, gzip or bgzf, told apart by their first bytes.
pub(super) fn open<'r>(
    reader: impl Read + 'r,
    limits: &CohortLimits,
    problems: &mut Vec<Problem>,
) -> Result<(Header, Source<Box<dyn BufRead + 'r>>), Problem> {
    let fail = |error| line_problem(&LineFailure::Io(error), 1, limits.line_bytes);
    let reader = BufReader::with_capacity(BUFFER_BYTES, reader);
    let mut plain = decompress::open(reader).map_err(fail)?;
    if plain.fill_buf().map_err(fail)?.starts_with(b"B") {
        let (header, records) = bcf::open(plain, limits, problems)?;
        return Ok((header, Source::Binary(Box::new(records))));
    }
    let mut lines = Lines::new(plain, limits.line_bytes);
    let header = Header::read(&mut lines, limits, problems)?;
    Ok((header, Source::Text(lines)))
}

impl<R: BufRead> Source<R> {
    /// Number of the line given last.
    pub(super) fn number(&self) -> u64 {
        match self {
            Self::Text(lines) => lines.number(),
            Self::Binary(records) => records.number(),
        }
    }

    /// The next line; empty for a record of a BCF that is off the sites.
    pub(super) fn next(
        &mut self,
        header: &Header,
        sites: &Sites<'_>,
    ) -> Result<Option<&[u8]>, LineFailure> {
        match self {
            Self::Text(lines) => lines.next(),
            Self::Binary(records) => records.next(&header.dictionaries, sites),
        }
    }
}
