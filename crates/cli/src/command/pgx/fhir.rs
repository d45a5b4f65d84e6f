//! FHIR Genomics Reporting: one Bundle for one sample, one a line for several.

use super::cohort::{self, Called};
use super::{Job, advice, print};
use formats::fhir::build::pgx::{PgxBundle, PositionVariant, Subject, bundle};
use knowledge::pgx::{Gene, Position};
use model::genotype::{GenotypeCell, GenotypeRecord};

/// Prints the Bundles.
pub(super) fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let reference = job.pack.reference();
    let engine = pgx::engine();
    let single = job.input.genotypes.samples().len() == 1;
    let render = |called: &Called<'_>| -> anyhow::Result<String> {
        let seed = format!("{} {}", job.input.genotypes.build_proof(), called.sample);
        let drugs = advice::drugs(job, &called.genes);
        let variants = variants(job, called);
        let subject = Subject::Sample(called.sample);
        let value = bundle(&PgxBundle {
            genes: &called.genes,
            drugs: &drugs,
            variants: &variants,
            ..PgxBundle::new(&seed, subject, &reference, &engine)
        });
        let text = if single {
            serde_json::to_string_pretty(&value)
        } else {
            serde_json::to_string(&value)
        };
        Ok(format!("{}\n", text?))
    };
    cohort::each(job, &render, print)
}

/// Genotypes at the positions of the pack that are written as the pack writes them.
fn variants(job: &Job<'_>, called: &Called<'_>) -> Vec<PositionVariant> {
    let mut found = Vec::new();
    for gene in &job.pack.pgx.genes {
        for position in gene.positions.iter().chain(&gene.extra_positions) {
            let same = |(record, _): &(&GenotypeRecord, &GenotypeCell)| {
                record.chromosome == gene.chromosome
                    && record.position == position.position
                    && record.reference == position.reference
            };
            let here = called.records.iter().zip(called.cells).filter(same);
            for (record, cell) in here {
                found.extend(alternates(gene, position, record, *cell));
            }
        }
    }
    found
}

fn alternates(
    gene: &Gene,
    position: &Position,
    record: &GenotypeRecord,
    cell: GenotypeCell,
) -> Vec<PositionVariant> {
    let allele = |number: u8| match usize::from(number) {
        0 => Some(record.reference.as_str()),
        _ if number == GenotypeCell::NO_CALL => None,
        number => record.alternates.get(number - 1).map(String::as_str),
    };
    let base = |number: u8| allele(number).unwrap_or(".");
    let separator = if cell.has(GenotypeCell::PHASED) { "|" } else { "/" };
    let genotype = if cell.has(GenotypeCell::HAPLOID) {
        base(cell.first).to_owned()
    } else {
        format!("{}{separator}{}", base(cell.first), base(cell.second))
    };
    let variant = |alternate: &String| PositionVariant {
        gene: gene.symbol.clone(),
        sequence: gene.refseq.clone(),
        position: record.position,
        reference: record.reference.clone(),
        alternate: alternate.clone(),
        genotype: genotype.clone(),
        phase_set: (cell.phase_set > 0).then(|| cell.phase_set.to_string()),
        rsid: position.rsid.clone(),
        hgvs: hgvs(gene, position, alternate),
        filter: cell.has(GenotypeCell::FILTERED).then(|| "failed".to_owned()),
    };
    let known =
        record.alternates.iter().filter(|alternate| position.alternates.contains(alternate));
    known.map(variant).collect()
}

/// The name of an ALT; with several ALTs only that of a substitution is sure.
fn hgvs(gene: &Gene, position: &Position, alternate: &str) -> Option<String> {
    let wanted = format!(">{alternate}");
    let name = match position.alternates.as_slice() {
        [_] => Some(position.hgvs.as_str()),
        _ => position.hgvs.split("; ").find(|name| name.ends_with(&wanted)),
    };
    name.map(|name| format!("{}:{name}", gene.refseq))
}
