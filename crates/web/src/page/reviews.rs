//! The messages that wait for a person.

use super::frame::{Frame, document};
use super::{report, words};
use crate::path;
use crate::view::{Candidate, Identity, ReviewListView, ReviewRow};
use maud::{Markup, html};
use model::absence::Absence;
use model::time::PartialDate;

/// The messages that were archived and acknowledged but not filed, each with its reason.
pub fn reviews(view: &ReviewListView) -> String {
    document(Frame {
        title: "Messages waiting",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Messages waiting" }
            p.intro {
                "These messages are archived and acknowledged, but nothing of them is in any "
                "patient’s record until a person has decided. Documents that were read wait on a "
                a href=(path::DOCUMENTS) { "list of their own" } "."
            }
            @if view.messages.is_empty() { p.empty { "No message is waiting." } } @else {
                ol.reviews { @for message in &view.messages { li { (card(message, view.today)) } } }
            }
        },
    })
}

fn card(message: &ReviewRow, today: PartialDate) -> Markup {
    html! {
        article.card {
            h2 { (words::sentence(&message.reason)) }
            dl.capsule {
                div { dt { "Received" } dd { (words::instant(message.received)) } }
                div {
                    dt { "From" }
                    dd {
                        @match &message.sender {
                            Some(sender) => (sender),
                            None => { "sender " (Absence::NotRecorded.words()) },
                        }
                        ", " (words::door(message.door))
                    }
                }
                div { dt { "Archived as" } dd { code { (message.raw) } } }
                div {
                    dt { "Says it is about" }
                    dd {
                        @if let Some(stated) = &message.stated { (identity(stated, today)) }
                        @else { "nobody: the message names no patient" }
                    }
                }
                div { dt { "Candidates" } dd { (candidates(&message.candidates, today)) } }
            }
            (report::problems(&message.problems))
        }
    }
}

fn candidates(candidates: &[Candidate], today: PartialDate) -> Markup {
    html! {
        @if candidates.is_empty() { "No patient of the record comes near" } @else {
            ul.plain {
                @for candidate in candidates {
                    li {
                        a href=(path::patient(&candidate.id)) { (words::name(&candidate.identity)) }
                        " · " (facts(&candidate.identity, today))
                        @if !candidate.agrees.is_empty() {
                            span.line { "Agrees: " (candidate.agrees.join(", ")) }
                        }
                        @if !candidate.differs.is_empty() {
                            span.line.note { "Differs: " (candidate.differs.join(", ")) }
                        }
                    }
                }
            }
        }
    }
}

fn identity(identity: &Identity, today: PartialDate) -> Markup {
    html! { b { (words::name(identity)) } " · " (facts(identity, today)) }
}

fn facts(identity: &Identity, today: PartialDate) -> String {
    format!(
        "Sex {} · Born {} · MRN {}",
        words::sex(identity.sex),
        words::born(identity.born, today),
        words::mrn(identity),
    )
}
