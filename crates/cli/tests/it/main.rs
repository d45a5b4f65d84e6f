//! The binary as a person or a script uses it: what it prints, where, and how it ends.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod files;
mod knowledge;
mod pgx;
mod store;
mod terminal;
mod view;
