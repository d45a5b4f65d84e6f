//! `cargo run --release -p formats --example read-cohort -- SITES.vcf COHORT.vcf`: reads a cohort
//! and turns its cells around; prints what it took. A measurement, not a test.

#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

use formats::vcf::{CohortSettings, Site, read_cohort};
use std::error::Error;
use std::fs::File;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let (Some(sites), Some(cohort)) = (paths.next(), paths.next()) else {
        return Err("usage: read-cohort SITES.vcf COHORT.vcf".into());
    };
    let text = std::fs::read_to_string(sites)?;
    let sites: Vec<Site> = text.lines().filter(|line| !line.starts_with('#')).map(site).collect();
    let started = Instant::now();
    let (cohort, problems) = read_cohort(File::open(cohort)?, &sites, &CohortSettings::default());
    let read = started.elapsed();
    let Some(cohort) = cohort else { return Err(format!("{problems:?}").into()) };
    let started = Instant::now();
    let mut called = 0_u64;
    for chunk in cohort.chunks() {
        for (_, cells) in chunk?.iter() {
            called += cells.iter().filter(|cell| cell.first > 0 || cell.second > 0).count() as u64;
        }
    }
    println!(
        "{} samples x {} records: read in {read:.3?}, turned around in {:.3?}; \
         {called} not reference, {} bytes in a temporary file",
        cohort.samples.len(),
        cohort.records.len(),
        started.elapsed(),
        cohort.stored_bytes(),
    );
    Ok(())
}

/// A site from the first columns of a line.
fn site(line: &str) -> Site {
    let mut columns = line.split('\t').map(str::to_owned);
    let mut next = || columns.next().unwrap_or_default();
    let (chromosome, position) = (next(), next().parse().unwrap_or(0));
    let (_, reference, alternates) = (next(), next(), next());
    Site {
        chromosome,
        position,
        span_end: position + reference.len().saturating_sub(1) as u64,
        reference,
        alternates: alternates.split(',').map(str::to_owned).collect(),
    }
}
