//! `cognate trials`

mod book;
mod explain;
mod files;
mod import;
mod matching;
mod migrate;
mod patients;
mod stored;

pub(super) use files::{World, bytes, tell};
pub(super) use patients::Cohort;

use crate::arguments::TrialsCommand;
use crate::outcome::Outcome;

/// Runs one of the commands about trials.
pub(crate) fn run(command: &TrialsCommand) -> anyhow::Result<Outcome> {
    match command {
        TrialsCommand::Match(arguments) => matching::run(arguments),
        TrialsCommand::Explain(arguments) => explain::run(arguments),
        TrialsCommand::Import(arguments) => import::run(arguments),
        TrialsCommand::Lint(arguments) => import::lint(arguments),
        TrialsCommand::Add(arguments) => book::add(arguments),
        TrialsCommand::List(arguments) => book::list(arguments),
        TrialsCommand::Retire(arguments) => book::retire(arguments),
    }
}
