//! Populations: columnar tables, counts with small-cell rules, exports.
//!
//! For: how many, without telling who.
//! Never: pages; a count that leaves by any way but [`emit`].
//! Rules come from the All of Us data and statistics dissemination policy: no count from 1 to 20
//! is shown, nor anything from which one can be derived. Tables are rows about single people and go
//! to callers who may read each of them.

pub mod disclosure;
pub mod table;
pub mod view;

pub use disclosure::{EmittedTable, NotEmitted, Shown, THRESHOLD_DEFAULT, emit};
pub use table::{Format, NotWritten, TableWriter};
pub use view::{NotRun, ViewRun, ViewSettings};
