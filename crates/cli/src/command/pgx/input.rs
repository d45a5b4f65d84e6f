//! What the command reads: genotypes and calls of others.

use crate::arguments::{PgxCallArguments, Research, SexArgument};
use anyhow::Context;
use formats::genotypes_table::{NamedSite, StatedBuild, TableSettings, read_genotype_table};
use formats::outside::{OutsideCall, OutsideSettings, read_outside_calls};
use formats::vcf::{Cohort, CohortSettings, read_cohort};
use knowledge::Pack;
use model::assay::AbsentPosition;
use model::genotype::GenotypeSet;
use model::reported::ReportedGeneResult;
use model::{Problem, Severity};
use pgx::{Settings, Sex};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Everything that calls are made from.
pub(super) struct Input {
    pub(super) genotypes: Genotypes,
    /// Calls of others, by sample.
    pub(super) outside: BTreeMap<String, Vec<ReportedGeneResult>>,
    pub(super) settings: Settings,
}

/// Genotypes of one or many samples.
pub(super) enum Genotypes {
    /// A variant file.
    Cohort(Cohort),
    /// A table of an array or a laboratory.
    Table(GenotypeSet),
}

impl Genotypes {
    pub(super) fn samples(&self) -> &[String] {
        match self {
            Self::Cohort(cohort) => &cohort.samples,
            Self::Table(set) => std::slice::from_ref(&set.sample),
        }
    }

    pub(super) fn build_proof(&self) -> &str {
        match self {
            Self::Cohort(cohort) => &cohort.build_proof,
            Self::Table(set) => &set.build_proof,
        }
    }

    pub(super) fn absent_position(&self) -> AbsentPosition {
        match self {
            Self::Cohort(cohort) => cohort.absent_position,
            Self::Table(set) => set.absent_position,
        }
    }
}

/// Reads everything. With an error among the problems there is no input: nothing may be called.
pub(super) fn read(
    arguments: &PgxCallArguments,
    pack: &Pack,
) -> anyhow::Result<(Option<Input>, Vec<Problem>)> {
    let (genotypes, mut problems) = match arguments.table {
        None => cohort(arguments, pack)?,
        Some(build) => table(arguments, pack, build.into())?,
    };
    let Some(genotypes) = genotypes else { return Ok((None, problems)) };
    let mut outside = BTreeMap::new();
    for path in &arguments.outside {
        let (calls, found) = outside_calls(arguments, path)?;
        let refused = found.iter().any(|problem| problem.severity == Severity::Error);
        problems.extend(found);
        if refused || !assign(path, calls, &genotypes, pack, &mut outside, &mut problems) {
            return Ok((None, problems));
        }
    }
    let settings = Settings {
        sex: arguments.sex.map(|sex| match sex {
            SexArgument::Female => Sex::Female,
            SexArgument::Male => Sex::Male,
        }),
        research_combinations: arguments.research.contains(&Research::Combinations),
        research_cyp2d6: arguments.research.contains(&Research::Cyp2d6),
    };
    Ok((Some(Input { genotypes, outside, settings }), problems))
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    let file =
        File::open(path).with_context(|| format!("`{}` cannot be opened", path.display()))?;
    Ok(BufReader::with_capacity(1 << 18, file))
}

fn absent_position(arguments: &PgxCallArguments) -> AbsentPosition {
    if arguments.absent_is_reference {
        AbsentPosition::Reference
    } else {
        AbsentPosition::NotTested
    }
}

fn cohort(
    arguments: &PgxCallArguments,
    pack: &Pack,
) -> anyhow::Result<(Option<Genotypes>, Vec<Problem>)> {
    let settings = CohortSettings {
        samples: (!arguments.sample.is_empty()).then(|| arguments.sample.clone()),
        absent_position: absent_position(arguments),
        honour_filter: !arguments.ignore_filter,
        ..CohortSettings::default()
    };
    let sites = intake::file::sites(pack);
    let reader = open(&arguments.input)?.into_inner();
    let (cohort, problems) = read_cohort(reader, &sites, &settings);
    Ok((cohort.map(Genotypes::Cohort), problems))
}

fn table(
    arguments: &PgxCallArguments,
    pack: &Pack,
    build: StatedBuild,
) -> anyhow::Result<(Option<Genotypes>, Vec<Problem>)> {
    let name = match arguments.sample.as_slice() {
        [] => arguments.input.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
        [name] => Some(name.clone()),
        _ => anyhow::bail!("a genotype table holds one sample; name one with `--sample`"),
    };
    let rsids = pack.pgx.genes.iter().flat_map(|gene| {
        gene.positions.iter().chain(&gene.extra_positions).map(|at| at.rsid.clone())
    });
    let sites: Vec<NamedSite> =
        rsids.zip(intake::file::sites(pack)).map(|(rsid, site)| NamedSite { rsid, site }).collect();
    let settings = TableSettings {
        plus_strand: arguments.plus_strand,
        absent_position: absent_position(arguments),
        ..TableSettings::new(name.unwrap_or_else(|| "sample".into()), build)
    };
    let (set, problems) = read_genotype_table(open(&arguments.input)?, &sites, &settings);
    Ok((set.map(Genotypes::Table), problems))
}

fn outside_calls(
    arguments: &PgxCallArguments,
    path: &Path,
) -> anyhow::Result<(Vec<OutsideCall>, Vec<Problem>)> {
    let settings =
        OutsideSettings { gene: arguments.outside_gene.clone(), ..OutsideSettings::default() };
    let (calls, problems) = read_outside_calls(open(path)?, &settings);
    let placed = |problem: Problem| Problem {
        place: format!("{}: {}", path.display(), problem.place),
        ..problem
    };
    Ok((calls, problems.into_iter().map(placed).collect()))
}

/// Gives each call to its sample. False if a call belongs to none for sure.
fn assign(
    path: &Path,
    calls: Vec<OutsideCall>,
    genotypes: &Genotypes,
    pack: &Pack,
    outside: &mut BTreeMap<String, Vec<ReportedGeneResult>>,
    problems: &mut Vec<Problem>,
) -> bool {
    let samples = genotypes.samples();
    for call in calls {
        let place = format!("{}: line {}", path.display(), call.line);
        for note in &call.notes {
            problems.push(Problem::note("outside-call", &*place, note.clone()));
        }
        let known =
            |gene: &&knowledge::pgx::Gene| gene.symbol.eq_ignore_ascii_case(&call.result.gene);
        let Some(gene) = pack.pgx.genes.iter().find(known) else {
            let text =
                format!("`{}` is no gene of the pack; its call is left out", call.result.gene);
            problems.push(Problem::warning("unknown-gene", place, text));
            continue;
        };
        let sample = match (&call.sample, samples) {
            // A caller may have been run on a file of another name: one sample is that sample.
            (_, [only]) => only.clone(),
            (Some(named), _) if samples.contains(named) => named.clone(),
            (Some(named), _) => {
                let text = format!("the file has no sample `{named}`; its call is left out");
                problems.push(Problem::warning("unknown-sample", place, text));
                continue;
            }
            (None, _) => {
                let text = format!(
                    "the call names no sample, and there are {}; choose one with `--sample`",
                    samples.len()
                );
                problems.push(Problem::error("sample-not-named", place, text));
                return false;
            }
        };
        let result = ReportedGeneResult { gene: gene.symbol.clone(), ..call.result };
        outside.entry(sample).or_default().push(result);
    }
    true
}
