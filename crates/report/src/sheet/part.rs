//! Headings and first sentences of the parts, in the order in which they stand.

use crate::pgx::{CurrentMedicines, PgxReport};
use serde::Serialize;

/// The parts of the report. A part without a lead begins with what it lists.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Parts {
    pub(crate) current: Part,
    pub(crate) avoid: Part,
    pub(crate) adjust: Part,
    pub(crate) standard: Part,
    pub(crate) not_known: Part,
    pub(crate) genes: Part,
    pub(crate) research: Part,
    pub(crate) gaps: Part,
    pub(crate) references: Part,
}

/// One part.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) heading: String,
    /// What must be seen first, in strong type.
    pub(crate) remark: Option<&'static str>,
    /// The first sentence.
    pub(crate) lead: Option<&'static str>,
}

impl Part {
    fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), remark: None, lead: None }
    }

    fn with(self, lead: &'static str) -> Self {
        Self { lead: Some(lead), ..self }
    }
}

impl Parts {
    pub(super) fn of(report: &PgxReport) -> Self {
        let is_listed = report.current != CurrentMedicines::NotAvailable;
        let more = |what| {
            let drugs = if is_listed { "Other drugs" } else { "Drugs" };
            Part::new(format!("{drugs} {what}"))
        };
        Self {
            current: current(&report.current),
            avoid: more("to avoid"),
            adjust: more("to adjust"),
            standard: more("with standard use")
                .with("No reason to change, as far as the genes were tested."),
            not_known: more("about which nothing is known")
                .with("No advice can be given. That is not the same as standard use."),
            genes: Part {
                lead: report.genes.is_empty().then_some("No gene result: not tested."),
                ..Part::new("Genes")
            },
            research: Part::new("Research calls: not for prescribing").with(
                "These calls come from methods that are for research only. No advice in this \
                 report rests on them, and none may be drawn from them.",
            ),
            gaps: Part {
                lead: (report.gaps.is_empty() && !report.genes.is_empty())
                    .then_some("Every position of the genes above was tested."),
                ..Part::new("Gaps and limits")
            },
            references: Part::new("References"),
        }
    }
}

fn current(medicines: &CurrentMedicines) -> Part {
    let part = Part::new("Current medicines");
    match medicines {
        CurrentMedicines::NotAvailable => Part {
            remark: Some("Medication list not available."),
            ..part.with(
                "The drugs below are all that the knowledge pack has; whether the person takes \
                 one of them is not known here.",
            )
        },
        CurrentMedicines::Listed(drugs) if drugs.is_empty() => {
            part.with("The medication list is empty: no current medicine is recorded.")
        }
        CurrentMedicines::Listed(_) => part,
    }
}
