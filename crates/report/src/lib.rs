//! View struct to an HTML page and to PDF.
//!
//! For: a person's results to read and on paper: the pharmacogenomic report, from statements to a
//! view, and the brief for a tumour board; from the view to one HTML page and to a tagged,
//! accessible document (feature `pdf`), both in the same order and words.
//! Never: the record, the clock, files, the network; text of a patient read as markup.
//! Rules come from PDF/UA-1 (ISO 14289-1) for the document, from the report order of result,
//! meaning, next steps, limits (EJHG 2020, PMC7316722), and from the fixed words of
//! `model::absence`.

pub mod board;
mod html;
mod mark;
pub mod pgx;
mod sheet;
#[cfg(feature = "pdf")]
mod typeset;
mod words;

pub use html::{content_security_policy, html};
#[cfg(feature = "pdf")]
pub use typeset::{Failure, VIEW_BYTES_MAX, pdf};
