//! One line a sample and gene.

use super::cohort::{in_order, memo, with_reported};
use super::input::Genotypes;
use super::{Job, print};
use formats::vcf::Cohort;
use model::statement::{Basis, GeneState, GeneStatement};
use pgx::{Caller, Plan};
use std::fmt::Write as _;

/// The columns.
const COLUMNS: &str = "sample\tgene\tstatus\tphased\tcalls\tvariants\tphenotypes\t\
                       activity_scores\tmissing\tunexplained\tnotes\n";

/// Prints a table with one row a sample and gene. Several values of a cell are separated by `;`
/// and a blank, no value is an empty cell.
pub(super) fn write(job: &Job<'_>) -> anyhow::Result<()> {
    print(COLUMNS)?;
    let caller = Caller::new(&job.pack.pgx);
    match &job.input.genotypes {
        Genotypes::Table(set) => {
            let genes = caller.call(&job.pack.pgx, set, &job.input.settings);
            let genes = with_reported(job, &set.sample, genes);
            let lines = genes.iter().map(|gene| format!("{}{}", set.sample, rest(gene)));
            print(&lines.collect::<String>())
        }
        Genotypes::Cohort(cohort) => {
            let plan = caller.plan(&job.pack.pgx, &cohort.records);
            let work = |index| chunk(job, cohort, &caller, &plan, index);
            in_order(cohort.chunk_count(), &work, |text: String| print(&text))
        }
    }
}

fn chunk(
    job: &Job<'_>,
    cohort: &Cohort,
    caller: &Caller,
    plan: &Plan,
    index: usize,
) -> anyhow::Result<String> {
    let mut text = String::new();
    let chunk = cohort.chunk(index)?;
    let mut memo = memo(job, caller, plan);
    for place in 0..chunk.len() {
        let Some(sample) = cohort.samples.get(chunk.first_sample() + place) else { continue };
        let sample_text = plain(sample);
        // Most samples share most calls, and so their lines.
        let calls = memo.call(chunk.cells(place), rest);
        if job.input.outside.contains_key(sample) {
            let own = calls.iter().map(|call| call.statement.clone()).collect();
            for gene in with_reported(job, sample, own) {
                text.push_str(&sample_text);
                text.push_str(&rest(&gene));
            }
            continue;
        }
        for call in calls {
            text.push_str(&sample_text);
            text.push_str(&call.made);
        }
    }
    Ok(text)
}

/// The line of a call behind the sample's name.
fn rest(gene: &GeneStatement) -> String {
    let calls: Vec<String> = gene.diplotypes.iter().map(ToString::to_string).collect();
    let empty = Vec::new();
    let missing = gene.callability.as_ref().map_or(&empty, |seen| &seen.missing);
    let mut notes = gene.notes.clone();
    if let GeneState::NotCalled { why } = &gene.state {
        notes.insert(0, why.clone());
    }
    let mut line = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        line,
        "\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
        gene.gene,
        status(gene),
        gene.phased,
        list(&calls),
        list(&gene.variants),
        list(&gene.phenotypes),
        list(&gene.activity_scores),
        list(missing),
        list(&gene.unexplained),
        list(&notes)
    );
    line
}

/// The status of the contract.
pub(super) fn status(gene: &GeneStatement) -> &'static str {
    match (&gene.state, gene.basis) {
        (GeneState::NotTested, _) => "not_tested",
        // One position that stands in gives a phenotype, but no diplotype.
        (GeneState::NotCalled { .. }, _) | (GeneState::Called, Basis::SinglePosition) => {
            "not_called"
        }
        (GeneState::Called, Basis::Reported) => "outside",
        (GeneState::Called, _) if gene.diplotypes.len() > 1 => "ambiguous",
        (GeneState::Called, _) => "called",
    }
}

fn list(values: &[String]) -> String {
    plain(&values.join("; "))
}

/// Without what would break a row.
fn plain(text: &str) -> String {
    if text.contains(['\t', '\n', '\r']) {
        text.replace(['\t', '\n', '\r'], " ")
    } else {
        text.to_owned()
    }
}
