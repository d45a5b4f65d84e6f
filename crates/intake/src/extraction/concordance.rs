//! Whether a document and the results that came with it say the same.
//!
//! What both say takes nobody: it stands already. What only the document says waits for people, as
//! ever. Where they do not agree, the results concerned are held: they are preliminary until a
//! laboratory reviewer has said with a reason that they hold, or their laboratory has corrected
//! them. A report whose variants are in doubt is held as a whole, for what a report has looked at
//! and does not state counts as not there.
//!
//! Never: which of the two is right.

mod apply;
mod beside;
mod compare;
mod said;
mod verdict;

pub use apply::WORD;
pub use compare::{Compared, Disagreement};
pub use verdict::{Answer, Held, answer, document_of, held};

pub(super) use apply::Comparer;

use super::ReadDocument;
use crate::failure::Failure;
use beside::Beside;
use model::PatientId;
use record::{Access, Record};

/// Compares a document with what came with it, as far as the caller may read it.
///
/// # Errors
/// When the record fails.
pub fn compared(
    record: &Record,
    access: &Access,
    patient: &PatientId,
    document: &ReadDocument,
) -> Result<Compared, Failure> {
    let beside = Beside::of(record, access, patient, document)?;
    Ok(match &document.reading {
        Some(reading) => compare::compare(reading, &beside),
        None => Compared::default(),
    })
}
