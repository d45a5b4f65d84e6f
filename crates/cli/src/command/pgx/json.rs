//! The JSON of the contract (docs/PGX-CALL.md): stable names, more may come beside them.

use super::cohort::{self, Called};
use super::lines::status;
use super::{Job, advice};
use crate::command::{print, print_json};
use knowledge::Pack;
use knowledge::pgx::STATUS_SEPARATOR;
use model::Problem;
use model::statement::{Action, DrugStatement, GeneKey, GeneState, GeneStatement, Recommendation};
use serde_json::{Value, json};

/// Prints one object; samples are written as they are called.
pub(super) fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let mut head = head(job.pack, job.problems);
    if let Some(head) = head.as_object_mut() {
        let genotypes = &job.input.genotypes;
        head.insert("build".into(), "GRCh38".into());
        head.insert("build_proof".into(), genotypes.build_proof().into());
        head.insert("absent_position".into(), serde_json::to_value(genotypes.absent_position())?);
    }
    let head = serde_json::to_string(&head)?;
    let head = head.strip_suffix('}').unwrap_or(&head);
    print(&format!("{head},\"samples\":["))?;
    let render = |called: &Called<'_>| -> anyhow::Result<String> {
        Ok(format!("{}\n", serde_json::to_string(&sample(job, called))?))
    };
    let mut first = true;
    cohort::each(job, &render, |texts| {
        let mut out = String::new();
        for text in texts.lines() {
            out.push_str(if first { "\n" } else { ",\n" });
            out.push_str(text);
            first = false;
        }
        print(&out)
    })?;
    print("\n]}\n")
}

/// Prints why nothing was called.
pub(super) fn write_refusal(pack: &Pack, problems: &[Problem]) -> anyhow::Result<()> {
    let mut answer = head(pack, problems);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("samples".into(), Value::Array(Vec::new()));
    }
    print_json(&answer)
}

fn head(pack: &Pack, problems: &[Problem]) -> Value {
    let reference = pack.reference();
    let engine = pgx::engine();
    json!({
        "engine": {"name": engine.name, "version": engine.version},
        "pack": {
            "id": reference.pack,
            "version": reference.version,
            "date": reference.date,
            "digest": reference.digest,
        },
        "problems": problems,
    })
}

fn sample(job: &Job<'_>, called: &Called<'_>) -> Value {
    let drugs = advice::drugs(job, &called.genes);
    let entries: Vec<Value> = drugs
        .iter()
        .flat_map(|drug| drug.recommendations.iter().map(|one| recommendation(drug, one)))
        .collect();
    let unknown: Vec<Value> =
        drugs.iter().filter(|drug| drug.recommendations.is_empty()).map(without).collect();
    json!({
        "sample": called.sample,
        "genes": called.genes.iter().map(gene).collect::<Vec<_>>(),
        "drugs": entries,
        "drugs_without_advice": unknown,
    })
}

fn gene(gene: &GeneStatement) -> Value {
    let shown = |list: &[model::statement::Diplotype]| {
        list.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut notes = gene.notes.clone();
    if let GeneState::NotCalled { why } = &gene.state {
        notes.insert(0, why.clone());
    }
    let missing = gene.callability.as_ref().map(|seen| seen.missing.clone()).unwrap_or_default();
    json!({
        "gene": gene.gene,
        "hgnc": gene.hgnc,
        "status": status(gene),
        "basis": gene.basis,
        "phased": gene.phased,
        "calls": shown(&gene.diplotypes),
        "also_possible": shown(&gene.also_possible),
        "variants": gene.variants,
        "phenotypes": phenotypes(gene),
        "activity_scores": gene.activity_scores,
        "missing": missing,
        "unexplained": gene.unexplained,
        "research": gene.research,
        "callability": gene.callability,
        "notes": notes,
    })
}

/// Each phenotype; of a gene that is read by allele statuses, each status.
fn phenotypes(gene: &GeneStatement) -> Vec<&str> {
    let mut all: Vec<&str> =
        gene.phenotypes.iter().flat_map(|text| text.split(STATUS_SEPARATOR)).collect();
    all.dedup();
    all
}

fn recommendation(drug: &DrugStatement, one: &Recommendation) -> Value {
    json!({
        "drug": drug.drug,
        "rxcui": drug.rxnorm,
        "atc": drug.atc,
        "state": drug.state,
        "action": word(one.action),
        "percent": percent(one.action),
        "strength": one.strength,
        "source": one.source,
        "population": one.population,
        "text": one.text,
        "implication": one.implication,
        "alternatives": alternatives(one),
        "citation": one.citation,
        "genes": genes(drug),
        "rule": one.rule,
        "notes": drug.notes,
    })
}

fn alternatives(one: &Recommendation) -> Vec<Value> {
    one.alternatives.iter().map(|(rxcui, name)| json!({"rxcui": rxcui, "drug": name})).collect()
}

/// A drug that no recommendation speaks about; never to be read as usual use.
fn without(drug: &DrugStatement) -> Value {
    json!({
        "drug": drug.drug,
        "rxcui": drug.rxnorm,
        "state": drug.state,
        "genes": genes(drug),
        "test_first": drug.pre_test.as_ref().map(|test| &test.text),
        "notes": drug.notes,
    })
}

fn genes(drug: &DrugStatement) -> Vec<Value> {
    let key =
        |key: &GeneKey| json!({"gene": key.gene, "phenotype": key.phenotype, "call": key.call});
    drug.genes.iter().map(key).collect()
}

/// The action as one word.
fn word(action: Action) -> &'static str {
    match action {
        Action::Standard => "standard",
        Action::Reduce { .. } => "reduce",
        Action::Increase { .. } => "increase",
        Action::Avoid => "avoid",
        Action::Alternative => "alternative",
        Action::LoadingOnly => "loading-only",
        Action::Monitor => "monitor",
        Action::TestFirst => "test-first",
        Action::NoRecommendation => "no-recommendation",
    }
}

/// Share of the dose, lower and upper bound.
fn percent(action: Action) -> Option<(u8, u8)> {
    match action {
        Action::Reduce { percent } | Action::Increase { percent } => percent,
        _ => None,
    }
}
