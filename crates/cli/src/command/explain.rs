//! `cognate explain`

use super::{print, print_json, say};
use crate::arguments::StatementArguments;
use crate::outcome::Outcome;
use crate::store;
use model::StatementId;
use model::statement::{Capsule, DrugStatement, GeneState, GeneStatement, StatementContent};
use record::StoredStatement;
use serde_json::json;
use std::fmt::Write as _;

/// Shows how a statement came about.
pub(crate) fn run(arguments: &StatementArguments) -> anyhow::Result<Outcome> {
    let record = store::open(&arguments.store)?;
    let id = StatementId::new(arguments.id.as_str());
    let Some(stored) = record.statement(&store::engine(), &id, arguments.version)? else {
        say(&format!("there is no statement `{id}`"));
        return Ok(Outcome::NotFound);
    };
    if arguments.json {
        print_json(&json!({
            "version": stored.version,
            "recorded": stored.recorded.to_string(),
            "withdrawn": stored.withdrawn,
            "sha256": stored.sha256,
            "statement": stored.statement,
        }))?;
    } else {
        print(&text(&stored)?)?;
    }
    Ok(Outcome::Done)
}

fn text(stored: &StoredStatement) -> anyhow::Result<String> {
    let mut text = String::new();
    match &stored.statement.content {
        StatementContent::Gene(gene) => gene_text(gene, &mut text)?,
        StatementContent::Drug(drug) => drug_text(drug, &mut text)?,
    }
    writeln!(text, "\nPatient    {}", stored.statement.patient)?;
    writeln!(text, "Statement  {} version {}", stored.statement.id, stored.version)?;
    writeln!(text, "Recorded   {}", stored.recorded)?;
    if stored.withdrawn {
        writeln!(text, "           WITHDRAWN: it no longer holds")?;
    }
    capsule_text(&stored.statement.capsule, &mut text)?;
    writeln!(text, "\nMake it again: cognate replay {}", stored.statement.id)?;
    Ok(text)
}

fn gene_text(gene: &GeneStatement, text: &mut String) -> anyhow::Result<()> {
    let calls: Vec<String> = gene.diplotypes.iter().map(ToString::to_string).collect();
    let call = match &gene.state {
        GeneState::Called if calls.is_empty() => "phenotype only".to_owned(),
        GeneState::Called => calls.join(" or "),
        GeneState::NotCalled { why } => format!("not called: {why}"),
        GeneState::NotTested => "not tested".to_owned(),
    };
    writeln!(text, "{} ({}): {call}", gene.gene, gene.hgnc)?;
    let phenotype = match (&gene.phenotype, gene.phenotypes.is_empty()) {
        (Some(phenotype), _) => phenotype.clone(),
        (None, false) => format!("ambiguous: {}", gene.phenotypes.join(" or ")),
        (None, true) => "not known".to_owned(),
    };
    writeln!(text, "Phenotype  {phenotype}")?;
    if let Some(callability) = &gene.callability {
        writeln!(text, "Seen       {}", callability.words())?;
    }
    notes(&gene.notes, text)
}

fn drug_text(drug: &DrugStatement, text: &mut String) -> anyhow::Result<()> {
    writeln!(text, "{} (RxNorm {}): {}", drug.drug, drug.rxnorm, model::words::state(drug.state))?;
    for gene in &drug.genes {
        let phenotype = gene.phenotype.as_deref().unwrap_or("not known");
        writeln!(text, "Gene       {} {}: {phenotype}", gene.gene, gene.call)?;
    }
    for recommendation in &drug.recommendations {
        writeln!(
            text,
            "\n{} [{}]  {:?}\n  {}\n  because {}\n  {} {}",
            recommendation.source,
            recommendation.population,
            recommendation.strength,
            recommendation.text,
            recommendation.implication,
            recommendation.citation.title,
            recommendation.citation.url,
        )?;
    }
    if let Some(test) = &drug.pre_test {
        writeln!(text, "Test first {}: {}", test.genes.join(", "), test.text)?;
    }
    notes(&drug.notes, text)
}

fn notes(notes: &[String], text: &mut String) -> anyhow::Result<()> {
    for note in notes {
        writeln!(text, "Note       {note}")?;
    }
    Ok(())
}

fn capsule_text(capsule: &Capsule, text: &mut String) -> anyhow::Result<()> {
    let knowledge = &capsule.knowledge;
    writeln!(text, "\nRule       {}", capsule.rule)?;
    writeln!(
        text,
        "Knowledge  {} {} of {}\n           sha256 {}",
        knowledge.pack, knowledge.version, knowledge.date, knowledge.digest
    )?;
    writeln!(text, "Engine     {} {}", capsule.engine.name, capsule.engine.version)?;
    if capsule.inputs.is_empty() {
        writeln!(text, "Inputs     none")?;
    }
    for input in &capsule.inputs {
        writeln!(text, "Input      {}\n           sha256 {}", input.resource, input.sha256)?;
    }
    for gap in &capsule.gaps {
        writeln!(text, "Gap        {gap}")?;
    }
    Ok(())
}
