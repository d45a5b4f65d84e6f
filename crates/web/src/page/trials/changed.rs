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
                    thead {
                        tr {
                            th scope="col" { "About" }
                            th scope="col" { "Tier before" }
                            th scope="col" { "Tier now" }
                            th scope="col" { "Since, and why" }
                        }
                    }
                    tbody { @for row in rows { (changed(row)) } }
                }
            }
        }
    }
}

fn changed(row: &ReinterpretedRow) -> Markup {
    let tier = |tier: Option<&String>, none: &str| {
        html! {
            @match tier {
                Some(tier) => (tier),
                None => span.absent { (none) },
            }
        }
    };
    html! {
        tr {
            td data-label="About" { (row.about) }
            td data-label="Tier before" { (tier(row.former.as_ref(), "not listed")) }
            td data-label="Tier now" { (tier(row.now.as_ref(), "no longer listed")) }
            td data-label="Since, and why" {
                (words::instant(row.since)) span.line.note { (row.cause) }
            }
        }
    }
}
