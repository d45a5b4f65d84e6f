//! View struct to PDF.
//!
//! For: the patient page on paper, from the same view struct, with the same statements.
//! Never: the record.
//! Rules will come from PDF/UA-1 and the report order of result, meaning, next steps, limits. The
//! crate keeps the place; it holds nothing yet.
