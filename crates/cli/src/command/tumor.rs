//! `cognate tumor`

mod brief;
mod changes;
mod interpret;
mod shown;

use super::trials::World;
use crate::arguments::{TumorCommand, TumorLintArguments};
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use anyhow::Context;
use knowledge::evidence::EvidencePack;
use model::Problem;
use serde_json::json;
use std::path::Path;
use tumor::therapy::Library;

/// Runs one of the commands about tumours.
pub(crate) fn run(command: &TumorCommand) -> anyhow::Result<Outcome> {
    match command {
        TumorCommand::Interpret(arguments) => interpret::run(arguments),
        TumorCommand::Changes(arguments) => changes::run(arguments),
        TumorCommand::Brief(arguments) => brief::run(arguments),
        TumorCommand::Lint(arguments) => lint(arguments),
    }
}

/// What interpretations rest on, with what is not understood of it.
fn library(directory: &Path, world: &World) -> anyhow::Result<(Library, Vec<Problem>)> {
    let pack = EvidencePack::from_directory(directory)
        .with_context(|| format!("the evidence pack `{}` cannot be loaded", directory.display()))?;
    Ok(Library::new(&pack, &world.names, &world.genes, &world.tree))
}

fn lint(arguments: &TumorLintArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let (library, problems) = library(&arguments.evidence, &world)?;
    if arguments.json {
        let reference = &library.catalogue.reference;
        print_json(&json!({ "pack": reference, "problems": problems }))?;
    } else {
        for problem in &problems {
            print(&format!("{problem}\n"))?;
        }
    }
    let items = library.catalogue.items.len();
    say(&format!("{items} rows of evidence, {} not understood as a whole", problems.len()));
    Ok(if problems.is_empty() { Outcome::Done } else { Outcome::Problem })
}
