//! `cognate knowledge import`

mod evidence;

use crate::arguments::{ImportArguments, ImportFormat};
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, bail};
use knowledge::import::{self, Assembled, CpicSettings, Edition, Imported};
use model::problem::first_error;
use model::{Problem, Severity};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Makes a new pack directory from a base and the files of another source.
pub(super) fn run(arguments: &ImportArguments) -> anyhow::Result<Outcome> {
    if let Some(reader) = evidence::reader(arguments.format) {
        return evidence::run(arguments, reader);
    }
    let [directory] = arguments.files.as_slice() else {
        bail!("files of this source are given as one directory");
    };
    let base = store::named_pack(base_of(arguments), &arguments.trust)?;
    let files = import::directory(directory, &[".json", ".tsv", ".vcf"])
        .with_context(|| format!("`{}` cannot be read", directory.display()))?;
    let (imported, mut problems) = match arguments.format {
        ImportFormat::Pharmcat => import::pharmcat(&files),
        ImportFormat::Pharmvar => import::pharmvar(&files, &base, &arguments.date),
        ImportFormat::Cpic => {
            let (date, with_text) = (arguments.date.clone(), arguments.with_text);
            import::cpic(&files, &base, &CpicSettings { date, with_text })?
        }
        other => bail!("{other:?} is read as evidence"),
    };
    if imported.tables.values().all(Vec::is_empty) {
        for problem in &problems {
            say(&problem.to_string());
        }
        bail!(
            "there is nothing of {} in `{}`",
            format!("{:?}", arguments.format).to_lowercase(),
            directory.display()
        );
    }
    let edition = Edition { version: arguments.version.clone(), date: arguments.date.clone() };
    let done = import::assemble(&base, &imported, &edition)?;
    write(&arguments.out, &done.files)?;
    problems.extend(done.problems.iter().cloned());
    tell(arguments, &imported, &done, &problems)?;
    let faulty = first_error(&problems).is_some();
    Ok(if faulty { Outcome::Problem } else { Outcome::Done })
}

fn base_of(arguments: &ImportArguments) -> &str {
    arguments.base.as_deref().unwrap_or("built-in")
}

/// Also a pack with faults is written, so that they can be mended there.
fn write(out: &Path, files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    let place = || format!("the pack `{}` cannot be written", out.display());
    std::fs::create_dir(out).with_context(place)?;
    for (name, bytes) in files {
        std::fs::write(out.join(name), bytes).with_context(place)?;
    }
    Ok(())
}

fn tell(
    arguments: &ImportArguments,
    imported: &Imported,
    done: &Assembled,
    problems: &[Problem],
) -> anyhow::Result<()> {
    let count = |severity| problems.iter().filter(|p| p.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    if arguments.json {
        print_json(&json!({
            "pack": done.pack.as_ref().map(knowledge::Pack::reference),
            "genes": imported.genes,
            "tables": imported.tables.keys().collect::<Vec<_>>(),
            "problems": problems,
        }))?;
    } else {
        // Of other genes it is known that some alleles have no function.
        let old = |problem: &&Problem| {
            let gene = problem.place.split(' ').nth(1).unwrap_or_default();
            problem.code == "no-function" && !imported.genes.iter().any(|own| own == gene)
        };
        for problem in problems.iter().filter(|problem| !old(problem)) {
            let severity = format!("{:?}", problem.severity).to_lowercase();
            print(&format!("{severity}: {problem}\n"))?;
        }
    }
    let [errors, warnings, notes] = counts;
    say(&format!(
        "`{}`: {} genes, {errors} errors, {warnings} warnings, {notes} notes; compare it with \
         `cognate knowledge diff {} {}`",
        arguments.out.display(),
        imported.genes.len(),
        base_of(arguments),
        arguments.out.display()
    ));
    Ok(())
}
