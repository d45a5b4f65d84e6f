//! Risk and exposures: each topic is answered, or was not asked.

use super::words;
use crate::view::{LifestyleView, PatientView};
use maud::{Markup, html};
use model::absence::Absence;
use model::lifestyle::{Answer, Topic};
use model::time::PartialDate;

pub(super) fn section(view: &PatientView) -> Markup {
    let LifestyleView { answers, bearings, problems } = &view.lifestyle;
    let of = |topic| {
        let mut of: Vec<&Answer> = answers.iter().filter(|one| one.topic == topic).collect();
        of.sort_by(|a, b| b.on.cmp(&a.on).then_with(|| a.asked.cmp(&b.asked)));
        of
    };
    html! {
        section aria-labelledby="lifestyle" {
            h2 id="lifestyle" { "Risk and exposures" }
            @if !bearings.is_empty() {
                table {
                    caption { "Current medicines that smoking bears on" }
                    thead {
                        tr {
                            th scope="col" { "Medicine" }
                            th scope="col" { "Known" }
                            th scope="col" { "What it means" }
                        }
                    }
                    tbody {
                        @for row in bearings {
                            tr {
                                th scope="row" data-label="Medicine" { (row.medicine) }
                                td data-label="Known" { (words::sentence(&row.known)) }
                                td data-label="What it means" {
                                    (row.words)
                                    details {
                                        summary { "Why" }
                                        p { (words::sentence(&row.why)) "." }
                                        p { "Source: " (row.source) "." }
                                    }
                                }
                            }
                        }
                    }
                }
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
                    @for topic in Topic::ALL { (rows(topic, &of(topic), view.today)) }
                }
            }
            @for problem in problems { p.note { (problem.place) ": " (problem.text) } }
        }
    }
}

fn rows(topic: Topic, answers: &[&Answer], today: PartialDate) -> Markup {
    html! {
        // Nobody could have asked what has no name.
        @if answers.is_empty() && topic != Topic::Other {
            tr {
                th scope="row" data-label="Topic" { (topic.words()) }
                td data-label="Answer" { (words::sentence(Absence::NotAsked.words())) }
                td data-label="When and by whom" { "–" }
            }
        }
        @for answer in answers {
            tr {
                th scope="row" data-label="Topic" {
                    (topic.words())
                    @if answer.asked != topic.words() { span.line.muted { (answer.asked) } }
                }
                td data-label="Answer" { (answer.said()) }
                td data-label="When and by whom" {
                    (words::date_or_absent(answer.on))
                    @if answer.is_old(today) { b { " old" } }
                    span.line.muted {
                        (words::sentence(answer.said_by.words())) " · " (answer.source)
                    }
                }
            }
        }
    }
}
