//! `allele`, `diplotype` and `gene_result` to functions and rules: by way of the reader of
//! phenotype tables, which collapses diplotypes to function pairs and refuses contradictions.

use super::{CpicSettings, SOURCE, Tables};
use crate::import::{Definitions, Imported, phenotypes, within};
use crate::pack::Pack;
use crate::pgx::Gene;
use model::Problem;
use model::score::ActivityScore;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Allele {
    genesymbol: String,
    name: String,
    clinicalfunctionalstatus: Option<String>,
    #[serde(default)]
    activityvalue: Option<String>,
}

#[derive(Deserialize)]
struct Diplotype {
    genesymbol: String,
    #[serde(rename = "diplotype")]
    name: String,
    #[serde(rename = "diplotypekey")]
    key: BTreeMap<String, BTreeMap<String, u8>>,
    generesult: Option<String>,
    #[serde(default, alias = "activityscore")]
    totalactivityscore: Option<String>,
}

#[derive(Deserialize)]
struct GeneResult {
    genesymbol: String,
    result: String,
    ehrpriority: Option<String>,
}

pub(super) fn import(
    tables: &Tables<'_>,
    base: &Pack,
    settings: &CpicSettings,
    imported: &mut Imported,
    problems: &mut Vec<Problem>,
) {
    let mut alleles: BTreeMap<String, Vec<Allele>> = BTreeMap::new();
    for allele in tables.rows::<Allele>("allele", problems) {
        alleles.entry(allele.genesymbol.clone()).or_default().push(allele);
    }
    let mut diplotypes: BTreeMap<String, Vec<Diplotype>> = BTreeMap::new();
    for diplotype in tables.rows::<Diplotype>("diplotype", problems) {
        diplotypes.entry(diplotype.genesymbol.clone()).or_default().push(diplotype);
    }
    let results: Vec<GeneResult> = tables.rows("gene_result", problems);
    for (symbol, alleles) in alleles {
        imported.genes.push(symbol.clone());
        let Some(gene) = base.pgx.gene(&symbol) else { continue };
        let rows = diplotypes.remove(&symbol).unwrap_or_default();
        let mut names = defined(gene, imported);
        let has_rules = !rows.is_empty();
        let json = table(gene, &alleles, &rows).to_string();
        let definitions = Definitions {
            gene: symbol.clone(),
            names: names.iter().cloned().collect(),
            ..Definitions::default()
        };
        let (mut found, told) = phenotypes(json.as_bytes(), &definitions, SOURCE, &settings.date);
        problems.extend(told.into_iter().map(|problem| within(&symbol, problem)));
        if imported.covers.get(&symbol).is_some_and(|tables| tables.contains("alleles.tsv")) {
            names.extend(found.structural.iter().filter_map(|row| row.get(1).cloned()));
            imported.extend("alleles.tsv", found.structural);
        }
        found.functions.retain(|row| {
            let known = row.get(1).is_some_and(|name| names.contains(name));
            if !known {
                let place = format!("{symbol} {}", row.get(1).map_or("", String::as_str));
                let text = "has a function but no definition in the base; it is left out";
                problems.push(Problem::warning("undefined-allele", place, text));
            }
            known
        });
        imported.cover(&symbol, "functions.tsv");
        imported.extend("functions.tsv", found.functions);
        if has_rules {
            for rules in [&mut found.rules, &mut found.scores] {
                priorities(&symbol, &results, rules, problems);
            }
            imported.cover(&symbol, "phenotype_rules.tsv");
            imported.cover(&symbol, "score_rules.tsv");
            imported.extend("phenotype_rules.tsv", found.rules);
            imported.extend("score_rules.tsv", found.scores);
        }
    }
}

/// Names of the gene's alleles: those imported now, else those of the base.
fn defined(gene: &Gene, imported: &Imported) -> BTreeSet<String> {
    let rows = imported.tables.get("alleles.tsv").into_iter().flatten();
    let own: BTreeSet<String> = rows
        .filter(|row| row.first() == Some(&gene.symbol))
        .filter_map(|row| row.get(1).cloned())
        .collect();
    if !own.is_empty() {
        return own;
    }
    let cores = gene.alleles.iter().filter_map(|allele| allele.core.clone());
    gene.alleles.iter().map(|allele| allele.name.clone()).chain(cores).collect()
}

/// The shape that the reader of phenotype tables takes.
fn table(gene: &Gene, alleles: &[Allele], diplotypes: &[Diplotype]) -> Value {
    let value = |allele: &Allele| {
        allele.activityvalue.clone().filter(|text| ActivityScore::parse(text).is_some())
    };
    let scored = alleles.iter().any(|allele| value(allele).is_some());
    let with_function = || alleles.iter().filter(|one| one.clinicalfunctionalstatus.is_some());
    let haplotypes: Map<String, Value> = with_function()
        .map(|one| (one.name.clone(), json!(one.clinicalfunctionalstatus)))
        .collect();
    let values: Map<String, Value> = with_function()
        .filter(|_| scored)
        .map(|one| (one.name.clone(), json!(value(one).unwrap_or_else(|| "n/a".to_owned()))))
        .collect();
    let named: Vec<Value> = with_function()
        .map(|one| json!({"name": one.name, "functionValue": one.clinicalfunctionalstatus}))
        .collect();
    let rows: Vec<Value> = diplotypes
        .iter()
        .map(|row| {
            json!({
                "diplotype": row.name,
                "diplotypekey": row.key.get(&gene.symbol),
                "phenotype": row.generesult,
                "activityScore": row.totalactivityscore,
            })
        })
        .collect();
    json!({
        "gene": gene.symbol,
        "haplotypes": haplotypes,
        "activityValues": values,
        "namedAlleles": named,
        "diplotypes": rows,
    })
}

/// The EHR priority that `gene_result` gives, in the place of the rule that follows from names.
fn priorities(
    symbol: &str,
    results: &[GeneResult],
    rules: &mut [Vec<String>],
    problems: &mut Vec<Problem>,
) {
    for row in rules {
        let [.., phenotype, priority, _] = row.as_mut_slice() else { continue };
        let of = |one: &&GeneResult| one.genesymbol == symbol && one.result == *phenotype;
        let Some(found) = results.iter().find(of) else { continue };
        match found.ehrpriority.as_deref() {
            Some(word @ ("Abnormal/Priority/High Risk" | "Normal/Routine/Low Risk" | "none")) => {
                word.clone_into(priority);
            }
            None | Some("n/a") => "none".clone_into(priority),
            Some(other) => {
                let text = format!("`{other}` is no known priority; ours stays");
                let place = format!("gene_result {symbol} {phenotype}");
                problems.push(Problem::warning("ehr-priority", place, text));
            }
        }
    }
}
