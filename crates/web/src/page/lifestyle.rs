//! Risk and exposures: each topic is answered, or was not asked.

pub(crate) mod form;

use super::words;
use crate::chart::risk_bar;
use crate::path;
use crate::view::{BearingRow, LifestyleView, PatientView, PreventionRow};
use maud::{Markup, html};
use model::absence::Absence;
use model::lifestyle::{Answer, Topic};
use model::problem::Problem;
use model::time::PartialDate;

pub(super) fn section(view: &PatientView) -> Markup {
    let LifestyleView { bearings, problems, prevention, figures, may_enter, entered, .. } =
        &view.lifestyle;
    html! {
        section aria-labelledby="lifestyle" {
            div.section-head {
                h2 id="lifestyle" { "Risk and exposures" }
                @if *may_enter {
                    p.more {
                        a href=(path::lifestyle(&view.id)) { "Write down answers" }
                        @for day in entered {
                            " · " a href=(path::lifestyle_of_day(&view.id, day)) {
                                "Correct those of " (day)
                            }
                        }
                    }
                }
            }
            @if !prevention.is_empty() {
                (table("Prevention", &PREVENTION_HEADS, prevention.iter().map(prevention_cells)))
                @for row in prevention {
                    (risk_bar(&format!("{}: figures of the criteria", row.title), &row.figures))
                }
            }
            (risk_bar(FIGURES, figures))
            @if !bearings.is_empty() {
                (table(BEARINGS, &BEARING_HEADS, bearings.iter().map(bearing_cells)))
            }
            table {
                caption { "What was asked" }
                thead {
                    tr {
                        th scope="col" { "Topic" }
                        th scope="col" { "Answer" }
                        th scope="col" { "When and by whom" }
                    }
                }
                tbody {
                    @for topic in Topic::ALL {
                        (rows(topic, &of_topic(&view.lifestyle, topic), view.today))
                    }
                }
            }
            @for problem in problems { p.note { (unread(problem)) } }
        }
    }
}

/// The answers about a topic, the latest first.
pub(super) fn of_topic(view: &LifestyleView, topic: Topic) -> Vec<&Answer> {
    let mut of: Vec<&Answer> = view.answers.iter().filter(|one| one.topic == topic).collect();
    of.sort_by(|a, b| b.on.cmp(&a.on).then_with(|| a.asked.cmp(&b.asked)));
    of
}

/// Heads of the columns of prevention.
pub(super) const PREVENTION_HEADS: [&str; 4] =
    ["What may be offered", "Standing", "Known", "Missing"];

/// What a row of prevention says, cell by cell, in the order of the heads.
pub(super) fn prevention_cells(row: &PreventionRow) -> [Markup; 4] {
    let list = |lines: &[String], none: &str| {
        html! {
            @if lines.is_empty() { (none) }
            @else { ul.plain { @for line in lines { li { (words::sentence(line)) } } } }
        }
    };
    let standing = html! {
        b { (row.standing) }
        details {
            summary { "Why" }
            p { (row.validity) }
            p { "Source: " (row.source) "." }
        }
    };
    [
        html! { (row.title) },
        standing,
        list(&row.basis, "nothing that it asks for"),
        list(&row.needs, "nothing that would decide"),
    ]
}

/// What the figures are about.
pub(super) const FIGURES: &str = "Answers beside published thresholds";

/// What the table of medicines is about.
pub(super) const BEARINGS: &str = "Current medicines that smoking bears on";
/// Heads of its columns.
pub(super) const BEARING_HEADS: [&str; 3] = ["Medicine", "Known", "What it means"];

/// What a row of it says, cell by cell, in the order of the heads.
pub(super) fn bearing_cells(row: &BearingRow) -> [Markup; 3] {
    let meaning = html! {
        (row.words)
        details {
            summary { "Why" }
            p { (words::sentence(&row.why)) "." }
            p { "Source: " (row.source) "." }
        }
    };
    [html! { (row.medicine) }, html! { (words::sentence(&row.known)) }, meaning]
}

/// What could not be read of an answer.
pub(super) fn unread(problem: &Problem) -> Markup {
    html! { (problem.place) ": " (problem.text) }
}

/// A table whose first cells head their rows.
fn table<const N: usize>(
    caption: &str,
    heads: &[&str; N],
    rows: impl Iterator<Item = [Markup; N]>,
) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for cells in rows {
                    tr {
                        @for (at, (head, cell)) in heads.iter().zip(&cells).enumerate() {
                            @if at == 0 { th scope="row" data-label=(head) { (cell) } }
                            @else { td data-label=(head) { (cell) } }
                        }
                    }
                }
            }
        }
    }
}

/// What a row of a topic says, cell by cell: topic, answer, when and by whom. Without an answer it
/// was not asked.
pub(super) fn cells(topic: Topic, answer: Option<&Answer>, today: PartialDate) -> [Markup; 3] {
    let Some(answer) = answer else {
        let not_asked = words::sentence(Absence::NotAsked.words());
        return [html! { (topic.words()) }, html! { (not_asked) }, html! { "–" }];
    };
    let asked = html! {
        (topic.words())
        @if answer.asked != topic.words() { span.line.muted { (answer.asked) } }
    };
    let when = html! {
        (words::date_or_absent(answer.on))
        @if answer.is_old(today) { b { " old" } }
        span.line.muted { (words::sentence(answer.said_by.words())) " · " (answer.source) }
    };
    [asked, html! { (answer.said()) }, when]
}

fn rows(topic: Topic, answers: &[&Answer], today: PartialDate) -> Markup {
    let row = |answer: Option<&Answer>| {
        let [asked, said, when] = cells(topic, answer, today);
        html! {
            tr {
                th scope="row" data-label="Topic" { (asked) }
                td data-label="Answer" { (said) }
                td data-label="When and by whom" { (when) }
            }
        }
    };
    html! {
        // Nobody could have asked what has no name.
        @if answers.is_empty() && topic != Topic::Other { (row(None)) }
        @for answer in answers { (row(Some(answer))) }
    }
}
