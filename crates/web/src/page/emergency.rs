//! Opening one patient in an emergency, and the privacy officer's list of those who were.

use super::frame::{Frame, document};
use super::privacy::{alert, patients};
use super::words;
use crate::path;
use crate::view::{EmergencyFormView, EmergencyListView, EmergencyRow};
use maud::{Markup, html};
use model::time::Timestamp;

/// The form that opens one patient. It says what will happen before it happens.
pub fn emergency(view: &EmergencyFormView) -> String {
    let title = if view.error.is_some() { "Error: emergency access" } else { "Emergency access" };
    let described = view.error.as_ref().map(|_| "emergency-error");
    document(Frame {
        title,
        session: Some(&view.session),
        banner: None,
        main: html! {
            div.login {
                h1 { "Emergency access to one patient" }
                p.intro {
                    "You will be able to read everything about the patient " code { (view.patient) }
                    " for " (view.minutes) " minutes by the clock, and to change nothing. The "
                    "privacy officer is told at once and will look at your reason."
                }
                @if let Some(error) = &view.error {
                    p.error-summary id="emergency-error" role="alert" { (words::sentence(error)) }
                }
                form method="post" action=(path::emergency(&view.patient)) {
                    input type="hidden" name="csrf" value=(view.session.csrf);
                    label for="reason" { "Reason" }
                    select id="reason" name="reason" required {
                        @for (code, text) in &view.reasons { option value=(code) { (text) } }
                    }
                    label for="text" { "What is happening, in your words" }
                    input id="text" name="text" type="text" value=(view.text) required
                        maxlength="1000" aria-describedby=[described];
                    @if view.needs_password {
                        label for="password" { "Your password, again" }
                        input id="password" name="password" type="password" required
                            autocomplete="current-password" aria-describedby=[described];
                        @if let Some(step_up) = &view.step_up {
                            p { a href=(step_up) { "Use a passkey in place of the password" } }
                        }
                    }
                    button type="submit" { "Open the patient" }
                }
            }
        },
    })
}

/// Emergencies that nobody has looked at yet, each with its deadline.
pub fn emergencies(view: &EmergencyListView) -> String {
    document(Frame {
        title: "Emergencies to look at",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Emergencies to look at" }
            p.intro {
                "Each of these patients was opened without the usual permission. Somebody has to "
                "say whether it was right, by the time given."
            }
            h2.part { "Nobody has looked at these" }
            (cards(&view.emergencies, &view.session.csrf, view.now))
        },
    })
}

/// Emergencies, each with the form that says what it was.
pub(super) fn cards(rows: &[EmergencyRow], csrf: &str, now: Timestamp) -> Markup {
    html! {
        @if rows.is_empty() { p.empty { "Nothing waits." } } @else {
            ol.reviews { @for row in rows { li { (card(row, csrf, now)) } } }
        }
    }
}

fn card(row: &EmergencyRow, csrf: &str, now: Timestamp) -> Markup {
    let answer = format!("answer-{}", row.id);
    html! {
        article.card {
            h3 { (words::sentence(&row.reason)) }
            dl.capsule {
                div { dt { "Patient" } dd { (patients(std::slice::from_ref(&row.patient))) } }
                div { dt { "Opened by" } dd { code { (row.actor) } } }
                div {
                    dt { "Open" }
                    dd { (words::instant(row.begins)) " to " (words::instant(row.ends)) }
                }
                div { dt { "Reason given" } dd { (row.text) } }
                div {
                    dt { "To be looked at by" }
                    dd {
                        (words::instant(row.due))
                        @if row.due < now { " " b { "Overdue" } }
                    }
                }
                (alert(&row.alert))
            }
            form method="post" action=(path::emergency_review(&row.id)) {
                input type="hidden" name="csrf" value=(csrf);
                label for=(answer) { "What you found" }
                input id=(answer) name="text" type="text" required maxlength="1000";
                button type="submit" name="finding" value="justified" { "It was right" }
                " "
                button.quiet type="submit" name="finding" value="not-justified" {
                    "It was not right"
                }
            }
        }
    }
}
