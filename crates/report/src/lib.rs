//! View struct to PDF.
//!
//! For: a person's results on paper: the pharmacogenomic report, from statements to a view.
//! Never: the record, the clock, files, the network.
//! Rules come from the report order of result, meaning, next steps, limits (EJHG 2020, PMC7316722),
//! and from the fixed words of `model::absence`. The document itself is to follow.

pub mod pgx;
mod words;
