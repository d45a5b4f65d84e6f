//! .2bit: four bases a byte, with the places of unknown bases beside them (UCSC Genome Browser,
//! "twoBit Sequence Archives").

use super::{BASES_MAX, BadReference, Bytes, ReferenceFile, SEQUENCES_MAX, filled, proven};
use crate::allele::Reference;
use crate::range::Range;
use std::collections::BTreeMap;

/// First word of a file.
const SIGNATURE: u32 = 0x1A41_2743;
/// Stretches of unknown bases, or of bases in lower case, of one sequence.
const STRETCHES_MAX: u32 = 10_000_000;
/// The bases in the order of their two bits.
const BASES: [u8; 4] = *b"TCAG";

/// Where a sequence is in the file.
#[derive(Debug)]
struct Place {
    length: u64,
    /// Place of its packed bases.
    offset: u64,
    /// Stretches of unknown bases, by their starts.
    unknown: Vec<(u64, u64)>,
}

/// A .2bit file.
#[derive(Debug)]
pub struct TwoBit<B> {
    bytes: B,
    sequences: BTreeMap<String, Place>,
}

/// Numbers of a file, in the order of bytes that its signature shows.
struct Words<'b, B> {
    bytes: &'b B,
    is_swapped: bool,
    at: u64,
}

impl<B: Bytes> Words<'_, B> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut buffer = [0; N];
        self.bytes.read_at(self.at, &mut buffer)?;
        self.at = self.at.checked_add(N as u64)?;
        Some(buffer)
    }

    fn short(&mut self) -> Option<u32> {
        let bytes = self.take::<4>()?;
        Some(if self.is_swapped { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn long(&mut self) -> Option<u64> {
        let bytes = self.take::<8>()?;
        Some(if self.is_swapped { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    fn name(&mut self) -> Option<String> {
        let [length] = self.take::<1>()?;
        let mut name = vec![0; usize::from(length)];
        self.bytes.read_at(self.at, &mut name)?;
        self.at = self.at.checked_add(u64::from(length))?;
        String::from_utf8(name).ok()
    }

    fn shorts(&mut self, count: u32) -> Option<Vec<u32>> {
        let mut buffer = vec![0; usize::try_from(count).ok()?.checked_mul(4)?];
        self.bytes.read_at(self.at, &mut buffer)?;
        self.at = self.at.checked_add(buffer.len() as u64)?;
        let word = |bytes: &[u8]| {
            let bytes: [u8; 4] = bytes.try_into().ok()?;
            Some(if self.is_swapped {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            })
        };
        buffer.chunks_exact(4).map(word).collect()
    }
}

impl<B: Bytes> TwoBit<B> {
    /// Over a file's bytes. Reads the index and the places of unknown bases, no bases.
    ///
    /// # Errors
    /// When it is no .2bit file, or no chromosome of a known build is in it.
    pub fn open(bytes: B) -> Result<Self, BadReference> {
        let bad = |text: &str| BadReference(text.to_owned());
        let mut words = Words { bytes: &bytes, is_swapped: false, at: 0 };
        let signature = words.short().ok_or_else(|| bad("the file is cut short"))?;
        words.is_swapped = signature == SIGNATURE.swap_bytes();
        if signature != SIGNATURE && !words.is_swapped {
            return Err(bad("the file does not begin as a .2bit file does"));
        }
        let sequences = index(&mut words).ok_or_else(|| bad("its index cannot be read"))?;
        if sequences.is_empty() {
            let text = "no sequence has name and length of a chromosome of GRCh37 or GRCh38";
            return Err(bad(text));
        }
        Ok(Self { bytes, sequences })
    }
}

fn index<B: Bytes>(words: &mut Words<'_, B>) -> Option<BTreeMap<String, Place>> {
    let (version, count) = (words.short()?, words.short()?);
    words.short()?;
    if version > 1 || count as usize > SEQUENCES_MAX {
        return None;
    }
    let mut held = Vec::new();
    for _ in 0..count {
        let name = words.name()?;
        // Version 1 has places of 64 bits.
        let offset = if version == 1 { words.long()? } else { u64::from(words.short()?) };
        held.push((name, offset));
    }
    let mut sequences = BTreeMap::new();
    for (name, offset) in held {
        words.at = offset;
        let length = u64::from(words.short()?);
        if let Some(accession) = proven(&name, length) {
            sequences.insert(accession, sequence(words, length)?);
        }
    }
    Some(sequences)
}

/// The head of a sequence behind its length.
fn sequence<B: Bytes>(words: &mut Words<'_, B>, length: u64) -> Option<Place> {
    let count = words.short().filter(|count| *count <= STRETCHES_MAX)?;
    let (starts, sizes) = (words.shorts(count)?, words.shorts(count)?);
    let mut unknown: Vec<(u64, u64)> = starts
        .iter()
        .zip(&sizes)
        .map(|(start, size)| (u64::from(*start), u64::from(*start) + u64::from(*size)))
        .collect();
    unknown.sort_unstable();
    // Bases in lower case are bases like the others.
    let masked = words.short().filter(|count| *count <= STRETCHES_MAX)?;
    let offset = words.at.checked_add(u64::from(masked).checked_mul(8)?)?.checked_add(4)?;
    Some(Place { length, offset, unknown })
}

impl<B: Bytes> Reference for TwoBit<B> {
    fn bases(&self, range: &Range) -> Option<String> {
        filled(self, range)
    }

    fn fill(&self, sequence: &str, start: u64, end: u64, into: &mut Vec<u8>) -> bool {
        into.clear();
        let Some(place) = self.sequences.get(sequence) else { return false };
        if start > end || end > place.length || end - start > BASES_MAX {
            return false;
        }
        let (from, to) = (start / 4, end.div_ceil(4));
        let Ok(bytes) = usize::try_from(to - from) else { return false };
        let mut packed = vec![0; bytes];
        if self.bytes.read_at(place.offset + from, &mut packed).is_none() {
            return false;
        }
        let each = packed.iter().flat_map(|byte| [6, 4, 2, 0].map(|shift| (byte >> shift) & 3));
        let bases = each.filter_map(|bits| BASES.get(usize::from(bits)).copied());
        let skipped = usize::try_from(start % 4).unwrap_or(0);
        into.extend(bases.skip(skipped).take(usize::try_from(end - start).unwrap_or(0)));
        let first = place.unknown.partition_point(|(_, high)| *high <= start);
        for (low, high) in place.unknown.iter().skip(first).take_while(|(low, _)| *low < end) {
            let (low, high) = ((*low).max(start) - start, (*high).min(end) - start);
            let (low, high) = (usize::try_from(low), usize::try_from(high));
            if let (Ok(low), Ok(high)) = (low, high)
                && let Some(stretch) = into.get_mut(low..high)
            {
                stretch.fill(b'N');
            }
        }
        into.len() as u64 == end - start
    }
}

impl<B: Bytes> ReferenceFile for TwoBit<B> {
    fn sequences(&self) -> Vec<String> {
        self.sequences.keys().cloned().collect()
    }
}
