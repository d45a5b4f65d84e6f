//! `cognate tumor interpret`

use super::{library, shown};
use crate::arguments::TumorInterpretArguments;
use crate::command::trials::{Cohort, World};
use crate::command::{print, say};
use crate::outcome::Outcome;
use tumor::therapy::interpret;

/// Interprets each sample that is asked for.
pub(super) fn run(arguments: &TumorInterpretArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let (library, problems) = library(&arguments.evidence, &world)?;
    if !problems.is_empty() {
        say(&format!(
            "{} names of the evidence are not understood and match nobody; `cognate tumor lint` \
             lists them",
            problems.len()
        ));
    }
    let mut cohort = Cohort::read(&arguments.patients, &world)?;
    let wanted = &arguments.samples;
    if !wanted.is_empty() {
        cohort.reported.retain(|one| wanted.contains(&one.sample) || wanted.contains(&one.patient));
    }
    if cohort.reported.is_empty() {
        say("no such sample");
        return Ok(Outcome::NotFound);
    }
    for patient in cohort.patients(&world) {
        let found = interpret(&patient.tumor, &patient.diagnoses, &library);
        let text = if arguments.json {
            format!("{}\n", shown::json(&patient, &found, &library))
        } else {
            shown::text(&patient, &found, &library)
        };
        print(&text)?;
    }
    Ok(Outcome::Done)
}
