//! Whether a file is whole, decided over its bytes before anything is read from it.
//!
//! Readers of PDF repair what they find, and a damaged report then comes out as pages of text with
//! other variants and no error. So every object is visited in the order of the file, every stream
//! has to be as long as it says, and every one that is compressed by Flate has to pass its own
//! checksum (RFC 1950, Adler-32). Structure: ISO 32000-2 §7.5.

mod ascii85;
mod scan;
mod stream;
mod token;

use std::fmt;

/// Largest file that is looked at, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Objects of a file.
pub const OBJECTS_MAX: usize = 200_000;
/// Bytes that the streams of a file may inflate to, all together.
pub const INFLATED_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Arrays and dictionaries in one another.
pub const NESTING_MAX: usize = 64;
/// Bytes at the ends of a file in which its marks are looked for (ISO 32000-2 annex H.3).
const MARK_BYTES_MAX: usize = 1024;

/// What a whole file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// Objects that stand by themselves.
    pub objects: usize,
    /// Streams.
    pub streams: usize,
    /// Streams whose checksum was tested, and held.
    pub tested: usize,
    /// Streams of text or structure without a checksum: nobody can tell whether they are whole.
    pub untested: usize,
}

/// Why nothing is read from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is none.
    #[error("the file is no PDF")]
    NoPdf,
    /// It asks for a password, or is readable without one but scrambled all the same.
    #[error("the file is encrypted")]
    Encrypted,
    /// It is cut, or was changed on its way.
    #[error("the file is damaged: {what}, at byte {at}")]
    Damaged {
        /// What is wrong.
        what: Damage,
        /// Where.
        at: usize,
    },
    /// It is larger than what is looked at.
    #[error("the file has more than {limit} {of}")]
    TooMuch {
        /// Of what.
        of: &'static str,
        /// How much is looked at.
        limit: usize,
    },
}

impl Refusal {
    /// A stable word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NoPdf => "not-pdf",
            Self::Encrypted => "encrypted",
            Self::Damaged { .. } => "damaged",
            Self::TooMuch { .. } => "too-much",
        }
    }
}

/// What is wrong with a damaged file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It does not end with its mark.
    End,
    /// What the end points to is no table of objects.
    Table,
    /// The table of objects points to something else.
    Entry,
    /// Something stands between objects that belongs to none.
    Between,
    /// An object does not end, or is none.
    Object,
    /// A stream is not as long as it says.
    Length,
    /// A stream's compressed data or its checksum is wrong.
    Checksum,
    /// A stream is packed in a way that is not known.
    Filter,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::End => "the end is missing",
            Self::Table => "the table of objects is missing",
            Self::Entry => "the table of objects is wrong",
            Self::Between => "something belongs to no object",
            Self::Object => "an object is broken",
            Self::Length => "a stream has another length",
            Self::Checksum => "a stream fails its checksum",
            Self::Filter => "a stream is packed in an unknown way",
        })
    }
}

pub(crate) fn damaged(what: Damage, at: usize) -> Refusal {
    Refusal::Damaged { what, at }
}

/// Looks at a whole file.
///
/// # Errors
/// Why nothing must be read from it.
pub fn check(bytes: &[u8]) -> Result<Whole, Refusal> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refusal::TooMuch { of: "bytes", limit: FILE_BYTES_MAX });
    }
    let head = bytes.get(..MARK_BYTES_MAX).unwrap_or(bytes);
    let begin = memchr::memmem::find(head, b"%PDF-").ok_or(Refusal::NoPdf)?;
    let version = head.get(begin + 5..).and_then(|rest| rest.get(..3));
    if !matches!(version, Some([b'1', b'.', b'0'..=b'7'] | b"2.0")) {
        return Err(Refusal::NoPdf);
    }
    let tail = bytes.len().saturating_sub(MARK_BYTES_MAX);
    let is_ended =
        bytes.get(tail..).is_some_and(|end| memchr::memmem::rfind(end, b"%%EOF").is_some());
    if !is_ended {
        return Err(damaged(Damage::End, bytes.len()));
    }
    scan::whole(bytes, begin)
}
