//! What an operator looks after: health, backups, keys, people, other systems, feeds.

mod client;
mod person;

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{AdministrationView, CheckRow, KeysView};
use maud::{Markup, html};

/// Everything that the operator looks after.
pub fn administration(view: &AdministrationView) -> String {
    document(Frame {
        title: if view.error.is_some() { "Error: administration" } else { "Administration" },
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Administration" }
            @if let Some(error) = &view.error {
                p.error-summary id="error" role="alert" { (words::sentence(error)) }
            }
            @if let Some(made) = &view.secret {
                section.card role="status" aria-labelledby="made" {
                    h2 id="made" { "New secret of " (made.client) }
                    p { code.secret { (made.secret) } }
                    p { "It is shown this once. What it replaces is good for nothing any more." }
                }
            }
            h2.part { "Health" }
            (checks(&view.checks))
            h2.part { "People" }
            (person::list(view))
            h2.part { "Other systems" }
            (client::list(view))
            h2.part { "Feeds" }
            (feeds(&view.feeds))
            @if let Some(keys) = &view.keys {
                h2.part { "Keys" }
                (of_keys(keys))
            }
            h2.part { "Policies" }
            p { a href=(path::POLICIES) { "The policies in use, and what is proposed" } }
        },
    })
}

fn checks(rows: &[CheckRow]) -> Markup {
    html! {
        table.reports {
            caption { "What works and what does not" }
            thead {
                tr {
                    th scope="col" { "What" }
                    th scope="col" { "Works" }
                    th scope="col" { "How it stands" }
                }
            }
            tbody {
                @for row in rows {
                    tr {
                        th scope="row" data-label="What" { (row.what) }
                        td data-label="Works" {
                            @if row.is_fine { "Yes" } @else { b { "No" } }
                        }
                        td data-label="How it stands" { (literals(&words::sentence(&row.text))) }
                    }
                }
            }
        }
    }
}

/// A text with the literals in it, which stand between backticks.
fn literals(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn feeds(rows: &[String]) -> Markup {
    html! {
        @if rows.is_empty() {
            p.empty { "No feed is open over HTTP." }
        } @else {
            ul { @for feed in rows { li { code { (feed) } } } }
        }
        p.note {
            "A feed and its profile are named when the server is started; "
            code { "cognate feed list" } " shows them, and " code { "cognate feed test" }
            " what a message comes to."
        }
    }
}

fn of_keys(keys: &KeysView) -> Markup {
    html! {
        dl.capsule {
            div { dt { "Master key" } dd { code { (keys.master_key) } } }
            @for (place, (number, made)) in keys.tenant_keys.iter().enumerate() {
                div {
                    dt { "Key number " (number) }
                    dd {
                        "Made " (words::instant(*made))
                        @if place == 0 { span.line { "In use; the last rotation" } }
                    }
                }
            }
            div { dt { "Erasures" } dd { (keys.erasures) } }
        }
        p.note {
            "Keys are rotated by " code { "cognate keys" } " while the server runs; the chapter on "
            "keys of the documentation (docs/KEYS.md) says how."
        }
    }
}
