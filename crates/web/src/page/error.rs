//! Failures. A failure is said to be one; it never looks like an empty answer.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{ErrorView, NotFoundView, Typed};
use maud::{Markup, html};

/// A failure with the id that its log line has.
pub fn error(view: &ErrorView) -> String {
    document(Frame {
        title: &view.title,
        session: view.session.as_ref(),
        banner: None,
        main: html! {
            h1 { (view.title) }
            p.error-summary { (words::sentence(&view.text)) }
            dl.capsule {
                div { dt { "Status" } dd { (view.status) } }
                div { dt { "For the log" } dd { code { (view.log_id) } } }
            }
            @if let Some(typed) = &view.typed { (kept(typed)) }
            p { a href=(path::START) { "Go to the first page" } }
        },
    })
}

/// What was typed, to be sent again or copied.
fn kept(typed: &Typed) -> Markup {
    html! {
        section aria-labelledby="typed" {
            h2 id="typed" { "What you had entered" }
            p {
                "It is not lost as long as this page is open. "
                @if typed.was_refused {
                    "It was not taken as it is: copy what you need into the form."
                } @else { "See whether it was filed before you send it again." }
            }
            dl.capsule {
                @for (name, value) in typed.fields.iter().filter(|(_, value)| !value.is_empty()) {
                    div { dt { (name) } dd { (value) } }
                }
            }
            @if let Some(csrf) = &typed.csrf {
                form method="post" action=(typed.action) {
                    input type="hidden" name="csrf" value=(csrf);
                    @for (name, value) in &typed.fields {
                        input type="hidden" name=(name) value=(value);
                    }
                    button type="submit" { "Send it again" }
                }
            }
        }
    }
}

/// Nothing is at this address, or nothing that the caller may know of.
pub fn not_found(view: &NotFoundView) -> String {
    document(Frame {
        title: "Not found",
        session: view.session.as_ref(),
        banner: None,
        main: html! {
            h1 { "Not found" }
            p { "There is nothing at this address that you may see." }
            p { a href=(path::START) { "Go to the first page" } }
        },
    })
}
