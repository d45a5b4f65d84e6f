//! View struct to PDF.
//!
//! For: a person's results on paper: the pharmacogenomic report, from statements to a view and from
//! the view to a tagged, accessible document (feature `pdf`).
//! Never: the record, the clock, files, the network; text of a patient read as markup.
//! Rules come from PDF/UA-1 (ISO 14289-1) for the document, from the report order of result,
//! meaning, next steps, limits (EJHG 2020, PMC7316722), and from the fixed words of
//! `model::absence`.

pub mod pgx;
#[cfg(feature = "pdf")]
mod typeset;
mod words;

#[cfg(feature = "pdf")]
pub use typeset::{Failure, VIEW_BYTES_MAX, pdf};
