//! What all pages share: head, skip link, site header, footer.

use super::shape;
use super::visible::tamed;
use crate::asset::asset_path;
use crate::path;
use crate::view::Session;
use maud::{DOCTYPE, Markup, html};

/// The parts of a document.
pub(super) struct Frame<'a> {
    /// First part of the title; the patient's name where there is one.
    pub(super) title: &'a str,
    /// The signed-in person, if there is one.
    pub(super) session: Option<&'a Session>,
    /// The patient's banner, if the page is about one.
    pub(super) banner: Option<Markup>,
    /// The page itself.
    pub(super) main: Markup,
}

/// A whole document.
pub(super) fn document(frame: Frame<'_>) -> String {
    let Frame { title, session, banner, main } = frame;
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="same-origin";
                title { (title) " – Cognate" }
                link rel="stylesheet" href=(asset_path("cognate.css"));
                link rel="icon" type="image/svg+xml" href=(asset_path("favicon.svg"));
            }
            body class=[banner.is_some().then_some("has-banner")] {
                a.skip-link href="#main" { "Skip to the content" }
                (site_header(session))
                @if let Some(banner) = banner { (banner) }
                main id="main" tabindex="-1" { (main) }
                footer.site-footer {
                    p { a href=(path::API) { "Interfaces" } }
                    p {
                        "Cognate shows what results and guidance say; the decision is the "
                        "clinician’s. Each statement opens to what it rests on."
                    }
                }
            }
        }
    };
    tamed(whole.into_string())
}

fn site_header(session: Option<&Session>) -> Markup {
    html! {
        header.site-header {
            a.brand href=(path::START) { (shape::logo()) span { "Cognate" } }
            @if let Some(session) = session {
                nav.site-nav aria-label="Main" {
                    ul {
                        @if session.lists_patients {
                            li { a href=(path::PATIENTS) { "Patients" } }
                        }
                        @if session.sees_trials {
                                li { a href=(path::TRIALS) { "Trials" } }
                                li { a href=(path::CARDS) { "Cards" } }
                                li { a href=(path::KNOWLEDGE) { "Knowledge" } }
                            }
                        @if let Some(waiting) = session.privacy_waiting {
                            li {
                                a href=(path::PRIVACY) {
                                    "Waiting "
                                    @if waiting > 0 { span.badge { (waiting) } }
                                }
                            }
                            li { a href=(path::FINDINGS) { "Findings" } }
                        }
                        @if session.sees_console {
                            li { a href=(path::CONSOLE) { "Console" } }
                            li { a href=(path::INBOX) { "Inbox" } }
                        }
                        @if let Some(waiting) = session.reviews_waiting {
                            li {
                                a href=(path::REVIEWS) {
                                    "Messages waiting "
                                    @if waiting > 0 { span.badge { (waiting) } }
                                }
                            }
                        }
                        @if session.administers {
                            li { a href=(path::ADMINISTRATION) { "Administration" } }
                        }
                        @if session.sees_policies {
                            li { a href=(path::POLICIES) { "Policies" } }
                        }
                    }
                }
                form.signed-in method="post" action=(path::LOGOUT) {
                    input type="hidden" name="csrf" value=(session.csrf);
                    a.who href=(path::ACCOUNT) { (session.name) " " span.muted { (session.role) } }
                    button.quiet type="submit" { "Log out" }
                }
            }
        }
    }
}
