//! Populations: columnar tables and exports.
//!
//! For: rows about people in a form that statistics are made of.
//! Never: pages; counts, which leave by `deidentify::counts` only.
//! Rules come from SQL on FHIR. Tables are rows about single people and go to callers who may read
//! each of them.

pub mod table;
pub mod view;

pub use table::{Format, NotWritten, TableWriter};
pub use view::{NotRun, ViewRun, ViewSettings};
