//! Tables of the CPIC API as JSON arrays, each in a file of its name, to tables of a pack.
//!
//! Read are `allele_definition`, `allele_location_value`, `sequence_location` (definitions),
//! `allele`, `diplotype`, `gene_result` (functions and phenotypes), `drug` and `recommendation`
//! (guidance), and files `drugs*.json` with recommendations inside. Of guidance only facts are
//! taken: which advice of the base CPIC still gives, where its strength is another one, and what
//! the base has no row for. What to do is never guessed from a sentence.

mod definitions;
mod guidance;
mod phenotypes;

use super::{Imported, read_json, within};
use crate::error::LoadError;
use crate::manifest::Source;
use crate::pack::Pack;
use model::Problem;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Id of the source in `pack.toml`.
const SOURCE: &str = "cpic-api";

/// How the tables are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CpicSettings {
    /// Day the files were fetched, `YYYY-MM-DD`.
    pub date: String,
    /// Whether the source's sentences replace ours where they fit.
    pub with_text: bool,
}

/// The files by the table's name.
struct Tables<'f> {
    files: &'f BTreeMap<String, Vec<u8>>,
}

impl Tables<'_> {
    /// Rows of a table; none if there is no such file.
    fn rows<T: DeserializeOwned>(&self, table: &str, problems: &mut Vec<Problem>) -> Vec<T> {
        let mut rows = Vec::new();
        for (path, json) in self.files.iter().filter(|(path, _)| name_of(path) == table) {
            match read_json::<Vec<T>>(json) {
                Ok(found) => rows.extend(found),
                Err(problem) => problems.push(within(path, problem)),
            }
        }
        rows
    }
}

/// `tables/allele.json` is the table `allele`.
fn name_of(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".json").unwrap_or_default()
}

/// Derives what the files have of definitions, functions, phenotypes and guidance, for genes and
/// drugs of the base.
///
/// # Errors
/// When a table of the base cannot be read.
pub fn cpic(
    files: &BTreeMap<String, Vec<u8>>,
    base: &Pack,
    settings: &CpicSettings,
) -> Result<(Imported, Vec<Problem>), LoadError> {
    let mut problems = Vec::new();
    let mut imported = Imported::default();
    let tables = Tables { files };
    definitions::import(&tables, base, &mut imported, &mut problems);
    phenotypes::import(&tables, base, settings, &mut imported, &mut problems);
    guidance::import(&tables, base, settings, &mut imported, &mut problems)?;
    imported.genes.sort();
    imported.genes.dedup();
    imported.sources = vec![Source {
        id: SOURCE.to_owned(),
        name: "CPIC tables".to_owned(),
        version: settings.date.clone(),
        date: settings.date.clone(),
        licence: "CC0-1.0".to_owned(),
        attribution: "Clinical Pharmacogenetics Implementation Consortium, cpicpgx.org".to_owned(),
        url: "https://api.cpicpgx.org/".to_owned(),
        used_for: "positions, alleles, functions, phenotype_rules, actions".to_owned(),
    }];
    Ok((imported, problems))
}
