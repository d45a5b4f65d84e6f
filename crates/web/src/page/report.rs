//! "Reports and sources": every document received, how final it is, and what reading it noticed.

use super::words;
use crate::path;
use crate::view::ReportRow;
use maud::{Markup, html};
use model::absence::Absence;
use model::id::PatientId;
use model::problem::{Problem, Severity};

/// Heads of the columns.
pub(super) const HEADS: [&str; 5] = ["Report", "Status", "Laboratory", "Dates", "Received as"];

/// The table of reports of a patient; each leads to the message that it came from.
pub(super) fn table(reports: &[ReportRow], patient: &PatientId) -> Markup {
    html! {
        table.reports {
            caption { "Reports, newest first" }
            colgroup {
                col.c-report;
                col.c-report-status;
                col.c-laboratory;
                col.c-dates;
                col;
            }
            thead { tr { @for head in HEADS { th scope="col" { (head) } } } }
            tbody { @for report in reports { (row(report, patient)) } }
        }
    }
}

/// What a row says, cell by cell, in the order of the heads; with the way to the message, where
/// the patient is named.
pub(super) fn cells(report: &ReportRow, patient: Option<&PatientId>) -> [Markup; 5] {
    let title = html! {
        (report.title)
        @if let Some(resource) = &report.resource {
            span.line.muted { code { (resource.resource_type) "/" (resource.id) } }
        }
    };
    let laboratory = html! {
        (report.laboratory.as_deref().unwrap_or(Absence::NotRecorded.words()))
        @if let Some(number) = &report.number { span.line.muted { "No. " (number) } }
    };
    let issued = report.issued.map(model::Timestamp::day);
    let dates = html! {
        span.line { "Collected " span.date { (words::date_or_absent(report.collected)) } }
        span.line { "Released " span.date { (words::date_or_absent(issued)) } }
    };
    let received = html! { (receipt(report, patient)) (problems(&report.problems)) };
    [title, status(report), laboratory, dates, received]
}

fn row(report: &ReportRow, patient: &PatientId) -> Markup {
    let [title, others @ ..] = cells(report, Some(patient));
    html! {
        tr {
            th scope="row" { (title) }
            @for (head, cell) in HEADS.iter().skip(1).zip(&others) {
                td data-label=(head) { (cell) }
            }
        }
    }
}

fn status(report: &ReportRow) -> Markup {
    html! {
        span.report-status { (report.status.words()) }
        @if let Some(change) = &report.change { span.line { "Changed: " (change) } }
        @if !report.status.is_final() { span.line.muted { "Gives no advice" } }
    }
}

fn receipt(report: &ReportRow, patient: Option<&PatientId>) -> Markup {
    html! {
        @match (report.received, report.door) {
            (Some(at), Some(door)) => { (words::door(door)) ", " (words::instant(at)) },
            (Some(at), None) => (words::instant(at)),
            (None, _) => span.absent { (Absence::Pending.words()) },
        }
        @if let Some(raw) = &report.raw {
            @if let Some(patient) = patient {
                @let owner = report.owner.as_ref().unwrap_or(patient);
                span.line {
                    a href=(path::source(owner, raw)) { "As it came, beside what was read" }
                }
            }
            span.line.muted { "Archived as " code { (raw) } }
        }
    }
}

/// What a reader noticed, behind a count.
pub(super) fn problems(problems: &[Problem]) -> Markup {
    html! {
        @if !problems.is_empty() {
            details.problems {
                summary { (words::count(problems.len(), "remark", "remarks")) " from reading it" }
                ul.plain {
                    @for problem in problems {
                        li {
                            b { (severity(problem.severity)) } " at " code { (problem.place) } ": "
                            (problem.text)
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "Note",
        Severity::Warning => "Warning",
        Severity::Error => "Error",
    }
}
