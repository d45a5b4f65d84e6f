//! `cognate tumor brief`

use crate::arguments::TumorBriefArguments;
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use crate::store;
use ::interpret::Interpreter;
use ::interpret::therapies::Therapies;
use anyhow::anyhow;
use guidance::board::Brief;
use model::PatientId;
use server::{App, Settings, board_brief, issued_brief};
use std::io::Write as _;

/// Writes the brief of one patient, as any other system may have it.
pub(super) fn run(arguments: &TumorBriefArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let tenant = store::tenant();
    let pack = store::pack_in_use(&record)?;
    let interpreter = Interpreter::new(record.clone(), pack, &tenant)?;
    let settings = Settings { base_url: String::new(), tenant, secure_cookies: false };
    let app = App::new(record, interpreter, settings);
    let app = match &arguments.evidence {
        Some(directory) => app.with_therapies(Therapies::from_directory(directory)?),
        None => app,
    };
    let patient = PatientId::new(&arguments.patient);
    let made = match arguments.issued {
        Some(version) => issued_brief(&app, &store::reader(), &patient, version),
        None => board_brief(&app, &store::reader(), &patient),
    };
    let brief = match made {
        Ok(brief) => brief,
        Err(error) if error.status().as_u16() == 404 => {
            say("no such brief");
            return Ok(Outcome::NotFound);
        }
        Err(error) => return Err(anyhow!("{error}")),
    };
    if arguments.format.json {
        print_json(&serde_json::to_value(&brief)?)?;
    } else if arguments.format.html {
        print(&report::board::html(&brief, &[]))?;
    } else {
        std::io::stdout().write_all(&pdf(&brief)?)?;
    }
    Ok(Outcome::Done)
}

#[cfg(feature = "pdf")]
fn pdf(brief: &Brief) -> anyhow::Result<Vec<u8>> {
    use anyhow::Context as _;
    report::board::pdf(brief).context("the document cannot be made")
}

#[cfg(not(feature = "pdf"))]
fn pdf(_brief: &Brief) -> anyhow::Result<Vec<u8>> {
    anyhow::bail!("this program was built without PDF")
}
