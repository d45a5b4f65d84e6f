//! The commands, one file each.

mod access;
mod audit;
mod backup;
mod count;
mod demo;
mod destination;
mod doctor;
mod explain;
mod extract_pdf;
mod feed;
mod import;
mod ingest;
mod init;
mod keys;
mod knowledge;
mod panels;
mod patient;
mod pgx;
mod policy;
mod project;
mod reference;
mod replay;
mod restore;
mod serve;
mod store;
mod trials;
mod tumor;
mod view;

use crate::arguments::{Arguments, Command};
use crate::outcome::Outcome;
use std::io::Write;

/// Runs one command.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments.command {
        Command::Init(init) => init::run(&init),
        Command::Serve(serve) => serve::run(&serve),
        Command::Ingest(ingest) => ingest::run(&ingest),
        Command::Feed(command) => feed::run(&command),
        Command::Destination(command) => destination::run(&command),
        Command::Import(import) => import::run(&import),
        Command::Pgx(pgx) => pgx::run(&pgx),
        Command::Trials(command) => trials::run(&command),
        Command::Tumor(command) => tumor::run(&command),
        Command::Explain(statement) => explain::run(&statement),
        Command::Replay(statement) => replay::run(&statement),
        Command::Knowledge(knowledge) => knowledge::run(&knowledge),
        Command::View(view) => view::run(&view),
        Command::Policy(policy) => policy::run(&policy),
        Command::Project(project) => project::run(&project),
        Command::Count(count) => count::run(&count),
        Command::Store(store) => store::run(&store),
        Command::Patient(patient) => patient::run(&patient),
        Command::Keys(keys) => keys::run(&keys),
        Command::Audit(audit) => audit::run(&audit),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Drill(arguments) => restore::run_drill(&arguments),
        Command::Account(account) => access::account(&account),
        Command::Client(client) => access::client(&client),
        Command::Demo(demo) => demo::run(&demo),
        Command::Doctor(doctor) => doctor::run(&doctor),
        Command::Openapi { base_url } => reference::openapi(&base_url),
        Command::Completions { shell } => reference::completions(shell),
        Command::ExtractPdf(arguments) => extract_pdf::run(&arguments),
        Command::Reference => reference::markdown(),
    }
}

/// Writes data to standard output. A reader that has gone away (`| head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes a value as indented JSON to standard output.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Says something to the person at the terminal.
#[expect(clippy::print_stderr, reason = "talk goes to standard error")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
