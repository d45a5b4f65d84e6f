//! The binary as a person or a script uses it: what it prints, where, and how it ends.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod acknowledging;
mod audit;
mod audit_reading;
mod backup;
#[cfg(test)]
#[expect(dead_code, reason = "the tests of the record use all of it")]
#[path = "../../../record/tests/it/store.rs"]
mod databases;
mod destination;
mod document;
mod files;
mod keys;
mod knowledge;
mod ocr;
mod patient;
mod pgx;
mod policy;
mod postgres;
mod project;
mod store;
mod terminal;
#[cfg(all(test, feature = "pkcs11"))]
mod token;
mod trials;
mod tumor;
mod view;
