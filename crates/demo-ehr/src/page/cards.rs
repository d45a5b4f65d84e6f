//! Cards of decision support, as CDS Hooks asks a client to show them.

use crate::controller::ROOT;
use crate::hooks::{Card, text_of};
use crate::markdown::markdown;
use maud::{Markup, html};
use serde_json::Value;

/// The cards that wait for an answer, the most urgent first.
pub(super) fn cards(patient: &str, cards: &[Card]) -> Markup {
    html! {
        @if !cards.is_empty() {
            section.cards aria-labelledby="cards-title" {
                h2 id="cards-title" { "Decision support" }
                @for card in cards { (one(patient, card)) }
            }
        }
    }
}

/// The word that stands before a card; its colour only repeats it.
fn urgency(card: &Card) -> (&'static str, &'static str) {
    match card.rank() {
        0 => ("Critical", "card critical"),
        1 => ("Warning", "card warning"),
        _ => ("For information", "card info"),
    }
}

fn one(patient: &str, card: &Card) -> Markup {
    let (word, class) = urgency(card);
    let at = format!("{ROOT}/patients/{patient}/cards/{}", card.uuid());
    html! {
        article class=(class) {
            h3 { span.urgency { (word) } " " (card.text("/summary")) }
            @if !card.text("/detail").is_empty() {
                details.detail {
                    summary { "What it rests on" }
                    (markdown(card.text("/detail")))
                }
            }
            p.source {
                "Source: "
                @match http(card.text("/source/url")) {
                    Some(url) => a href=(url) rel="noreferrer" { (card.text("/source/label")) },
                    None => (card.text("/source/label")),
                }
                " · asked at " code { (card.hook) }
            }
            (links(card))
            (suggestions(&at, card))
            (leaving(&at, card))
        }
    }
}

/// Only addresses of the web are followed, whatever a card says.
fn http(url: &str) -> Option<&str> {
    (url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

fn links(card: &Card) -> Markup {
    html! {
        @if !card.list("links").is_empty() {
            ul.links {
                @for link in card.list("links") {
                    @if let Some(url) = http(text_of(link, "url")) {
                        li { a href=(url) rel="noreferrer" { (text_of(link, "label")) } }
                    }
                }
            }
        }
    }
}

fn suggestions(at: &str, card: &Card) -> Markup {
    html! {
        @for suggestion in card.list("suggestions") {
            @let is_recommended =
                suggestion.get("isRecommended").and_then(Value::as_bool).unwrap_or(false);
            form method="post" action={ (at) "/accept" } {
                input type="hidden" name="suggestion" value=(text_of(suggestion, "uuid"));
                button.main[is_recommended] type="submit" {
                    (text_of(suggestion, "label"))
                    @if is_recommended { " (recommended)" }
                }
            }
        }
    }
}

fn leaving(at: &str, card: &Card) -> Markup {
    let reasons = card.list("overrideReasons");
    html! {
        @if card.uuid().is_empty() {}
        @else if reasons.is_empty() {
            form method="post" action={ (at) "/override" } {
                button.quiet type="submit" { "Read, put it away" }
            }
        } @else {
            form.row method="post" action={ (at) "/override" } {
                label {
                    "Keep the order because"
                    select name="reason" required {
                        option value="" { "Choose a reason" }
                        @for reason in reasons {
                            option value=(text_of(reason, "code")) { (text_of(reason, "display")) }
                        }
                    }
                }
                label { "In your words" input name="comment" maxlength="500"; }
                button type="submit" { "Keep the order" }
            }
        }
    }
}
