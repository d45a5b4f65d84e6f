//! What evidence says otherwise than before.

use crate::page::words;
use crate::view::ReinterpretedRow;
use maud::{Markup, html};

/// The changes, the latest first; nothing where there is none.
pub(in crate::page) fn section(rows: &[ReinterpretedRow]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section aria-labelledby="reinterpreted" {
                h2 id="reinterpreted" { "Changes of interpretation" }
                table.trials {
                    caption { "What evidence says otherwise than before, the latest first" }
                    thead { tr { @for head in HEADS { th scope="col" { (head) } } } }
                    tbody { @for row in rows { (changed(row)) } }
                }
            }
        }
    }
}

/// Heads of the columns.
pub(in crate::page) const HEADS: [&str; 4] = ["About", "Tier before", "Tier now", "Since, and why"];

/// What a row says, cell by cell, in the order of the heads.
pub(in crate::page) fn cells(row: &ReinterpretedRow) -> [Markup; 4] {
    let tier = |tier: Option<&String>, none: &str| {
        html! {
            @match tier {
                Some(tier) => (tier),
                None => span.absent { (none) },
            }
        }
    };
    [
        html! { (row.about) },
        tier(row.former.as_ref(), "not listed"),
        tier(row.now.as_ref(), "no longer listed"),
        html! { (words::instant(row.since)) span.line.note { (row.cause) } },
    ]
}

fn changed(row: &ReinterpretedRow) -> Markup {
    html! {
        tr {
            @for (head, cell) in HEADS.iter().zip(&cells(row)) { td data-label=(head) { (cell) } }
        }
    }
}
