//! Reference sequences out of files, read at any place: .2bit and FASTA with an index.
//!
//! A file's sequences are known by their names and lengths together: a name without the length of
//! that chromosome on a known build is not used (GRCh37's `chrM` of UCSC is another sequence).

mod fasta;
mod two_bit;

pub use fasta::Fasta;
pub use two_bit::TwoBit;

use crate::allele::Reference;
use crate::range::Range;
use crate::sequence::{accession_of, known};
use model::variant::GenomeBuild;
use std::fmt;
use std::sync::Arc;

/// Sequences of one file.
pub const SEQUENCES_MAX: usize = 100_000;
/// Bases of one look-up.
pub const BASES_MAX: u64 = 1_000_000;

/// A file's bytes, at any place. Whoever implements it does the reading.
pub trait Bytes: fmt::Debug + Send + Sync {
    /// Fills the buffer with the bytes from a place on; `None` if they are not there.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Option<()>;
}

/// A file that is no reference sequence that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadReference(pub String);

impl fmt::Display for BadReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadReference {}

/// Several references, asked in turn: one for each build.
#[derive(Clone, Debug, Default)]
pub struct References(pub Vec<Arc<dyn ReferenceFile>>);

/// A reference out of a file.
pub trait ReferenceFile: Reference + fmt::Debug + Send + Sync {
    /// The accessions of its chromosomes.
    fn sequences(&self) -> Vec<String>;
}

impl Reference for References {
    fn bases(&self, range: &Range) -> Option<String> {
        self.0.iter().find_map(|reference| reference.bases(range))
    }

    fn fill(&self, sequence: &str, start: u64, end: u64, into: &mut Vec<u8>) -> bool {
        self.0.iter().any(|reference| reference.fill(sequence, start, end, into))
    }
}

impl References {
    /// Whether there is a chromosome of a build among them. The mitochondrion is of both.
    pub fn has(&self, build: GenomeBuild) -> bool {
        let of = |accession: &String| known(accession).and_then(|known| known.build);
        self.0.iter().any(|held| held.sequences().iter().any(|name| of(name) == Some(build)))
    }
}

/// The accession that a sequence's name and length prove.
fn proven(name: &str, length: u64) -> Option<String> {
    let fits = |accession: &str| known(accession).is_some_and(|known| known.length == length);
    if fits(name) {
        return Some(name.to_owned());
    }
    let builds = [GenomeBuild::GRCh37, GenomeBuild::GRCh38].into_iter();
    builds.filter_map(|build| accession_of(build, name)).find(|accession| fits(accession))
}

/// The bases of a range as text, of a reference that fills them in.
fn filled(reference: &impl Reference, range: &Range) -> Option<String> {
    let mut bases = Vec::new();
    reference.fill(&range.sequence, range.start, range.end, &mut bases).then_some(())?;
    String::from_utf8(bases).ok()
}

#[cfg(test)]
mod tests;
