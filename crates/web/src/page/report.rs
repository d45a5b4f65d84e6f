//! "Reports and sources": every document received, how final it is, and what reading it noticed.

use super::words;
use crate::path;
use crate::view::ReportRow;
use maud::{Markup, html};
use model::absence::Absence;
use model::id::PatientId;
use model::problem::{Problem, Severity};

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
            thead {
                tr {
                    th scope="col" { "Report" }
                    th scope="col" { "Status" }
                    th scope="col" { "Laboratory" }
                    th scope="col" { "Dates" }
                    th scope="col" { "Received as" }
                }
            }
            tbody { @for report in reports { (row(report, patient)) } }
        }
    }
}

fn row(report: &ReportRow, patient: &PatientId) -> Markup {
    html! {
        tr {
            th scope="row" {
                (report.title)
                @if let Some(resource) = &report.resource {
                    span.line.muted { code { (resource.resource_type) "/" (resource.id) } }
                }
            }
            td data-label="Status" { (status(report)) }
            td data-label="Laboratory" {
                (report.laboratory.as_deref().unwrap_or(Absence::NotRecorded.words()))
                @if let Some(number) = &report.number { span.line.muted { "No. " (number) } }
            }
            td data-label="Dates" {
                @let issued = report.issued.map(model::Timestamp::day);
                span.line { "Collected " span.date { (words::date_or_absent(report.collected)) } }
                span.line { "Released " span.date { (words::date_or_absent(issued)) } }
            }
            td data-label="Received as" { (receipt(report, patient)) (problems(&report.problems)) }
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

fn receipt(report: &ReportRow, patient: &PatientId) -> Markup {
    html! {
        @match (report.received, report.door) {
            (Some(at), Some(door)) => { (words::door(door)) ", " (words::instant(at)) },
            (Some(at), None) => (words::instant(at)),
            (None, _) => span.absent { (Absence::Pending.words()) },
        }
        @if let Some(raw) = &report.raw {
            span.line { a href=(path::source(patient, raw)) { "As it came, beside what was read" } }
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
