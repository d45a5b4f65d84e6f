//! Load and timing, for figures in docs/BENCHMARKS.md; never part of a test.

pub mod cds;
pub mod cohort_vcf;
pub mod command;
pub mod genome;
mod http;
pub mod resources;
mod summary;

pub use http::{Connection, Target};
pub use summary::Summary;
