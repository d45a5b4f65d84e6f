//! Reports of laboratories that sequence tumours, in the laboratories' own file formats.
//!
//! Every adapter fills one model: what was tested of which specimen, what was found, what was not,
//! and what the laboratory says of it, each with the path in the file that it was read from and in
//! the laboratory's words. Nothing is normalised here but the notation of numbers; what no adapter
//! reads becomes a problem with its place, and the file itself stays archived. Therapies and trials
//! are quoted, never taken for advice of this software.

mod finding;
pub mod foundation;
mod report;

pub use finding::{
    CopyNumber, Finding, FindingContent, Listed, Measure, Rearrangement, ShortVariant, Strand,
    TestedGene,
};
pub use report::{
    Amendment, Demographics, Document, Laboratory, QuoteKind, Quoted, Run, SpecimenStated,
    VendorReport,
};

use crate::xml::{self, Limits};
use model::Problem;

/// Reads a report in any of the formats, known by its content.
pub fn read(bytes: &[u8]) -> (Option<VendorReport>, Vec<Problem>) {
    let document = match xml::Document::read(bytes, &Limits::default()) {
        Ok(document) => document,
        Err(problem) => return (None, vec![*problem]),
    };
    if foundation::is_foundation(&document) {
        return foundation::read(&document);
    }
    let text = "the file is in no laboratory's format that is read";
    (None, vec![Problem::error("unknown-format", document.root().path(), text)])
}
