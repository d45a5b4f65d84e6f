//! Backups of real records: taken while they are written to, restored, drilled.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod online;
mod restoring;
mod support;
mod upgrading;
