//! Who has looked at a patient's record, in plain words, for the patient.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{AccessLogView, AccessRow};
use maud::{Markup, html};

/// The access log of one patient.
pub fn access_log(view: &AccessLogView) -> String {
    document(Frame {
        title: "Who has looked at this record",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Who has looked at this record" }
            p.intro {
                "Everything that people and machines did with the record of "
                code { (view.patient) }
                ", the latest first. What was refused is listed, too. If something looks wrong to "
                "you, ask the privacy officer: nobody can take a line out of this list."
            }
            @if view.rows.is_empty() { p.empty { "Nothing is noted here." } } @else {
                table.access-log {
                    caption { "Accesses, the latest first" }
                    thead {
                        tr {
                            th scope="col" { "When" }
                            th scope="col" { "Who" }
                            th scope="col" { "What was done" }
                            th scope="col" { "What for" }
                        }
                    }
                    tbody { @for row in &view.rows { (line(row)) } }
                }
            }
            @if let Some(older) = &view.older {
                p { a href=(path::access_log_before(&view.patient, older)) { "Older entries" } }
            }
        },
    })
}

fn line(row: &AccessRow) -> Markup {
    html! {
        tr {
            td data-label="When" { (words::instant(row.at)) }
            td data-label="Who" {
                (row.who)
                span.line.note { (words::sentence(&row.role)) }
                @if let Some(application) = &row.application {
                    span.line.note { "through " (application) }
                }
            }
            td data-label="What was done" {
                @if row.is_refused { b { "Refused: " } }
                (row.what)
                @if let Some((recipient, basis)) = &row.disclosed {
                    span.line.note { "given to " (recipient) " (" (basis) ")" }
                }
            }
            td data-label="What for" { (row.purpose) }
        }
    }
}
