//! The process that reads one document: the server starts it, and nobody else needs it.

use crate::arguments::ExtractPdfArguments;
use crate::outcome::Outcome;
use anyhow::Context;
use pdf::child::{Task, answer, become_recogniser, confine};

pub(crate) fn run(arguments: &ExtractPdfArguments) -> anyhow::Result<Outcome> {
    if let Some(program) = &arguments.recognise {
        // It comes back only when that failed.
        return Err(become_recogniser(program, arguments.dots_per_inch).into());
    }
    confine()?;
    let names = knowledge::oncology::OncologyNames::built_in();
    let genes = tumor::gene::Genes::new(&names.context("the built-in names cannot be read")?);
    let task = match (arguments.page, arguments.raster, arguments.recognised) {
        (Some(page), _, _) => Task::Picture(page),
        (None, Some(page), _) => Task::Raster(page),
        (None, None, Some(length)) => Task::Again(length),
        (None, None, None) if arguments.second => Task::Second,
        (None, None, None) => Task::Read,
    };
    answer(task, std::io::stdin().lock(), std::io::stdout().lock(), &genes)?;
    Ok(Outcome::Done)
}
