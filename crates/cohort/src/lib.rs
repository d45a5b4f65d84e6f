//! Populations: columnar tables, counts with small-cell rules, exports.
//!
//! For: how many, without telling who.
//! Never: pages; a count that leaves by any way but [`emit`].
//! Rules come from the All of Us data and statistics dissemination policy: no count from 1 to 20
//! is shown, nor anything from which one can be derived. So far the rule is here; tables and
//! exports follow.

pub mod disclosure;

pub use disclosure::{EmittedTable, NotEmitted, Shown, THRESHOLD_DEFAULT, emit};
