//! Views of documents that were read and wait for a person.

use super::identity::Session;
use model::id::PatientId;
use model::problem::Problem;
use model::time::Timestamp;

/// The documents that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentListView {
    /// Who is looking.
    pub session: Session,
    /// The documents, oldest first.
    pub documents: Vec<DocumentRow>,
    /// How many more wait that whoever is looking may not read.
    pub unseen: usize,
}

/// One that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id.
    pub id: String,
    /// What its sender calls it.
    pub title: Option<String>,
    /// When it was read.
    pub read: Timestamp,
    /// How many findings were read.
    pub findings: usize,
    /// Why nothing was read.
    pub refused: Option<String>,
    /// What the results that came with it say differently.
    pub disagreements: Vec<ReadDisagreement>,
}

/// A thing that a document and the result that came with it say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDisagreement {
    /// What it is about, a stable word: `phenotype`.
    pub word: String,
    /// What the result says.
    pub stated: String,
    /// What the document says.
    pub read: String,
    /// The page on which it says so, from 1.
    pub page: u32,
    /// Whether the result is kept from decisions just now.
    pub is_held: bool,
    /// Whether the result was released; `None` if nobody has said anything.
    pub is_released: Option<bool>,
    /// Who said so, and why.
    pub said: Option<(String, String)>,
}

/// A document with what was read from it.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentView {
    /// Who is looking.
    pub session: Session,
    /// Its row in the list.
    pub head: DocumentRow,
    /// Whose it is.
    pub patient: PatientId,
    /// How often it was changed: a decision is about what was shown.
    pub version: u64,
    /// Whether anything may still be decided.
    pub is_open: bool,
    /// Whether whoever is looking decides about results that are held.
    pub may_answer: bool,
    /// What was noticed, what does not agree with the record first.
    pub problems: Vec<Problem>,
    /// The findings.
    pub findings: Vec<ReadFinding>,
    /// Whether all is decided, and something was confirmed.
    pub can_be_filed: bool,
    /// Why the last decision was not taken.
    pub error: Option<String>,
}

/// A finding that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadFinding {
    /// What it is about, in words: `genotype`.
    pub kind: String,
    /// Its fields.
    pub fields: Vec<ReadField>,
    /// What was said of it: by whom, and whether somebody is missing.
    pub said: Option<String>,
    /// What the result that came with the document says, where that is the same.
    pub agrees: Option<String>,
}

/// A field of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadField {
    /// Its name, stable: `diplotype`.
    pub name: String,
    /// Its value; empty if what is written makes none.
    pub value: String,
    /// Where it was read; `None` if it was not.
    pub read: Option<ReadPlace>,
}

/// Where a field was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPlace {
    /// As it is written.
    pub written: String,
    /// Whether only one of the two engines reads it so.
    pub is_by_one: bool,
    /// How sure a recogniser is of it, of 100, if it was read in a picture.
    pub confidence: Option<u8>,
    /// The page, from 1.
    pub page: u32,
    /// What is shown of the page: left, top, width and height, in points.
    pub crop: [i32; 4],
}
