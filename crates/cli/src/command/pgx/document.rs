//! The report of one sample, as a page or a PDF.

use super::cohort::{self, Called};
use super::{Job, advice, print};
use anyhow::Context;
use model::PartialDate;
use report::pgx::{Head, Material, Medicine, PgxReport, Source};
use std::io::Write as _;

/// Prints the document.
pub(super) fn write(job: &Job<'_>) -> anyhow::Result<()> {
    let samples = job.input.genotypes.samples().len();
    if samples != 1 {
        anyhow::bail!(
            "a report is about one sample, and there are {samples}; name one with `--sample`"
        );
    }
    let printed = match &job.arguments.printed {
        Some(day) => PartialDate::parse(day).with_context(|| format!("`{day}` is no day"))?,
        None => today(),
    };
    let current: Option<Vec<Medicine>> = (!job.arguments.taking.is_empty())
        .then(|| job.arguments.taking.iter().map(|code| Medicine::coded(code)).collect());
    let render = |called: &Called<'_>| -> anyhow::Result<String> {
        let view = view(job, called, printed, current.as_deref());
        if job.arguments.format.html {
            return Ok(report::html(&view));
        }
        std::io::stdout().write_all(&pdf(&view)?)?;
        Ok(String::new())
    };
    cohort::each(job, &render, print)
}

fn view(
    job: &Job<'_>,
    called: &Called<'_>,
    printed: PartialDate,
    current: Option<&[Medicine]>,
) -> PgxReport {
    let file = job.arguments.input.file_name().map(|name| name.to_string_lossy().into_owned());
    let source = Source {
        title: file.unwrap_or_default(),
        laboratory: None,
        number: None,
        date: None,
        status: None,
        change: None,
        sha256: None,
    };
    let drugs = advice::drugs(job, &called.genes);
    let clinical = advice::clinical(job, &called.genes, printed);
    PgxReport::from_statements(&Material {
        head: Head {
            patient: None,
            sample: Some(called.sample.to_owned()),
            sources: vec![source],
            printed,
        },
        genes: &called.genes,
        clinical: &clinical,
        drugs: &drugs,
        current,
        knowledge: &job.pack.reference(),
        engine: &pgx::engine(),
    })
}

/// The day, for the foot of the document; engines and views have no clock.
fn today() -> PartialDate {
    crate::store::clock()().day()
}

#[cfg(feature = "pdf")]
fn pdf(view: &PgxReport) -> anyhow::Result<Vec<u8>> {
    report::pdf(view).context("the document cannot be made")
}

#[cfg(not(feature = "pdf"))]
fn pdf(_view: &PgxReport) -> anyhow::Result<Vec<u8>> {
    anyhow::bail!("this program was built without PDF")
}
