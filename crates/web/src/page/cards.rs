//! What cards came to: fired, shown, accepted, left and why, by rule and role.

use super::frame::{Frame, document};
use super::words;
use crate::view::{CardRow, CardsView, RateRow, RatesView};
use maud::{Markup, html};

/// The page for those who decide about rules.
pub fn cards(view: &CardsView) -> String {
    document(Frame {
        title: "Cards",
        session: Some(&view.session),
        banner: None,
        main: html! {
            h1 { "Cards of the last " (view.days) " days" }
            p.intro {
                "Each card of decision support, by rule and by who was told. A card is shown once "
                "for an order. An override is information, not a fault: the reasons say what to "
                "change."
            }
            @if view.is_partial { p.note { "There were more cards than are counted: the latest." } }
            @if view.rows.is_empty() { p.empty { "No card was shown." } } @else { (table(view)) }
            p.note {
                "“Look at it”: a suggestion was taken in fewer than one of five shown, of at least "
                "ten. A rule that is silent (" code { "cognate serve --silent-rule" } ") is "
                "counted and not shown."
            }
            (rates(&view.rates))
        },
    })
}

fn table(view: &CardsView) -> Markup {
    html! {
        table {
            caption { "By rule and role" }
            thead {
                tr {
                    th scope="col" { "Rule" }
                    th scope="col" { "For" }
                    th scope="col" { "Shown" }
                    th scope="col" { "Accepted" }
                    th scope="col" { "Left" }
                    th scope="col" { "Not answered" }
                    th scope="col" { "Silent" }
                    th scope="col" { "Reasons" }
                }
            }
            tbody { @for row in &view.rows { (line(row)) } }
        }
    }
}

fn line(row: &CardRow) -> Markup {
    let open = row.shown.saturating_sub(row.accepted + row.overridden);
    html! {
        tr {
            th scope="row" data-label="Rule" {
                code { (row.rule) }
                span.line.note { (row.service) }
                @if row.is_low { b { "Look at it" } }
            }
            td data-label="For" {
                @if row.role.is_empty() { "not noted" } @else { (row.role) }
            }
            td data-label="Shown" { (row.shown) }
            td data-label="Accepted" { (row.accepted) " (" (percent(row.accepted, row.shown)) ")" }
            td data-label="Left" { (row.overridden) " (" (percent(row.overridden, row.shown)) ")" }
            td data-label="Not answered" { (open) }
            td data-label="Silent" { (row.silent) }
            td data-label="Reasons" {
                @if row.reasons.is_empty() { "–" } @else {
                    ul.plain { @for (words, count) in &row.reasons { li { (words) ": " (count) } } }
                }
            }
        }
    }
}

/// Orders below which a rate says little.
const ORDERS_MIN: u64 = 100;

/// Alerts per 100 orders, with the window they are of.
fn rates(view: &RatesView) -> Markup {
    let is_few = view.rows.iter().any(|row| row.orders < ORDERS_MIN);
    html! {
        section aria-labelledby="rates" {
            h2 id="rates" { "Alerts per 100 orders" }
            p {
                "From " (words::instant(view.since)) " to " (words::instant(view.until))
                ": orders that were checked at their choice or signature, each once for a role, "
                "with a card or without."
            }
            table {
                caption { "By rule and role" }
                thead {
                    tr {
                        th scope="col" { "Rule" }
                        th scope="col" { "For" }
                        th scope="col" { "Cards" }
                        th scope="col" { "Orders" }
                        th scope="col" { "Per 100 orders" }
                    }
                }
                tbody { @for row in &view.rows { (rate(row)) } }
            }
            p.note {
                "The window begins when this server begins, and anew when more orders were checked "
                "than it tells apart; earlier cards are in the table above."
                @if is_few { " A rate of fewer than " (ORDERS_MIN) " orders says little." }
            }
        }
    }
}

fn rate(row: &RateRow) -> Markup {
    html! {
        tr {
            th scope="row" data-label="Rule" {
                @match &row.rule { Some(rule) => code { (rule) }, None => "All rules" }
            }
            td data-label="For" { (row.role.as_deref().unwrap_or("anybody")) }
            td data-label="Cards" { (row.cards) }
            td data-label="Orders" { (row.orders) }
            td data-label="Per 100 orders" { (per_hundred(row.cards, row.orders)) }
        }
    }
}

/// `12.5`: cards per 100 orders, rounded; of no order there is none.
fn per_hundred(cards: u64, orders: u64) -> String {
    let tenths = cards.saturating_mul(1_000).saturating_add(orders / 2);
    match tenths.checked_div(orders) {
        Some(tenths) => format!("{}.{}", tenths / 10, tenths % 10),
        None => "no order was checked".to_owned(),
    }
}

fn percent(part: u64, whole: u64) -> String {
    match (part * 100).checked_div(whole) {
        Some(percent) => format!("{percent} %"),
        None => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_the_orders_and_of_none_there_is_none() {
        for (cards, orders, expected) in [
            (0, 0, "no order was checked"),
            (3, 0, "no order was checked"),
            (0, 40, "0.0"),
            (1, 3, "33.3"),
            (2, 3, "66.7"),
            (5, 40, "12.5"),
            (7, 2, "350.0"),
            (u64::MAX, 1, "1844674407370955161.5"),
        ] {
            assert_eq!(per_hundred(cards, orders), expected, "{cards} of {orders}");
        }
    }
}
