//! Columns of a block: variable-length numbers, texts, compression.

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::fmt;
use std::io::{Read as _, Write as _};

/// Bytes that a block may have, unpacked.
const BLOCK_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of one text of a block.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Fast, and within a tenth of the size of the slowest.
const LEVEL: u32 = 2;

/// A block that is none, or not one of ours: what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadBlock(pub(super) &'static str);

impl fmt::Display for BadBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a block of a genome cannot be read: {}", self.0)
    }
}

impl std::error::Error for BadBlock {}

/// Numbers and texts on their way into a column.
#[derive(Debug, Default)]
pub(super) struct Column(Vec<u8>);

impl Column {
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }

    /// A number that may be below 0: its sign in the lowest bit.
    pub(super) fn signed(&mut self, value: i64) {
        self.number((value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
    }

    /// 0 for none.
    pub(super) fn optional(&mut self, value: Option<u64>) {
        self.number(value.map_or(0, |value| value.saturating_add(1)));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Columns of a block, each led by its length, compressed.
pub(super) fn pack(version: u8, columns: &[Column]) -> Vec<u8> {
    let mut plain = Column(vec![version]);
    for column in columns {
        plain.number(column.0.len() as u64);
        plain.0.extend_from_slice(&column.0);
    }
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(LEVEL));
    // Writing to memory cannot fail.
    let _ = encoder.write_all(&plain.0);
    encoder.finish().unwrap_or_default()
}

/// The bytes of a packed block, of this version.
pub(super) fn unpack(version: u8, packed: &[u8]) -> Result<Vec<u8>, BadBlock> {
    let mut plain = Vec::new();
    let mut decoder = ZlibDecoder::new(packed).take(BLOCK_BYTES_MAX + 1);
    decoder.read_to_end(&mut plain).map_err(|_| BadBlock("its compression is broken"))?;
    if plain.len() as u64 > BLOCK_BYTES_MAX {
        return Err(BadBlock("it is too large"));
    }
    if plain.first() != Some(&version) {
        return Err(BadBlock("it is of another version"));
    }
    plain.remove(0);
    Ok(plain)
}

/// Numbers and texts out of a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, bytes: usize) -> Result<&'b [u8], BadBlock> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(BadBlock("it is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    /// The next column.
    pub(super) fn column(&mut self) -> Result<Reader<'b>, BadBlock> {
        let bytes = self.size()?;
        self.take(bytes).map(Reader)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u64, BadBlock> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let (byte, rest) = self.0.split_first().ok_or(BadBlock("it is cut short"))?;
            self.0 = rest;
            let bits = u64::from(byte & 0x7f);
            if shift > 63 || shift == 63 && bits > 1 {
                return Err(BadBlock("a number has too many bits"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    pub(super) fn signed(&mut self) -> Result<i64, BadBlock> {
        let value = self.number()?;
        Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    pub(super) fn optional(&mut self) -> Result<Option<u64>, BadBlock> {
        Ok(self.number()?.checked_sub(1))
    }

    /// A number of at most 32 bits, or none.
    pub(super) fn optional_short(&mut self) -> Result<Option<u32>, BadBlock> {
        self.optional()?
            .map(|value| u32::try_from(value).map_err(|_| BadBlock("a number is too large")))
            .transpose()
    }

    /// A number of things.
    pub(super) fn size(&mut self) -> Result<usize, BadBlock> {
        usize::try_from(self.number()?).map_err(|_| BadBlock("a number is too large"))
    }

    pub(super) fn text(&mut self) -> Result<&'b str, BadBlock> {
        let bytes = self.size()?;
        if bytes > TEXT_BYTES_MAX {
            return Err(BadBlock("a text is too long"));
        }
        std::str::from_utf8(self.take(bytes)?).map_err(|_| BadBlock("a text is not UTF-8"))
    }

    /// Refuses what is left over: it would be lost.
    pub(super) fn end(&self) -> Result<(), BadBlock> {
        if self.0.is_empty() { Ok(()) } else { Err(BadBlock("there is more than it says")) }
    }
}
