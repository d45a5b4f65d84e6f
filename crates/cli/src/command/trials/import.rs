//! `cognate trials import` and `cognate trials lint`

use super::files::{World, trials};
use crate::arguments::{TrialsImportArguments, TrialsLintArguments};
use crate::command::{print, say};
use crate::outcome::Outcome;
use anyhow::Context as _;
use serde_json::json;

/// Writes trials in our form.
pub(super) fn run(arguments: &TrialsImportArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let read = trials(&arguments.files, &world)?;
    for one in &read {
        let trial = &one.trial;
        say(&format!(
            "{}: {} cohorts, {} findings for a curator",
            trial.id,
            trial.cohorts.len(),
            trial.findings.len()
        ));
        let Some(directory) = &arguments.out else {
            print(&format!("{}\n", serde_json::to_string(trial)?))?;
            continue;
        };
        let path = directory.join(format!("{}.json", file_name(&trial.id)));
        let failed = || format!("`{}` cannot be written", path.display());
        std::fs::create_dir_all(directory).with_context(failed)?;
        std::fs::write(&path, serde_json::to_vec_pretty(trial)?).with_context(failed)?;
    }
    Ok(if read.is_empty() { Outcome::NotFound } else { Outcome::Done })
}

/// An identifier as the name of a file.
fn file_name(id: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let name: String = id.chars().map(plain).collect();
    if name.is_empty() { "trial".to_owned() } else { name }
}

/// Says what a curator has to decide.
pub(super) fn lint(arguments: &TrialsLintArguments) -> anyhow::Result<Outcome> {
    let world = World::built_in()?;
    let read = trials(&arguments.files, &world)?;
    let mut any = false;
    for one in &read {
        let findings = trials::lint::lint(&one.trial);
        any |= !findings.is_empty();
        if arguments.json {
            let answer = json!({"trial": one.trial.id, "findings": findings});
            print(&format!("{answer}\n"))?;
            continue;
        }
        for finding in findings {
            print(&format!(
                "{} {}: {} ({})\n",
                one.trial.id, finding.pointer, finding.text, finding.code
            ))?;
        }
    }
    Ok(if any { Outcome::Problem } else { Outcome::Done })
}
