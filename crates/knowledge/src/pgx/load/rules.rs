//! What is special about a gene: scores, priorities, proxies, statuses, fallbacks.

use super::genes::gene_of;
use super::{Files, columns};
use crate::error::LoadError;
use crate::pgx::{Fallback, Gene, Priority, Proxy, ScoreRule, Status};
use crate::table::Row;
use model::score::ActivityScore;

pub(super) fn scores(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("score_rules.tsv", columns::SCORE_RULES)?.rows() {
        files.check_source(&row)?;
        let score = |column: &'static str, text: &str| {
            ActivityScore::parse(text)
                .ok_or_else(|| row.fault(column, &format!("`{text}` is no activity score")))
        };
        let rule = ScoreRule {
            from: score("from", row.required("from")?)?,
            to: row.optional("to").map(|text| score("to", text)).transpose()?,
            phenotype: row.required("phenotype")?.to_owned(),
            ehr_priority: row.required("ehr_priority")?.to_owned(),
        };
        gene_of(&row, genes)?.scores.push(rule);
    }
    Ok(())
}

pub(super) fn priorities(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("priorities.tsv", columns::PRIORITIES)?.rows() {
        files.check_source(&row)?;
        let pair = |text: &str| {
            let (first, second) = text.split_once('/')?;
            Some((first.trim().to_owned(), second.trim().to_owned()))
        };
        let fault =
            |column: &'static str| row.fault(column, "holds something else than diplotypes");
        let diplotypes: Option<Vec<_>> =
            row.list("diplotypes", '|')?.into_iter().map(pair).collect();
        let diplotypes = diplotypes.ok_or_else(|| fault("diplotypes"))?;
        let pick = pair(row.required("pick")?).ok_or_else(|| fault("pick"))?;
        if !diplotypes.contains(&pick) {
            return Err(row.fault("pick", "is not one of the diplotypes"));
        }
        gene_of(&row, genes)?.priorities.push(Priority { diplotypes, pick });
    }
    Ok(())
}

pub(super) fn proxies(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("proxies.tsv", columns::PROXIES)?.rows() {
        files.check_source(&row)?;
        let gene = gene_of(&row, genes)?;
        let proxy = Proxy {
            deciding: position(&row, gene, "deciding")?,
            tag: position(&row, gene, "tag")?,
            both: allele(&row, gene, "both")?,
            deciding_only: allele(&row, gene, "deciding_only")?,
        };
        if gene.proxy.replace(proxy).is_some() {
            return Err(row.fault("gene", "has a proxy already"));
        }
    }
    Ok(())
}

pub(super) fn statuses(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("statuses.tsv", columns::STATUSES)?.rows() {
        files.check_source(&row)?;
        let status = Status::of(row.required("allele")?);
        gene_of(&row, genes)?.statuses.push(status);
    }
    Ok(())
}

pub(super) fn fallbacks(files: &Files<'_>, genes: &mut [Gene]) -> Result<(), LoadError> {
    for row in files.table("fallbacks.tsv", columns::FALLBACKS)?.rows() {
        files.check_source(&row)?;
        let gene = gene_of(&row, genes)?;
        let position = position(&row, gene, "position")?;
        let fallback = gene.fallback.get_or_insert(Fallback { position, functions: Vec::new() });
        if fallback.position != position {
            return Err(row.fault("position", "is a second one for this gene"));
        }
        let base = row.required("base")?.to_owned();
        fallback.functions.push((base, row.required("function")?.to_owned()));
    }
    Ok(())
}

/// Index of the position of that number.
fn position(row: &Row<'_>, gene: &Gene, column: &'static str) -> Result<usize, LoadError> {
    let wanted = row.number(column)?;
    let index = gene.positions.iter().position(|at| at.position == wanted);
    index.ok_or_else(|| row.fault(column, "is no position of the gene"))
}

fn allele(row: &Row<'_>, gene: &Gene, column: &'static str) -> Result<String, LoadError> {
    let name = row.required(column)?;
    let known = gene.alleles.iter().any(|allele| allele.name == name);
    if known { Ok(name.to_owned()) } else { Err(row.fault(column, "is no allele of the gene")) }
}
