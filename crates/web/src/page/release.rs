//! What left for research, to whom, and letting more go.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{ProjectRow, ReceivedRow, ReleasesView};
use maud::{Markup, html};

/// What left for research.
pub fn releases(view: &ReleasesView) -> String {
    document(Frame {
        title: if view.error.is_some() { "Error: data that left" } else { "Data that left" },
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Data that left for research" }
            @if let Some(error) = &view.error {
                p.error-summary id="error" role="alert" { (words::sentence(error)) }
            }
            h2.part { "What each recipient has had" }
            p.intro {
                "Distinct persons over all exports there ever were. More than the number given are "
                "bulk data (28 CFR 202): a second person and an attestation let them go."
            }
            (received(&view.received))
            h2.part { "Let data go" }
            (form(view))
            h2.part { "Projects" }
            (projects(&view.projects))
        },
    })
}

fn received(rows: &[ReceivedRow]) -> Markup {
    html! {
        @if rows.is_empty() { p.empty { "Nothing has left." } } @else {
            table {
                caption { "Persons by recipient and kind of data" }
                thead {
                    tr {
                        th scope="col" { "Recipient" }
                        th scope="col" { "Kind" }
                        th scope="col" { "Persons" }
                        th scope="col" { "From, to" }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            td data-label="Recipient" { (row.recipient) }
                            td data-label="Kind" { (words::sentence(&row.kind)) }
                            td data-label="Persons" {
                                (row.persons)
                                @if row.is_bulk { " " b { "Bulk data" } }
                                span.line.note { "more than " (row.persons_max) " are bulk data" }
                            }
                            td data-label="From, to" {
                                (words::instant(row.first)) span.line { (words::instant(row.last)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn form(view: &ReleasesView) -> Markup {
    html! {
        p.intro {
            "You approve as a second person: what you export yourself is not let go by it."
        }
        div.login { form method="post" action=(path::RELEASES) {
            input type="hidden" name="csrf" value=(view.session.csrf);
            label for="recipient" { "Recipient" }
            input id="recipient" name="recipient" type="text" required maxlength="200";
            label for="kind" { "What is noted" }
            select id="kind" name="kind" required {
                @for (code, text) in &view.kinds {
                    option value=(code) { "Approval of " (text) }
                }
                option value="attestation" {
                    "The recipient has attested to be no covered person and to pass nothing on"
                }
            }
            label for="persons" { "Of how many persons, those of before included" }
            input id="persons" name="persons" type="number" min="1" inputmode="numeric";
            label for="document" { "Where the decision is kept" }
            input id="document" name="document" type="text" required maxlength="500";
            button type="submit" { "Note it" }
        } }
    }
}

fn projects(rows: &[ProjectRow]) -> Markup {
    html! {
        @if rows.is_empty() { p.empty { "There is no project." } } @else {
            ol.reviews {
                @for row in rows {
                    li {
                        article.card {
                            h3 { (row.title) @if !row.is_open { " – over" } }
                            dl.capsule {
                                div { dt { "Id" } dd { code { (row.id) } } }
                                div { dt { "Owner" } dd { code { (row.owner) } } }
                                div { dt { "Tier" } dd { (words::sentence(&row.tier)) } }
                                div { dt { "Recipients" } dd { (row.recipients.join(", ")) } }
                                div { dt { "Until" } dd { (words::instant(row.ends)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}
