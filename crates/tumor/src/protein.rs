//! What a variant does to the protein, out of every spelling in use.
//!
//! HGVS with and without `p.`, brackets, one and three letters; the older forms of MAF files
//! (`p.EI999fs`, `p.655_656LL>L`), and what laboratories print (`splice site 594-2A>C`).
//! Nothing is looked up in a sequence: two changes that only the sequence could tell to be the
//! same stay two. Source of the forms: HGVS nomenclature 21.0, protein level; MAF files in use.

mod ask;
mod parse;
mod replace;
mod write;

pub use ask::AskedChange;
pub use parse::{CHANGE_BYTES_MAX, Unreadable, parse};

/// A residue of the protein: its letter, `*` for the stop, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Residue {
    /// One-letter code, if stated.
    pub letter: Option<u8>,
    /// Counted from 1 at the initiator methionine.
    pub position: u32,
}

/// Residues that came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Inserted {
    /// These, in one-letter code.
    Residues(Box<str>),
    /// So many.
    Count(u32),
    /// Not stated.
    NotStated,
}

impl Inserted {
    /// How many, if stated.
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Residues(letters) => Some(letters.len()),
            Self::Count(count) => usize::try_from(*count).ok(),
            Self::NotStated => None,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// One residue for another; a stop gained has the letter `*`.
    Substitution(u8),
    /// Residues lost, from start to end.
    Deletion,
    /// Residues doubled, from start to end.
    Duplication,
    /// Residues between start and end, or at a place near them.
    Insertion(Inserted),
    /// Residues replaced by others.
    Replacement(Inserted),
    /// The reading frame shifts from the start on.
    Frameshift {
        /// The first changed residue, if stated.
        letter: Option<u8>,
        /// Distance to the new stop, if stated.
        stop: Option<u32>,
    },
    /// The initiator methionine is lost.
    StartLost(Option<u8>),
    /// The stop is lost.
    StopLost {
        /// What stands in its place, if stated.
        letter: Option<u8>,
        /// Residues to the next stop, if stated.
        extension: Option<u32>,
    },
    /// A splice site; what becomes of the protein is not known.
    Splice(Option<Box<str>>),
    /// No change.
    Silent,
    /// Something happens at the residue, and it is not stated what.
    NotStated,
}

/// One change of the protein.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProteinChange {
    /// The first residue concerned; `None` for a splice site without one and for `p.=`.
    pub start: Option<Residue>,
    /// The last one, where it is another.
    pub end: Option<Residue>,
    /// What happened.
    pub kind: ChangeKind,
}

impl ProteinChange {
    /// First and last position concerned.
    pub fn span(&self) -> Option<(u32, u32)> {
        let start = self.start?.position;
        Some((start, self.end.map_or(start, |end| end.position)))
    }

    /// How many residues are replaced, lost or doubled.
    pub(crate) fn length(&self) -> Option<usize> {
        let (start, end) = self.span()?;
        usize::try_from(end.checked_sub(start)?.checked_add(1)?).ok()
    }
}
