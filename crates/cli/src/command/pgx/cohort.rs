//! Every sample of the input, one after another, in bounded memory.

use super::Job;
use super::input::Genotypes;
use model::genotype::{GenotypeCell, GenotypeRecord};
use model::statement::GeneStatement;
use pgx::{Caller, Memo, Plan};
use std::collections::VecDeque;

/// One sample with its calls.
pub(super) struct Called<'c> {
    pub(super) sample: &'c str,
    pub(super) genes: Vec<GeneStatement>,
    pub(super) records: &'c [GenotypeRecord],
    pub(super) cells: &'c [GenotypeCell],
}

/// Renders a sample.
pub(super) type Render<'r> = dyn Fn(&Called<'_>) -> anyhow::Result<String> + Sync + 'r;

/// Calls every sample, renders it on all processors, and hands the texts over in the order of the
/// samples.
pub(super) fn each(
    job: &Job<'_>,
    render: &Render<'_>,
    mut take: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let caller = Caller::new(&job.pack.pgx);
    match &job.input.genotypes {
        Genotypes::Table(set) => {
            let genes = caller.call(&job.pack.pgx, set, &job.input.settings);
            let genes = with_reported(job, &set.sample, genes);
            take(&render(&Called { sample: &set.sample, genes, records: &[], cells: &[] })?)
        }
        Genotypes::Cohort(cohort) => {
            let plan = caller.plan(&job.pack.pgx, &cohort.records);
            let work = |index: usize| -> anyhow::Result<String> {
                let mut text = String::new();
                let chunk = cohort.chunk(index)?;
                let mut memo = memo(job, &caller, &plan);
                for place in 0..chunk.len() {
                    let cells = chunk.cells(place);
                    let Some(sample) = cohort.samples.get(chunk.first_sample() + place) else {
                        continue;
                    };
                    let calls = memo.call(cells, |_| ());
                    let genes = calls.iter().map(|call| call.statement.clone()).collect();
                    let genes = with_reported(job, sample, genes);
                    let records = &cohort.records;
                    text.push_str(&render(&Called { sample, genes, records, cells })?);
                }
                Ok(text)
            };
            in_order(cohort.chunk_count(), &work, |text| take(&text))
        }
    }
}

pub(super) fn memo<'m, T>(job: &'m Job<'_>, caller: &'m Caller, plan: &'m Plan) -> Memo<'m, T> {
    let absent = job.input.genotypes.absent_position();
    Memo::new(caller, &job.pack.pgx, plan, job.input.settings, absent)
}

/// Our calls and those of others, as one statement a gene.
pub(super) fn with_reported(
    job: &Job<'_>,
    sample: &str,
    own: Vec<GeneStatement>,
) -> Vec<GeneStatement> {
    let Some(reported) = job.input.outside.get(sample) else { return own };
    let genes = job.pack.pgx.genes.iter().zip(own);
    genes
        .map(|(gene, own)| {
            let of_gene: Vec<GeneStatement> = reported
                .iter()
                .filter(|result| result.gene == gene.symbol)
                .map(|result| pgx::from_reported(gene, result))
                .collect();
            if of_gene.is_empty() { own } else { pgx::combine(gene, Some(own), &of_gene) }
        })
        .collect()
}

/// Runs pieces of work on all processors and hands their results over in order. As many results
/// wait as there are processors, so that memory does not grow with the number of pieces.
pub(super) fn in_order<T: Send>(
    count: usize,
    work: &(dyn Fn(usize) -> anyhow::Result<T> + Sync),
    mut take: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let mut running = VecDeque::new();
        let mut next = 0;
        loop {
            while next < count && running.len() < threads {
                let index = next;
                running.push_back(scope.spawn(move || work(index)));
                next += 1;
            }
            let Some(first) = running.pop_front() else { return Ok(()) };
            let result = first.join().map_err(|_| anyhow::anyhow!("a worker ended early"))?;
            take(result?)?;
        }
    })
}
