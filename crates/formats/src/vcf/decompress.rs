//! Plain, gzip or bgzf, by their first bytes.

use flate2::bufread::MultiGzDecoder;
use noodles_bgzf as bgzf;
use std::io::{self, BufRead, BufReader, Read};

/// Bytes of a gzip member's fixed head with the first extra subfield (RFC 1952 §2.3).
const HEAD_BYTES: usize = 14;
/// The empty block that every bgzf file ends with (SAM specification §4.1.2).
const LAST_BLOCK: [u8; 28] = [
    0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0,
    0, 0, 0, 0, 0, 0, 0,
];

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
        let tail = Tail { inner: whole, last: Vec::new() };
        return Ok(Box::new(Blocks { inner: bgzf::io::Reader::new(tail) }));
    }
    Ok(Box::new(BufReader::new(MultiGzDecoder::new(whole))))
}

/// A reader that remembers its last bytes.
struct Tail<R> {
    inner: R,
    last: Vec<u8>,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        let new = buffer.get(..bytes).unwrap_or_default();
        let new = new.get(new.len().saturating_sub(LAST_BLOCK.len())..).unwrap_or_default();
        self.last.extend_from_slice(new);
        let surplus = self.last.len().saturating_sub(LAST_BLOCK.len());
        self.last.drain(..surplus);
        Ok(bytes)
    }
}

/// The text of a bgzf file, an error where its last block is missing. A file that was cut between
/// two blocks looks whole otherwise, and its positions would be taken for not mentioned.
struct Blocks<R> {
    inner: bgzf::io::Reader<Tail<R>>,
}

impl<R: Read> BufRead for Blocks<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.inner.fill_buf()?.is_empty() && self.inner.get_ref().last != LAST_BLOCK {
            let text = "the last block of the compressed file is missing";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.inner.consume(bytes);
    }
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?.read(buffer)?;
        self.consume(bytes);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_cut_between_blocks_is_an_error() {
        let mut writer = bgzf::io::Writer::new(Vec::new());
        writer.write_all(b"one\n").unwrap();
        writer.flush().unwrap();
        let first_block = writer.get_ref().len();
        writer.write_all(b"two\n").unwrap();
        let whole = writer.finish().unwrap();
        let text = |bytes: &[u8]| io::read_to_string(open(bytes).unwrap());
        assert_eq!(text(&whole).unwrap(), "one\ntwo\n");
        for length in [first_block, whole.len() - LAST_BLOCK.len()] {
            let error = text(&whole[..length]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
        // Files put together have an empty block in the middle.
        assert_eq!(text(&[&whole[..], &whole].concat()).unwrap(), "one\ntwo\none\ntwo\n");
    }
}
