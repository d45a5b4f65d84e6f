//! Reports of laboratories that sequence tumours, in the laboratories' own file formats.
//!
//! Every adapter fills one model: what was tested of which specimen, what was found, what was not,
//! and what the laboratory says of it, each with the path in the file that it was read from and in
//! the laboratory's words. Nothing is normalised here but the notation of numbers; what no adapter
//! reads becomes a problem with its place, and the file itself stays archived. Therapies and trials
//! are quoted, never taken for advice of this software.

mod caris;
mod field;
mod finding;
pub mod foundation;
mod guardant;
mod maf;
mod notation;
mod qiagen;
mod report;
pub mod study;
mod table;
mod tempus;
mod value;

pub use finding::{
    CopyNumber, Finding, FindingContent, Listed, Measure, Rearrangement, ShortVariant, Strand,
    TestedGene,
};
pub use report::{
    Amendment, Demographics, Document, Laboratory, QuoteKind, Quoted, Run, SpecimenStated,
    VendorReport,
};
pub use table::{CELL_BYTES_MAX, COLUMNS_MAX, ROWS_MAX};

use crate::fhir::json;
use crate::xml::{self, Limits};
use field::Field;
use model::Problem;

/// Largest file in JSON, in bytes; a report's PDF may stand in it.
pub const JSON_BYTES_MAX: usize = xml::DOCUMENT_BYTES_MAX;

/// In which notation a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// XML.
    Xml,
    /// JSON that is no FHIR.
    Json,
    /// A table that names whom it is about.
    Table,
    /// Specimens of which nobody says whose they are: MAF, the packed folder of a study.
    Specimens,
}

impl Notation {
    /// Looks at the first bytes; `None` if it is nothing that laboratories write reports in.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match bytes.trim_ascii_start().first() {
            Some(b'<') => return Some(Self::Xml),
            Some(b'{') => {
                let is_fhir = memchr::memmem::find(bytes, b"\"resourceType\"").is_some();
                return (!is_fhir).then_some(Self::Json);
            }
            _ => {}
        }
        if study::is_packed(bytes) {
            return Some(Self::Specimens);
        }
        let names = table::header(bytes.get(..HEAD_BYTES).unwrap_or(bytes));
        match () {
            () if maf::is_maf(&names) => Some(Self::Specimens),
            () if guardant::is_guardant(&names) => Some(Self::Table),
            () => None,
        }
    }
}

/// Bytes that a table's line of names is looked for in.
const HEAD_BYTES: usize = 256 * 1024;

/// Reads a report in any of the formats, known by its content. A table of several specimens is read
/// for the named one.
pub fn read(bytes: &[u8], sample: Option<&str>) -> (Option<VendorReport>, Vec<Problem>) {
    match Notation::of(bytes) {
        Some(Notation::Xml) => of_xml(bytes),
        Some(Notation::Json) => of_json(bytes),
        Some(Notation::Table) => guardant::read(bytes),
        Some(Notation::Specimens) if study::is_packed(bytes) => study::read(bytes, sample),
        Some(Notation::Specimens) => maf::read(bytes, sample),
        None => (None, vec![unknown("file")]),
    }
}

fn unknown(place: impl Into<String>) -> Problem {
    let text = "the file is in no laboratory's format that is read";
    Problem::error("unknown-format", place, text)
}

fn of_xml(bytes: &[u8]) -> (Option<VendorReport>, Vec<Problem>) {
    let document = match xml::Document::read(bytes, &Limits::default()) {
        Ok(document) => document,
        Err(problem) => return (None, vec![*problem]),
    };
    let root = Field::of_xml(document.root());
    match () {
        () if foundation::is_foundation(&document) => foundation::read(&document),
        () if caris::is_caris(&root) => caris::read(&root),
        () if qiagen::is_qiagen(&root) => qiagen::read(&root),
        () => (None, vec![unknown(root.path())]),
    }
}

fn of_json(bytes: &[u8]) -> (Option<VendorReport>, Vec<Problem>) {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Two readers that disagree about a key may see two results: what is ambiguous is refused.
    let value = match json::read_message(bytes, JSON_BYTES_MAX) {
        Ok(value) => value,
        Err(problem) => return (None, vec![problem]),
    };
    let root = Field::of_json(&value);
    match () {
        () if tempus::is_tempus(&root) => tempus::read(&root),
        () if caris::is_caris(&root) => caris::read(&root),
        () => (None, vec![unknown("/")]),
    }
}

#[cfg(test)]
mod tests;
