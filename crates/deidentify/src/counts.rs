//! Counts that tell on nobody: everything a researcher learns of how many leaves by here.
//!
//! A count of 1 to the threshold is not told, others are rounded up to a multiple
//! ([`rule`]); tables hide further cells ([`table`]); a ledger of a project's questions gives sets
//! of nearly the same people one answer, so that differences tell nothing, and bounds what
//! questions about variants tell of one person ([`ledger`]).

pub mod budget;
pub mod ledger;
pub mod rule;
pub mod sketch;
pub mod table;

pub use budget::Budget;
pub use ledger::{
    Answer, Entry, Kind, Ledger, QUESTIONS_MAX, Question, TableAnswer, TableQuestion,
};
pub use rule::{Rule, THRESHOLD_MIN, Told, TooLow};
pub use sketch::Sketch;
pub use table::{EmittedTable, LINES_MAX, NotEmitted};
