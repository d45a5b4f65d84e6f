//! What may leave for research: resources without the identifiers of the Safe Harbor method, and
//! counts that tell on nobody.
//!
//! For: one place that decides what a researcher gets to see, so that it can be read and attacked
//! in tests.
//! Never: I/O, a clock, chance. What is not in the table of elements does not pass; a count leaves
//! by [`counts`] only.
//! Rules come from 45 CFR 164.514(b)(2) (Safe Harbor), 164.514(c) (codes for re-identification),
//! the guidance of the Office for Civil Rights of 26 November 2012, the All of Us data and
//! statistics dissemination policy (no count of 1 to 20), and 28 CFR part 202 (bulk data).

pub mod bulk;
pub mod counts;
mod pseudonym;
pub mod safe_harbor;

pub use pseudonym::{ProjectKey, WORDS_OF_PSEUDONYM};
pub use safe_harbor::{Outcome, Report, Settings, Tier, Withheld, resource};
