//! Builders and synthetic patients for tests (dev-dependency only).
//!
//! For: the same few patients, genotypes, statements and messages in every crate's tests.
//! Never: shipped in the binary; real people; the clock or random numbers.
//! Facts in `pgx` are a handful from CPIC guidelines, enough to test with and no more; the pack
//! under `knowledge/` is the truth.

pub mod clock;
pub mod genotypes;
pub mod oru;
pub mod panel;
pub mod patients;
pub mod pdf;
pub mod pgx;
pub mod statements;
pub mod vcf;
