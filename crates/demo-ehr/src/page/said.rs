//! What the two systems said to each other, beside the page.

use crate::client::{Exchange, TOKEN_SHOWN};
use crate::controller::pretty;
use maud::{Markup, html};

/// Characters of a body that are shown; a searchset may be long.
const SHOWN_CHARACTERS_MAX: usize = 20_000;

/// The exchanges, the latest first.
pub(super) fn said(exchanges: &[Exchange]) -> Markup {
    html! {
        section.said aria-labelledby="said-title" {
            h2 id="said-title" { "What the two systems said" }
            p.hint { "The latest first. Each opens to what was sent and answered." }
            ol {
                @for exchange in exchanges { li { (one(exchange)) } }
            }
        }
    }
}

fn one(exchange: &Exchange) -> Markup {
    let Exchange { purpose, method, path, sent, status, answered, milliseconds } = exchange;
    html! {
        details {
            summary {
                span.purpose { (purpose) }
                " " code { (method) " " (path) } " "
                span.status {
                    @match status {
                        Some(status) => { (status) ", " (milliseconds) " ms" }
                        None => "no answer",
                    }
                }
            }
            h4 { "Sent" }
            pre tabindex="0" role="group" aria-label="Sent" {
                "Authorization: " (TOKEN_SHOWN)
                @if let Some(sent) = sent { "\n\n" (shortened(&pretty(sent))) }
            }
            h4 { "Answered" }
            pre tabindex="0" role="group" aria-label="Answered" {
                @match answered {
                    Some(answered) => (shortened(&pretty(answered))),
                    None => "nothing",
                }
            }
        }
    }
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARACTERS_MAX).collect();
    if shown.len() < text.len() {
        shown.push_str("\n… (the rest is not shown)");
    }
    shown
}
