//! The capsule of a statement: inputs, rule, knowledge, engine, gaps, and the command that shows
//! it again.

use super::words;
use crate::path;
use crate::view::Explained;
use maud::{Markup, html};
use model::statement::{Capsule, InputRef};

/// Hexadecimal digits of a digest on the patient page; the statement's own page shows all.
const SHORT_DIGITS: usize = 12;

/// How much of each digest is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// The first digits, with a link to the statement's page.
    Short,
    /// All digits.
    Full,
}

/// The capsule as a list of labels and values.
pub(super) fn capsule<T>(statement: &Explained<T>, detail: Detail) -> Markup {
    let Capsule { inputs, knowledge, rule, engine, gaps } = &statement.capsule;
    html! {
        dl.capsule {
            div {
                dt { "Inputs" }
                dd {
                    @if inputs.is_empty() { "None: nothing about it is in the record" } @else {
                        ul.plain { @for one in inputs { li { (input(one, detail)) } } }
                    }
                }
            }
            div { dt { "Rule" } dd { code { (rule) } } }
            div {
                dt { "Knowledge pack" }
                dd {
                    code { (knowledge.pack) " " (knowledge.version) }
                    " of " (words::date_text(&knowledge.date)) ", "
                    (digest(&knowledge.digest, detail))
                }
            }
            div { dt { "Engine" } dd { code { (engine.name) " " (engine.version) } } }
            div {
                dt { "Gaps" }
                dd {
                    @if gaps.is_empty() { "None stated" } @else {
                        ul.plain { @for gap in gaps { li { (gap) } } }
                    }
                }
            }
            div { dt { "Command" } dd { code { "cognate explain " (statement.id) } } }
        }
        @if detail == Detail::Short {
            p.more { a href=(path::statement(&statement.id)) { "Open as a page" } }
        }
    }
}

fn input(input: &InputRef, detail: Detail) -> Markup {
    let resource = &input.resource;
    html! {
        code { (resource.resource_type) "/" (resource.id) } " version " (resource.version) ", "
        (digest(&input.sha256, detail))
    }
}

fn digest(hex: &str, detail: Detail) -> Markup {
    let shown = match detail {
        Detail::Short => hex.get(..SHORT_DIGITS).unwrap_or(hex),
        Detail::Full => hex,
    };
    html! { "sha256 " code.digest { (shown) @if shown.len() < hex.len() { "…" } } }
}
