//! `cognate view run`

mod source;

use super::say;
use crate::arguments::{ViewCommand, ViewRunArguments};
use crate::outcome::Outcome;
use crate::store;
use anyhow::{Context, anyhow};
use cohort::{NotRun, NotWritten, ViewRun, ViewSettings};
use formats::fhir::json::{self, RESOURCE_BYTES_MAX};
use formats::fhir::view::View;
use record::Walk;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What a table is written to.
type Output = Box<dyn Write + Send>;

/// Makes a table of a view.
pub(crate) fn run(command: &ViewCommand) -> anyhow::Result<Outcome> {
    let ViewCommand::Run(arguments) = command;
    let Some(view) = view(&arguments.view)? else { return Ok(Outcome::Problem) };
    let partial = arguments.out.as_deref().map(partial);
    let made = table(arguments, &view, partial.as_deref());
    match (&made, &partial, &arguments.out) {
        // A table is there when it is whole.
        (Ok(_), Some(partial), Some(out)) => std::fs::rename(partial, out)
            .with_context(|| format!("`{}` cannot be written", out.display()))?,
        (Err(_), Some(partial), _) => drop(std::fs::remove_file(partial)),
        _ => {}
    }
    match made {
        Ok(rows) => {
            if let Some(out) = &arguments.out {
                say(&format!("{rows} rows in `{}`", out.display()));
            }
            Ok(Outcome::Done)
        }
        // A reader that has gone away (`| head`) is no failure.
        Err(error) if is_broken_pipe(&error) => Ok(Outcome::Done),
        Err(error) => Err(error),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let output = match cause.downcast_ref::<NotRun>() {
            Some(NotRun::NotWritten(NotWritten::Output(error))) => Some(error),
            _ => match cause.downcast_ref::<NotWritten>() {
                Some(NotWritten::Output(error)) => Some(error),
                _ => None,
            },
        };
        output.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
    })
}

fn partial(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// The view of a file; what is wrong with it is said.
fn view(path: &Path) -> anyhow::Result<Option<View>> {
    let bytes =
        std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let document = json::read(&bytes, RESOURCE_BYTES_MAX)
        .map_err(|problem| anyhow!("`{}` is no ViewDefinition: {problem}", path.display()))?;
    let (view, problems) = View::read(&document.value, &document.literals);
    for problem in &problems {
        say(&format!("{}: {problem}", path.display()));
    }
    Ok(view)
}

/// Writes the table; how many rows it has.
fn table(arguments: &ViewRunArguments, view: &View, file: Option<&Path>) -> anyhow::Result<u64> {
    let output: Output = match file {
        None => Box::new(std::io::stdout()),
        Some(path) => Box::new(
            File::create(path).with_context(|| format!("`{}` cannot be made", path.display()))?,
        ),
    };
    let settings = ViewSettings {
        format: arguments.format.into(),
        has_header: !arguments.no_header,
        rows_max: arguments.limit,
    };
    let mut run = ViewRun::new(view, settings, BufWriter::new(output))?;
    if arguments.from.is_empty() {
        of_store(arguments, view, &mut run)?;
    } else {
        for path in &arguments.from {
            let each = &mut |document: &json::Document| -> anyhow::Result<ControlFlow<()>> {
                Ok(run.resource(&document.value, &document.literals)?)
            };
            let flow = source::each(path, each).with_context(|| format!("`{}`", path.display()))?;
            if flow.is_break() {
                break;
            }
        }
    }
    let (_, rows) = run.finish()?;
    Ok(rows)
}

/// All current resources of the view's type.
fn of_store<W: Write + Send>(
    arguments: &ViewRunArguments,
    view: &View,
    run: &mut ViewRun<'_, W>,
) -> anyhow::Result<()> {
    let record = store::open(&arguments.store)?;
    let walk = Walk { resource_type: view.resource.clone(), patients: None, since: None };
    record.walk(&store::reader(), &walk, &mut |stored| -> anyhow::Result<ControlFlow<()>> {
        let document = json::read(&stored.body, RESOURCE_BYTES_MAX)
            .map_err(|problem| anyhow!("{}: {problem}", stored.reference))?;
        Ok(run.resource(&document.value, &document.literals)?)
    })
}
