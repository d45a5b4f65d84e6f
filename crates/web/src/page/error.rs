//! Failures. A failure is said to be one; it never looks like an empty answer.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{ErrorView, NotFoundView};
use maud::html;

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
            p { a href=(path::START) { "Go to the first page" } }
        },
    })
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
