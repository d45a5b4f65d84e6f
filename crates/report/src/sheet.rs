//! What a document shows beside the view: labels, headings and sentences, dates in words, the lines
//! that run on every page, counts. The PDF and the HTML page both take their words from here.

mod gene;
pub(crate) mod head;
mod label;
mod part;

use crate::pgx::{CurrentMedicines, DrugGroup, PgxReport, Shown};
use crate::words::head as words;
pub(crate) use gene::{GeneSheet, Line};
pub(crate) use label::Labels;
use model::statement::AdviceState;
pub(crate) use part::Part;
use part::Parts;
use serde::Serialize;

/// The data of one document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Sheet<'a> {
    /// Title of the document, with whom it is about.
    pub(crate) title: String,
    /// The large line: the person's name, or the sample.
    pub(crate) name: String,
    /// Whom the page is about, for the head and foot of each page.
    pub(crate) running: Vec<String>,
    /// Pack and engine, for the foot of each page.
    pub(crate) made_with: String,
    /// The day in words.
    pub(crate) printed: String,
    /// Labels and values of the title block.
    pub(crate) facts: Vec<Fact>,
    /// Amended reports: what changed.
    pub(crate) changes: Vec<String>,
    /// How many drugs have each state.
    pub(crate) states: Vec<Count>,
    /// Words that are the same in every report.
    pub(crate) labels: Labels,
    /// Headings and first sentences of the parts.
    pub(crate) parts: Parts,
    /// The gene results with what is known about them in lines.
    pub(crate) genes: Vec<GeneSheet<'a>>,
    /// The same of the calls for research only.
    pub(crate) research: Vec<GeneSheet<'a>>,
    /// The view.
    pub(crate) report: &'a PgxReport,
}

/// One line of the title block.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) values: Vec<Shown>,
}

/// A state with its word, its meaning and how many drugs have it.
#[derive(Debug, Serialize)]
pub(crate) struct Count {
    pub(crate) state: AdviceState,
    pub(crate) meaning: &'static str,
    pub(crate) drugs: usize,
    pub(crate) noun: &'static str,
}

impl<'a> Sheet<'a> {
    pub(crate) fn of(report: &'a PgxReport) -> Self {
        let running = head::running(report);
        Self {
            title: format!("{}: {}", label::LABELS.report, running.join(", ")),
            name: head::name(report),
            running,
            made_with: head::made_with(report),
            printed: format!("Printed {}", words::date(report.head.printed)),
            facts: head::facts(report),
            changes: report.head.sources.iter().filter_map(|one| one.change.clone()).collect(),
            states: states(report),
            labels: label::LABELS,
            parts: Parts::of(report),
            genes: report.genes.iter().map(GeneSheet::of).collect(),
            research: report.research.iter().map(GeneSheet::of).collect(),
            report,
        }
    }
}

fn states(report: &PgxReport) -> Vec<Count> {
    let grouped = |groups: &[DrugGroup]| groups.iter().map(|group| group.drugs.len()).sum();
    let current = |state| match &report.current {
        CurrentMedicines::NotAvailable => 0,
        CurrentMedicines::Listed(drugs) => drugs.iter().filter(|drug| drug.state == state).count(),
    };
    let count = |state, meaning, others: usize| Count {
        state,
        meaning,
        drugs: current(state) + others,
        noun: words::drugs(current(state) + others),
    };
    vec![
        count(AdviceState::Avoid, "another drug", report.avoid.len()),
        count(AdviceState::Adjust, "another dose, or watch closely", report.adjust.len()),
        count(
            AdviceState::Standard,
            "usual use, as far as genes were tested",
            grouped(&report.standard),
        ),
        count(
            AdviceState::NotKnown,
            "not tested, not callable, or no guidance",
            grouped(&report.not_known),
        ),
    ]
}
