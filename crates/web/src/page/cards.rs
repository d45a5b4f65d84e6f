//! What cards came to: fired, shown, accepted, left and why, by rule and role.

use super::frame::{Frame, document};
use crate::view::{CardRow, CardsView};
use maud::{Markup, html};

/// The page for those who decide about rules.
pub fn cards(view: &CardsView) -> String {
    document(Frame {
        title: "Cards",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Cards of the last " (view.days) " days" }
            p.intro {
                "Each card of decision support, by rule and by who was told. A card is shown once "
                "for an order. An override is information, not a fault: the reasons say what to "
                "change."
            }
            @if view.is_partial { p.note { "There were more cards than are counted: the latest." } }
            @if view.rows.is_empty() { p.empty { "No card was shown." } } @else { (table(view)) }
            p.note {
                "“Look at it”: a suggestion was taken in fewer than one of five shown, of at least "
                "ten. A rule that is silent (" code { "cognate serve --silent-rule" } ") is "
                "counted and not shown."
            }
        },
    })
}

fn table(view: &CardsView) -> Markup {
    html! {
        table {
            caption { "By rule and role" }
            thead {
                tr {
                    th scope="col" { "Rule" }
                    th scope="col" { "For" }
                    th scope="col" { "Shown" }
                    th scope="col" { "Accepted" }
                    th scope="col" { "Left" }
                    th scope="col" { "Not answered" }
                    th scope="col" { "Silent" }
                    th scope="col" { "Reasons" }
                }
            }
            tbody { @for row in &view.rows { (line(row)) } }
        }
    }
}

fn line(row: &CardRow) -> Markup {
    let open = row.shown.saturating_sub(row.accepted + row.overridden);
    html! {
        tr {
            th scope="row" data-label="Rule" {
                code { (row.rule) }
                span.line.note { (row.service) }
                @if row.is_low { b { "Look at it" } }
            }
            td data-label="For" {
                @if row.role.is_empty() { "not noted" } @else { (row.role) }
            }
            td data-label="Shown" { (row.shown) }
            td data-label="Accepted" { (row.accepted) " (" (percent(row.accepted, row.shown)) ")" }
            td data-label="Left" { (row.overridden) " (" (percent(row.overridden, row.shown)) ")" }
            td data-label="Not answered" { (open) }
            td data-label="Silent" { (row.silent) }
            td data-label="Reasons" {
                @if row.reasons.is_empty() { "–" } @else {
                    ul.plain { @for (words, count) in &row.reasons { li { (words) ": " (count) } } }
                }
            }
        }
    }
}

fn percent(part: u64, whole: u64) -> String {
    match (part * 100).checked_div(whole) {
        Some(percent) => format!("{percent} %"),
        None => "–".to_owned(),
    }
}
