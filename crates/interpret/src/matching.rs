//! Trials of the record, and the patients they are for.
//!
//! For: keeping trials as they were curated, putting patients of the record to them, and noting
//! what changed for whom.
//! Never: a fact that is hidden from who asks; an unknown fact taken for a yes or a no.

mod book;

pub use book::{KeptTrial, keep_trial, kept_trial, kept_trials};
