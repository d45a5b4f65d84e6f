//! `cognate knowledge import civic|oncokb|moalmanac|hotspots`

use super::write;
use crate::arguments::{ImportArguments, ImportFormat};
use crate::command::{print, print_json, say};
use crate::outcome::Outcome;
use anyhow::{Context, anyhow, bail};
use knowledge::evidence::{self, EvidencePack, EvidenceTables};
use knowledge::import::{self, EvidenceReader};
use model::problem::first_error;
use model::{Problem, Severity};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Who reads evidence of that form; nobody if it is none.
pub(super) fn reader(format: ImportFormat) -> Option<EvidenceReader> {
    Some(match format {
        ImportFormat::Civic => import::civic,
        ImportFormat::Oncokb => import::oncokb,
        ImportFormat::Moalmanac => import::moalmanac,
        ImportFormat::Hotspots => import::hotspots,
        ImportFormat::Pharmcat | ImportFormat::Cpic | ImportFormat::Pharmvar => return None,
    })
}

/// Makes a new evidence pack. A file that cannot be read as a whole stops it.
pub(super) fn run(arguments: &ImportArguments, reader: EvidenceReader) -> anyhow::Result<Outcome> {
    let base = arguments.base.as_deref().map(|at| base(Path::new(at))).transpose()?;
    let mut tables = EvidenceTables::default();
    let mut problems = Vec::new();
    for path in &arguments.files {
        let name = path.display();
        let bytes = std::fs::read(path).with_context(|| format!("`{name}` cannot be read"))?;
        let (read, found) = reader(&bytes, &arguments.date);
        if let Some(error) = first_error(&found) {
            bail!("`{name}`: {error}");
        }
        let at = |one: Problem| Problem { place: format!("{name}: {}", one.place), ..one };
        problems.extend(found.into_iter().map(at));
        tables.evidence.extend(read.evidence);
        tables.hotspots.extend(read.hotspots);
        for source in read.sources {
            if !tables.sources.contains(&source) {
                tables.sources.push(source);
            }
        }
    }
    if tables.evidence.is_empty() && tables.hotspots.is_empty() {
        bail!("there is no evidence in the files");
    }
    let kept = base.as_ref().map(|(pack, files)| (pack, files));
    let files = evidence::write(&tables, kept, &arguments.date, arguments.version.as_deref())
        .map_err(|text| anyhow!(text))?;
    let pack = EvidencePack::from_files(&files).context("what was read makes no pack")?;
    write(&arguments.out, &files)?;
    tell(arguments, &pack, &problems)
}

fn base(directory: &Path) -> anyhow::Result<(EvidencePack, BTreeMap<String, Vec<u8>>)> {
    let place = || format!("the evidence pack `{}` cannot be loaded", directory.display());
    let files = evidence::files(directory).with_context(place)?;
    let pack = EvidencePack::from_files(&files).with_context(place)?;
    Ok((pack, files))
}

fn tell(
    arguments: &ImportArguments,
    pack: &EvidencePack,
    problems: &[Problem],
) -> anyhow::Result<Outcome> {
    let left = problems.iter().filter(|one| one.severity != Severity::Note).count();
    if arguments.json {
        print_json(&json!({
            "pack": pack.reference(),
            "evidence": pack.evidence.len(),
            "hotspots": pack.hotspots.len(),
            "problems": problems,
        }))?;
    } else {
        for problem in problems {
            let severity = format!("{:?}", problem.severity).to_lowercase();
            print(&format!("{severity}: {problem}\n"))?;
        }
    }
    say(&format!(
        "`{}`: evidence {} of {}, {} rows, {} hotspots; {left} rows left out; see what their words \
         mean to us with `cognate tumor lint {}`",
        arguments.out.display(),
        pack.manifest.version,
        pack.manifest.date,
        pack.evidence.len(),
        pack.hotspots.len(),
        arguments.out.display()
    ));
    Ok(Outcome::Done)
}
