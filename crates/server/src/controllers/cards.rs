//! What cards came to, for those who decide about rules.

use crate::app::App;
use crate::caller::Caller;
use crate::checked::Rates;
use crate::error::Error;
use crate::page::{PageError, html};
use crate::views;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use model::Timestamp;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, CardSeen, Purpose};
use std::collections::BTreeMap;
use web::view::{CardRow, CardsView, RateRow, RatesView};

/// Days back that are counted (the alert policy looks at thirty).
const DAYS: u16 = 30;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Cards shown below which a rate says nothing.
const SHOWN_MIN: u64 = 10;
/// Shares of those shown that have to be accepted: one in so many.
const ACCEPTED_ONE_IN: u64 = 5;

/// `GET /cards`
pub(crate) async fn show(
    State(app): State<App>,
    caller: Result<Caller, Error>,
) -> Result<Response, PageError> {
    let made = async {
        let caller = caller?;
        app.blocking(move |app| Ok(web::cards(&view(app, &caller)?))).await
    };
    let made = made.await.map(|page| html(StatusCode::OK, page));
    made.map_err(PageError::at(web::path::CARDS))
}

fn view(app: &App, caller: &Caller) -> Result<CardsView, Error> {
    // To look after rules is no treatment of anybody.
    let access = &caller.access;
    let access = Access::new(
        access.tenant().clone(),
        access.actor(),
        caller.role,
        Purpose::Operations,
        access.scope().clone(),
    );
    let since = app.record().now().micros() - i64::from(DAYS) * DAY_MICROS;
    let found = app.record().cards_since(&access, Timestamp::from_micros(since), PAGE_ROWS_MAX)?;
    let is_partial = found.len() >= PAGE_ROWS_MAX as usize;
    Ok(CardsView {
        session: views::session(app, caller)?,
        days: DAYS,
        rows: rows(found),
        is_partial,
        rates: rates(app.checked().rates(), app.record().now()),
    })
}

/// All cards, those for each role, and those of each rule; the most frequent first.
fn rates(found: Rates, until: Timestamp) -> RatesView {
    let Rates { since, orders, by_role, cards } = found;
    let of = |role: &str| by_role.get(role).copied().unwrap_or_default();
    let count = |role: Option<&str>| {
        let of = cards.iter().filter(|((_, told), _)| role.is_none_or(|role| role == *told));
        of.map(|(_, count)| count).sum()
    };
    let mut rows = vec![RateRow { rule: None, role: None, cards: count(None), orders }];
    rows.extend(by_role.iter().map(|(role, orders)| RateRow {
        rule: None,
        role: Some((*role).to_owned()),
        cards: count(Some(role)),
        orders: *orders,
    }));
    let mut rules: Vec<RateRow> = cards
        .iter()
        .map(|((rule, role), count)| RateRow {
            rule: Some(rule.clone()),
            role: Some((*role).to_owned()),
            cards: *count,
            orders: of(role),
        })
        .collect();
    rules.sort_by_key(|row| std::cmp::Reverse(row.cards));
    rows.extend(rules);
    RatesView { since, until, rows }
}

/// Counts by service, rule and role; those to be looked at first, then the most frequent.
fn rows(cards: Vec<CardSeen>) -> Vec<CardRow> {
    let mut rows: BTreeMap<(String, String, String), CardRow> = BTreeMap::new();
    let mut reasons: BTreeMap<(String, String, String), BTreeMap<String, u64>> = BTreeMap::new();
    for card in cards {
        let key = (card.service, card.rule, card.role);
        let row = rows.entry(key.clone()).or_default();
        if card.is_silent {
            row.silent += 1;
            continue;
        }
        row.shown += 1;
        match card.outcome.as_deref() {
            Some("accepted") => row.accepted += 1,
            Some(_) => row.overridden += 1,
            None => {}
        }
        if let Some(reason) = card.reason {
            *reasons.entry(key).or_default().entry(reason).or_default() += 1;
        }
    }
    let mut rows: Vec<CardRow> = rows
        .into_iter()
        .map(|(key, row)| {
            let mut why: Vec<(String, u64)> =
                reasons.remove(&key).unwrap_or_default().into_iter().collect();
            why.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            // What nobody can accept or leave is information.
            let is_answerable = row.accepted + row.overridden > 0;
            let is_low = is_answerable
                && row.shown >= SHOWN_MIN
                && row.accepted * ACCEPTED_ONE_IN < row.shown;
            let (service, rule, role) = key;
            CardRow { service, rule, role, reasons: why, is_low, ..row }
        })
        .collect();
    rows.sort_by_key(|row| (!row.is_low, std::cmp::Reverse(row.shown + row.silent)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(rule: &str, outcome: Option<&str>, is_silent: bool) -> CardSeen {
        CardSeen {
            recorded: Timestamp::from_micros(0),
            service: "s".into(),
            rule: rule.into(),
            role: "prescriber".into(),
            is_silent,
            outcome: outcome.map(str::to_owned),
            reason: (outcome == Some("overridden")).then(|| "bridging".to_owned()),
        }
    }

    #[test]
    fn every_rate_is_of_the_orders_of_its_role() {
        let at = Timestamp::from_micros;
        let cards = [("a", "prescriber", 3), ("b", "prescriber", 5), ("b", "pharmacist", 1)];
        let found = Rates {
            since: at(1),
            orders: 50,
            by_role: BTreeMap::from([("prescriber", 40), ("pharmacist", 20)]),
            cards: cards.map(|(rule, role, count)| ((rule.to_owned(), role), count)).into(),
        };
        let view = rates(found, at(2));
        let told = view
            .rows
            .iter()
            .map(|row| (row.rule.as_deref(), row.role.as_deref(), row.cards, row.orders));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                (None, None, 9, 50),
                (None, Some("pharmacist"), 1, 20),
                (None, Some("prescriber"), 8, 40),
                (Some("b"), Some("prescriber"), 5, 40),
                (Some("a"), Some("prescriber"), 3, 40),
                (Some("b"), Some("pharmacist"), 1, 20),
            ]
        );
        let empty =
            Rates { since: at(1), orders: 0, by_role: BTreeMap::new(), cards: BTreeMap::new() };
        assert_eq!(rates(empty, at(2)).rows.len(), 1, "that there was none is said");
    }

    #[test]
    fn a_rule_that_few_follow_comes_first() {
        let of = |rule: &'static str, accepted: usize, overridden: usize, open: usize| {
            let outcomes = std::iter::repeat_n(Some("accepted"), accepted)
                .chain(std::iter::repeat_n(Some("overridden"), overridden))
                .chain(std::iter::repeat_n(None, open));
            outcomes.map(move |outcome| card(rule, outcome, false))
        };
        let all = of("followed", 20, 2, 8)
            .chain(of("left", 1, 6, 3))
            .chain(of("few", 0, 9, 0))
            .chain(of("information", 0, 0, 40))
            .chain([card("silent", None, true)]);
        let found = rows(all.collect());
        let told: Vec<_> = found
            .iter()
            .map(|row| (row.rule.as_str(), row.shown, row.accepted, row.overridden, row.is_low))
            .collect();
        assert_eq!(
            told,
            [
                ("left", 10, 1, 6, true),
                ("information", 40, 0, 0, false),
                ("followed", 30, 20, 2, false),
                ("few", 9, 0, 9, false),
                ("silent", 0, 0, 0, false),
            ]
        );
        assert_eq!(found[0].reasons, [("bridging".to_owned(), 6)]);
        assert_eq!(found[4].silent, 1);
    }
}
