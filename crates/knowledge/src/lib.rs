//! Knowledge packs: load, lint, version, diff and index.
//!
//! For: turning reviewable tables into what engines look up, and proving which tables they were.
//! Never: the network at run time; upstream sentences (facts only, in our own words).

pub mod pgx;
