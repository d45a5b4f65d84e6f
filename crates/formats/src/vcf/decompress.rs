//! Plain, gzip or bgzf, by their first bytes.

use flate2::bufread::MultiGzDecoder;
use noodles_bgzf as bgzf;
use std::io::{self, BufRead, BufReader, Read};

/// Bytes of a gzip member's fixed head with the first extra subfield (RFC 1952 §2.3).
const HEAD_BYTES: usize = 14;

/// The reader's text.
pub(super) fn open<'r>(mut reader: impl BufRead + 'r) -> io::Result<Box<dyn BufRead + 'r>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let whole = io::Cursor::new(head.clone()).chain(reader);
    if !head.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(whole));
    }
    // Bgzf marks its blocks with the extra subfield `BC` (SAM specification §4.1).
    if head.get(12..14) == Some(b"BC") {
        return Ok(Box::new(bgzf::io::Reader::new(whole)));
    }
    Ok(Box::new(BufReader::new(MultiGzDecoder::new(whole))))
}
