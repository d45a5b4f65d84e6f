//! The calls for people at a terminal.

use super::cohort::{self, Called};
use super::{Job, advice, print};
use model::statement::{Callability, DrugStatement, GeneState, GeneStatement};
use std::fmt::Write as _;

/// Width of the call's column; longer calls push what follows to the right.
const CALL_WIDTH: usize = 22;
/// Most calls written out on a line.
const CALLS_SHOWN_MAX: usize = 4;

/// Prints each sample's genes and, if asked for, drugs.
pub(super) fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let reference = job.pack.reference();
    let proof = job.input.genotypes.build_proof();
    print(&format!("Build      {proof}\n"))?;
    print(&format!(
        "Knowledge  {} {} of {}, engine {} {}\n",
        reference.pack,
        reference.version,
        reference.date,
        pgx::ENGINE_NAME,
        pgx::ENGINE_VERSION
    ))?;
    let render = |called: &Called<'_>| -> anyhow::Result<String> { Ok(sample(job, called)?) };
    cohort::each(job, &render, print)
}

fn sample(job: &Job<'_>, called: &Called<'_>) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "\nSample     {}", called.sample)?;
    for gene in &called.genes {
        gene_lines(gene, &mut text)?;
    }
    if job.arguments.drugs {
        writeln!(text)?;
        for drug in advice::drugs(job, &called.genes) {
            drug_lines(&drug, &mut text)?;
        }
    }
    Ok(text)
}

fn gene_lines(gene: &GeneStatement, text: &mut String) -> std::fmt::Result {
    let phenotype = match (&gene.phenotype, &gene.state) {
        (Some(phenotype), _) => phenotype.clone(),
        (None, GeneState::NotCalled { why }) => why.clone(),
        (None, _) => gene.phenotypes.join(" or "),
    };
    let score = match gene.activity_scores.as_slice() {
        [] => String::new(),
        scores => format!(", activity score {}", scores.join(" or ")),
    };
    let seen = gene.callability.as_ref().filter(|seen| seen.positions > 0).map(Callability::words);
    let seen = seen.map(|words| format!("  ({words})")).unwrap_or_default();
    let call = call(gene);
    writeln!(text, "{:<9} {call:<CALL_WIDTH$} {phenotype}{score}{seen}", gene.gene)?;
    if gene.research {
        writeln!(text, "          research only, not for prescribing")?;
    }
    for note in &gene.notes {
        writeln!(text, "          note: {note}")?;
    }
    let Some(seen) = &gene.callability else { return Ok(()) };
    if !seen.phenotypes_not_excluded.is_empty() && gene.state == GeneState::Called {
        let phenotypes = seen.phenotypes_not_excluded.join(", ");
        writeln!(text, "          not excluded, since positions are missing: {phenotypes}")?;
    }
    Ok(())
}

fn call(gene: &GeneStatement) -> String {
    match &gene.state {
        GeneState::NotCalled { .. } => "not called".to_owned(),
        GeneState::NotTested => "not tested".to_owned(),
        GeneState::Called if gene.diplotypes.is_empty() && !gene.variants.is_empty() => {
            gene.variants.join(", ")
        }
        GeneState::Called if gene.diplotypes.is_empty() => "no diplotype".to_owned(),
        GeneState::Called => {
            let shown = gene.diplotypes.iter().take(CALLS_SHOWN_MAX).map(ToString::to_string);
            let shown = shown.collect::<Vec<_>>().join(" or ");
            match gene.diplotypes.len().saturating_sub(CALLS_SHOWN_MAX) {
                0 => shown,
                more => format!("{shown} or {more} more"),
            }
        }
    }
}

fn drug_lines(drug: &DrugStatement, text: &mut String) -> std::fmt::Result {
    let state = model::words::state(drug.state);
    writeln!(text, "{:<24} {state}", drug.drug)?;
    for one in &drug.recommendations {
        writeln!(text, "  {} [{}] {}", one.source, one.population, one.text)?;
    }
    for note in &drug.notes {
        writeln!(text, "  note: {note}")?;
    }
    Ok(())
}
