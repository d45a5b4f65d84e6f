//! `cognate knowledge`

mod adopt;
mod changes;
mod diff;
mod import;
mod sign;

pub(crate) use sign::signing_key;

use super::{print, print_json, say};
use crate::arguments::{KnowledgeArguments, KnowledgeCommand};
use crate::outcome::Outcome;
use crate::store;
use anyhow::Context;
use knowledge::evidence::{EVIDENCE_PACK, EvidencePack};
use knowledge::{MANIFEST_FILE, Manifest, Pack};
use model::{Problem, Severity};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Everything about packs.
pub(crate) fn run(command: &KnowledgeCommand) -> anyhow::Result<Outcome> {
    match command {
        KnowledgeCommand::List(arguments) => list(arguments),
        KnowledgeCommand::Lint(arguments) => lint(arguments),
        KnowledgeCommand::Seal { directory } => seal(directory),
        KnowledgeCommand::Key { out } => sign::key(out),
        KnowledgeCommand::Sign { directory, key } => sign::sign(directory, key),
        KnowledgeCommand::Import(arguments) => import::run(arguments),
        KnowledgeCommand::Diff(arguments) => diff::run(arguments),
        KnowledgeCommand::Adopt(arguments) => adopt::run(arguments),
        KnowledgeCommand::Changes(arguments) => changes::run(arguments),
    }
}

fn list(arguments: &KnowledgeArguments) -> anyhow::Result<Outcome> {
    let packs = packs(arguments)?;
    if arguments.json {
        print_json(&packs.iter().map(|pack| described(pack)).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    for pack in &packs {
        let reference = pack.reference();
        print(&format!(
            "{} {} of {} ({} genes, {} drugs, {} recommendations)\n  digest {}\n",
            reference.pack,
            reference.version,
            reference.date,
            pack.pgx.genes.len(),
            pack.pgx.drugs.len(),
            pack.pgx.actions.len(),
            reference.digest
        ))?;
        for source in &pack.manifest.sources {
            print(&format!(
                "  source {} {} ({}), {}\n",
                source.name, source.version, source.date, source.licence
            ))?;
        }
    }
    Ok(Outcome::Done)
}

fn described(pack: &Pack) -> Value {
    let reference = pack.reference();
    let sources: Vec<Value> = pack
        .manifest
        .sources
        .iter()
        .map(|source| {
            json!({
                "name": source.name,
                "version": source.version,
                "date": source.date,
                "licence": source.licence,
                "attribution": source.attribution,
            })
        })
        .collect();
    json!({
        "pack": reference.pack,
        "version": reference.version,
        "date": reference.date,
        "digest": reference.digest,
        "genes": pack.pgx.genes.iter().map(|gene| &gene.symbol).collect::<Vec<_>>(),
        "drugs": pack.pgx.drugs.iter().map(|drug| &drug.name).collect::<Vec<_>>(),
        "recommendations": pack.pgx.actions.len(),
        "sources": sources,
    })
}

fn lint(arguments: &KnowledgeArguments) -> anyhow::Result<Outcome> {
    let mut faults = 0;
    let mut report = Vec::new();
    for pack in packs(arguments)? {
        let mut problems: Vec<Problem> = knowledge::lint(&pack);
        if model::problem::first_error(&problems).is_none() {
            // Only a sound table can be called with.
            problems.extend(::pgx::lint_self_calls(&pack.pgx));
        }
        faults += problems.iter().filter(|p| p.severity != Severity::Note).count();
        report.push(json!({ "pack": pack.reference().pack, "problems": problems }));
        if arguments.json {
            continue;
        }
        for problem in &problems {
            print(&format!("{}: {problem}\n", pack.reference().pack))?;
        }
        say(&format!("{}: {} found", pack.reference().pack, problems.len()));
    }
    if arguments.json {
        print_json(&report)?;
    }
    Ok(if faults == 0 { Outcome::Done } else { Outcome::Problem })
}

fn seal(directory: &Path) -> anyhow::Result<Outcome> {
    knowledge::write_manifest_digests(directory)
        .with_context(|| format!("`{}` cannot be sealed", directory.display()))?;
    let place = || format!("`{}` does not load", directory.display());
    let manifest = std::fs::read(directory.join(MANIFEST_FILE)).with_context(place)?;
    let reference = if Manifest::parse(&manifest)?.id == EVIDENCE_PACK {
        EvidencePack::from_directory(directory).with_context(place)?.reference()
    } else {
        Pack::from_directory(directory).with_context(place)?.reference()
    };
    say(&format!("sealed: digest {}", reference.digest));
    Ok(Outcome::Done)
}

fn packs(arguments: &KnowledgeArguments) -> anyhow::Result<Vec<Arc<Pack>>> {
    if arguments.directories.is_empty() {
        return Ok(vec![store::built_in_pack()?]);
    }
    arguments
        .directories
        .iter()
        .map(|directory| store::pack_of(directory, &arguments.trust))
        .collect()
}
