//! Speed of the caller alone: all genes of each sample of a file, on one core, reading left out.
//!
//! `cargo run --release -p pgx --example call-cohort -- FILE`. A measurement, not a test.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

use formats::vcf::{CohortSettings, Site, read_cohort};
use knowledge::Pack;
use knowledge::pgx::{Gene, PgxKnowledge};
use model::assay::AbsentPosition;
use model::genotype::{GenotypeCell, GenotypeRecord, RecordKind};
use pgx::{Caller, Memo, Settings};
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// As in the `cognate` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Heterozygous positions of the hard case.
const HETEROZYGOUS: usize = 20;
/// Invented people.
const PEOPLE: usize = 2_000;
/// Times that the hard case is called.
const ROUNDS: u32 = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: call-cohort FILE")?;
    let started = Instant::now();
    let knowledge = Pack::built_in()?.pgx;
    let loaded = started.elapsed();
    let started = Instant::now();
    let caller = Caller::new(&knowledge);
    println!("pack loaded in {loaded:.1?}, tables made in {:.1?}", started.elapsed());
    samples(&path, &knowledge, &caller)?;
    people(&knowledge, &caller);
    hard_cases(&knowledge);
    Ok(())
}

fn samples(path: &str, knowledge: &PgxKnowledge, caller: &Caller) -> Result<(), Box<dyn Error>> {
    let file = std::fs::File::open(path)?;
    let (cohort, problems) = read_cohort(file, &sites(knowledge), &CohortSettings::default());
    let cohort = cohort.ok_or_else(|| format!("{problems:?}"))?;
    let started = Instant::now();
    let plan = caller.plan(knowledge, &cohort.records);
    println!("{} records looked at in {:.1?}", cohort.records.len(), started.elapsed());
    let settings = Settings { research_cyp2d6: true, ..Settings::default() };
    let absent = AbsentPosition::NotTested;
    let (mut alone, mut remembered) = (Duration::ZERO, Duration::ZERO);
    let mut memo: Memo<'_, ()> = Memo::new(caller, knowledge, &plan, settings, absent);
    for chunk in cohort.chunks() {
        let chunk = chunk?;
        let started = Instant::now();
        for (_, cells) in chunk.iter() {
            black_box(caller.call_cells(knowledge, &plan, cells, &settings, absent));
        }
        alone += started.elapsed();
        let started = Instant::now();
        for (_, cells) in chunk.iter() {
            black_box(memo.call(cells, |_| ()));
        }
        remembered += started.elapsed();
    }
    let count = u32::try_from(cohort.samples.len().max(1))?;
    println!("caller alone, all genes: {:.1?} a sample ({count} samples)", alone / count);
    println!("with equal genotypes remembered: {:.1?} a sample", remembered / count);
    Ok(())
}

/// People as they are: each strand of each gene an allele of the tables, mostly the reference.
fn people(knowledge: &PgxKnowledge, caller: &Caller) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below.max(1)
    };
    let mut records = Vec::new();
    let mut samples: Vec<Vec<GenotypeCell>> = vec![Vec::new(); PEOPLE];
    for gene in &knowledge.genes {
        records.extend(gene.positions.iter().map(|at| record(gene, at)));
        let alleles: Vec<_> = gene.alleles.iter().filter(|allele| !allele.structural).collect();
        for cells in &mut samples {
            let mut strand = || {
                let other = next(10) < 4;
                let place = usize::try_from(next(alleles.len() as u64)).unwrap_or(0);
                let allele = alleles.iter().find(|allele| allele.reference != other);
                if other { alleles.get(place) } else { allele }.copied()
            };
            let (first, second) = (strand(), strand());
            let number = |allele: Option<&knowledge::pgx::Allele>, index: usize| {
                let cells = allele.map_or(&[][..], |allele| &allele.cells);
                let base = cells.iter().find(|(at, _)| *at == index)?.1.first()?;
                let at = gene.positions.get(index)?;
                let place = at.alternates.iter().position(|alternate| alternate == base)?;
                u8::try_from(place + 1).ok()
            };
            cells.extend((0..gene.positions.len()).map(|index| GenotypeCell {
                first: number(first, index).unwrap_or(0),
                second: number(second, index).unwrap_or(0),
                flags: 0,
                phase_set: 0,
            }));
        }
    }
    let plan = caller.plan(knowledge, &records);
    let settings = Settings { research_cyp2d6: true, ..Settings::default() };
    let started = Instant::now();
    for cells in &samples {
        let absent = AbsentPosition::NotTested;
        black_box(caller.call_cells(knowledge, &plan, cells, &settings, absent));
    }
    let count = u32::try_from(PEOPLE).unwrap_or(1);
    println!("alleles of the tables, unphased: {:.1?} a sample", started.elapsed() / count);
}

/// Every gene with many heterozygous positions of unknown phase.
fn hard_cases(knowledge: &PgxKnowledge) {
    let mut worst = (Duration::ZERO, String::new());
    for gene in knowledge.genes.iter().filter(|gene| gene.positions.len() >= HETEROZYGOUS) {
        let one = PgxKnowledge { genes: vec![gene.clone()], ..PgxKnowledge::default() };
        let caller = Caller::new(&one);
        let records: Vec<GenotypeRecord> =
            gene.positions.iter().map(|at| record(gene, at)).collect();
        let plan = caller.plan(&one, &records);
        let het = |index| u8::from(index < HETEROZYGOUS);
        let cells: Vec<GenotypeCell> = (0..records.len())
            .map(|index| GenotypeCell { first: 0, second: het(index), flags: 0, phase_set: 0 })
            .collect();
        let settings = Settings { research_cyp2d6: true, ..Settings::default() };
        let started = Instant::now();
        for _ in 0..ROUNDS {
            let absent = AbsentPosition::NotTested;
            black_box(caller.call_cells(&one, &plan, black_box(&cells), &settings, absent));
        }
        let took = started.elapsed() / ROUNDS;
        if took > worst.0 {
            worst = (took, gene.symbol.clone());
        }
    }
    println!(
        "{HETEROZYGOUS} unphased heterozygous positions: at most {:.1?} ({})",
        worst.0, worst.1
    );
}

fn record(gene: &Gene, at: &knowledge::pgx::Position) -> GenotypeRecord {
    GenotypeRecord {
        chromosome: gene.chromosome.clone(),
        position: at.position,
        reference: at.reference.clone(),
        alternates: at.alternates.clone(),
        kind: RecordKind::Variant,
        line: 1,
    }
}

fn sites(knowledge: &PgxKnowledge) -> Vec<Site> {
    let of_gene = |gene: &Gene| -> Vec<Site> {
        let positions = gene.positions.iter().chain(&gene.extra_positions);
        let site = |position: &knowledge::pgx::Position| Site {
            chromosome: gene.chromosome.clone(),
            position: position.position,
            reference: position.reference.clone(),
            alternates: position.alternates.clone(),
            span_end: pgx::span_end(position),
        };
        positions.map(site).collect()
    };
    knowledge.genes.iter().flat_map(of_gene).collect()
}
