//! From upstream files to the tables of a pack.
//!
//! Three sources, each by its public documentation: the allele definitions (`*_translation.json`),
//! exemptions and phenotype tables that ClinPGx publishes for PharmCAT; the tables of the CPIC
//! API (<https://api.cpicpgx.org>); haplotype tables and VCF files of PharmVar
//! (<https://www.pharmvar.org>). What cannot be expressed is reported; nothing is filled in. What
//! to do about a result stays curated by hand, in our own words.

mod assemble;
mod cpic;
mod definitions;
mod directory;
mod draft;
mod evidence;
mod exemptions;
pub(crate) mod flank;
mod pharmcat;
mod pharmvar;
mod phenotypes;

pub use assemble::{Assembled, Edition, assemble};
pub use cpic::{CpicSettings, cpic};
pub use definitions::{Definitions, definitions};
pub use directory::{IMPORT_FILES_MAX, IMPORT_TOTAL_BYTES_MAX, directory};
pub use evidence::{EvidenceReader, civic, hotspots, moalmanac, oncokb};
pub use exemptions::{Exemption, exemptions};
pub use pharmcat::pharmcat;
pub use pharmvar::pharmvar;
pub use phenotypes::{Phenotypes, phenotypes};

use crate::manifest::Source;
use model::Problem;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// Tables derived from upstream files, without the tables that are curated by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows by the table's file name.
    pub tables: BTreeMap<&'static str, Rows>,
    /// Genes that have definitions or functions, in alphabetical order.
    pub genes: Vec<String>,
    /// For each gene the tables that the import speaks for: other rows about it are outdated.
    pub covers: BTreeMap<String, BTreeSet<&'static str>>,
    /// Tables that the import gives as a whole.
    pub whole: BTreeSet<&'static str>,
    /// Where the rows are from.
    pub sources: Vec<Source>,
}

impl Imported {
    fn extend(&mut self, table: &'static str, rows: Rows) {
        self.tables.entry(table).or_default().extend(rows);
    }

    fn cover(&mut self, gene: &str, table: &'static str) {
        self.covers.entry(gene.to_owned()).or_default().insert(table);
    }
}

/// A problem of a file.
fn within(path: &str, problem: Problem) -> Problem {
    Problem { place: format!("{path}: {}", problem.place), ..problem }
}

/// Largest upstream file that is read, in bytes. The largest known one has some 10 MB.
pub const IMPORT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Reads JSON of a known shape, or says where it is not that.
fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    if json.len() > IMPORT_BYTES_MAX {
        let text = format!("{} bytes are more than the limit of {IMPORT_BYTES_MAX}", json.len());
        return Err(Problem::error("too-large", "file", text));
    }
    serde_json::from_slice(json).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        Problem::error("bad-json", place, error.to_string())
    })
}

/// Rows of one table, without the header.
pub type Rows = Vec<Vec<String>>;

/// A table as the bytes of its file.
pub fn to_tsv(columns: &[&str], rows: &Rows) -> String {
    let mut text = columns.join("\t");
    text.push('\n');
    for row in rows {
        text.push_str(&row.join("\t"));
        text.push('\n');
    }
    text
}

/// The column names of the tables that can be imported, by file name.
pub fn columns(file: &str) -> Option<&'static [&'static str]> {
    use crate::pgx::load::columns;
    Some(match file {
        "positions.tsv" => columns::POSITIONS,
        "alleles.tsv" => columns::ALLELES,
        "functions.tsv" => columns::FUNCTIONS,
        "phenotype_rules.tsv" => columns::PHENOTYPE_RULES,
        "score_rules.tsv" => columns::SCORE_RULES,
        "priorities.tsv" => columns::PRIORITIES,
        "actions.tsv" => columns::ACTIONS,
        _ => return None,
    })
}

/// A piece of a name for natural order: numbers by value, before text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamePart {
    /// A run of digits.
    Number(u64),
    /// Anything else.
    Text(String),
}

/// Sort key for natural order: `*2` before `*10`, `*3A` before `*3B`.
pub fn natural_key(name: &str) -> Vec<NamePart> {
    let mut parts = Vec::new();
    for character in name.chars() {
        let digit = character.to_digit(10).map(u64::from);
        match (parts.last_mut(), digit) {
            (Some(NamePart::Number(number)), Some(digit)) => {
                *number = number.saturating_mul(10).saturating_add(digit);
            }
            (Some(NamePart::Text(text)), None) => text.push(character),
            (_, Some(digit)) => parts.push(NamePart::Number(digit)),
            (_, None) => parts.push(NamePart::Text(character.to_string())),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_over_the_limit_are_not_read() {
        let json = vec![b' '; IMPORT_BYTES_MAX + 1];
        let code = |json: &[u8]| read_json::<u8>(json).unwrap_err().code;
        assert_eq!(code(&json), "too-large");
        assert_eq!(code(json.get(1..).unwrap()), "bad-json");
    }

    #[test]
    fn names_sort_as_people_count() {
        let mut names = ["*10", "*3B", "*2", "*45.002", "*3A", "*45.001", "*1", "*3"];
        names.sort_by_cached_key(|name| natural_key(name));
        assert_eq!(names, ["*1", "*2", "*3", "*3A", "*3B", "*10", "*45.001", "*45.002"]);
    }
}
