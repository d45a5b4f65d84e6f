//! A directory of allele definitions and phenotype tables, as published for PharmCAT, to tables.

use super::{Definitions, Exemption, Imported, Rows, definitions, exemptions, phenotypes, within};
use crate::manifest::Source;
use model::{PartialDate, Problem};
use std::collections::BTreeMap;

/// Id of the source in `pack.toml`.
const SOURCE: &str = "clinpgx";
/// Id of the source of tables that are older than the definitions.
const SOURCE_OLDER: &str = "clinpgx-older";

/// Derives the tables from the files of a directory: `*_translation.json`, `exemptions.json` and
/// phenotype files of any name. `files` is by name. Every problem's place begins with the file.
pub fn pharmcat(files: &BTreeMap<String, Vec<u8>>) -> (Imported, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut imported = Imported::default();
    let exemptions = all_exemptions(files, &mut problems);
    let mut defined: BTreeMap<String, Definitions> = BTreeMap::new();
    for (path, json) in files.iter().filter(|(path, _)| path.ends_with("_translation.json")) {
        let gene = gene_of_file(path);
        let exemption = exemptions.get(gene).cloned().unwrap_or_default();
        let (found, told) = definitions(json, &exemption);
        problems.extend(told.into_iter().map(|problem| within(path, problem)));
        priorities(&found.gene, &exemption, &mut imported);
        defined.insert(found.gene.clone(), found);
    }
    let newest = defined.values().map(|found| found.version.clone()).max().unwrap_or_default();
    let mut structural: BTreeMap<String, Rows> = BTreeMap::new();
    let mut older = String::new();
    for (path, json) in phenotype_files(files) {
        let gene = gene_in(json).unwrap_or_default();
        let empty = Definitions { gene: gene.clone(), ..Definitions::default() };
        let definitions = defined.get(&gene).unwrap_or(&empty);
        let Some((day, version)) = day_of(path, json) else {
            let text = "neither its version nor its name holds a day";
            problems.push(within(path, Problem::error("no-date", "version", text)));
            continue;
        };
        let source = if version.starts_with(newest.get(..10).unwrap_or("?")) {
            SOURCE
        } else {
            SOURCE_OLDER
        };
        let (found, told) = phenotypes(json, definitions, source, &day);
        problems.extend(told.into_iter().map(|problem| within(path, problem)));
        for table in ["functions.tsv", "phenotype_rules.tsv", "score_rules.tsv"] {
            imported.cover(&gene, table);
        }
        if source == SOURCE_OLDER {
            older = older.max(day.clone());
        }
        structural.insert(gene, found.structural);
        imported.extend("functions.tsv", found.functions);
        imported.extend("phenotype_rules.tsv", found.rules);
        imported.extend("score_rules.tsv", found.scores);
    }
    let mut genes: Vec<&String> = defined.keys().chain(structural.keys()).collect();
    genes.sort();
    genes.dedup();
    imported.genes = genes.into_iter().cloned().collect();
    for gene in &imported.genes.clone() {
        imported.cover(gene, "alleles.tsv");
        if let Some(definitions) = defined.remove(gene) {
            imported.cover(gene, "positions.tsv");
            imported.cover(gene, "priorities.tsv");
            imported.extend("positions.tsv", definitions.positions);
            imported.extend("alleles.tsv", definitions.alleles);
        }
        imported.extend("alleles.tsv", structural.remove(gene).unwrap_or_default());
    }
    imported.sources = sources(&newest, &older);
    for rows in imported.tables.values_mut() {
        // Within a gene the rows keep the order they were made in.
        rows.sort_by(|a, b| a.first().cmp(&b.first()));
    }
    (imported, problems)
}

/// Those of the file `exemptions.json`, if there is one.
fn all_exemptions(
    files: &BTreeMap<String, Vec<u8>>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Exemption> {
    let named = files.iter().find(|(path, _)| path.ends_with("exemptions.json"));
    let Some((path, json)) = named else { return BTreeMap::new() };
    let (exemptions, found) = exemptions(json);
    problems.extend(found.into_iter().map(|problem| within(path, problem)));
    exemptions
}

fn sources(newest: &str, older: &str) -> Vec<Source> {
    let source = |id: &str, name: &str, version: &str, date: &str| Source {
        id: id.to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        date: date.to_owned(),
        licence: "CC0-1.0 (CPIC content); CC-BY-SA-4.0 (ClinPGx)".to_owned(),
        attribution: "CPIC (cpicpgx.org) and ClinPGx (clinpgx.org)".to_owned(),
        url: "https://www.clinpgx.org/".to_owned(),
        used_for: "positions, alleles, functions, phenotype_rules, score_rules".to_owned(),
    };
    let name = "ClinPGx allele definitions, allele functions and phenotypes";
    let mut sources = Vec::new();
    if let Some(day) = newest.get(..10) {
        sources.push(source(SOURCE, name, newest, day));
    }
    if !older.is_empty() {
        let name = "ClinPGx allele functions and phenotypes that are older than the definitions";
        sources.push(source(SOURCE_OLDER, name, older, older));
    }
    sources
}

/// `definitions/TPMT_translation.json` is about TPMT.
fn gene_of_file(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix("_translation.json").unwrap_or(name)
}

fn priorities(gene: &str, exemption: &Exemption, imported: &mut Imported) {
    let row =
        |(set, pick): &(String, String)| [gene, set, pick, SOURCE].map(str::to_owned).to_vec();
    imported.extend("priorities.tsv", exemption.priorities.iter().map(row).collect());
}

/// Files with a gene and its diplotypes; other files of the directory are none of ours.
fn phenotype_files(files: &BTreeMap<String, Vec<u8>>) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    files.iter().filter(|(path, json)| {
        let is_json = path.rsplit('.').next() == Some("json");
        is_json && !path.ends_with("_translation.json") && gene_in(json).is_some()
    })
}

#[derive(serde::Deserialize)]
struct Head {
    gene: String,
    version: String,
    #[serde(rename = "haplotypes")]
    _haplotypes: serde::de::IgnoredAny,
    #[serde(rename = "diplotypes")]
    _diplotypes: serde::de::IgnoredAny,
}

/// The gene of a phenotype file; `None` if the file is something else.
fn gene_in(json: &[u8]) -> Option<String> {
    let head: Head = serde_json::from_slice(json).ok()?;
    Some(head.gene)
}

/// The day of a phenotype file and its version: the day its version begins with, else the one in
/// its name (`G6PD.2023-08-08.json`).
fn day_of(path: &str, json: &[u8]) -> Option<(String, String)> {
    let head: Head = serde_json::from_slice(json).ok()?;
    let is_day = |text: &str| text.len() == 10 && PartialDate::parse(text).is_some();
    let in_version = head.version.get(..10).filter(|text| is_day(text));
    let in_name = || path.split(['.', '/', '_']).find(|part| is_day(part));
    let day = in_version.or_else(in_name)?.to_owned();
    Some((day, head.version))
}
