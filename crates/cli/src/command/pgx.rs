//! `cognate pgx call`

mod advice;
mod cohort;
mod document;
mod fhir;
mod input;
mod json;
mod lines;
mod people;

use super::{print, say};
use crate::arguments::{PgxCallArguments, PgxCommand};
use crate::outcome::Outcome;
use crate::store;
use input::Input;
use knowledge::Pack;
use model::{Problem, Severity};

/// Calls star alleles from a file, without a store.
pub(crate) fn run(command: &PgxCommand) -> anyhow::Result<Outcome> {
    let PgxCommand::Call(arguments) = command;
    let pack = match &arguments.pack {
        None => store::built_in_pack()?,
        Some(directory) => store::pack_of(directory, &arguments.trust)?,
    };
    let (input, problems) = input::read(arguments, &pack)?;
    tell(arguments, &problems, arguments.format.is_none());
    let Some(input) = input else {
        if arguments.format.json {
            json::write_refusal(&pack, &problems)?;
        }
        say("nothing was called");
        return Ok(Outcome::Problem);
    };
    let job = Job { arguments, pack: &pack, input: &input, problems: &problems };
    let format = &arguments.format;
    if format.json {
        json::write(&job)?;
    } else if format.tsv {
        lines::write(&job)?;
    } else if format.fhir {
        fhir::write(&job)?;
    } else if format.html || format.pdf {
        document::write(&job)?;
    } else {
        people::write(&job)?;
    }
    Ok(Outcome::Done)
}

/// One run of the command.
struct Job<'j> {
    arguments: &'j PgxCallArguments,
    pack: &'j Pack,
    input: &'j Input,
    problems: &'j [Problem],
}

/// Says what was found on the way; remarks only where a person reads.
fn tell(arguments: &PgxCallArguments, problems: &[Problem], all: bool) {
    for problem in problems.iter().filter(|one| all || one.severity != Severity::Note) {
        say(&format!("{}: {problem}", arguments.input.display()));
    }
}
