//! Parts that several parts of the page are made of.

use crate::pgx::Shown;
use crate::sheet::{Labels, Part};
use crate::words::head as words;
use maud::{Markup, html};
use model::statement::AdviceState;

/// Shape and word of a state, coloured. Meaning never rests on colour.
pub(super) fn state_label(state: AdviceState) -> Markup {
    html! { span class={ "state " (class(state)) } { (shape(state)) (words::state(state)) } }
}

fn class(state: AdviceState) -> &'static str {
    match state {
        AdviceState::Avoid => "avoid",
        AdviceState::Adjust => "adjust",
        AdviceState::Standard => "standard",
        AdviceState::NotKnown => "not-known",
    }
}

/// A square, a triangle, a disc, a ring: told apart without colour.
fn shape(state: AdviceState) -> Markup {
    html! {
        svg.shape viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
            @match state {
                AdviceState::Avoid => rect x="2" y="2" width="12" height="12" rx="1" {},
                AdviceState::Adjust => path d="M8 1.5 15 14.5H1Z" {},
                AdviceState::Standard => circle cx="8" cy="8" r="6.5" {},
                AdviceState::NotKnown => {
                    circle.ring cx="8" cy="8" r="5.5" fill="none" stroke-width="2" {}
                },
            }
        }
    }
}

/// A value, or the word for its absence, set apart by slope as well as by grey.
pub(super) fn absent_or(value: &Shown) -> Markup {
    match value {
        Shown::Value(text) => html! { (text) },
        Shown::Absent(words) => html! { span.absent { (words) } },
    }
}

/// A name; one that is empty in the data is said to be missing.
pub(super) fn named<'n>(name: &'n str, labels: &Labels) -> &'n str {
    if name.trim().is_empty() { labels.nameless } else { name }
}

/// A remark that must be seen: a bar at the side, so that it stands out on a grey print, too.
pub(super) fn remark(content: &Markup) -> Markup {
    html! { p.remark { (content) } }
}

/// The first sentence of a part.
pub(super) fn lead(part: &Part) -> Markup {
    html! {
        @match (part.remark, part.lead) {
            (Some(strong), lead) => {
                (remark(&html! { b { (strong) } @if let Some(lead) = lead { " " (lead) } }))
            },
            (None, Some(lead)) => p.lead { (lead) },
            (None, None) => {},
        }
    }
}

/// A part with its heading.
pub(super) fn section(id: &str, part: &Part, content: &Markup) -> Markup {
    headed(id, &part.heading, content)
}

/// Content under a heading with that id.
pub(super) fn headed(id: &str, heading: &str, content: &Markup) -> Markup {
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (heading) }
            (content)
        }
    }
}

/// `Instead: prasugrel, ticagrelor`.
pub(super) fn labelled(label: &str, content: &Markup) -> Markup {
    html! { p { span.quiet { (label) ":" } " " (content) } }
}

/// Numbers of guidelines, each a link to its line.
pub(super) fn cited(numbers: &[usize]) -> Markup {
    html! {
        @if !numbers.is_empty() {
            span.cited {
                "["
                @for (at, number) in numbers.iter().enumerate() {
                    @if at > 0 { ", " }
                    a href={ "#reference-" (number) } { (number) }
                }
                "]"
            }
        }
    }
}

/// A table, named by the heading with that id. Roles are spelled out: where a narrow window makes
/// blocks of the rows, browsers would drop them.
pub(super) fn table((class, named_by): (&str, &str), heads: &[&str], bodies: &Markup) -> Markup {
    html! {
        table class=(class) role="table" aria-labelledby=(named_by) {
            thead role="rowgroup" {
                tr role="row" {
                    @for head in heads { th scope="col" role="columnheader" { (head) } }
                }
            }
            (bodies)
        }
    }
}

/// A cell that can say its column where rows are blocks.
pub(super) fn cell(label: &str, content: &Markup) -> Markup {
    html! { td role="cell" data-label=(label) { (content) } }
}
