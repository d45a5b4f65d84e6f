//! "Needs action": what a person has to do something about now. Absent when there is nothing.

use super::{clinical, medicine, recommendation, shape, words};
use crate::view::{DrugRow, GeneRow, PatientView, ReportRow};
use maud::{Markup, html};
use model::absence::Absence;
use model::reported::ResultStatus;
use model::statement::AdviceState;

/// The section, or nothing.
pub(super) fn section(view: &PatientView) -> Markup {
    let drugs = drugs(view);
    let waiting: Vec<&ReportRow> = view.reports.iter().filter(|r| is_waiting(r)).collect();
    let number = drugs.len() + waiting.len();
    html! {
        @if number > 0 {
            section.needs-action aria-labelledby="needs-action" {
                h2 id="needs-action" { "Needs action " span.badge { (number) } }
                ul.actions {
                    @for row in drugs { li { (drug(row, &view.genes)) } }
                    @for report in waiting { li { (result(report)) } }
                }
            }
        }
    }
}

/// Current medicines to avoid, then to adjust, then those that guidance wants a test for first.
fn drugs(view: &PatientView) -> Vec<&DrugRow> {
    let mut rows: Vec<&DrugRow> =
        view.drugs.iter().filter(|row| !row.current.is_empty() && is_due(row)).collect();
    rows.sort_by(|a, b| {
        medicine::state(b).cmp(&medicine::state(a)).then_with(|| a.drug.cmp(&b.drug))
    });
    rows
}

fn is_due(row: &DrugRow) -> bool {
    match medicine::state(row) {
        AdviceState::Avoid | AdviceState::Adjust => true,
        AdviceState::NotKnown => row.advice.as_ref().is_some_and(|a| a.content.pre_test.is_some()),
        AdviceState::Standard => false,
    }
}

pub(super) fn is_waiting(report: &ReportRow) -> bool {
    use ResultStatus::{Partial, Preliminary, Registered};
    matches!(report.status, Registered | Partial | Preliminary)
}

fn drug(row: &DrugRow, results: &[GeneRow]) -> Markup {
    let advice = row.advice.as_ref().map(|advice| &advice.content);
    html! {
        div.action-head { (shape::state(medicine::state(row))) strong.drug { (row.drug) } }
        div.action-body {
            @if let Some(advice) = advice {
                p.reason {
                    @for key in &advice.genes {
                        (medicine::gene(key, results))
                        (clinical::beside_key(row.clinical.as_ref(), &key.gene))
                    }
                }
                @if let Some(clinical) = &row.clinical {
                    (clinical::both(clinical, advice, clinical::Second::Full))
                 } @else {
                    (recommendation::in_short(advice))
                }
            }
            p.more {
                a href={ "#" (medicine::anchor(row)) } {
                    "Show the row" span.visually-hidden { " of " (row.drug) }
                }
            }
        }
    }
}

fn result(report: &ReportRow) -> Markup {
    html! {
        div.action-head { (shape::waiting("Waiting")) strong { (report.title) } }
        div.action-body {
            p { (waiting_words(report)) }
            p.more {
                a href="#reports" {
                    "Show the reports" span.visually-hidden { " for " (report.title) }
                }
            }
        }
    }
}

pub(super) fn waiting_words(report: &ReportRow) -> String {
    let laboratory = report.laboratory.as_deref().unwrap_or("the laboratory");
    match (report.received, report.status) {
        (Some(received), ResultStatus::Registered) => format!(
            "Result {} since {}. Nothing has been reported yet; ask {laboratory} if it is late.",
            Absence::Pending.words(),
            words::date(received.day()),
        ),
        (Some(received), status) => format!(
            "A {} result from {laboratory} came on {}. It gives no advice until it is final.",
            status.words(),
            words::date(received.day()),
        ),
        (None, _) => format!(
            "Result {}. Nothing has come from {laboratory} yet; ask if it is late.",
            Absence::Pending.words(),
        ),
    }
}
