//! A new pack from a base and imported tables.

use super::{Imported, Rows, columns, to_tsv};
use crate::digest::sha256_hex;
use crate::error::LoadError;
use crate::lint;
use crate::manifest::{FileEntry, Manifest, Source};
use crate::pack::{MANIFEST_FILE, Pack};
use crate::table::Table;
use model::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// What the new pack calls itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition {
    /// Semantic version; `None` = the next minor version of the base.
    pub version: Option<String>,
    /// Day of the pack, `YYYY-MM-DD`.
    pub date: String,
}

/// A new pack, as far as it came.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// Its files by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The pack; `None` if the files do not load.
    pub pack: Option<Pack>,
    /// What the loader and the linter said, and what was left out.
    pub problems: Vec<Problem>,
}

/// Puts imported tables into a base. Rows of a gene that the import covers replace the base's rows
/// of that gene; rows of genes that `genes.tsv` does not know are left out and named; functions
/// and priorities of alleles that are no longer defined go, and are named. Ends in the linter.
///
/// # Errors
/// When a table of the base cannot be read.
pub fn assemble(
    base: &Pack,
    imported: &Imported,
    edition: &Edition,
) -> Result<Assembled, LoadError> {
    let known: BTreeSet<&str> = base.pgx.genes.iter().map(|gene| gene.symbol.as_str()).collect();
    let mut problems = Vec::new();
    for gene in imported.genes.iter().filter(|gene| !known.contains(gene.as_str())) {
        let text = "is not in genes.tsv of the base; its rows are left out";
        problems.push(Problem::warning("unknown-gene", gene.as_str(), text));
    }
    let mut files = base.files.clone();
    let mut tables: BTreeMap<&str, Rows> = BTreeMap::new();
    for (file, rows) in &imported.tables {
        let merged = if imported.whole.contains(file) {
            rows.clone()
        } else {
            merge(base, file, rows, imported, &known)?
        };
        tables.insert(file, merged);
    }
    drop_orphans(base, &mut tables, &mut problems)?;
    for (file, rows) in &tables {
        let columns = columns(file).unwrap_or_default();
        files.insert((*file).to_owned(), to_tsv(columns, rows).into_bytes());
    }
    let manifest = manifest(base, imported, edition, &files, &mut problems);
    files.insert(MANIFEST_FILE.to_owned(), manifest);
    let pack = match Pack::from_files(files.clone()) {
        Ok(pack) => {
            problems.extend(lint(&pack));
            Some(pack)
        }
        Err(error) => {
            problems.push(Problem::error("does-not-load", "pack", error.to_string()));
            None
        }
    };
    Ok(Assembled { files, pack, problems })
}

/// The rows of a table of the base, in the order of our columns.
pub(super) fn base_rows(base: &Pack, file: &str) -> Result<Rows, LoadError> {
    let columns = columns(file).unwrap_or_default();
    let missing = || LoadError::Missing { file: file.to_owned() };
    let table = Table::parse(file, base.files.get(file).ok_or_else(missing)?, columns)?;
    let row = |row: crate::table::Row<'_>| {
        columns.iter().map(|column| row.cell(column).to_owned()).collect()
    };
    Ok(table.rows().map(row).collect())
}

fn merge(
    base: &Pack,
    file: &str,
    rows: &Rows,
    imported: &Imported,
    known: &BTreeSet<&str>,
) -> Result<Rows, LoadError> {
    let gene = |row: &'_ Vec<String>| row.first().cloned().unwrap_or_default();
    let covered = |gene: &str| imported.covers.get(gene).is_some_and(|files| files.contains(file));
    let mut merged = base_rows(base, file)?;
    merged.retain(|row| !covered(&gene(row)));
    merged.extend(rows.iter().filter(|row| known.contains(gene(row).as_str())).cloned());
    // Within a gene the rows keep the order they were made in.
    merged.sort_by_key(gene);
    Ok(merged)
}

/// Rows about alleles that the new tables do not define any more.
fn drop_orphans<'t>(
    base: &Pack,
    tables: &mut BTreeMap<&'t str, Rows>,
    problems: &mut Vec<Problem>,
) -> Result<(), LoadError> {
    let Some(alleles) = tables.get("alleles.tsv") else { return Ok(()) };
    let cell = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
    let defined: BTreeSet<(String, String)> = alleles
        .iter()
        .flat_map(|row| [(cell(row, 0), cell(row, 1)), (cell(row, 0), cell(row, 3))])
        .collect();
    let has = |gene: &str, allele: &str| defined.contains(&(gene.to_owned(), allele.to_owned()));
    let mut drop_from = |file: &'t str, keep: &dyn Fn(&[String]) -> bool| {
        let rows = match tables.get(file) {
            Some(rows) => rows.clone(),
            None => base_rows(base, file)?,
        };
        let (kept, gone): (Rows, Rows) = rows.into_iter().partition(|row| keep(row));
        for row in &gone {
            let place = format!("{file} {} {}", cell(row, 0), cell(row, 1));
            let text = "names an allele that is not defined any more; the row is left out";
            problems.push(Problem::warning("orphan", place, text));
        }
        if !gone.is_empty() {
            tables.insert(file, kept);
        }
        Ok::<_, LoadError>(())
    };
    drop_from("functions.tsv", &|row| has(&cell(row, 0), &cell(row, 1)))?;
    drop_from("priorities.tsv", &|row| {
        let set = cell(row, 1);
        set.split(['|', '/']).all(|allele| has(&cell(row, 0), allele.trim()))
    })
}

/// The base's manifest with the new version, date, sources and digests.
fn manifest(
    base: &Pack,
    imported: &Imported,
    edition: &Edition,
    files: &BTreeMap<String, Vec<u8>>,
    problems: &mut Vec<Problem>,
) -> Vec<u8> {
    let mut manifest: Manifest = base.manifest.clone();
    manifest.version = edition.version.clone().unwrap_or_else(|| next_minor(&manifest.version));
    manifest.date.clone_from(&edition.date);
    for source in &imported.sources {
        match manifest.sources.iter_mut().find(|own| own.id == source.id) {
            Some(own) => *own = Source { used_for: own.used_for.clone(), ..source.clone() },
            None => manifest.sources.push(source.clone()),
        }
    }
    for (name, bytes) in files.iter().filter(|(name, _)| *name != MANIFEST_FILE) {
        let sha256 = sha256_hex(bytes);
        match manifest.files.iter_mut().find(|entry| entry.name == *name) {
            Some(entry) => entry.sha256 = sha256,
            None => manifest.files.push(FileEntry { name: name.clone(), sha256 }),
        }
    }
    match toml::to_string(&manifest) {
        Ok(text) => text.into_bytes(),
        Err(error) => {
            problems.push(Problem::error("does-not-load", MANIFEST_FILE, error.to_string()));
            Vec::new()
        }
    }
}

fn next_minor(version: &str) -> String {
    match semver::Version::parse(version) {
        Ok(version) => semver::Version::new(version.major, version.minor + 1, 0).to_string(),
        Err(_) => version.to_owned(),
    }
}
