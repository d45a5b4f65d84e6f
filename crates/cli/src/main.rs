//! `cognate`: the one binary. Commands, configuration and wiring.
//!
//! For: running and asking everything from a terminal.
//! Never: logic; what a command does lives in the crate it calls.
//! Output: data on stdout, talk on stderr; exit 0 done, 1 problem found, 2 usage, 3 not found or
//! refused.

mod arguments;
mod backups;
mod command;
mod outcome;
mod store;
#[cfg(feature = "pkcs11")]
mod token;

use clap::Parser;
use std::process::ExitCode;

/// A statement is many short texts: a third of the caller's time went to the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    match command::run(arguments) {
        Ok(outcome) => outcome.into(),
        Err(report) => outcome::failed(&report),
    }
}
