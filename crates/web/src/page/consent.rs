//! The page on which a person grants an application what it asks for.

use super::frame::{Frame, document};
use super::words;
use crate::path;
use crate::view::{ConsentView, PatientListRow};
use maud::{Markup, html};

/// Who asks, for what, about whom; to grant and to refuse are of one size.
pub fn consent(view: &ConsentView) -> String {
    document(Frame {
        title: if view.error.is_some() { "Error: allow access" } else { "Allow access" },
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Allow “" (view.application) "” access?" }
            @if let Some(error) = &view.error {
                p.error-summary id="consent-error" role="alert" { (words::sentence(error)) }
            }
            p.intro { "You will go to " code { (view.destination) } "." }
            section.card aria-labelledby="may" {
                h2 id="may" { "It may" }
                ul { @for phrase in &view.may { li { (phrase) } } }
            }
            @if let Some(choices) = &view.choices { (search(view, choices)) }
            (decision(view))
        },
    })
}

fn search(view: &ConsentView, choices: &[PatientListRow]) -> Markup {
    html! {
        form.search role="search" aria-label="Patients" method="get" action=(path::CONSENT) {
            input type="hidden" name="request" value=(view.request);
            label for="q" { "Name or MRN" }
            input id="q" name="q" type="search" value=(view.query) maxlength="100"
                autocomplete="off" spellcheck="false";
            button type="submit" { "Search" }
        }
        @if choices.is_empty() { p.empty { "No patient that you may see matches." } }
        @if view.more { p { "There are more patients: search to narrow the list." } }
    }
}

fn decision(view: &ConsentView) -> Markup {
    html! {
        form.consent method="post" action=(path::CONSENT) {
            input type="hidden" name="csrf" value=(view.session.csrf);
            input type="hidden" name="request" value=(view.request);
            @if let Some(patient) = &view.patient {
                p { "Patient: " strong { (described(patient, view)) } }
            }
            @if let Some(choices) = &view.choices {
                fieldset {
                    legend { "Patient" }
                    @for patient in choices {
                        label {
                            input type="radio" name="patient" value=(patient.id.as_str())
                                checked[choices.len() == 1 && !view.query.trim().is_empty()];
                            " " (described(patient, view))
                        }
                    }
                }
            }
            div.actions {
                button type="submit" name="decision" value="grant" { "Allow" }
                button type="submit" name="decision" value="refuse" { "Do not allow" }
            }
        }
    }
}

fn described(patient: &PatientListRow, view: &ConsentView) -> Markup {
    let identity = &patient.identity;
    html! {
        (words::name(identity)) ", born " (words::born(identity.born, view.today)) ", "
        (words::sex(identity.sex)) ", MRN " (words::mrn(identity))
    }
}
