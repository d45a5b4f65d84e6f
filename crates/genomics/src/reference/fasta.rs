//! FASTA with the index that `samtools faidx` makes: five columns a sequence.

use super::{BASES_MAX, BadReference, Bytes, ReferenceFile, SEQUENCES_MAX, filled, proven};
use crate::allele::Reference;
use crate::range::Range;
use std::collections::BTreeMap;

/// Bytes of the longest line of bases.
const LINE_BYTES_MAX: u64 = 1 << 40;

/// Where a sequence is in the file.
#[derive(Clone, Copy, Debug)]
struct Place {
    length: u64,
    offset: u64,
    line_bases: u64,
    line_bytes: u64,
}

/// A FASTA file with its index.
#[derive(Debug)]
pub struct Fasta<B> {
    bytes: B,
    sequences: BTreeMap<String, Place>,
}

impl<B: Bytes> Fasta<B> {
    /// Over a file's bytes, with the text of its `.fai`.
    ///
    /// # Errors
    /// When the index is none, or no chromosome of a known build is in it.
    pub fn open(bytes: B, index: &str) -> Result<Self, BadReference> {
        let mut sequences = BTreeMap::new();
        for (at, line) in index.lines().enumerate() {
            if at >= SEQUENCES_MAX {
                let text = format!("the index has more than {SEQUENCES_MAX} sequences");
                return Err(BadReference(text));
            }
            let bad = || BadReference(format!("line {} of the index cannot be read", at + 1));
            let (name, place) = place(line).ok_or_else(bad)?;
            if let Some(accession) = proven(name, place.length) {
                sequences.insert(accession, place);
            }
        }
        if sequences.is_empty() {
            let text = "no sequence has name and length of a chromosome of GRCh37 or GRCh38";
            return Err(BadReference(text.to_owned()));
        }
        Ok(Self { bytes, sequences })
    }
}

/// `chr1  248956422  6  60  61`: name, bases, offset, bases and bytes of a line.
fn place(line: &str) -> Option<(&str, Place)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let mut number = || fields.next()?.trim().parse::<u64>().ok();
    let (length, offset, line_bases, line_bytes) = (number()?, number()?, number()?, number()?);
    let is_line = line_bases > 0 && line_bases <= line_bytes && line_bytes <= LINE_BYTES_MAX;
    is_line.then_some((name, Place { length, offset, line_bases, line_bytes }))
}

impl<B: Bytes> Reference for Fasta<B> {
    fn bases(&self, range: &Range) -> Option<String> {
        filled(self, range)
    }

    fn fill(&self, sequence: &str, start: u64, end: u64, into: &mut Vec<u8>) -> bool {
        into.clear();
        let Some(place) = self.sequences.get(sequence) else { return false };
        if start > end || end > place.length || end - start > BASES_MAX {
            return false;
        }
        let at = |base: u64| {
            let line = (base / place.line_bases).checked_mul(place.line_bytes)?;
            place.offset.checked_add(line)?.checked_add(base % place.line_bases)
        };
        let (Some(from), Some(to)) = (at(start), at(end)) else { return false };
        let Ok(bytes) = usize::try_from(to.saturating_sub(from)) else { return false };
        into.resize(bytes, 0);
        if self.bytes.read_at(from, into).is_none() {
            return false;
        }
        into.retain(|byte| !byte.is_ascii_whitespace());
        into.make_ascii_uppercase();
        into.len() as u64 == end - start && into.iter().all(u8::is_ascii_alphabetic)
    }
}

impl<B: Bytes> ReferenceFile for Fasta<B> {
    fn sequences(&self) -> Vec<String> {
        self.sequences.keys().cloned().collect()
    }
}
