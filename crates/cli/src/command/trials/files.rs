//! Files of trials, and the names they are read with.

use crate::command::say;
use anyhow::Context as _;
use formats::trial_documents::{self, FILE_BYTES_MAX, TrialForm};
use knowledge::oncology::OncologyNames;
use model::Problem;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use trials::ctml::{self, Names};
use trials::{Finding, Trial, lint, registry, research_study};
use tumor::{Genes, OncoTree};

/// Names of genes and of tumour types.
pub(in crate::command) struct World {
    pub(in crate::command) names: OncologyNames,
    pub(in crate::command) genes: Genes,
    pub(in crate::command) tree: OncoTree,
}

impl World {
    /// The names inside the program.
    pub(in crate::command) fn built_in() -> anyhow::Result<Self> {
        let names = OncologyNames::built_in().context("the built-in names cannot be read")?;
        let (genes, tree) = (Genes::new(&names), OncoTree::new(&names));
        Ok(Self { names, genes, tree })
    }
}

/// A trial, and the CTML it came from.
pub(super) struct Read {
    pub(super) trial: Trial,
    pub(super) ctml: Option<Map<String, Value>>,
}

/// The bytes of a file, plain or gzip, up to the limit.
pub(in crate::command) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let failed = || format!("`{shown}` cannot be read");
    let mut bytes = Vec::new();
    let limit = u64::try_from(FILE_BYTES_MAX + 1)?;
    formats::cbioportal::open(std::fs::File::open(path).with_context(failed)?)
        .with_context(failed)?
        .take(limit)
        .read_to_end(&mut bytes)
        .with_context(failed)?;
    Ok(bytes)
}

/// Files of a directory in the order of their names, or the file itself.
pub(super) fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let failed = || format!("`{}` cannot be read", path.display());
    for entry in std::fs::read_dir(path).with_context(failed)? {
        let path = entry.with_context(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Every trial of files and directories. Files of directories that are no JSON and no YAML are left
/// out and told, as are what is no trial, and trials that stand twice.
pub(super) fn trials(paths: &[PathBuf], world: &World) -> anyhow::Result<Vec<Read>> {
    let mut read: Vec<Read> = Vec::new();
    let mut documents = BTreeMap::new();
    for path in paths {
        for file in files(path)? {
            let name = file.to_string_lossy().to_lowercase();
            let known = [".json", ".ndjson", ".jsonl", ".json.gz", ".yaml", ".yml"];
            if path.is_dir() && !known.iter().any(|end| name.ends_with(end)) {
                say(&format!("{}: no JSON and no YAML; left out", file.display()));
                continue;
            }
            let (found, problems) = trial_documents::read(&bytes(&file)?);
            tell(&file.display().to_string(), &problems);
            for document in found {
                let place = format!("{} {}", file.display(), document.place);
                documents.insert(key(&file), Value::Object(document.fields.clone()));
                read.extend(one(document.fields, place.trim(), world));
            }
        }
    }
    circles(&mut read, &documents);
    for (at, one) in read.iter().enumerate() {
        if read.iter().take(at).any(|other| other.trial.id == one.trial.id) {
            say(&format!("trial `{}` stands twice; both are used", one.trial.id));
        }
    }
    Ok(read)
}

fn key(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Imports that lead back to themselves are findings of every trial they are in.
fn circles(read: &mut [Read], documents: &BTreeMap<String, Value>) {
    let found: Vec<Finding> = lint::cycles(documents);
    for circle in found {
        let document = documents.get(&circle.pointer);
        for one in read.iter_mut().filter(|one| one.trial.document.as_ref() == document) {
            one.trial.findings.push(circle.clone());
        }
    }
}

/// A document as a trial.
fn one(fields: Map<String, Value>, place: &str, world: &World) -> Option<Read> {
    let names = Names { genes: &world.genes, tree: &world.tree };
    match TrialForm::of(&fields) {
        Some(TrialForm::Ctml) => {
            Some(Read { trial: ctml::import(&fields, names), ctml: Some(fields) })
        }
        Some(TrialForm::Registry) => Some(Read { trial: registry::import(&fields), ctml: None }),
        Some(TrialForm::ResearchStudy) => {
            Some(Read { trial: research_study::import(&fields), ctml: None })
        }
        Some(TrialForm::Own) => match Trial::parse(Value::Object(fields)) {
            Ok(trial) => {
                let ctml = match (&trial.document, trial.imported_from.as_str()) {
                    (Some(Value::Object(document)), "ctml") => Some(document.clone()),
                    _ => None,
                };
                Some(Read { trial, ctml })
            }
            Err(problem) => {
                say(&format!("{place}: {problem}"));
                None
            }
        },
        None => {
            say(&format!("{place}: no trial of any form that is known; left out"));
            None
        }
    }
}

/// Most remarks of one file that are said.
const REMARKS_MAX: usize = 20;

/// Says what was noticed in a file.
pub(in crate::command) fn tell(file: &str, problems: &[Problem]) {
    for problem in problems.iter().take(REMARKS_MAX) {
        say(&format!("{file}: {problem}"));
    }
    if problems.len() > REMARKS_MAX {
        say(&format!("{file}: {} remarks more", problems.len() - REMARKS_MAX));
    }
}
