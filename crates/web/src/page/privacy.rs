//! What waits for a privacy officer: emergencies, and findings of the review of the audit log.

use super::emergency;
use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{AlertRow, FindingListView, FindingRow, PrivacyView};
use maud::{Markup, html};
use model::id::PatientId;
use model::time::Timestamp;

/// Patients whom a card names.
const PATIENTS_NAMED: usize = 12;

/// Both queues.
pub fn privacy(view: &PrivacyView) -> String {
    let csrf = &view.session.csrf;
    document(Frame {
        title: "Privacy",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "What waits for you" }
            h2.part { "Emergencies" }
            p.intro { "Patients who were opened without the usual permission." }
            (emergency::cards(&view.emergencies, csrf, view.now))
            h2.part { "Findings" }
            p.intro {
                "What the review of the audit log found. A finding judges nobody: somebody has to "
                "ask and say what it was. "
                a href=(path::FINDINGS) { "Findings that were answered" }
            }
            (cards(&view.findings, csrf, view.now))
            h2.part { "Also yours" }
            ul {
                li { a href=(path::RELEASES) { "Data that left for research" } }
                li { a href=(path::ERASURE) { "Erase a patient" } }
            }
        },
    })
}

/// Findings: those that wait, and what became of the others.
pub fn findings(view: &FindingListView) -> String {
    document(Frame {
        title: "Findings",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Findings" }
            h2.part { "To be answered" }
            (cards(&view.open, &view.session.csrf, view.now))
            h2.part { "Answered" }
            (cards(&view.answered, &view.session.csrf, view.now))
        },
    })
}

fn cards(rows: &[FindingRow], csrf: &str, now: Timestamp) -> Markup {
    html! {
        @if rows.is_empty() { p.empty { "Nothing is here." } } @else {
            ol.reviews { @for row in rows { li { (card(row, csrf, now)) } } }
        }
    }
}

fn card(row: &FindingRow, csrf: &str, now: Timestamp) -> Markup {
    html! {
        article.card {
            h3 { (words::sentence(&row.what)) @if row.is_again { " – again" } }
            dl.capsule {
                div { dt { "Who" } dd { code { (row.actor) } } }
                div { dt { "Day" } dd { (words::date(row.day)) } }
                @if !row.patients.is_empty() {
                    div { dt { "Patients" } dd { (patients(&row.patients)) } }
                }
                div {
                    dt { "Events" }
                    dd {
                        (row.events_total)
                        @if let Some(first) = &row.first_event { ", the first " code { (first) } }
                    }
                }
                @match &row.answer {
                    Some(answer) => {
                        div {
                            dt { "Found to be" }
                            dd {
                                b { @if answer.is_confirmed { "Snooping" } @else { "Explained" } }
                                ": " (answer.text)
                            }
                        }
                        div {
                            dt { "Answered" }
                            dd { (words::instant(answer.at)) " by " code { (answer.actor) } }
                        }
                    }
                    None => {
                        div {
                            dt { "To be answered by" }
                            dd {
                                (words::instant(row.due))
                                @if row.due < now { " " b { "Overdue" } }
                            }
                        }
                        (alert(&row.alert))
                    }
                }
            }
            @if row.answer.is_none() { (form(row, csrf)) }
        }
    }
}

/// Whether anybody was told of an entry. Nothing is said to be told that has not arrived.
pub(super) fn alert(row: &AlertRow) -> Markup {
    html! {
        div {
            dt { "Alert" }
            dd {
                @match row {
                    AlertRow::NotSent => { "Not sent" }
                    AlertRow::Told(at) => { "Delivered " (words::instant(*at)) }
                    AlertRow::Failed { failures, why, retry_at } => {
                        b { "Not delivered" }
                        ": " (why) ", " (words::count(*failures as usize, "attempt", "attempts"))
                        "; again after " (words::instant(*retry_at))
                    }
                }
            }
        }
    }
}

/// Each leads to what the officer may see: who has looked at the record, not the record.
pub(super) fn patients(ids: &[PatientId]) -> Markup {
    html! {
        @for (place, id) in ids.iter().take(PATIENTS_NAMED).enumerate() {
            @if place > 0 { ", " }
            a href=(path::access_log(id)) { code { (id) } }
        }
        @if ids.len() > PATIENTS_NAMED { " and " (ids.len() - PATIENTS_NAMED) " more" }
    }
}

fn form(row: &FindingRow, csrf: &str) -> Markup {
    let answer = format!("answer-{}", row.id);
    html! {
        form method="post" action=(path::finding_answer(&row.id)) {
            input type="hidden" name="csrf" value=(csrf);
            label for=(answer) { "What it was, in your words" }
            input id=(answer) name="text" type="text" required maxlength="1000";
            button type="submit" name="answer" value="explained" { "There is an explanation" }
            " "
            button.quiet type="submit" name="answer" value="confirmed" { "It was snooping" }
        }
    }
}
