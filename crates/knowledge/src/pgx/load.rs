//! From the tables of a pack to what the engines look up.

mod drugs;
mod genes;
mod inhibitors;
mod rules;

use super::PgxKnowledge;
use crate::error::LoadError;
use crate::manifest::Manifest;
use crate::table::{Row, Table};
use std::collections::BTreeMap;

/// The columns of each table. A table with others is refused.
pub(crate) mod columns {
    pub(crate) const GENES: &[&str] =
        &["symbol", "hgnc", "chromosome", "refseq", "undocumented", "method", "copies"];
    pub(crate) const POSITIONS: &[&str] =
        &["gene", "position", "ref", "alts", "rsid", "hgvs", "kind", "flank_start", "flank"];
    pub(crate) const ALLELES: &[&str] = &["gene", "name", "kind", "core", "cells"];
    pub(crate) const FUNCTIONS: &[&str] =
        &["gene", "allele", "function", "activity", "source", "date"];
    pub(crate) const PHENOTYPE_RULES: &[&str] =
        &["gene", "first", "second", "phenotype", "ehr_priority", "source"];
    pub(crate) const SCORE_RULES: &[&str] =
        &["gene", "from", "to", "phenotype", "ehr_priority", "source"];
    pub(crate) const PRIORITIES: &[&str] = &["gene", "diplotypes", "pick", "source"];
    pub(crate) const PROXIES: &[&str] =
        &["gene", "deciding", "tag", "both", "deciding_only", "source"];
    pub(crate) const STATUSES: &[&str] = &["gene", "allele", "source"];
    pub(crate) const INHIBITORS: &[&str] =
        &["drug", "rxnorm", "atc", "gene", "effect", "strength", "factor", "citation", "date"];
    pub(crate) const FALLBACKS: &[&str] = &["gene", "position", "base", "function", "source"];
    pub(crate) const DRUGS: &[&str] = &["name", "rxnorm", "atc", "genes", "source"];
    pub(crate) const PRODUCTS: &[&str] = &["rxnorm", "name", "ingredients", "source"];
    pub(crate) const POPULATIONS: &[&str] = &["drug", "code", "name"];
    pub(crate) const CITATIONS: &[&str] = &["id", "title", "pmid", "url"];
    pub(crate) const ACTIONS: &[&str] = &[
        "drug",
        "source",
        "population",
        "row",
        "key",
        "action",
        "percent",
        "strength",
        "text",
        "implication",
        "alternatives",
        "citation",
        "date",
    ];
    pub(crate) const ALERTS: &[&str] =
        &["drug", "genes", "recommended", "text", "citation", "date"];
}

/// The files of a pack, and what its rows may refer to.
pub(crate) struct Files<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
    manifest: &'a Manifest,
}

impl<'a> Files<'a> {
    pub(crate) fn table(
        &self,
        file: &str,
        columns: &'static [&'static str],
    ) -> Result<Table<'a>, LoadError> {
        let missing = || LoadError::Missing { file: file.to_owned() };
        Table::parse(file, self.files.get(file).ok_or_else(missing)?, columns)
    }

    /// The source a row names must be one of the manifest's.
    fn check_source(&self, row: &Row<'_>) -> Result<(), LoadError> {
        let id = row.required("source")?;
        if self.manifest.sources.iter().any(|source| source.id == id) {
            return Ok(());
        }
        Err(row.fault("source", &format!("`{id}` is not a source of pack.toml")))
    }
}

/// Reads every table of a pharmacogenomic pack.
pub(crate) fn tables(
    files: &BTreeMap<String, Vec<u8>>,
    manifest: &Manifest,
) -> Result<PgxKnowledge, LoadError> {
    let files = Files { files, manifest };
    let genes = genes::genes(&files)?;
    let drugs = drugs::drugs(&files)?;
    let populations = drugs::populations(&files, &drugs)?;
    let citations = drugs::citations(&files)?;
    let actions = drugs::actions(&files, &genes, &drugs, &citations)?;
    let alerts = drugs::alerts(&files, &drugs, &citations)?;
    let products = drugs::products(&files)?;
    let inhibitors = inhibitors::inhibitors(&files, &citations)?;
    Ok(PgxKnowledge { genes, drugs, products, actions, alerts, populations, inhibitors })
}

/// A day, `YYYY-MM-DD`, in that column.
fn check_day(row: &Row<'_>, column: &str) -> Result<(), LoadError> {
    let text = row.required(column)?;
    if text.len() == 10 && model::PartialDate::parse(text).is_some() {
        return Ok(());
    }
    Err(row.fault(column, &format!("`{text}` is not a day, YYYY-MM-DD")))
}
