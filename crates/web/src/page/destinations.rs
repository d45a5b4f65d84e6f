//! Where results are sent on to, and deciding about what was not taken.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{DestinationRow, DestinationsView, ParkedRow};
use maud::{Markup, html};
use model::time::Timestamp;

/// Where results are sent on to.
pub fn destinations(view: &DestinationsView) -> String {
    document(Frame {
        title: if view.error.is_some() { "Error: destinations" } else { "Destinations" },
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Destinations" }
            p.intro {
                "Results and what becomes of them are sent on to these systems, each patient’s in "
                "order. What is parked holds the later ones of its patient until somebody decides."
            }
            @if let Some(error) = &view.error {
                p.error-summary id="error" role="alert" { (words::sentence(error)) }
            }
            (standing(&view.destinations))
            h2.part { "Parked" }
            (parked(view))
        },
    })
}

fn moment(at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (words::instant(at)), None => { "–" } } }
}

fn standing(rows: &[DestinationRow]) -> Markup {
    html! {
        @if rows.is_empty() {
            p.empty { "Nothing is sent on: the server was started without destinations." }
        } @else {
            table {
                caption { "How each destination stands" }
                thead {
                    tr {
                        th scope="col" { "Destination" }
                        th scope="col" { "State" }
                        th scope="col" { "Waiting" }
                        th scope="col" { "Oldest" }
                        th scope="col" { "Last acknowledgement" }
                    }
                }
                tbody { @for row in rows { (line(row)) } }
            }
        }
    }
}

fn line(row: &DestinationRow) -> Markup {
    html! {
        tr {
            td data-label="Destination" { code { (row.id) } }
            td data-label="State" {
                @if row.failures == 0 { "Answers" } @else {
                    b { "Does not answer" }
                    span.line { (words::sentence(&row.failure)) ", " (row.failures) " in a row" }
                    @if let Some(at) = row.retry_at { span.line { "Again " (words::instant(at)) } }
                }
            }
            td data-label="Waiting" {
                (row.queued) " queued"
                span.line { (row.parked) " parked, " (row.held) " held" }
                span.line.note { (row.delivered) " delivered, " (row.withheld) " withheld" }
            }
            td data-label="Oldest" { (moment(row.oldest)) }
            td data-label="Last acknowledgement" { (moment(row.acknowledged)) }
        }
    }
}

fn parked(view: &DestinationsView) -> Markup {
    html! {
        @if view.parked.is_empty() { p.empty { "Nothing is parked." } } @else {
            ol.reviews { @for row in &view.parked { li { (card(row, &view.session.csrf)) } } }
            @if view.has_more {
                p.note { "There is more: decide about these first, or use the command." }
            }
        }
    }
}

fn card(row: &ParkedRow, csrf: &str) -> Markup {
    html! {
        article.card {
            h3 { (row.destination) " " (row.number) ": " (words::sentence(&row.reason)) }
            dl.capsule {
                div { dt { "What" } dd { code { (row.event) } } }
                div { dt { "Of" } dd { code { (row.subject) } } }
                div { dt { "Since" } dd { (words::instant(row.recorded)) } }
                div { dt { "Attempts" } dd { (row.attempts) } }
                div { dt { "Id" } dd { code { (row.id) } } }
            }
            form method="post" action=(path::DESTINATIONS) {
                input type="hidden" name="csrf" value=(csrf);
                input type="hidden" name="destination" value=(row.destination);
                input type="hidden" name="number" value=(row.number);
                button type="submit" name="decision" value="release" {
                    "Send again"
                    span.visually-hidden { " " (row.destination) " " (row.number) }
                }
                " "
                button type="submit" name="decision" value="skip" {
                    "Never send"
                    span.visually-hidden { " " (row.destination) " " (row.number) }
                }
            }
        }
    }
}
