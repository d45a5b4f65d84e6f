//! The process that reads one document: the server starts it, and nobody else needs it.

use crate::outcome::Outcome;
use anyhow::Context;
use pdf::child::{Task, answer, confine};

pub(crate) fn run(page: Option<u32>, second: bool) -> anyhow::Result<Outcome> {
    confine()?;
    let names = knowledge::oncology::OncologyNames::built_in();
    let genes = tumor::gene::Genes::new(&names.context("the built-in names cannot be read")?);
    let task = match page {
        Some(page) => Task::Picture(page),
        None if second => Task::Second,
        None => Task::Read,
    };
    answer(task, std::io::stdin().lock(), std::io::stdout().lock(), &genes)?;
    Ok(Outcome::Done)
}
