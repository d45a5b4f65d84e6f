//! Drugs: codes, products, recommendations and what to say before a test.

use super::{Files, check_day, columns};
use crate::error::LoadError;
use crate::pgx::{ActionRule, Drug, Gene, KeyValue, Population, PreTestRule, Product, Values};
use crate::table::Row;
use model::statement::{Action, Citation, Strength};
use std::collections::{BTreeMap, HashSet};

pub(super) type Citations = BTreeMap<String, Citation>;

pub(super) fn owned(items: Vec<&str>) -> Vec<String> {
    items.into_iter().map(str::to_owned).collect()
}

pub(super) fn drugs(files: &Files<'_>) -> Result<Vec<Drug>, LoadError> {
    let mut drugs: Vec<Drug> = Vec::new();
    for row in files.table("drugs.tsv", columns::DRUGS)?.rows() {
        files.check_source(&row)?;
        let drug = Drug {
            name: row.required("name")?.to_owned(),
            rxnorm: row.required("rxnorm")?.to_owned(),
            atc: owned(row.list("atc", ',')?),
            genes: owned(row.list("genes", ',')?),
        };
        if drugs.iter().any(|other| other.name == drug.name || other.rxnorm == drug.rxnorm) {
            return Err(row.fault("name", "or its code is there twice"));
        }
        drugs.push(drug);
    }
    drugs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(drugs)
}

fn drug_of<'d>(row: &Row<'_>, drugs: &'d [Drug]) -> Result<&'d Drug, LoadError> {
    let name = row.required("drug")?;
    let unknown = || row.fault("drug", &format!("`{name}` is not in drugs.tsv"));
    drugs.iter().find(|drug| drug.name == name).ok_or_else(unknown)
}

pub(super) fn products(files: &Files<'_>) -> Result<Vec<Product>, LoadError> {
    let mut products: Vec<Product> = Vec::new();
    for row in files.table("products.tsv", columns::PRODUCTS)?.rows() {
        files.check_source(&row)?;
        let product = Product {
            rxnorm: row.required("rxnorm")?.to_owned(),
            name: row.required("name")?.to_owned(),
            ingredients: owned(row.list("ingredients", ',')?),
        };
        if products.iter().any(|other| other.rxnorm == product.rxnorm) {
            return Err(row.fault("rxnorm", &format!("`{}` twice", product.rxnorm)));
        }
        products.push(product);
    }
    Ok(products)
}

pub(super) fn populations(files: &Files<'_>, drugs: &[Drug]) -> Result<Vec<Population>, LoadError> {
    let table = files.table("populations.tsv", columns::POPULATIONS)?;
    let population = |row: Row<'_>| {
        Ok(Population {
            rxnorm: drug_of(&row, drugs)?.rxnorm.clone(),
            code: row.required("code")?.to_owned(),
            name: row.required("name")?.to_owned(),
        })
    };
    table.rows().map(population).collect()
}

pub(super) fn citations(files: &Files<'_>) -> Result<Citations, LoadError> {
    let mut citations = Citations::new();
    for row in files.table("citations.tsv", columns::CITATIONS)?.rows() {
        let citation = Citation {
            title: row.required("title")?.to_owned(),
            pmid: row.optional("pmid").map(str::to_owned),
            url: row.required("url")?.to_owned(),
        };
        let id = row.required("id")?;
        if citations.insert(id.to_owned(), citation).is_some() {
            return Err(row.fault("id", &format!("`{id}` twice")));
        }
    }
    Ok(citations)
}

pub(super) fn citation_of(row: &Row<'_>, citations: &Citations) -> Result<Citation, LoadError> {
    let id = row.required("citation")?;
    let unknown = || row.fault("citation", &format!("`{id}` is not in citations.tsv"));
    citations.get(id).cloned().ok_or_else(unknown)
}

pub(super) fn actions(
    files: &Files<'_>,
    genes: &[Gene],
    drugs: &[Drug],
    citations: &Citations,
) -> Result<Vec<ActionRule>, LoadError> {
    let mut actions: Vec<ActionRule> = Vec::new();
    let mut ids = HashSet::new();
    for row in files.table("actions.tsv", columns::ACTIONS)?.rows() {
        check_day(&row, "date")?;
        let drug = drug_of(&row, drugs)?;
        let source = row.required("source")?;
        if !["CPIC", "DPWG", "FDA"].contains(&source) {
            return Err(row.fault("source", &format!("has no value `{source}`")));
        }
        let population = row.required("population")?;
        let rule = ActionRule {
            id: format!("{}/{source}/{population}/{}", drug.name, row.required("row")?),
            rxnorm: drug.rxnorm.clone(),
            source: source.to_owned(),
            population: population.to_owned(),
            key: key(&row, genes)?,
            action: action(&row)?,
            strength: strength(&row)?,
            text: row.required("text")?.to_owned(),
            implication: row.required("implication")?.to_owned(),
            alternatives: alternatives(&row)?,
            citation: citation_of(&row, citations)?,
        };
        if !ids.insert(rule.id.clone()) {
            return Err(row.fault("row", &format!("makes `{}` twice", rule.id)));
        }
        actions.push(rule);
    }
    Ok(actions)
}

/// `GENE=value|value; GENE=…`, values as [`KeyValue`] reads them; `*` = any result or none.
fn key(row: &Row<'_>, genes: &[Gene]) -> Result<Vec<(String, Values)>, LoadError> {
    row.required("key")?;
    let mut key = Vec::new();
    for item in row.list("key", ';')? {
        let fault = |text: &str| row.fault("key", &format!("`{item}` {text}"));
        let (symbol, values) = item.split_once('=').ok_or_else(|| fault("has no `=`"))?;
        let gene = genes.iter().find(|gene| gene.symbol == symbol);
        gene.ok_or_else(|| fault("names no gene of genes.tsv"))?;
        let values: Option<Values> = match values.trim() {
            "*" => Some(vec![KeyValue::AnyResult, KeyValue::NoResult]),
            list => list.split('|').map(|value| KeyValue::parse(value.trim())).collect(),
        };
        let values = values.ok_or_else(|| fault("has a value that cannot be read"))?;
        key.push((symbol.to_owned(), values));
    }
    Ok(key)
}

fn action(row: &Row<'_>) -> Result<Action, LoadError> {
    let percent = percent(row)?;
    let action = match row.required("action")? {
        "reduce" => return Ok(Action::Reduce { percent }),
        "increase" => return Ok(Action::Increase { percent }),
        "standard" => Action::Standard,
        "avoid" => Action::Avoid,
        "alternative" => Action::Alternative,
        "loading-only" => Action::LoadingOnly,
        "monitor" => Action::Monitor,
        "test-first" => Action::TestFirst,
        "no-recommendation" => Action::NoRecommendation,
        other => return Err(row.fault("action", &format!("has no value `{other}`"))),
    };
    if percent.is_some() {
        return Err(row.fault("percent", "only goes with reduce and increase"));
    }
    Ok(action)
}

/// Empty, `50` or `20-70`.
fn percent(row: &Row<'_>) -> Result<Option<(u8, u8)>, LoadError> {
    let Some(cell) = row.optional("percent") else { return Ok(None) };
    let (low, high) = cell.split_once('-').unwrap_or((cell, cell));
    match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) if low <= high => Ok(Some((low, high))),
        _ => Err(row.fault("percent", &format!("`{cell}` is no range"))),
    }
}

fn strength(row: &Row<'_>) -> Result<Strength, LoadError> {
    Ok(match row.required("strength")? {
        "none" => Strength::None,
        "optional" => Strength::Optional,
        "moderate" => Strength::Moderate,
        "strong" => Strength::Strong,
        other => return Err(row.fault("strength", &format!("has no value `{other}`"))),
    })
}

/// `613391 prasugrel; 1116632 ticagrelor`.
fn alternatives(row: &Row<'_>) -> Result<Vec<(String, String)>, LoadError> {
    let pair = |item: &str| {
        let (code, name) = item.split_once(' ')?;
        Some((code.to_owned(), name.trim().to_owned()))
    };
    let pairs = row.list("alternatives", ';')?.into_iter().map(pair);
    let pairs: Option<Vec<_>> = pairs.collect();
    pairs.ok_or_else(|| row.fault("alternatives", "must be `code name; code name`"))
}

pub(super) fn alerts(
    files: &Files<'_>,
    drugs: &[Drug],
    citations: &Citations,
) -> Result<Vec<PreTestRule>, LoadError> {
    let mut alerts = Vec::new();
    for row in files.table("alerts.tsv", columns::ALERTS)?.rows() {
        check_day(&row, "date")?;
        let recommended = match row.required("recommended")? {
            "yes" => true,
            "no" => false,
            other => return Err(row.fault("recommended", &format!("has no value `{other}`"))),
        };
        alerts.push(PreTestRule {
            rxnorm: drug_of(&row, drugs)?.rxnorm.clone(),
            genes: owned(row.list("genes", ',')?),
            recommended,
            text: row.required("text")?.to_owned(),
            citation: citation_of(&row, citations)?,
        });
    }
    Ok(alerts)
}
