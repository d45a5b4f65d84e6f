//! Figures for monitors, in the text format of Prometheus (exposition format 0.0.4). They are
//! counts by state and feed: no label and no figure tells anything about a patient. Whoever can
//! reach the server may ask, so they are counted once in a while, however often they are asked for.

use crate::app::App;
use crate::checked::Rates;
use crate::error::Error;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use intake::Feed;
use intake::receive::feed_access;
use record::{FeedTraffic, Health};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// `GET /metrics`
pub(crate) async fn show(State(app): State<App>) -> Result<Response, Error> {
    let text =
        app.blocking(|app| app.figures().of(app.record().now().micros(), || counted(app))).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

/// For how long figures are told that were counted once, in microseconds.
const COUNTED_MICROS: i64 = 10_000_000;

/// The figures as they were last counted, and when.
#[derive(Debug, Default)]
pub(crate) struct Figures(Mutex<Option<(i64, String)>>);

impl Figures {
    /// The figures; counted anew, by one at a time, when they are too old.
    fn of(&self, now: i64, count: impl FnOnce() -> Result<String, Error>) -> Result<String, Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, text)) = &*last
            && (0..COUNTED_MICROS).contains(&(now - at))
        {
            return Ok(text.clone());
        }
        let text = count()?;
        *last = Some((now, text.clone()));
        Ok(text)
    }
}

fn counted(app: &App) -> Result<String, Error> {
    let (feeds, tenant) = (app.feeds().all(), &app.settings().tenant);
    let named: Vec<&str> = feeds.iter().map(|feed| feed.id.as_str()).collect();
    let access = feed_access(&Feed::production("metrics", tenant));
    let traffic = app.record().traffic(&access, &named)?;
    let now = app.record().now().micros();
    let mut told = text(&app.record().health(), &traffic, now);
    checked(&mut told, &app.checked().rates());
    Ok(told)
}

fn text(health: &Health, traffic: &BTreeMap<String, FeedTraffic>, now: i64) -> String {
    let mut out = String::new();
    let seconds = |since: i64| (now - since).max(0) / 1_000_000;
    head(&mut out, "cognate_messages", "Archived messages by what became of them.");
    for (state, count) in &health.raw_states {
        row(&mut out, "cognate_messages", &[("state", state.word())], *count);
    }
    head(&mut out, "cognate_reviews_open", "Entries of the review list that nobody resolved.");
    row(&mut out, "cognate_reviews_open", &[], health.reviews_open);
    head(&mut out, "cognate_feed_messages_24h", "Messages of the last 24 hours of the clock.");
    for (feed, one) in traffic {
        for (state, count) in &one.states {
            let labels = [("feed", feed.as_str()), ("state", state.word())];
            row(&mut out, "cognate_feed_messages_24h", &labels, *count);
        }
    }
    head(&mut out, "cognate_feed_held", "Messages that wait, failed or are held.");
    for (feed, one) in traffic {
        for (state, (count, _)) in &one.held {
            let labels = [("feed", feed.as_str()), ("state", state.word())];
            row(&mut out, "cognate_feed_held", &labels, *count);
        }
    }
    head(&mut out, "cognate_feed_held_oldest_seconds", "Age of the oldest of these.");
    for (feed, one) in traffic {
        for (state, (_, since)) in &one.held {
            let labels = [("feed", feed.as_str()), ("state", state.word())];
            let age = seconds(since.micros());
            row(&mut out, "cognate_feed_held_oldest_seconds", &labels, age);
        }
    }
    head(&mut out, "cognate_feed_last_message_seconds", "Age of the last message of a feed.");
    for (feed, one) in traffic {
        if let Some(last) = one.last {
            let age = seconds(last.micros());
            row(&mut out, "cognate_feed_last_message_seconds", &[("feed", feed)], age);
        }
    }
    out
}

/// What decision support was asked and showed since its window began.
fn checked(out: &mut String, rates: &Rates) {
    head(out, "cognate_orders_checked", "Orders checked since the window of alerts began.");
    for (role, orders) in &rates.by_role {
        row(out, "cognate_orders_checked", &[("role", role)], *orders);
    }
    head(out, "cognate_cards_shown", "Cards shown in the same window, by rule.");
    for ((rule, role), cards) in &rates.cards {
        row(out, "cognate_cards_shown", &[("rule", rule), ("role", role)], *cards);
    }
}

fn head(out: &mut String, name: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n");
}

fn row(out: &mut String, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> =
        labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let labels =
        if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use super::{COUNTED_MICROS, Figures, row};
    use std::cell::Cell;

    #[test]
    fn figures_are_counted_once_in_a_while_however_often_they_are_asked_for() {
        let (figures, counts) = (Figures::default(), Cell::new(0));
        let at = |now: i64| {
            let count = || {
                counts.set(counts.get() + 1);
                Ok(counts.get().to_string())
            };
            figures.of(now, count).ok().unwrap()
        };
        let asked = [0, 1, COUNTED_MICROS - 1, COUNTED_MICROS, COUNTED_MICROS + 1, 7];
        // A clock that is set back counts anew, too.
        assert_eq!(asked.map(at), ["1", "1", "1", "2", "2", "3"]);
    }

    #[test]
    fn a_label_stays_one_label_whatever_it_holds() {
        let mut out = String::new();
        row(&mut out, "n", &[("feed", "a\"} 9\nm{x=\"\\")], 1_u64);
        assert_eq!(out, "n{feed=\"a\\\"} 9\\nm{x=\\\"\\\\\"} 1\n");
        assert_eq!(out.lines().count(), 1);
    }
}
