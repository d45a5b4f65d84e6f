//! `cognate pgx call`

use super::{print, print_json, say};
use crate::arguments::{PgxCallArguments, PgxCommand};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use formats::vcf::{ReadSettings, read_genotypes};
use knowledge::Pack;
use model::assay::AbsentPosition;
use model::genotype::GenotypeSet;
use model::statement::{AdviceState, DrugStatement, GeneState, GeneStatement};
use model::{Problem, Severity};
use serde_json::json;
use std::fmt::Write as _;
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

/// Calls star alleles from a file, without a store.
pub(crate) fn run(command: &PgxCommand) -> anyhow::Result<Outcome> {
    let PgxCommand::Call(arguments) = command;
    let pack = match &arguments.pack {
        None => store::built_in_pack()?,
        Some(directory) => Arc::new(
            Pack::from_directory(directory)
                .with_context(|| format!("`{}` does not load", directory.display()))?,
        ),
    };
    let (set, problems) = read(arguments, &pack)?;
    let Some(set) = set else { return refused(arguments, &problems) };
    let genes = ::pgx::call(&pack.pgx, &set);
    let drugs: Vec<DrugStatement> = if arguments.drugs {
        pack.pgx.drugs.iter().map(|d| ::pgx::advise(&pack.pgx, d, &genes)).collect()
    } else {
        Vec::new()
    };
    if arguments.json {
        print_json(&json!({
            "sample": set.sample,
            "build": set.build.to_string(),
            "buildProof": set.build_proof,
            "absentPosition": set.absent_position,
            "knowledge": pack.reference(),
            "engine": ::pgx::engine(),
            "genes": genes,
            "drugs": drugs,
            "problems": problems,
        }))?;
        return Ok(Outcome::Done);
    }
    print(&text(&pack, &set, &genes, &drugs)?)?;
    for problem in &problems {
        say(&format!("{}: {problem}", arguments.file.display()));
    }
    Ok(Outcome::Done)
}

fn read(
    arguments: &PgxCallArguments,
    pack: &Pack,
) -> anyhow::Result<(Option<GenotypeSet>, Vec<Problem>)> {
    let file = File::open(&arguments.file)
        .with_context(|| format!("`{}` cannot be opened", arguments.file.display()))?;
    let absent_position = if arguments.absent_is_reference {
        AbsentPosition::Reference
    } else {
        AbsentPosition::NotTested
    };
    let settings = ReadSettings {
        sample: arguments.sample.clone(),
        absent_position,
        ..ReadSettings::default()
    };
    Ok(read_genotypes(BufReader::new(file), &intake::file::sites(pack), &settings))
}

fn refused(arguments: &PgxCallArguments, problems: &[Problem]) -> anyhow::Result<Outcome> {
    if arguments.json {
        print_json(&json!({ "genes": [], "problems": problems }))?;
    }
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        say(&format!("{}: {problem}", arguments.file.display()));
    }
    say("nothing was called");
    Ok(Outcome::Problem)
}

fn text(
    pack: &Pack,
    set: &GenotypeSet,
    genes: &[GeneStatement],
    drugs: &[DrugStatement],
) -> anyhow::Result<String> {
    let mut text = String::new();
    let reference = pack.reference();
    writeln!(text, "Sample     {} on {} ({})", set.sample, set.build, set.build_proof)?;
    writeln!(text, "Knowledge  {} {} of {}\n", reference.pack, reference.version, reference.date)?;
    for gene in genes {
        gene_lines(gene, &mut text)?;
    }
    if !drugs.is_empty() {
        writeln!(text)?;
    }
    for drug in drugs {
        let state = match drug.state {
            AdviceState::Avoid => "Avoid",
            AdviceState::Adjust => "Adjust",
            AdviceState::Standard => "Standard",
            AdviceState::NotKnown => "Not known",
        };
        writeln!(text, "{:<16} {state}", drug.drug)?;
        for recommendation in &drug.recommendations {
            writeln!(
                text,
                "  {} [{}] {}",
                recommendation.source, recommendation.population, recommendation.text
            )?;
        }
        for note in &drug.notes {
            writeln!(text, "  note: {note}")?;
        }
    }
    Ok(text)
}

fn gene_lines(gene: &GeneStatement, text: &mut String) -> anyhow::Result<()> {
    let calls: Vec<String> = gene.diplotypes.iter().map(ToString::to_string).collect();
    let call = match &gene.state {
        GeneState::Called if calls.is_empty() => "single position".to_owned(),
        GeneState::Called => calls.join(" or "),
        GeneState::NotCalled { .. } => "not called".to_owned(),
        GeneState::NotTested => "not tested".to_owned(),
    };
    let phenotype = match (&gene.phenotype, &gene.state) {
        (Some(phenotype), _) => phenotype.clone(),
        (None, GeneState::NotCalled { why }) => why.clone(),
        (None, _) => gene.phenotypes.join(" or "),
    };
    let seen = gene.callability.as_ref().map(model::statement::Callability::words);
    let seen = seen.map(|words| format!("  ({words})")).unwrap_or_default();
    writeln!(text, "{:<9} {call:<18} {phenotype}{seen}", gene.gene)?;
    for note in &gene.notes {
        writeln!(text, "          note: {note}")?;
    }
    Ok(())
}
